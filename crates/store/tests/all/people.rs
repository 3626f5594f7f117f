//! Accounts, sessions, device keys and status writes, through the public API.

use crate::common::Scratch;
use rollcall_store::{
    Account, DEVICE_KEY_MS, DeviceKey, Ground, MUTATION_MS, NAME_UNUSED_MS, NAMES_PER_DEVICE_KEY,
    OnOtherSession, RegisterError, Registered, Registration, SESSION_ABSOLUTE_MS, SESSION_IDLE_MS,
    SESSION_TOUCH_MS, StatusWrite, Store, TokenHash, Written,
};

const START: i64 = 1_700_000_000_000;

/// A token hash that stands for the number `n`.
fn hash(n: u8) -> TokenHash {
    TokenHash([n; 32])
}

/// A registration of `name` by a browser without cookies; session `n`, key `100 + n`.
fn wish(name: &str, n: u8) -> Registration {
    Registration {
        name: name.to_owned(),
        name_keys: vec![name.to_lowercase()],
        status: Some(format!("first of {name}")),
        session: None,
        device_key: None,
        new_session: hash(n),
        new_device_key: hash(100 + n),
        on_other_session: OnOtherSession::Refuse,
    }
}

async fn open(scratch: &Scratch) -> Store {
    Store::open(scratch.path()).await.expect("a fresh directory opens")
}

async fn register(store: &Store, wish: &Registration) -> Registered {
    store.register(wish, START).await.expect("nothing refuses this registration")
}

async fn write(store: &Store, account: &Account, text: &str, now: i64) -> Written {
    let write =
        StatusWrite { account: account.id, text: text.to_owned(), mutation_id: None, if_rev: None };
    store.write_status(&write, now).await.expect("the store works")
}

fn rev(written: &Written) -> u64 {
    match written {
        Written::Saved(row) | Written::Replayed(row) | Written::Conflict(row) => row.rev,
        Written::Gone => panic!("the account is gone"),
    }
}

#[tokio::test]
async fn s1_a_name_belongs_to_the_first_browser() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let refused = store.register(&wish("ANA", 2), START).await;
    assert!(matches!(refused, Err(RegisterError::NameTaken)));
    assert_eq!(store.signed_in(&hash(2), START).await.unwrap(), None);
}

#[tokio::test]
async fn s1_a_name_that_shares_any_key_is_the_same() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let with = |name: &str, n: u8, keys: [&str; 2]| Registration {
        name_keys: keys.map(str::to_owned).to_vec(),
        ..wish(name, n)
    };
    let first = register(&store, &with("one", 1, ["a", "b"])).await;
    let second = register(&store, &with("two", 2, ["c", "d"])).await;
    for keys in [["x", "a"], ["b", "x"], ["c", "x"], ["a", "d"]] {
        let refused = store.register(&with("three", 3, keys), START).await;
        assert!(matches!(refused, Err(RegisterError::NameTaken)), "{keys:?}");
    }
    // One that is like two accounts waits until nobody uses either.
    store.signed_in(&hash(2), START + NAME_UNUSED_MS - 1).await.unwrap();
    let both = with("three", 3, ["b", "c"]);
    let refused = store.register(&both, START + NAME_UNUSED_MS).await;
    assert!(matches!(refused, Err(RegisterError::NameTaken)));
    let taken = store.register(&both, START + 2 * NAME_UNUSED_MS).await.unwrap();
    assert_eq!(taken.evicted, [first.account.id, second.account.id]);
    let free = with("four", 4, ["a", "d"]);
    assert_eq!(store.register(&free, START + 2 * NAME_UNUSED_MS).await.unwrap().evicted, []);
}

#[tokio::test]
async fn s1_the_owner_of_a_name_means_it_whatever_looks_like_it() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let one = Registration { name_keys: vec!["a".to_owned()], ..wish("one", 1) };
    let two = Registration { name_keys: vec!["b".to_owned()], ..wish("two", 2) };
    register(&store, &one).await;
    register(&store, &Registration { device_key: Some(hash(101)), ..two }).await;
    let again = Registration {
        name_keys: vec!["a".to_owned(), "b".to_owned()],
        device_key: Some(hash(102)),
        ..wish("two", 3)
    };
    assert_eq!(register(&store, &again).await.account.name, "two");
}

