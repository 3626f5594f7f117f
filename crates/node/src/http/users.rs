//! `POST /apps/{id}/users/{user}/terminate_connections`: a back end sends a signed-in user away
//! (docs/protocol.md 6.6).

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::auth::Signed;
use super::error::HttpError;
use crate::handle::NodeHandle;

/// Closes the connections of a user, if there are any. SDKs send an empty object, of which nothing
/// matters.
pub(crate) async fn terminate(
    State(node): State<NodeHandle>,
    path: Result<Path<(String, String)>, PathRejection>,
    Signed { tenant, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let Path((_, user)) = path.map_err(|_| HttpError::PathNotText)?;
    node.terminate_user(tenant.app.id.as_str(), &user)?;
    Ok(Json(json!({})))
}
