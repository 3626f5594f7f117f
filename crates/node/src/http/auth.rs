//! The extractor in front of every handler of the HTTP API: a handler that takes [`Signed`] runs
//! only for a request that is whole, of an app that exists, and signed with a key of that app.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::BytesMut;
use http_body_util::BodyExt;
use rollcall_engine::{App, Limits, Time};
use rollcall_wire::auth::{
    BodyToVerify, RequestAuthError, RequestToVerify, request_key, verify_request,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::counts::Addressee;
use super::error::HttpError;
use super::visitor::Visitor;
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// A request that passed every check of docs/protocol.md 6.2, in that order.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The app of the path, or of the key if the path names none; its key signed.
    pub(crate) tenant: Tenant,
    /// The whole body.
    pub(crate) body: Bytes,
    /// When its head was here.
    pub(crate) began: Time,
    /// Its share of what all bodies under way may take.
    _room: OwnedSemaphorePermit,
}

impl FromRequest<NodeHandle> for Signed {
    type Rejection = HttpError;

    async fn from_request(request: Request, node: &NodeHandle) -> Result<Self, HttpError> {
        let began = node.clock().now();
        let (mut parts, body) = request.into_parts();
        match check_head(&mut parts, node).await {
            Ok((tenant, digest)) => Self::with_body(tenant, &digest, body, node, began).await,
            // It has not begun to send, and need not.
            Err(error) if parts.headers.contains_key(header::EXPECT) => Err(error),
            Err(error) => {
                // Nothing is kept of what nobody signed. It is read all the same: a peer that is
                // still sending would not see the answer, but a broken connection.
                let _ = in_time(read_away(body)).await;
                Err(error)
            }
        }
    }
}

impl Signed {
    async fn with_body(
        tenant: Tenant,
        digest: &BodyToVerify,
        body: Body,
        node: &NodeHandle,
        began: Time,
    ) -> Result<Self, HttpError> {
        let whole = Whole::empty(node.body_room(), max_body(&tenant.app))?;
        let Whole { bytes, room, .. } = in_time(read(body, whole)).await?;
        digest.verify(&bytes)?;
        if !tenant.app.enabled {
            return Err(HttpError::AppDisabled);
        }
        Ok(Self { tenant, body: bytes.freeze(), began, _room: room })
    }
}

/// Everything that can be checked before the body is here, its signed digest included.
async fn check_head(
    parts: &mut Parts,
    node: &NodeHandle,
) -> Result<(Tenant, BodyToVerify), HttpError> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, node).await;
    let Path(segments) = path.map_err(|_| HttpError::PathNotText)?;
    let query = parts.uri.query().unwrap_or("");
    let tenant = match segments.get("app") {
        Some(app) => node.listed_tenant(app).ok_or(HttpError::UnknownApp)?,
        None => tenant_of_key(query, node)?,
    };
    if let Some(addressee) = parts.extensions.get::<Addressee>() {
        addressee.is(&tenant);
    }
    let request = RequestToVerify {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query,
        now_unix_secs: node.unix_seconds(),
        path_prefix: node.front().path_prefix.as_str(),
    };
    let digest = verify_request(&tenant.app.keys, &request)?;
    if let Some(key) = request_key(query) {
        node.note_key(&tenant, &key, Visitor::of_request(&parts.extensions).address());
    }
    match is_encoded(&parts.headers) {
        true => Err(HttpError::BodyEncoded),
        false => Ok((tenant, digest)),
    }
}

/// The app of a path that names none, as one SDK sends it (docs/protocol.md 6.6).
fn tenant_of_key(query: &str, node: &NodeHandle) -> Result<Tenant, HttpError> {
    let key = request_key(query).ok_or(RequestAuthError::NoKey)?;
    let tenant = node.tenant_of_key(&key).filter(Tenant::is_listed);
    Ok(tenant.ok_or(RequestAuthError::UnknownKey)?)
}

/// Whether the body has to be undone before it says anything. Its type says nothing: a body is JSON
/// or refused, whatever a client calls it.
fn is_encoded(headers: &HeaderMap) -> bool {
    let changes_nothing = |name: &[u8]| {
        let name = name.trim_ascii();
        name.is_empty() || name.eq_ignore_ascii_case(b"identity")
    };
    let encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    encodings
        .flat_map(|list| list.as_bytes().split(|&b| b == b','))
        .any(|name| !changes_nothing(name))
}

/// Reads a body of at most so many bytes, which take up room until what comes with them is dropped.
pub(super) async fn read_body(
    body: Body,
    room: &Arc<Semaphore>,
    limit: usize,
) -> Result<(Bytes, OwnedSemaphorePermit), HttpError> {
    let whole = in_time(read(body, Whole::empty(room, limit)?)).await?;
    Ok((whole.bytes.freeze(), whole.room))
}

/// A body as far as it is here.
struct Whole {
    bytes: BytesMut,
    room: OwnedSemaphorePermit,
    limit: usize,
}

impl Whole {
    fn empty(room: &Arc<Semaphore>, limit: usize) -> Result<Self, HttpError> {
        let room = Arc::clone(room).try_acquire_many_owned(0).map_err(|_| HttpError::NoRoom)?;
        Ok(Self { bytes: BytesMut::new(), room, limit })
    }

    fn with(mut self, data: &[u8]) -> Result<Self, HttpError> {
        if self.bytes.len() + data.len() > self.limit {
            return Err(HttpError::BodyTooBig { max: self.limit });
        }
        let taken = u32::try_from(data.len())
            .ok()
            .and_then(|n| Arc::clone(self.room.semaphore()).try_acquire_many_owned(n).ok());
        self.room.merge(taken.ok_or(HttpError::NoRoom)?);
        self.bytes.extend_from_slice(data);
        Ok(self)
    }
}

/// Reads a body to its end, as many segments as it comes in. With the first that does not fit,
/// everything is let go; the rest is read away.
async fn read(mut body: Body, whole: Whole) -> Result<Whole, HttpError> {
    let mut whole = Ok(whole);
    while let Some(data) = next(&mut body).await? {
        whole = whole.and_then(|whole| whole.with(&data));
    }
    whole
}

async fn read_away(mut body: Body) -> Result<(), HttpError> {
    while next(&mut body).await?.is_some() {}
    Ok(())
}

/// The next segment; what is no data, as trailers, counts as an empty one.
async fn next(body: &mut Body) -> Result<Option<Bytes>, HttpError> {
    match body.frame().await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(HttpError::BodyBroken),
    }
}

async fn in_time<T>(reading: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
    let read = tokio::time::timeout(BODY_TIMEOUT, reading).await;
    read.unwrap_or(Err(HttpError::BodyTooSlow))
}

/// Room for a full batch.
fn max_body(app: &App) -> usize {
    most_event_bytes(app).saturating_mul(app.limits.batch.max(1))
}

/// Room for an event in which every character is escaped, whatever the app's limits are.
pub(super) fn most_event_bytes(app: &App) -> usize {
    let Limits { payload_bytes, channel_name, event_name, channels_per_publish, .. } = app.limits;
    let data = payload_bytes.max(app.presence.max_info_bytes).saturating_mul(ESCAPED);
    let names = channels_per_publish.saturating_mul(channel_name.saturating_add(4));
    data.saturating_add(names)
        .saturating_add(event_name.saturating_mul(ESCAPED))
        .saturating_add(BESIDE)
}

/// What else an event may say of itself, whom it leaves out for one.
const BESIDE: usize = 4 << 10;

/// The most bytes that JSON needs for one, as in `\u0000`.
const ESCAPED: usize = 6;

/// How long a body may take.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);
