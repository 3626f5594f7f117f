//! Restoring: what is refused, and that at every step of the swap a whole database is in its place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::Scratch;
use rollcall_store::{
    AppRow, ChangeKind, DataDirectory, Incoming, KeyRow, NewChange, OpenError, RestoreError, Store,
    TokenHash,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

/// What a test expects of what it does not test.
const WORKS: &str = "disk and database work";
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

const CHANGE: NewChange<'_> = NewChange {
    at: 7,
    actor: "ana",
    address: None,
    app: None,
    kind: ChangeKind::Restore,
    before: None,
    after: None,
    reverts: None,
};

fn app(id: &str) -> AppRow {
    let key = KeyRow { key: format!("key-{id}"), secret: "secret".to_owned(), created_at: 1 };
    AppRow {
        id: id.to_owned(),
        name: id.to_owned(),
        settings_json: "{}".to_owned(),
        keys: vec![key],
    }
}

fn at(directory: &Path, name: &str) -> PathBuf {
    directory.join(name)
}

/// A database with an app, closed.
async fn database(directory: &Path, id: &str) -> PathBuf {
    let store = Store::open(directory).await.expect(WORKS);
    store.insert_app(&app(id), 1).await.expect(WORKS);
    store.close().await;
    at(directory, "rollcall.db")
}

/// The same as a kill leaves it: what was written is in the log alone.
async fn killed(directory: &Path, id: &str) {
    let running = Scratch::new();
    let store = Store::open(running.path()).await.expect(WORKS);
    store.insert_app(&app(id), 1).await.expect(WORKS);
    fs::create_dir_all(directory).expect(WORKS);
    for [from, to] in SUFFIXES
        .map(|suffix| [running.path(), directory].map(|d| d.join(format!("rollcall.db{suffix}"))))
    {
        let _ = fs::copy(from, to);
    }
    assert!(fs::metadata(at(directory, "rollcall.db-wal")).expect(WORKS).len() > 0);
}

/// Takes a file in and stages it.
async fn stage(directory: &Path, file: &Path) -> Result<(), RestoreError> {
    let incoming = Incoming::begin(directory)?;
    incoming.copy_from(file)?;
    incoming.check().await?;
    incoming.stage(&CHANGE).await
}

/// A directory whose server was killed, with another database staged.
async fn staged() -> Scratch {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    killed(scratch.path(), "old").await;
    stage(scratch.path(), &database(other.path(), "new").await).await.expect(WORKS);
    scratch
}

async fn start(directory: &Path) -> Result<Option<PathBuf>, OpenError> {
    DataDirectory::claim(directory).expect(WORKS).put_staged_in_place().await
}

async fn ids(directory: &Path) -> Vec<String> {
    Store::peek(directory).await.expect(WORKS).into_iter().map(|row| row.id).collect()
}

/// What is kept of the database before, looked at as somebody would who takes it back.
async fn kept_ids(directory: &Path) -> Vec<String> {
    let aside = Scratch::new();
    fs::create_dir_all(aside.path()).expect(WORKS);
    for suffix in SUFFIXES {
        let kept = at(directory, &format!("rollcall.db.before-restore{suffix}"));
        let _ = fs::copy(kept, at(aside.path(), &format!("rollcall.db{suffix}")));
    }
    ids(aside.path()).await
}

/// Starts and checks that the new database is in place, and the old one kept.
async fn swapped(directory: &Path) {
    let kept = start(directory).await.expect(WORKS).expect("something is staged");
    assert_eq!(kept, at(directory, "rollcall.db.before-restore"));
    assert_eq!(ids(directory).await, ["new"]);
    assert_eq!(kept_ids(directory).await, ["old"]);
    assert!(Store::staged(directory).await.expect(WORKS).is_none());
    assert_eq!(start(directory).await.expect(WORKS), None, "once");
    let store = Store::open(directory).await.expect(WORKS);
    assert_eq!(store.apps().await.expect(WORKS), [app("new")]);
    store.close().await;
}

/// Writes to a database behind the program's back.
async fn meddle(file: &Path, statement: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection: SqliteConnection = options.connect().await.expect(WORKS);
    sqlx::query(statement).execute(&mut connection).await.expect(WORKS);
    connection.close().await.expect(WORKS);
}

#[tokio::test]
async fn what_is_staged_takes_the_place_at_the_start_and_the_old_one_is_kept() {
    let scratch = staged().await;
    assert_eq!(ids(scratch.path()).await, ["old"], "nothing changes before the start");
    let told = Store::staged(scratch.path()).await.unwrap().expect("it is staged");
    assert_eq!((told.contents.apps, told.contents.people), (vec![app("new")], 0));
    assert!(told.at > 0 && told.contents.bytes > 0);
    swapped(scratch.path()).await;
    let store = Store::open(scratch.path()).await.unwrap();
    let change = store.change(1).await.unwrap().expect("it is recorded in the new one");
    assert_eq!((change.kind, change.actor.as_str()), (ChangeKind::Restore, "ana"));
}