#[tokio::test]
async fn s1_two_at_once_for_one_name_leave_one_owner() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let (first, second) = (wish("ana", 1), wish("ana", 2));
    let (first, second) =
        tokio::join!(store.register(&first, START), store.register(&second, START));
    assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
}

#[tokio::test]
async fn s14_a_claim_tells_the_ground_and_changes_nothing_until_it_registers() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let ground = async |wish: &Registration, now| store.claim(wish, now).await.unwrap().ground();
    let own = Registration { device_key: Some(hash(101)), ..wish("ana", 2) };
    assert_eq!(ground(&own, START).await, Ground::Own);
    assert_eq!(ground(&wish("ana", 2), START).await, Ground::Taken);
    assert_eq!(ground(&wish("ana", 2), START + NAME_UNUSED_MS).await, Ground::Free);
    assert_eq!(ground(&wish("bo", 2), START).await, Ground::Free);
    assert!(store.signed_in(&hash(2), START).await.unwrap().is_none());
    assert!(store.account("bo").await.unwrap().is_none());
    assert_eq!(store.account("ana").await.unwrap().unwrap().rev, 1);
}

#[tokio::test]
async fn a_device_key_signs_in_again_after_sign_out() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let first = register(&store, &wish("ana", 1)).await;
    assert_eq!(first.device_key, DeviceKey::Fresh);
    store.end_session(first.session).await.unwrap();
    assert_eq!(store.signed_in(&hash(1), START).await.unwrap(), None);

    let again = Registration { device_key: Some(hash(101)), status: None, ..wish("ana", 2) };
    let again = register(&store, &again).await;
    assert_eq!(again.account, first.account);
    assert_eq!(again.device_key, DeviceKey::Renewed);
}

#[tokio::test]
async fn a_device_key_is_renewed_by_use_and_expires_without() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    // Unused for 30 days the name is free for others as well; the key still keeps the account.
    let again = Registration { device_key: Some(hash(101)), ..wish("ana", 2) };
    let later = START + DEVICE_KEY_MS - 1;
    let renewed = store.register(&again, later).await.unwrap();
    assert_eq!((renewed.device_key, renewed.evicted), (DeviceKey::Renewed, Vec::new()));
    let third = Registration { new_session: hash(3), ..again };
    let expired = store.register(&third, later + DEVICE_KEY_MS).await.unwrap();
    assert_eq!(expired.evicted, [renewed.account.id]);
}

#[tokio::test]
async fn a_browser_keeps_its_older_names_when_it_signs_up_under_a_new_one() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let bo = Registration { device_key: Some(hash(101)), ..wish("bo", 2) };
    assert_eq!(register(&store, &bo).await.device_key, DeviceKey::Fresh);
    let ana = Registration { device_key: Some(hash(102)), ..wish("ana", 3) };
    assert_eq!(register(&store, &ana).await.device_key, DeviceKey::Renewed);
    // The old key gains nothing by the new name, so a planted one is worth nothing.
    let planted = Registration { device_key: Some(hash(101)), ..wish("bo", 4) };
    assert!(matches!(store.register(&planted, START).await, Err(RegisterError::NameTaken)));
}

#[tokio::test]
async fn a_browser_takes_only_its_newest_names_along() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let count = u8::try_from(NAMES_PER_DEVICE_KEY).unwrap() + 1;
    for n in 1..=count {
        let device_key = (n > 1).then(|| hash(100 + n - 1));
        let wish = Registration { device_key, ..wish(&format!("n{n}"), n) };
        store.register(&wish, START + i64::from(n)).await.unwrap();
    }
    let key = Some(hash(100 + count));
    let oldest = Registration { device_key: key, ..wish("n1", 50) };
    assert!(matches!(store.register(&oldest, START).await, Err(RegisterError::NameTaken)));
    let second = Registration { device_key: key, ..wish("n2", 51) };
    assert_eq!(register(&store, &second).await.device_key, DeviceKey::Renewed);
}

#[tokio::test]
async fn a_forgotten_device_owns_nothing() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    store.forget_device(&hash(101)).await.unwrap();
    let again = Registration { device_key: Some(hash(101)), ..wish("ana", 2) };
    assert!(matches!(store.register(&again, START).await, Err(RegisterError::NameTaken)));
}

