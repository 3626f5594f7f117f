//! `rollcall apps add`, `set` and `remove`: changes of the database, beside a running server or
//! without one.
//!
//! All that can be wrong is checked in the transaction that writes, with the eyes of the server:
//! what is written here is what it will be able to serve. A server that runs notices by itself
//! (`follow.rs`).

use std::env;

use rollcall_node::config::{self, Config, Duplicate};
use rollcall_store::{AppRow, AppsEdit, KeyRow, Store};

use crate::apps::{json_details, print};
use crate::catalogue::{Catalogue, Entry, stored};
use crate::cli::{Format, Secrets};
use crate::failure::Failure;
use crate::first_start::{self, PAIR_BYTES};
use crate::now::unix_millis;
use crate::show_secret::ShowSecret;

/// Adds an app, with a key and a secret drawn unless `words` give some. An app that is there
/// already, and as wanted, is success as well, so that a script may run twice.
pub(crate) async fn add(
    config: &Config,
    id: &str,
    words: &[String],
    format: Format,
) -> Result<(), Failure> {
    check_id(id)?;
    refuse_declared(config, id)?;
    let new = config::edited_app(&blank(id)?, words, unix_millis())?;
    tell_of_a_new_database(config)?;
    let store = Store::open(&config.data).await?;
    let mut edit = store.edit_apps().await?;
    let rows = edit.apps().await?;
    let row = match rows.iter().find(|row| row.id == id) {
        Some(row) => unchanged(row, words)?,
        None => {
            check(config, &rows, None, Some(&new))?;
            edit.insert(&new, unix_millis()).await.map_err(Failure::Write)?;
            new
        }
    };
    finish(store, edit).await?;
    tell_added(config, &row, format)
}

/// Changes settings of an app.
pub(crate) async fn set(config: &Config, id: &str, words: &[String]) -> Result<(), Failure> {
    let store = open_existing(config, id).await?;
    let mut edit = store.edit_apps().await?;
    let rows = edit.apps().await?;
    let old = find(config, &rows, id)?;
    let new = config::edited_app(old, words, unix_millis())?;
    let changes = new != *old;
    if changes {
        check(config, &rows, Some(old), Some(&new))?;
        edit.update(&new).await.map_err(Failure::Write)?;
    }
    finish(store, edit).await?;
    print(&match changes {
        true => format!("The app {id} is changed.\n{}", bridge_note(old, &new)),
        false => format!("The app {id} is so already.\n"),
    });
    Ok(())
}

/// The one setting that a running server does not obey (`follow.rs`).
fn bridge_note(old: &AppRow, new: &AppRow) -> &'static str {
    let bridge = |row| config::stored_app(row).map(|app| app.bridge);
    match (bridge(old), bridge(new)) {
        (Ok(before), Ok(after)) if before != after => {
            "The status page switches its bridge when the server starts.\n"
        }
        _ => "",
    }
}

/// Removes an app.
pub(crate) async fn remove(config: &Config, id: &str) -> Result<(), Failure> {
    let store = open_existing(config, id).await?;
    let mut edit = store.edit_apps().await?;
    let rows = edit.apps().await?;
    let old = find(config, &rows, id)?;
    check(config, &rows, Some(old), None)?;
    edit.remove(id).await?;
    finish(store, edit).await?;
    print(&format!("The app {id} is removed.\n"));
    Ok(())
}

/// Digits, because some server libraries take nothing else; few enough for a JavaScript number.
fn check_id(id: &str) -> Result<(), Failure> {
    let fits = (1..=15).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(()).ok_or_else(|| Failure::BadAppId(id.to_owned()))
}

fn refuse_declared(config: &Config, id: &str) -> Result<(), Failure> {
    config.declared.get(id).map_or(Ok(()), |declared| {
        Err(Failure::FixedApp { id: id.to_owned(), place: declared.place.clone() })
    })
}

async fn open_existing(config: &Config, id: &str) -> Result<Store, Failure> {
    refuse_declared(config, id)?;
    match Store::exists(&config.data)? {
        true => Ok(Store::open(&config.data).await?),
        false => Err(Failure::NoDatabase(config.data.clone())),
    }
}

