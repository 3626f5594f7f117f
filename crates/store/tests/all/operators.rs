//! Operators of the console, their codes and sessions, and the record of changes.

use crate::common::Scratch;
use rollcall_store::{
    AppRow, Browsing, CODE_MS, ChangeKind, KeyRow, NewChange, PROGRAM_SESSION_MS,
    SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, SetUp, SetUpError, SignedInAs, Store, TokenHash,
};

fn token(byte: u8) -> TokenHash {
    TokenHash([byte; 32])
}

fn set_up(code: u8, session: u8, password_hash: &str) -> SetUp {
    SetUp {
        code: token(code),
        name: "ana".to_owned(),
        password_hash: password_hash.to_owned(),
        session: token(session),
        address: "127.0.0.1".to_owned(),
    }
}

/// A store whose operator is `ana`, signed in by token 2 at time 0.
async fn with_operator(scratch: &Scratch) -> Store {
    let store = Store::open(scratch.path()).await.expect("a fresh directory opens");
    store.replace_code(&token(1), 0).await.expect("the store works");
    store.set_up(&set_up(1, 2, "first"), 0).await.expect("the code is good");
    store
}

async fn is_signed_in(store: &Store, byte: u8, now: i64) -> bool {
    store.operator_session(&token(byte), now).await.expect("the store works").is_some()
}

#[tokio::test]
async fn a_code_is_good_for_an_hour_and_one_use() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.replace_code(&token(8), 0).await.unwrap();
    store.replace_code(&token(9), 0).await.unwrap();
    let refused = |outcome| matches!(outcome, Err(SetUpError::WrongCode));
    assert!(refused(store.set_up(&set_up(8, 2, "hash"), 1).await), "a newer one ends it");
    assert!(!store.is_code(&token(9), CODE_MS).await.unwrap());
    assert!(refused(store.set_up(&set_up(9, 2, "hash"), CODE_MS).await), "it is stale");
    assert_eq!(store.operator().await.unwrap(), None);
    assert!(store.is_code(&token(9), CODE_MS - 1).await.unwrap());
    store.set_up(&set_up(9, 2, "hash"), CODE_MS - 1).await.unwrap();
    assert!(refused(store.set_up(&set_up(9, 3, "other"), CODE_MS - 1).await), "it is used");
    assert_eq!(store.operator().await.unwrap().unwrap().password_hash, "hash");
    assert!(is_signed_in(&store, 2, CODE_MS).await && !is_signed_in(&store, 3, CODE_MS).await);
}

#[tokio::test]
async fn a_code_gives_the_operator_another_password_and_ends_all_sessions() {
    let scratch = Scratch::new();
    let store = with_operator(&scratch).await;
    store.replace_code(&token(5), 10).await.unwrap();
    store.set_up(&SetUp { name: "bo".to_owned(), ..set_up(5, 3, "second") }, 11).await.unwrap();
    let operator = store.operator().await.unwrap().unwrap();
    assert_eq!((operator.name.as_str(), operator.password_hash.as_str()), ("bo", "second"));
    assert!(!is_signed_in(&store, 2, 12).await && is_signed_in(&store, 3, 12).await);
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_had_and_no_other() {
    let scratch = Scratch::new();
    let store = with_operator(&scratch).await;
    let operator = store.operator().await.unwrap().unwrap();
    let browsing = |new, old: Option<u8>| Browsing { new: token(new), old: old.map(token) };
    store.open_operator_session(operator.id, browsing(3, None), 1).await.unwrap();
    store.open_operator_session(operator.id, browsing(4, Some(2)), 1).await.unwrap();
    assert!(!is_signed_in(&store, 2, 1).await);
    assert!(is_signed_in(&store, 3, 1).await && is_signed_in(&store, 4, 1).await);

    let kept = store.operator_session(&token(4), 1).await.unwrap().unwrap();
    store.change_password(&operator, "new", kept.id, "::1", 2).await.unwrap();
    assert!(!is_signed_in(&store, 3, 2).await && is_signed_in(&store, 4, 2).await);
    store.end_operator_session(&token(4)).await.unwrap();
    assert!(!is_signed_in(&store, 4, 2).await);
}

#[tokio::test]
async fn s10_sessions_of_operators_end_by_age_and_those_of_programs_sooner() {
    let scratch = Scratch::new();
    let store = with_operator(&scratch).await;
    store.open_program_session(&token(7), 0).await.unwrap();
    let program = async |now| store.program_session(&token(7), now).await.unwrap();
    assert_eq!(program(PROGRAM_SESSION_MS - 1).await.unwrap().who, SignedInAs::Program);
    assert_eq!(program(PROGRAM_SESSION_MS).await, None);
    assert_eq!(store.operator_session(&token(7), 1).await.unwrap(), None, "it is no cookie");
    assert_eq!(store.program_session(&token(2), 1).await.unwrap(), None, "and no other way round");

    let mut now = 0;
    while now + SESSION_IDLE_MS - 1 < SESSION_ABSOLUTE_MS {
        now += SESSION_IDLE_MS - 1;
        assert!(is_signed_in(&store, 2, now).await, "{now}");
    }
    assert!(!is_signed_in(&store, 2, SESSION_ABSOLUTE_MS).await, "used or not");
    assert!(!is_signed_in(&store, 2, now + SESSION_IDLE_MS).await);
    store.purge(SESSION_ABSOLUTE_MS).await.unwrap();
    assert!(!is_signed_in(&store, 2, 1).await, "it is deleted");
}

fn change<'a>(app: &'a str, kind: ChangeKind) -> NewChange<'a> {
    NewChange {
        at: 5,
        actor: "ana",
        address: None,
        app: Some(app),
        kind,
        before: None,
        after: Some("{}"),
        reverts: None,
    }
}

#[tokio::test]
async fn a_change_of_an_app_is_recorded_with_it_or_not_at_all() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let key = KeyRow { key: "k".to_owned(), secret: "s".to_owned(), created_at: 7 };
    let (id, name) = ("1".to_owned(), "App".to_owned());
    let app = AppRow { id, name, settings_json: "{}".to_owned(), keys: vec![key] };

    let mut edit = store.edit_apps().await.unwrap();
    edit.insert(&app, 5).await.unwrap();
    edit.record(&change("1", ChangeKind::AppCreated)).await.unwrap();
    drop(edit);
    assert_eq!(store.apps().await.unwrap(), []);
    assert_eq!(store.changes_of_app("1", None, 50).await.unwrap(), []);

    let mut edit = store.edit_apps().await.unwrap();
    edit.insert(&app, 5).await.unwrap();
    let n = edit.record(&change("1", ChangeKind::AppCreated)).await.unwrap();
    edit.commit().await.unwrap();
    assert_eq!(store.change(n).await.unwrap().unwrap().kind, ChangeKind::AppCreated);
    assert_eq!(store.app_dates().await.unwrap()["1"], 5);
}

#[tokio::test]
async fn changes_are_read_by_pages_newest_first() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    for app in ["1", "2", "1", "1"] {
        store.record(&change(app, ChangeKind::Settings)).await.unwrap();
    }
    let page = async |before, most| {
        let rows = store.changes_of_app("1", before, most).await.unwrap();
        rows.iter().map(|row| row.n).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [4, 3]);
    assert_eq!(page(Some(3), 2).await, [1]);
    assert_eq!(page(Some(1), 2).await, [0_i64; 0]);
}
