//! `POST /apps/{id}/users/{user}/terminate_connections`: a back end sends a signed-in user away
//! (docs/protocol.md 6.6).

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::auth::Signed;
use super::error::HttpError;
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// Closes the connections of a user, if there are any. SDKs send an empty object, of which nothing
/// matters.
pub(crate) async fn terminate(
    State(node): State<NodeHandle>,
    path: Result<Path<(String, String)>, PathRejection>,
    Signed { tenant, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let Path((_, user)) = path.map_err(|_| HttpError::PathNotText)?;
    close_all(&node, &tenant, &user)
}

/// The same at the path that the Python SDK sends, which names no app: it is the one of the key.
pub(crate) async fn terminate_by_key(
    State(node): State<NodeHandle>,
    path: Result<Path<String>, PathRejection>,
    Signed { tenant, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let Path(user) = path.map_err(|_| HttpError::PathNotText)?;
    close_all(&node, &tenant, &user)
}

fn close_all(node: &NodeHandle, tenant: &Tenant, user: &str) -> Result<Json<Value>, HttpError> {
    node.terminate_user(tenant.app.id.as_str(), user)?;
    Ok(Json(json!({})))
}
