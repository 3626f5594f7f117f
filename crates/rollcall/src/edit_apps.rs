//! `rollcall apps add`, `set` and `remove`: changes of the database, beside a running server or
//! without one.
//!
//! All that can be wrong is checked in the transaction that writes, with the eyes of the server:
//! what is written here is what it will be able to serve. A server that runs notices by itself
//! (`follow.rs`).

use std::env;

use rollcall_console::{By, PAIR_BYTES, key_pair, record};
use rollcall_node::config::{self, Config};
use rollcall_store::{AppRow, AppsEdit, Store};

use crate::apps::{json_details, print};
use crate::catalogue::stored;
use crate::cli::{Format, Secrets};
use crate::failure::{AppFailure, Failure};
use crate::judge::{check, refuse_declared};
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
            write_down(&mut edit, None, Some(&new)).await?;
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
        write_down(&mut edit, Some(old), Some(&new)).await?;
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
    write_down(&mut edit, Some(old), None).await?;
    finish(store, edit).await?;
    print(&format!("The app {id} is removed.\n"));
    Ok(())
}

/// Digits, because some server libraries take nothing else; few enough for a JavaScript number.
fn check_id(id: &str) -> Result<(), AppFailure> {
    let fits = (1..=15).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(()).ok_or_else(|| AppFailure::BadId(id.to_owned()))
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

fn find<'a>(config: &Config, rows: &'a [AppRow], id: &str) -> Result<&'a AppRow, AppFailure> {
    rows.iter().find(|row| row.id == id).ok_or_else(|| {
        let stored = rows.iter().map(|row| row.id.clone());
        let known = stored.chain(config.declared.keys().cloned()).collect();
        AppFailure::Unknown { id: id.to_owned(), known }
    })
}

fn blank(id: &str) -> Result<AppRow, Failure> {
    let mut random = [0; PAIR_BYTES];
    getrandom::fill(&mut random).map_err(Failure::Random)?;
    Ok(AppRow {
        id: id.to_owned(),
        name: String::new(),
        settings_json: "{}".to_owned(),
        keys: vec![key_pair(random, unix_millis())],
    })
}

/// An app that is there, if `words` say nothing new of it.
fn unchanged(row: &AppRow, words: &[String]) -> Result<AppRow, Failure> {
    let wanted = config::edited_app(row, words, unix_millis())?;
    match wanted == *row {
        true => Ok(wanted),
        false => Err(AppFailure::Exists(row.id.clone()).into()),
    }
}

/// Records the change with the change itself (docs/console.md 2.4).
async fn write_down(
    edit: &mut AppsEdit,
    old: Option<&AppRow>,
    new: Option<&AppRow>,
) -> Result<(), Failure> {
    let Some(app) = old.or(new) else { return Ok(()) };
    let differences = config::differences(old, new);
    record(edit, By::COMMAND_LINE, &app.id, &differences, unix_millis()).await?;
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
