//! The data directory and the table of apps, through the public API.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::Scratch;
use rollcall_store::{AppRow, ChangeKind, KeyRow, NewChange, Store, WriteAppError};

fn app(id: &str, keys: &[&str]) -> AppRow {
    let keys = keys.iter().map(|key| KeyRow {
        key: (*key).to_owned(),
        secret: format!("secret-of-{key}"),
        created_at: 7,
    });
    AppRow {
        id: id.to_owned(),
        name: format!("App {id}"),
        settings_json: "{}".to_owned(),
        keys: keys.collect(),
    }
}

/// More than a system has cores, so that they overlap.
const OPENERS: usize = 16;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the path exists").permissions().mode() & 0o777
}

#[tokio::test]
async fn the_directory_it_makes_and_its_files_are_private() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("data");
    let store = Store::open(&directory).await.unwrap();
    store.insert_app(&app("1", &["k"]), 1).await.unwrap();
    assert_eq!(mode(&directory), 0o700);
    for file in fs::read_dir(&directory).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn a_file_in_the_way_is_one_clear_sentence() {
    let scratch = Scratch::new();
    fs::write(scratch.path(), "not a directory").unwrap();
    for error in [
        Store::open(scratch.path()).await.unwrap_err(),
        Store::peek(scratch.path()).await.unwrap_err(),
        Store::exists(scratch.path()).unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(error.starts_with("cannot use the data directory"), "{error}");
    }
    fs::remove_file(scratch.path()).unwrap();
}