#[tokio::test]
async fn a_device_key_tells_its_names_the_one_used_last_first() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    register(&store, &wish("eve", 9)).await;
    let bo = Registration { device_key: Some(hash(101)), ..wish("bo", 2) };
    store.register(&bo, START + 1).await.unwrap();
    let names = async |key, now| store.names_of_device(&hash(key), now).await.unwrap();
    assert_eq!(names(102, START + 1).await, ["bo", "ana"]);
    assert_eq!(names(101, START + 1).await, ["ana"]);
    assert_eq!(names(102, START + DEVICE_KEY_MS).await, ["bo"]);
    store.forget_device(&hash(102)).await.unwrap();
    assert_eq!(names(102, START + 1).await, [""; 0]);
}

#[tokio::test]
async fn s12_all_sessions_of_one_account_end_and_its_device_keys_stay() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let ana = register(&store, &wish("ana", 1)).await.account;
    let second = Registration { device_key: Some(hash(101)), ..wish("ana", 2) };
    register(&store, &second).await;
    register(&store, &wish("bo", 3)).await;
    store.end_sessions_of(ana.id).await.unwrap();
    store.end_sessions_of(ana.id).await.unwrap();
    for (session, lives) in [(1, false), (2, false), (3, true)] {
        let found = store.signed_in(&hash(session), START).await.unwrap();
        assert_eq!(found.is_some(), lives, "{session}");
    }
    let again = Registration { new_session: hash(4), ..second };
    assert_eq!(register(&store, &again).await.device_key, DeviceKey::Renewed);
}

#[tokio::test]
async fn s9_another_name_needs_confirmation_and_ends_the_old_session() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let ana = register(&store, &wish("ana", 1)).await;
    let bo = Registration { session: Some(hash(1)), ..wish("bo", 2) };
    let refused = store.register(&bo, START).await;
    assert!(matches!(refused, Err(RegisterError::AlreadySignedIn)));
    assert!(store.signed_in(&hash(1), START).await.unwrap().is_some());

    let bo = Registration { on_other_session: OnOtherSession::Replace, ..bo };
    let bo = register(&store, &bo).await;
    assert_eq!((bo.ended, bo.continued), (Some(ana.session), None));
    assert!(store.signed_in(&hash(1), START).await.unwrap().is_none());
}

#[tokio::test]
async fn s10_signing_in_again_rotates_the_session() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let first = register(&store, &wish("ana", 1)).await;
    let again = Registration { session: Some(hash(1)), ..wish("ana", 2) };
    let again = register(&store, &again).await;
    assert_eq!((again.continued, again.ended), (Some(first.session), None));
    assert_eq!(again.account.rev, first.account.rev + 1);
    assert!(store.signed_in(&hash(1), START).await.unwrap().is_none());
    assert!(store.signed_in(&hash(2), START).await.unwrap().is_some());
}

#[tokio::test]
async fn s10_a_session_ends_after_30_idle_days() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let last_moment = START + SESSION_IDLE_MS - 1;
    assert!(store.signed_in(&hash(1), last_moment).await.unwrap().is_some());
    let idle_again = last_moment + SESSION_IDLE_MS;
    assert!(store.signed_in(&hash(1), idle_again - 1).await.unwrap().is_some());
    assert!(store.signed_in(&hash(1), idle_again + SESSION_IDLE_MS).await.unwrap().is_none());
}

#[tokio::test]
async fn s10_a_session_ends_after_180_days_however_used() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let half = SESSION_IDLE_MS / 2;
    let end = START + SESSION_ABSOLUTE_MS;
    for now in (START + half..end).step_by(usize::try_from(half).unwrap()) {
        assert!(store.signed_in(&hash(1), now).await.unwrap().is_some());
    }
    assert!(store.signed_in(&hash(1), end - 1).await.unwrap().is_some());
    assert!(store.signed_in(&hash(1), end).await.unwrap().is_none());
    store.purge(end).await.unwrap();
}

