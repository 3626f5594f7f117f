//! What the console shows of the past: errors in groups, firsts, and counters over time.

use rollcall_store::{
    AppRow, ERROR_MINUTE_MS, ErrorGroupRow, KeyRow, MOST_ERROR_GROUPS, StatsRow, Store,
};

use crate::common::Scratch;

fn error(message: &str, count: u64, at: i64) -> ErrorGroupRow {
    ErrorGroupRow {
        app_id: "1".to_owned(),
        kind: "not_subscribed".to_owned(),
        message: message.to_owned(),
        code: None,
        count,
        first_at: at,
        last_at: at,
        sample: format!("{{\"at\":{at}}}"),
    }
}

#[tokio::test]
async fn errors_that_are_alike_are_one_group_and_keep_their_first_moment() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.add_errors(&[error("a", 2, 60_000), error("b", 1, 60_001)]).await.unwrap();
    store.add_errors(&[error("a", 3, 130_000)]).await.unwrap();
    let groups = store.errors(Some("1"), 10).await.unwrap();
    assert_eq!(
        groups,
        [ErrorGroupRow { first_at: 60_000, ..error("a", 5, 130_000) }, error("b", 1, 60_001)]
    );
    assert_eq!(store.errors(None, 1).await.unwrap(), groups[..1]);
    assert_eq!(store.errors(Some("2"), 10).await.unwrap(), []);
}

#[tokio::test]
async fn errors_of_late_are_counted_in_whole_minutes_and_then_forgotten() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.add_errors(&[error("a", 2, 60_500), error("a", 4, 120_500)]).await.unwrap();
    for (since, count) in [(0, Some(6)), (60_000, Some(6)), (60_001, Some(4)), (120_001, None)] {
        assert_eq!(store.error_counts(since).await.unwrap().get("1").copied(), count, "{since}");
    }
    store.purge(ERROR_MINUTE_MS + 60_000).await.unwrap();
    assert_eq!(store.error_counts(0).await.unwrap().get("1"), Some(&4));
    assert_eq!(store.errors(Some("1"), 10).await.unwrap()[0].count, 6, "the group stays");
}

#[tokio::test]
async fn of_many_groups_the_ones_seen_last_are_kept() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let most = i64::from(MOST_ERROR_GROUPS);
    let all: Vec<_> = (0..most + 5).map(|n| error(&n.to_string(), 1, n)).collect();
    store.add_errors(&all).await.unwrap();
    let left = store.errors(Some("1"), MOST_ERROR_GROUPS + 5).await.unwrap();
    assert_eq!(left.len(), MOST_ERROR_GROUPS as usize);
    assert_eq!((left[0].last_at, left[left.len() - 1].last_at), (most + 4, 5));
}

#[tokio::test]
async fn only_the_first_time_is_the_first() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    assert!(store.note_first("1", "connection", 5).await.unwrap());
    assert!(!store.note_first("1", "connection", 9).await.unwrap());
    assert!(store.note_first("2", "connection", 9).await.unwrap());
    assert_eq!(store.firsts("1").await.unwrap(), [("connection".to_owned(), 5)]);
}

#[tokio::test]
async fn steps_of_stats_are_found_by_their_range_and_forgotten_by_their_length() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let row = |step, at| StatsRow { app_id: "1".to_owned(), step, at, counters: "{}".to_owned() };
    store.write_stats(&[row(10, 0), row(10, 10_000), row(60, 0)]).await.unwrap();
    let again = StatsRow { counters: r#"{"published":1}"#.to_owned(), ..row(10, 0) };
    store.write_stats(std::slice::from_ref(&again)).await.unwrap();
    assert_eq!(store.stats("1", 10, 0, 10_000).await.unwrap(), [again]);
    store.forget_stats(10, 10_000).await.unwrap();
    assert_eq!(store.stats("1", 10, 0, 99_000).await.unwrap(), [row(10, 10_000)]);
    assert_eq!(store.stats("1", 60, 0, 1).await.unwrap(), [row(60, 0)]);
}

#[tokio::test]
async fn what_was_seen_of_an_app_goes_with_it() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let key = KeyRow { key: "k".to_owned(), secret: "s".to_owned(), created_at: 0 };
    let (id, name, settings_json) = ("1".to_owned(), String::new(), "{}".to_owned());
    store.insert_app(&AppRow { id, name, settings_json, keys: vec![key] }, 0).await.unwrap();
    store.add_errors(&[error("a", 1, 0)]).await.unwrap();
    store.note_first("1", "event", 0).await.unwrap();
    let mut edit = store.edit_apps().await.unwrap();
    edit.remove("1").await.unwrap();
    edit.commit().await.unwrap();
    assert_eq!(store.errors(None, 9).await.unwrap(), []);
    assert_eq!(store.firsts("1").await.unwrap(), []);
    assert_eq!(store.error_counts(0).await.unwrap().len(), 0);
}
