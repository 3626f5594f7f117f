//! `PATCH /apps/{id}/channels/{channel}/members/{user}`: any back end changes what others see of a
//! presence member (docs/status.md 3.4).

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use rollcall_engine::{Member, UserId};
use rollcall_wire::api::MemberPatch;
use serde_json::{Value, json};

use super::auth::Signed;
use super::error::HttpError;
use crate::handle::NodeHandle;

/// Replaces the info of a member.
pub(crate) async fn patch(
    State(node): State<NodeHandle>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    Signed { tenant, body, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let Path((_, channel, user)) = path.map_err(|_| HttpError::PathNotText)?;
    let channel = node.updatable_channel(&tenant, &channel)?;
    let patch = MemberPatch::parse(&body, tenant.app.presence.max_info_bytes)?;
    let info = patch.user_info.map(|info| info.get().into());
    let member = Member { user: UserId::new(&user), info, rev: patch.rev };
    node.update_member(&tenant, channel, member).await?;
    Ok(Json(json!({})))
}