#[tokio::test]
async fn many_may_be_the_first_to_open_it() {
    let scratch = Scratch::new();
    let open = |_| tokio::spawn(Store::open(scratch.path().to_owned()));
    let opened: Vec<_> = (0..OPENERS).map(open).collect();
    for opened in opened {
        let store = opened.await.unwrap().expect("another may have made the tables");
        assert_eq!(store.apps().await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_file_without_tables_is_one_that_a_start_has_just_made() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    fs::write(scratch.path().join("rollcall.db"), "").unwrap();
    assert_eq!(Store::peek(scratch.path()).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_database_is_left_alone_with_advice() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    fs::write(scratch.path().join("rollcall.db"), "a text, and a long one").unwrap();
    let peeked = Store::peek(scratch.path()).await.unwrap_err().to_string();
    let opened = Store::open(scratch.path()).await.unwrap_err().to_string();
    for error in [peeked, opened] {
        assert!(error.ends_with("or choose another directory with --data"), "{error}");
    }
}

#[tokio::test]
async fn apps_survive_a_reopening_with_their_keys_in_order() {
    let scratch = Scratch::new();
    assert!(!Store::exists(scratch.path()).unwrap());
    let store = Store::open(scratch.path()).await.unwrap();
    store.insert_app(&app("2", &["zed", "abc"]), 10).await.unwrap();
    store.insert_app(&app("1", &["only"]), 20).await.unwrap();
    store.close().await;

    let store = Store::open(scratch.path()).await.unwrap();
    let apps = store.apps().await.unwrap();
    let expect: Vec<_> = [app("2", &["zed", "abc"]), app("1", &["only"])].into();
    let names = |keys: &[KeyRow]| keys.iter().map(|key| key.key.clone()).collect::<Vec<_>>();
    assert_eq!(apps.len(), 2);
    for (got, expect) in apps.iter().zip(&expect) {
        assert_eq!((&got.id, &got.name), (&expect.id, &expect.name));
        assert_eq!(names(&got.keys), names(&expect.keys));
        assert_eq!(got.keys, expect.keys);
    }
    assert!(Store::exists(scratch.path()).unwrap());
}

#[tokio::test]
async fn an_app_whose_key_is_taken_is_not_half_added() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.insert_app(&app("1", &["shared"]), 1).await.unwrap();
    let refused = store.insert_app(&app("2", &["own", "shared"]), 2).await;
    assert!(matches!(refused, Err(WriteAppError::Taken)));
    let refused = store.insert_app(&app("1", &["other"]), 2).await;
    assert!(matches!(refused, Err(WriteAppError::Taken)));
    let apps = store.apps().await.unwrap();
    assert_eq!(apps.len(), 1);
    assert_eq!(apps[0].keys.len(), 1);
}

#[tokio::test]
async fn the_last_who_made_a_key_is_its_maker() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.insert_app(&app("1", &["made", "added", "again", "unknown"]), 1).await.unwrap();
    store.insert_app(&app("2", &["other"]), 1).await.unwrap();
    for (id, actor, kind, after) in [
        ("1", "ana", ChangeKind::AppCreated, r#"{"name":"A","keys":["made","gone","again"]}"#),
        ("1", "ben", ChangeKind::KeyAdded, r#"{"key":"added"}"#),
        ("1", "ben", ChangeKind::KeyAdded, r#"{"key":"again"}"#),
        ("1", "eve", ChangeKind::KeyRevealed, r#"{"key":"added"}"#),
        ("2", "eve", ChangeKind::KeyAdded, r#"{"key":"made"}"#),
    ] {
        let (before, after, address, reverts) = (None, Some(after), None, None);
        let app = Some(id);
        let change = NewChange { at: 1, actor, address, app, kind, before, after, reverts };
        store.record(&change).await.unwrap();
    }
    let makers = store.key_makers("1").await.unwrap();
    let expected = [("made", "ana"), ("added", "ben"), ("again", "ben")];
    assert_eq!(makers, expected.map(|(key, by)| (key.to_owned(), by.to_owned())).into());
}

#[tokio::test]
async fn debug_text_hides_the_secret() {
    let text = format!("{:?}", app("1", &["k"]));
    assert!(text.contains("\"k\"") && !text.contains("secret-of-k"), "{text}");
}

#[tokio::test]
async fn an_edit_is_seen_whole_or_not_at_all() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.insert_app(&app("1", &["a", "b"]), 1).await.unwrap();
    let edited = AppRow { settings_json: r#"{"mirror":true}"#.to_owned(), ..app("1", &["b", "c"]) };

    let mut edit = store.edit_apps().await.unwrap();
    edit.update(&edited).await.unwrap();
    edit.insert(&app("2", &["a"]), 2).await.unwrap();
    assert_eq!(edit.apps().await.unwrap(), [edited.clone(), app("2", &["a"])]);
    assert_eq!(store.apps().await.unwrap(), [app("1", &["a", "b"])]);
    drop(edit);
    assert_eq!(store.apps().await.unwrap(), [app("1", &["a", "b"])]);

    let mut edit = store.edit_apps().await.unwrap();
    edit.update(&edited).await.unwrap();
    edit.insert(&app("2", &["a"]), 2).await.unwrap();
    edit.commit().await.unwrap();
    assert_eq!(store.apps().await.unwrap(), [edited, app("2", &["a"])]);

    let mut edit = store.edit_apps().await.unwrap();
    edit.remove("1").await.unwrap();
    edit.commit().await.unwrap();
    assert_eq!(store.apps().await.unwrap(), [app("2", &["a"])]);
    store.insert_app(&app("3", &["b", "c"]), 3).await.expect("the keys went with their app");
}

#[tokio::test]
async fn a_key_of_another_app_is_not_taken_away() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.insert_app(&app("1", &["a"]), 1).await.unwrap();
    store.insert_app(&app("2", &["b"]), 2).await.unwrap();
    let mut edit = store.edit_apps().await.unwrap();
    let refused = edit.update(&app("2", &["b", "a"])).await;
    assert!(matches!(refused, Err(WriteAppError::Taken)));
    drop(edit);
    assert_eq!(store.apps().await.unwrap(), [app("1", &["a"]), app("2", &["b"])]);
}

#[tokio::test]
async fn a_watch_sees_changes_of_others_and_nothing_else() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let known = store.apps().await.unwrap();
    let mut watch = store.watch_apps(known).await.unwrap();
    assert_eq!(watch.changed().await.unwrap(), None);

    let other = Store::open(scratch.path()).await.unwrap();
    other.insert_app(&app("1", &["a"]), 1).await.unwrap();
    assert_eq!(watch.changed().await.unwrap(), Some(&[app("1", &["a"])][..]));
    assert_eq!(watch.changed().await.unwrap(), None);

    let mut edit = other.edit_apps().await.unwrap();
    edit.update(&app("1", &["b"])).await.unwrap();
    assert_eq!(watch.changed().await.unwrap(), None, "not committed yet");
    edit.commit().await.unwrap();
    assert_eq!(watch.changed().await.unwrap(), Some(&[app("1", &["b"])][..]));
    watch.close().await.unwrap();
}

#[tokio::test]
async fn a_watch_begins_where_its_owner_read() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let known = store.apps().await.unwrap();
    store.insert_app(&app("1", &["a"]), 1).await.unwrap();
    let mut watch = store.watch_apps(known).await.unwrap();
    assert_eq!(watch.changed().await.unwrap(), Some(&[app("1", &["a"])][..]));
}
