//! What the journal keeps: events that are owed, what was told, and cached events.

use rollcall_store::{
    CachedEvent, JournalEntry, NewOwedEvent, OwedOfApp, Store, Told, ToldClass, ToldRow,
};

use crate::common::Scratch;

fn owed(channel: &str, name: &str, told: Told) -> JournalEntry {
    JournalEntry::Owed(NewOwedEvent {
        app: "1".to_owned(),
        channel: channel.to_owned(),
        name: name.to_owned(),
        event: format!(r#"{{"name":"{name}","channel":"{channel}"}}"#),
        time_ms: 7,
        told,
    })
}

fn told(channel: &str, user: Option<&str>) -> ToldRow {
    ToldRow {
        app_id: "1".to_owned(),
        channel: channel.to_owned(),
        user_id: user.map(str::to_owned),
    }
}

fn cached(event: &str, expires_at: i64) -> CachedEvent {
    CachedEvent {
        app_id: "1".to_owned(),
        channel: "cache-a".to_owned(),
        event: event.to_owned(),
        data: "{}".to_owned(),
        expires_at,
    }
}

#[tokio::test]
async fn events_are_owed_in_the_order_in_which_they_were_written() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let events = ["channel_occupied", "cache_miss", "channel_vacated"];
    let batch = events.map(|name| owed("a", name, Told::Nothing));
    store.write_journal(&batch[..2]).await.unwrap();
    store.write_journal(&batch[2..]).await.unwrap();

    let all = store.owed_events(0, 10).await.unwrap();
    assert_eq!(all.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), events);
    assert_eq!(all[0].event, r#"{"name":"channel_occupied","channel":"a"}"#);
    assert_eq!(store.owed_events(all[0].id, 1).await.unwrap(), all[1..2]);
    let bytes = all.iter().map(|event| event.event.len()).sum();
    let sizes = [OwedOfApp { app_id: "1".to_owned(), events: 3, bytes }];
    assert_eq!(store.owed_of_apps().await.unwrap(), sizes);
}

#[tokio::test]
async fn what_was_told_is_the_sum_of_what_is_owed() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let ana = || "ana".to_owned();
    store
        .write_journal(&[
            owed("presence-a", "channel_occupied", Told::Occupied),
            owed("presence-a", "member_added", Told::Added(ana())),
            owed("presence-b", "channel_occupied", Told::Occupied),
        ])
        .await
        .unwrap();
    let mut rows = store.told().await.unwrap();
    rows.sort_by_key(|row| (row.channel.clone(), row.user_id.clone()));
    let all = [told("presence-a", None), told("presence-a", Some("ana")), told("presence-b", None)];
    assert_eq!(rows, all);

    store
        .write_journal(&[
            owed("presence-a", "member_removed", Told::Removed(ana())),
            owed("presence-a", "channel_vacated", Told::Vacated),
        ])
        .await
        .unwrap();
    store.close().await;
    let store = Store::open(scratch.path()).await.unwrap();
    assert_eq!(store.told().await.unwrap(), all[2..]);

    let forgotten = |app: &str, class| JournalEntry::Forgotten { app: app.to_owned(), class };
    let others = [forgotten("1", ToldClass::Members), forgotten("2", ToldClass::Channels)];
    store.write_journal(&others).await.unwrap();
    assert_eq!(store.told().await.unwrap(), all[2..]);
    store.write_journal(&[forgotten("1", ToldClass::Channels)]).await.unwrap();
    assert_eq!(store.told().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_told_of_one_channel_is_forgotten_class_by_class() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let names = ["presence-a", "presence-b"];
    for name in names {
        let entries = [
            owed(name, "channel_occupied", Told::Occupied),
            owed(name, "member_added", Told::Added("ana".to_owned())),
        ];
        store.write_journal(&entries).await.unwrap();
    }
    let untold = |channel: &str, class| JournalEntry::Untold {
        app: "1".to_owned(),
        channel: channel.to_owned(),
        class,
    };
    let entries =
        [untold("presence-a", ToldClass::Channels), untold("presence-b", ToldClass::Members)];
    store.write_journal(&entries).await.unwrap();
    let mut rows = store.told().await.unwrap();
    rows.sort_by_key(|row| row.channel.clone());
    assert_eq!(rows, [told("presence-a", Some("ana")), told("presence-b", None)]);
}

#[tokio::test]
async fn p86_a_cached_event_is_kept_until_it_expires_or_another_comes() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let (first, second) = (cached("first", 10), cached("second", 20));
    let batch = [first, second.clone()].map(JournalEntry::Cached);
    store.write_journal(&batch).await.unwrap();
    assert_eq!(store.cached_events(19).await.unwrap(), [second]);
    assert_eq!(store.cached_events(20).await.unwrap(), []);

    let (app, channel) = ("1".to_owned(), "cache-a".to_owned());
    store.write_journal(&[JournalEntry::Uncached { app, channel }]).await.unwrap();
    assert_eq!(store.cached_events(0).await.unwrap(), []);
}