/// Beside a server that runs, a directory without a database is the wrong one.
fn tell_of_a_new_database(config: &Config) -> Result<(), Failure> {
    if !Store::exists(&config.data)? {
        eprintln!("rollcall: there is no database in {} yet; making one", config.data.display());
    }
    Ok(())
}

fn find<'a>(config: &Config, rows: &'a [AppRow], id: &str) -> Result<&'a AppRow, Failure> {
    rows.iter().find(|row| row.id == id).ok_or_else(|| {
        let stored = rows.iter().map(|row| row.id.clone());
        let known = stored.chain(config.declared.keys().cloned()).collect();
        Failure::NoApp { id: id.to_owned(), known }
    })
}

fn blank(id: &str) -> Result<AppRow, Failure> {
    let mut random = [0; PAIR_BYTES];
    getrandom::fill(&mut random).map_err(Failure::Random)?;
    Ok(AppRow {
        id: id.to_owned(),
        name: String::new(),
        settings_json: "{}".to_owned(),
        keys: vec![first_start::key_pair(&random, unix_millis())],
    })
}

/// An app that is there, if `words` say nothing new of it.
fn unchanged(row: &AppRow, words: &[String]) -> Result<AppRow, Failure> {
    let wanted = config::edited_app(row, words, unix_millis())?;
    (wanted == *row).then_some(wanted).ok_or_else(|| Failure::AppExists(row.id.clone()))
}

/// Whether the server could serve the apps with `new` in the place of `old`.
fn check(
    config: &Config,
    rows: &[AppRow],
    old: Option<&AppRow>,
    new: Option<&AppRow>,
) -> Result<(), Failure> {
    // An app that cannot be read must not be in the way of its own repair, nor of that of others.
    let readable: Vec<_> = rows.iter().filter(|row| stored(row).is_ok()).cloned().collect();
    let others: Vec<_> = readable.iter().filter(|&row| Some(row) != old).cloned().collect();
    let before = Catalogue::new(config, &readable);
    let is_status_app =
        old.is_some_and(|old| before.is_ok_and(|before| before.is_status_app(config, &old.id)));
    let Some(new) = new else {
        let id = || old.map(|old| old.id.clone()).unwrap_or_default();
        return if is_status_app { Err(Failure::StatusAppStays(id())) } else { Ok(()) };
    };
    let named = |row: &AppRow| row.name == first_start::NAME;
    if config.status_app.is_none() && named(new) != old.is_some_and(named) {
        return Err(Failure::StatusAppName);
    }
    refuse_taken(config, &others, new)?;
    let after = Catalogue::new(config, &[&others[..], std::slice::from_ref(new)].concat())?;
    if is_status_app { after.status_app(config).map(|_| ()) } else { Ok(()) }
}

/// Whether another app has one of the keys, and which.
fn refuse_taken(config: &Config, others: &[AppRow], new: &AppRow) -> Result<(), Failure> {
    let others = Catalogue::new(config, others)?;
    for (position, KeyRow { key, .. }) in new.keys.iter().enumerate() {
        if new.keys[..position].iter().any(|other| other.key == *key) {
            return Err(Duplicate::Key(key.clone()).into());
        }
        let has = |entry: &&Entry| entry.app.keys.iter().any(|other| other.key == *key);
        if let Some(owner) = others.entries().iter().find(has) {
            let owner = owner.app.id.to_string();
            return Err(Failure::KeyTaken { key: key.clone(), owner });
        }
    }
    Ok(())
}

async fn finish(store: Store, edit: AppsEdit) -> Result<(), Failure> {
    edit.commit().await?;
    store.close().await;
    Ok(())
}

fn tell_added(config: &Config, row: &AppRow, format: Format) -> Result<(), Failure> {
    let program = env::args().next().unwrap_or_else(|| "rollcall".to_owned());
    let secret = ShowSecret { program: &program, config, id: &row.id };
    let keys = row.keys.iter().map(|key| format!("key     {}\n", key.key));
    print(&match format {
        Format::Json => format!("{:#}\n", json_details(&stored(row)?, Secrets::Hidden)),
        Format::Table => {
            format!("id      {}\n{}secret  shown by: {secret}\n", row.id, keys.collect::<String>())
        }
    });
    Ok(())
}