#[tokio::test]
async fn a_kill_before_any_step_of_the_swap_is_made_good_by_the_next_start() {
    type Step = fn(&Path);
    let steps: [(&str, Step); 6] = [
        ("an older one that was kept is half removed", |directory| {
            fs::write(at(directory, "rollcall.db.before-restore"), "old and cut off").unwrap();
            fs::write(at(directory, "rollcall.db.before-restore-wal"), "another's log").unwrap();
        }),
        ("the log has its second name", |directory| {
            let [log, kept] = ["rollcall.db-wal", "rollcall.db.before-restore-wal"]
                .map(|name| at(directory, name));
            fs::hard_link(log, kept).unwrap();
        }),
        ("both have their second names", |directory| {
            for suffix in ["-wal", ""] {
                let [file, kept] = ["rollcall.db", "rollcall.db.before-restore"]
                    .map(|name| at(directory, &format!("{name}{suffix}")));
                fs::hard_link(file, kept).unwrap();
            }
        }),
        ("a copy in place of the second name is cut off", |directory| {
            let whole = fs::read(at(directory, "rollcall.db")).unwrap();
            let kept = at(directory, "rollcall.db.before-restore");
            fs::write(kept, &whole[..whole.len() / 2]).unwrap();
        }),
        ("another file was being taken in", |directory| {
            fs::write(at(directory, "rollcall.db.incoming"), "half").unwrap();
            fs::write(at(directory, "rollcall.db.incoming-wal"), "a log").unwrap();
        }),
        ("the shared memory is gone", |directory| {
            fs::remove_file(at(directory, "rollcall.db-shm")).unwrap();
        }),
    ];
    for (what, step) in steps {
        let scratch = staged().await;
        step(scratch.path());
        assert_eq!(ids(scratch.path()).await, ["old"], "{what}: the old one is whole");
        swapped(scratch.path()).await;
    }
}

#[tokio::test]
async fn a_kill_after_the_log_was_folded_leaves_the_old_one_whole_in_one_file() {
    let scratch = staged().await;
    let file = at(scratch.path(), "rollcall.db");
    meddle(&file, "PRAGMA journal_mode = DELETE").await;
    assert!(!at(scratch.path(), "rollcall.db-wal").exists());
    assert_eq!(ids(scratch.path()).await, ["old"]);
    fs::hard_link(&file, at(scratch.path(), "rollcall.db.before-restore")).unwrap();
    swapped(scratch.path()).await;
}

#[tokio::test]
async fn a_kill_after_the_rename_leaves_the_new_one_and_nothing_to_do() {
    let scratch = staged().await;
    meddle(&at(scratch.path(), "rollcall.db"), "PRAGMA journal_mode = DELETE").await;
    let name = |name| at(scratch.path(), name);
    fs::hard_link(name("rollcall.db"), name("rollcall.db.before-restore")).unwrap();
    fs::rename(name("rollcall.db.restore"), name("rollcall.db")).unwrap();
    assert_eq!(start(scratch.path()).await.unwrap(), None);
    assert_eq!(ids(scratch.path()).await, ["new"]);
    assert_eq!(kept_ids(scratch.path()).await, ["old"]);
}

#[tokio::test]
async fn where_there_is_no_database_the_staged_one_becomes_it_without_the_log_of_another() {
    let scratch = staged().await;
    fs::remove_file(at(scratch.path(), "rollcall.db")).unwrap();
    start(scratch.path()).await.unwrap().expect("it is staged");
    assert_eq!(ids(scratch.path()).await, ["new"]);
    assert!(!at(scratch.path(), "rollcall.db-wal").exists());
}

#[tokio::test]
async fn a_log_that_a_kill_left_of_what_was_taken_in_is_not_taken_for_that_of_the_next() {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    killed(scratch.path(), "old").await;
    for suffix in ["", "-wal"] {
        let [from, to] = ["rollcall.db", "rollcall.db.incoming"]
            .map(|name| at(scratch.path(), &format!("{name}{suffix}")));
        fs::copy(from, to).unwrap();
    }
    stage(scratch.path(), &database(other.path(), "new").await).await.unwrap();
    swapped(scratch.path()).await;
}

#[tokio::test]
async fn a_damaged_database_does_not_stand_in_the_way() {
    let scratch = staged().await;
    let file = |name: &str| at(scratch.path(), name);
    fs::write(file("rollcall.db"), "nothing of use").unwrap();
    // With its log alone SQLite would mend it.
    fs::write(file("rollcall.db-wal"), "nor is this").unwrap();
    start(scratch.path()).await.unwrap().expect("it is staged");
    assert_eq!(ids(scratch.path()).await, ["new"]);
    assert!(fs::read(file("rollcall.db.before-restore")).unwrap() == b"nothing of use");
    assert!(!file("rollcall.db-wal").exists());
}

