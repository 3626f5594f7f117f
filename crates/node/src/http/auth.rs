//! The extractor in front of every handler of the HTTP API: a handler that takes [`Signed`] runs
//! only for a request that is whole, of an app that exists, and signed with a key of that app.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use rollcall_engine::{App, Limits};
use rollcall_wire::auth::{RequestToVerify, verify_request};

use super::error::HttpError;
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// A request that passed every check of docs/protocol.md 6.2, in that order.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The app of the path, whose key signed.
    pub(crate) tenant: Tenant,
    /// The whole body.
    pub(crate) body: Bytes,
}

impl FromRequest<NodeHandle> for Signed {
    type Rejection = HttpError;

    async fn from_request(request: Request, node: &NodeHandle) -> Result<Self, HttpError> {
        let (mut parts, body) = request.into_parts();
        let tenant = Path::<HashMap<String, String>>::from_request_parts(&mut parts, node)
            .await
            .ok()
            .and_then(|Path(segments)| node.tenant(segments.get("app")?))
            .ok_or(HttpError::UnknownApp)?;
        let body = read(body, max_body(&tenant.app)).await?;
        let request = RequestToVerify {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or(""),
            body: &body,
            now_unix_secs: node.unix_seconds(),
            path_prefix: "",
        };
        verify_request(&tenant.app.keys, &request)?;
        if !tenant.app.enabled {
            return Err(HttpError::AppDisabled);
        }
        Ok(Self { tenant, body })
    }
}

/// Reads a body to its end, as many segments as it comes in.
async fn read(body: Body, limit: usize) -> Result<Bytes, HttpError> {
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(HttpError::BodyTooBig),
        Ok(Err(_)) => Err(HttpError::BodyBroken),
        Err(_) => Err(HttpError::BodyTooSlow),
    }
}

/// Room for a full batch in which every character is escaped, whatever the app's limits are.
fn max_body(app: &App) -> usize {
    let Limits { payload_bytes, channel_name, event_name, channels_per_publish, batch, .. } =
        app.limits;
    let data = payload_bytes.max(app.presence.max_info_bytes).saturating_mul(ESCAPED);
    let names = channels_per_publish.saturating_mul(channel_name.saturating_add(4));
    let event = data
        .saturating_add(names)
        .saturating_add(event_name.saturating_mul(ESCAPED))
        .saturating_add(1024);
    event.saturating_mul(batch.max(1))
}

/// The most bytes that JSON needs for one, as in `\u0000`.
const ESCAPED: usize = 6;

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
