//! The extractor in front of every handler of the HTTP API: a handler that takes [`Signed`] runs
//! only for a request that is whole, of an app that exists, and signed with a key of that app.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::BytesMut;
use http_body_util::BodyExt;
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
    let read = tokio::time::timeout(BODY_TIMEOUT, read_whole(body, limit));
    read.await.unwrap_or(Err(HttpError::BodyTooSlow))
}

/// What is beyond the limit is read too, and thrown away: a peer that is still sending would not
/// see the answer, but a broken connection.
async fn read_whole(mut body: Body, limit: usize) -> Result<Bytes, HttpError> {
    let mut whole = BytesMut::new();
    let mut verdict = Ok(());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| HttpError::BodyBroken)?.into_data() else { continue };
        if whole.len() + data.len() > limit {
            verdict = Err(HttpError::BodyTooBig);
        }
        if verdict.is_ok() {
            whole.extend_from_slice(&data);
        }
    }
    verdict.map(|()| whole.freeze())
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
