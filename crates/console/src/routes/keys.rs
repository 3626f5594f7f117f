//! The keys of an app (docs/console.md 2.3). Several pairs are good at once, so that a new one can be
//! spread before the old one goes; nobody is disconnected by either.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use rollcall_store::{AppRow, ChangeKind, NewChange};
use rollcall_web::json;
use serde_json::json as object;

use super::path::InPath;
use super::sign_in::SUCCESS;
use crate::apps::{KeyBody, KeyPair};
use crate::console::Console;
use crate::draw::{self, PAIR_BYTES};
use crate::failure::{AppFailure, Failure};
use crate::signed_in::SignedIn;

/// Draws one more pair.
pub(crate) async fn add(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let mut random = [0; PAIR_BYTES];
    getrandom::fill(&mut random)?;
    let pair = draw::key_pair(random, console.now());
    let changing = console.changing().await?;
    let old = changing.find(&id)?;
    if old.keys.len() >= MOST_KEYS {
        return Err(AppFailure::TooManyKeys.into());
    }
    let mut new = old.clone();
    new.keys.push(pair.clone());
    changing.finish(signed_in.by(), Some(&old), Some(&new)).await?;
    let (pair, maker) = (KeyPair::from(&pair), signed_in.by().actor);
    let body = object!({ "key": KeyBody::new(&pair, None, Some(maker)) });
    Ok((StatusCode::CREATED, json(body.to_string())))
}

/// Shows a secret, which is recorded first.
pub(crate) async fn reveal(
    State(console): State<Console>,
    InPath((id, key)): InPath<(String, String)>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let app = console.app(&id).await?;
    let pair = app.keys.iter().find(|pair| pair.key == key).ok_or(AppFailure::NoKey)?;
    let after = object!({ "key": pair.key }).to_string();
    let change = signed_in.by().change(ChangeKind::KeyRevealed, &id, console.now());
    console.0.store.record(&NewChange { after: Some(&after), ..change }).await?;
    Ok(json(object!({ "secret": pair.secret }).to_string()))
}

/// Takes a pair out. Connections that came with it stay; nothing new comes with it.
pub(crate) async fn remove(
    State(console): State<Console>,
    InPath((id, key)): InPath<(String, String)>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let changing = console.changing().await?;
    let old = changing.find(&id)?;
    let (gone, keys): (Vec<_>, Vec<_>) = old.keys.iter().cloned().partition(|pair| pair.key == key);
    match (gone.is_empty(), keys.is_empty()) {
        (true, _) => return Err(AppFailure::NoKey.into()),
        (false, true) => return Err(AppFailure::LastKey.into()),
        (false, false) => {}
    }
    let new = AppRow { keys, ..old.clone() };
    changing.finish(signed_in.by(), Some(&old), Some(&new)).await?;
    Ok(json(SUCCESS.to_owned()))
}

/// Two are needed for a rotation; more are for several back ends.
const MOST_KEYS: usize = 20;
