//! The settings of an app (docs/console.md 2.4).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_node::config::changed_app;
use rollcall_web::{Fields, json};
use serde_json::json as object;

use super::path::InPath;
use crate::console::Console;
use crate::failure::Failure;
use crate::record::ChangeBody;
use crate::settings::settings_of;
use crate::signed_in::SignedIn;

/// All settings with their values.
pub(crate) async fn list(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    let app = console.app(&id).await?;
    let body = object!({ "fixed": app.fixed, "settings": settings_of(&app) });
    Ok(json(body.to_string()))
}

/// Takes `changes`: values by the keys of settings, `null` for the default. All count, or none.
pub(crate) async fn change(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let fields = Fields::read_json_within(request, MOST_BYTES).await?;
    let changing = console.changing().await?;
    let old = changing.find(&id)?;
    let new = changed_app(&old, fields.object("changes")?)?;
    let change = changing.finish(signed_in.by(), Some(&old), Some(&new)).await?;
    let change = change.map(|change| ChangeBody::new(change, Some(&new)));
    let body = object!({ "settings": settings_of(&console.app(&id).await?), "change": change });
    Ok(json(body.to_string()))
}

/// The longest lists that settings take, such as a thousand users of 200 characters, fit.
const MOST_BYTES: usize = 1 << 20;