#[tokio::test]
async fn while_another_program_has_the_database_open_nothing_is_swapped() {
    let scratch = staged().await;
    let reader = Store::open(scratch.path()).await.unwrap();
    assert_eq!(reader.apps().await.unwrap(), [app("old")]);
    assert!(matches!(start(scratch.path()).await, Err(OpenError::Database(..))));
    assert_eq!(reader.apps().await.unwrap(), [app("old")]);
    reader.close().await;
    swapped(scratch.path()).await;
}

#[tokio::test]
async fn what_is_no_database_of_this_version_is_refused_and_leaves_no_trace() {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    database(scratch.path(), "old").await;
    let good = database(other.path(), "new").await;
    let file = at(other.path(), "file");
    let refused = async |what: fn(&RestoreError) -> bool, told: &str| {
        let error = stage(scratch.path(), &file).await.unwrap_err();
        assert!(what(&error) && error.to_string().contains(told), "{error}");
        assert!(Store::staged(scratch.path()).await.unwrap().is_none());
        let left = fs::read_dir(scratch.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["restore-lock", "rollcall.db"], "{told}");
    };
    for garbage in ["", "SQLite", "something else altogether, and longer than a header"] {
        fs::write(&file, garbage).unwrap();
        refused(|error| matches!(error, RestoreError::NoDatabase), "no SQLite database").await;
    }
    fs::remove_file(&file).unwrap();
    let empty = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    empty.connect().await.unwrap().close().await.unwrap();
    meddle(&file, "CREATE TABLE apps (id TEXT)").await;
    refused(|error| matches!(error, RestoreError::NotRollcall), "not one of Rollcall").await;

    fs::copy(&good, &file).unwrap();
    meddle(
        &file,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (1000, 'later', 1, x'00', 0)",
    )
    .await;
    refused(|error| matches!(error, RestoreError::Newer), "newer Rollcall").await;
    fs::copy(&good, &file).unwrap();
    meddle(&file, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1").await;
    refused(|error| matches!(error, RestoreError::NotRollcall), "not one of Rollcall").await;

    let mut cut = fs::read(&good).unwrap();
    cut.truncate(cut.len() / 2);
    fs::write(&file, cut).unwrap();
    refused(|error| matches!(error, RestoreError::Corrupt), "damaged").await;
}

#[tokio::test]
async fn what_a_killed_server_left_is_restored_with_its_log() {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    database(scratch.path(), "old").await;
    killed(other.path(), "new").await;
    stage(scratch.path(), &at(other.path(), "rollcall.db")).await.unwrap();
    swapped(scratch.path()).await;
}

#[tokio::test]
async fn one_file_at_a_time_is_taken_in() {
    let scratch = staged().await;
    let first = Incoming::begin(scratch.path()).unwrap();
    assert!(matches!(Incoming::begin(scratch.path()), Err(RestoreError::UnderWay)));
    drop(first);
    Incoming::begin(scratch.path()).unwrap();
    assert!(Store::discard_staged(scratch.path()).unwrap());
    assert!(!Store::discard_staged(scratch.path()).unwrap());
    assert_eq!(start(scratch.path()).await.unwrap(), None);
    assert_eq!(ids(scratch.path()).await, ["old"]);
}

#[tokio::test]
async fn sessions_and_the_code_of_the_console_do_not_come_back() {
    let (scratch, other) = (Scratch::new(), Scratch::new());
    let (session, code) = (TokenHash([1; 32]), TokenHash([2; 32]));
    let store = Store::open(other.path()).await.unwrap();
    store.open_program_session(&session, 1).await.unwrap();
    store.replace_code(&code, 1).await.unwrap();
    store.close().await;
    fs::create_dir_all(scratch.path()).unwrap();
    stage(scratch.path(), &at(other.path(), "rollcall.db")).await.unwrap();
    start(scratch.path()).await.unwrap().expect("it is staged");
    let store = Store::open(scratch.path()).await.unwrap();
    assert!(store.program_session(&session, 2).await.unwrap().is_none());
    assert!(!store.is_code(&code, 2).await.unwrap());
}

#[tokio::test]
async fn a_staged_file_that_this_version_cannot_serve_stops_the_start_and_nothing_else() {
    let scratch = staged().await;
    fs::write(at(scratch.path(), "rollcall.db.restore"), "put here by hand").unwrap();
    let error = start(scratch.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Restore(..)), "{error}");
    assert!(error.to_string().contains("without that file"), "{error}");
    let foreseen = Store::peek_next_start(scratch.path()).await.unwrap_err();
    assert_eq!(foreseen.to_string(), error.to_string());
    assert_eq!(ids(scratch.path()).await, ["old"]);
}