#[tokio::test]
async fn a_name_unused_for_30_days_starts_an_empty_account() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let old = register(&store, &wish("ana", 1)).await;
    let later = START + NAME_UNUSED_MS;
    let early = store.register(&wish("ana", 2), later - 1).await;
    assert!(matches!(early, Err(RegisterError::NameTaken)));

    let new = store.register(&wish("ana", 2), later).await.unwrap();
    assert_eq!(new.evicted, [old.account.id]);
    assert_ne!(new.account.id, old.account.id);
    assert!(new.account.rev > old.account.rev);
    let old_key = Registration { device_key: Some(hash(101)), ..wish("ana", 3) };
    assert!(matches!(store.register(&old_key, later).await, Err(RegisterError::NameTaken)));
    assert_eq!(write(&store, &old.account, "ghost", later).await, Written::Gone);
}

#[tokio::test]
async fn use_of_a_session_keeps_the_name() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    register(&store, &wish("ana", 1)).await;
    let used = START + SESSION_TOUCH_MS;
    assert!(store.signed_in(&hash(1), used).await.unwrap().is_some());
    let other = store.register(&wish("ana", 2), START + NAME_UNUSED_MS).await;
    assert!(matches!(other, Err(RegisterError::NameTaken)));
}

#[tokio::test]
async fn r13_each_write_takes_the_next_revision() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let ana = register(&store, &wish("ana", 1)).await.account;
    assert_eq!(ana.rev, 1);
    assert_eq!(rev(&write(&store, &ana, "two", START + 5).await), 2);
    assert_eq!(rev(&write(&store, &ana, "two", START + 6).await), 3);
    let stored = store.account("ana").await.unwrap().unwrap();
    assert_eq!((stored.status.as_str(), stored.rev, stored.updated_at), ("two", 3, START + 6));
    assert!(store.account("Ana").await.unwrap().is_none());
}

#[tokio::test]
async fn r14_if_rev_meets_the_current_one() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let ana = register(&store, &wish("ana", 1)).await.account;
    let wish = StatusWrite {
        account: ana.id,
        text: "mine".to_owned(),
        mutation_id: None,
        if_rev: Some(1),
    };
    assert!(matches!(store.write_status(&wish, START).await.unwrap(), Written::Saved(_)));
    let conflict = store.write_status(&wish, START).await.unwrap();
    assert!(matches!(&conflict, Written::Conflict(row) if row.text == "mine" && row.rev == 2));
}

#[tokio::test]
async fn r15_a_retry_within_10_minutes_returns_the_first_result() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let ana = register(&store, &wish("ana", 1)).await.account;
    let mutation = StatusWrite {
        account: ana.id,
        text: "once".to_owned(),
        mutation_id: Some("m-1".to_owned()),
        if_rev: None,
    };
    let Written::Saved(first) = store.write_status(&mutation, START).await.unwrap() else {
        panic!("the first write is saved");
    };
    write(&store, &ana, "meanwhile", START + 1).await;
    let last_moment = START + MUTATION_MS - 1;
    let again = store.write_status(&mutation, last_moment).await.unwrap();
    assert_eq!(again, Written::Replayed(first.clone()));
    let known = async |now| store.mutation(ana.id, "m-1", now).await.unwrap();
    assert_eq!((known(last_moment).await, known(START + MUTATION_MS).await), (Some(first), None));
    let forgotten = store.write_status(&mutation, START + MUTATION_MS).await.unwrap();
    assert!(matches!(forgotten, Written::Saved(row) if row.rev == 4));
}

#[tokio::test]
async fn s11_everything_is_there_after_a_reopening_without_a_close() {
    let scratch = Scratch::new();
    let killed = open(&scratch).await;
    let ana = register(&killed, &wish("ana", 1)).await.account;
    write(&killed, &ana, "before the end", START).await;
    // Nothing is closed: the write-ahead log is all there is, as after SIGKILL.
    let store = open(&scratch).await;
    let found = store.signed_in(&hash(1), START).await.unwrap().unwrap();
    assert_eq!((found.account.name.as_str(), found.account.rev), ("ana", 2));
    assert_eq!(found.account.status, "before the end");
}

#[tokio::test]
async fn s15_debug_texts_hide_names_and_statuses() {
    let scratch = Scratch::new();
    let store = open(&scratch).await;
    let registered = register(&store, &wish("ana", 1)).await;
    let written = write(&store, &registered.account, "hush", START).await;
    let text = format!("{registered:?} {written:?}");
    assert!(!text.contains("ana") && !text.contains("hush"), "{text}");
}
