//! Who is signed in: `GET /isLoggedIn` as the tutorial asks, `GET /api/session` for our page.

use axum::extract::State;
use axum::response::IntoResponse;
use rollcall_store::Account;
use rollcall_web::{Asker, json};
use serde::Serialize;

use crate::app::{LOBBY, StatusApp};
use crate::cookies;
use crate::failure::Failure;

/// What the tutorial's page takes for success.
pub(crate) const SUCCESS: &str = r#"{"success":true,"error":false}"#;

/// Always 200 (docs/status.md section 0 "Answers"), and never a cookie (S10).
pub(crate) async fn is_logged_in(
    State(app): State<StatusApp>,
    asker: Asker,
) -> Result<impl IntoResponse, Failure> {
    let authenticated = app.signed_in(&asker).await?.is_some();
    Ok(json(format!(r#"{{"authenticated":{authenticated}}}"#)))
}

/// What our page needs to start.
pub(crate) async fn session(
    State(app): State<StatusApp>,
    asker: Asker,
) -> Result<impl IntoResponse, Failure> {
    let app_id = &app.0.settings.app_id;
    let credentials = app.0.node.app(app_id).ok_or(Failure::AppUnavailable)?;
    let signed_in = app.signed_in(&asker).await?;
    let device = names_of_device(&app, &asker).await?;
    let session = SessionBody {
        app_key: &credentials.key,
        channel: LOBBY,
        user: signed_in.as_ref().map(|signed_in| UserBody::from(&signed_in.account)),
        device: &device,
        now: app.now(),
    };
    Ok(json(serde_json::to_string(&session).expect("texts and numbers always serialise")))
}

async fn names_of_device(app: &StatusApp, asker: &Asker) -> Result<Vec<String>, Failure> {
    match asker.token(&cookies::DEVICE_KEY) {
        Some(key) => Ok(app.0.store.names_of_device(&key.hash(), app.now()).await?),
        None => Ok(Vec::new()),
    }
}

#[derive(Serialize)]
struct SessionBody<'a> {
    app_key: &'a str,
    channel: &'a str,
    user: Option<UserBody<'a>>,
    /// The names that this browser may sign in to again, the one used last first.
    device: &'a [String],
    now: i64,
}

#[derive(Serialize)]
struct UserBody<'a> {
    name: &'a str,
    status: &'a str,
    rev: u64,
    updated_at: i64,
}

impl<'a> From<&'a Account> for UserBody<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            name: &account.name,
            status: &account.status,
            rev: account.rev,
            updated_at: account.updated_at,
        }
    }
}
