//! `GET session`: who is signed in, and what the page needs to start.

use axum::extract::State;
use axum::response::IntoResponse;
use rollcall_store::SignedInAs;
use rollcall_web::{Asker, HasSite, json};
use serde_json::{Value, json as object};

use crate::console::Console;
use crate::failure::Failure;
use crate::operator_name::COMMAND_LINE;

/// Answers everybody.
pub(crate) async fn session(
    State(console): State<Console>,
    asker: Asker,
) -> Result<impl IntoResponse, Failure> {
    let body = match console.session(&asker).await? {
        Some(session) => match &session.who {
            SignedInAs::Operator(_, name) => signed_in(&console, &asker, name),
            SignedInAs::Program => signed_in(&console, &asker, COMMAND_LINE),
        },
        None => object!({
            "signed_in": false,
            "setup_needed": console.0.store.operator().await?.is_none(),
            "version": console.0.settings.version,
        }),
    };
    Ok(json(body.to_string()))
}

/// What somebody who is signed in is told.
pub(super) fn signed_in(console: &Console, asker: &Asker, name: &str) -> Value {
    let own = asker.own.as_ref().map(ToString::to_string).unwrap_or_default();
    object!({
        "signed_in": true,
        "operator": { "name": name },
        "version": console.0.settings.version,
        "public_url": format!("{own}{}", console.site().path_prefix()),
        "live": { "key": console.0.live.key(), "channel_prefix": "private-" },
    })
}
