//! The program itself (docs/console.md 2.7): what it is, sending everybody elsewhere, and a copy of
//! its database.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use rollcall_node::config::{Config, Place, SERVER, Setting};
use rollcall_store::{ChangeKind, NewChange, Store, StoreError};
use rollcall_web::{CommonFailure, FieldProblem, Fields, json};
use serde::Serialize;
use serde_json::json as object;
use tokio::time::timeout;

use super::restore;
use super::sign_in::SUCCESS;
use crate::backup::Backup;
use crate::console::{Console, Licence};
use crate::failure::{BackupFailure, Failure};
use crate::signed_in::SignedIn;

/// What it is, how it was started, and what it says of itself.
pub(crate) async fn system(State(console): State<Console>) -> Result<impl IntoResponse, Failure> {
    let settings = &console.0.settings;
    let config = &settings.config;
    let options: Vec<_> = SERVER.iter().map(|setting| OptionBody::new(setting, config)).collect();
    let licences: Vec<_> = settings.licences.iter().map(LicenceBody::from).collect();
    let body = object!({
        "version": settings.version,
        "started_at": console.0.started_at,
        "data_directory": absolute(&config.data),
        "database_bytes": database_bytes(&config.data).await,
        "options": options,
        "log": settings.log.lines(),
        "licences": licences,
        "draining": console.0.node.is_draining(),
        "restore": restore::staged(&console).await,
        "restore_most_bytes": restore::most_bytes(&config.data).await,
    });
    Ok(json(body.to_string()))
}

/// Sends everybody elsewhere and ends the program, if that is what was typed.
pub(crate) async fn drain(
    State(console): State<Console>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    if Fields::read_json(request).await?.text("confirm")? != "drain" {
        return Err(Failure::of_field("confirm", FieldProblem::Malformed));
    }
    record(&console, &signed_in, ChangeKind::Drain).await?;
    console.0.settings.drain.notify_one();
    Ok(json(SUCCESS.to_owned()))
}

/// A copy of the database as it is now, as a file to keep.
pub(crate) async fn backup(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let copying = Arc::clone(&console.0.copying);
    let alone = timeout(WAIT, copying.lock_owned()).await.map_err(|_| BackupFailure::UnderWay)?;
    record(&console, &signed_in, ChangeKind::Backup).await?;
    let backup = Backup::make(console, alone).await.map_err(|error| {
        tracing::error!(%error, "no copy of the database can be made");
        CommonFailure::Internal
    })?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.sqlite3")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"rollcall-backup.sqlite\""),
        ),
        (header::CONTENT_LENGTH, backup.bytes.into()),
    ];
    Ok((headers, backup.into_body(PATIENCE)))
}

async fn record(
    console: &Console,
    signed_in: &SignedIn,
    kind: ChangeKind,
) -> Result<(), StoreError> {
    let change = signed_in.by().change(kind, "", console.now());
    console.0.store.record(&NewChange { app: None, ..change }).await?;
    Ok(())
}

/// An option of the program, and where its value comes from. A secret is not told.
#[derive(Serialize)]
struct OptionBody<'a> {
    key: &'static str,
    value: &'a str,
    source: &'static str,
    place: Option<String>,
}

impl<'a> OptionBody<'a> {
    fn new(setting: &Setting<Config>, config: &'a Config) -> Self {
        let place = config.places.get(setting.key);
        Self {
            key: setting.key,
            value: config.values.get(setting.key).map_or(setting.default.as_str(), String::as_str),
            source: match place {
                Some(Place::Flag(_)) => "flag",
                Some(Place::Variable(_)) => "variable",
                Some(_) => "file",
                None => "default",
            },
            place: place.map(ToString::to_string),
        }
    }
}

#[derive(Serialize)]
struct LicenceBody {
    name: &'static str,
    version: &'static str,
    licence: &'static str,
}

impl From<&Licence> for LicenceBody {
    fn from(&Licence { name, version, licence }: &Licence) -> Self {
        Self { name, version, licence }
    }
}

/// The directory, which may have been named relative to where the program was started.
fn absolute(directory: &Path) -> String {
    std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned()).display().to_string()
}

/// The database and its log; nothing for what cannot be looked at.
async fn database_bytes(directory: &Path) -> u64 {
    let mut bytes = 0;
    for file in Store::files(directory) {
        bytes += tokio::fs::metadata(file).await.map_or(0, |metadata| metadata.len());
    }
    bytes
}

/// How long a backup waits for the one before: its file takes a moment to go once it has arrived.
const WAIT: Duration = Duration::from_secs(1);

/// How long who is sent one may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);
