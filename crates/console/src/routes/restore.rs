//! Restoring a backup (docs/console.md 2.7): a database is sent, checked and staged, and takes the
//! place of the present one when the server starts the next time.

use std::io;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use rollcall_store::{ChangeKind, Incoming, NewChange, RestoreError, Staged, Store};
use rollcall_web::{CommonFailure, json, media_type};
use serde_json::{Value, json as object};
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::sign_in::SUCCESS;
use crate::console::Console;
use crate::failure::{BackupFailure, Failure};
use crate::record::restore_details;
use crate::signed_in::SignedIn;

/// Takes a database in and stages it, if the server could serve from it.
pub(crate) async fn stage(
    State(console): State<Console>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    if media_type(request.headers()) != "application/octet-stream" {
        return Err(BackupFailure::NoOctetStream.into());
    }
    let most = most_bytes(&console.0.settings.config.data).await;
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|bytes| bytes.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > most) {
        return Err(BackupFailure::TooLarge(most).into());
    }
    let incoming = Incoming::begin(&console.0.settings.config.data)?;
    receive(request.into_body(), incoming.path(), most).await?;
    let contents = incoming.check().await?;
    console.0.settings.judge.judge_all(&contents.apps)?;
    let now = console.now();
    let after = restore_details(&contents).to_string();
    let change = signed_in.by().change(ChangeKind::Restore, "", now);
    let change = NewChange { app: None, after: Some(&after), ..change };
    // In the present database too: whoever is asked later may have either.
    console.0.store.record(&change).await?;
    incoming.stage(&change).await?;
    tracing::info!("a database is staged and takes the place of this one at the next start");
    let message = "It takes the place of the database when the server starts the next time.";
    Ok(json(object!({ "message": message, "restore": staged(&console).await }).to_string()))
}

/// Discards what is staged.
pub(crate) async fn discard(
    State(console): State<Console>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let directory = &console.0.settings.config.data;
    let before = match Store::staged(directory).await {
        Ok(Some(Staged { contents, .. })) => restore_details(&contents).to_string(),
        Ok(None) => return Err(BackupFailure::NothingStaged.into()),
        // What cannot be read, somebody has put there by hand.
        Err(_) => "{}".to_owned(),
    };
    let change = signed_in.by().change(ChangeKind::Restore, "", console.now());
    let change = NewChange { app: None, before: Some(&before), ..change };
    console.0.store.record(&change).await?;
    match Store::discard_staged(directory)? {
        true => Ok(json(SUCCESS.to_owned())),
        false => Err(BackupFailure::NothingStaged.into()),
    }
}

/// What is staged, as it is told, or `null`.
pub(crate) async fn staged(console: &Console) -> Value {
    match Store::staged(&console.0.settings.config.data).await {
        Ok(None) => Value::Null,
        Ok(Some(Staged { at, contents })) => {
            let mut body = restore_details(&contents);
            body["at"] = at.into();
            body
        }
        Err(error) => {
            tracing::warn!(%error, "what is staged cannot be read");
            let unknown = Value::Null;
            object!({ "at": 0, "bytes": 0, "apps": unknown, "people": unknown, "newest_change": unknown })
        }
    }
}

/// How much may be sent: what there is room for, with some left for the server to go on.
pub(crate) async fn most_bytes(directory: &Path) -> u64 {
    let directory = directory.to_owned();
    let free = tokio::task::spawn_blocking(move || {
        let disk = rustix::fs::statvfs(&directory).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    });
    let free = free.await.ok().flatten().unwrap_or(u64::MAX);
    free.saturating_sub(RESERVE_BYTES).min(MOST_BYTES)
}

/// Writes what comes to disk as it comes.
async fn receive(mut body: Body, path: &Path, most: u64) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::from(RestoreError::of_file(path, error));
    let mut file = OpenOptions::new().write(true).open(path).await.map_err(failed)?;
    let mut bytes = 0;
    while let Some(frame) = next(&mut body).await? {
        bytes += frame.len() as u64;
        if bytes > most {
            return Err(BackupFailure::TooLarge(most).into());
        }
        file.write_all(&frame).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    // SQLite's locks end when any handle of the file is closed, so this one must be gone.
    drop(file.into_std().await);
    Ok(())
}

/// The next part of a body, for which nobody is waited for longer than [`SILENCE`].
async fn next(body: &mut Body) -> Result<Option<axum::body::Bytes>, CommonFailure> {
    loop {
        let frame = timeout(SILENCE, body.frame()).await.map_err(|_| CommonFailure::BrokenBody)?;
        match frame
            .transpose()
            .map_err(|_| CommonFailure::BrokenBody)?
            .map(|frame| frame.into_data())
        {
            None => return Ok(None),
            Some(Ok(data)) => return Ok(Some(data)),
            // What may follow a body is none of it.
            Some(Err(_)) => {}
        }
    }
}

const MOST_BYTES: u64 = 4 << 30;
const RESERVE_BYTES: u64 = 64 << 20;
const SILENCE: Duration = Duration::from_secs(60);
