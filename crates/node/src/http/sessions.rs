//! The HTTP transports (docs/protocol.md section 5): one request that hears a session, another that
//! speaks in it. Refusals are told in the answer of the first, since pusher-js takes an HTTP status
//! for a broken network.
//!
//! Any page may ask, for whoever knows a session's name is its client; which origins may connect is
//! each app's setting, and checked where a session begins.

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::post;
use rollcall_engine::{HttpTransport, SessionName};
use rollcall_wire::fallback::{self, SendError};

use super::auth::read_body;
use super::error::HttpError;
use super::upgrade::caller;
use super::visitor::Visitor;
use crate::handle::NodeHandle;
use crate::mail::SendRefusal;

/// Where a stream is asked for.
pub(crate) const STREAMING: &str = "/app/{key}/{server}/{session}/xhr_streaming";

/// Where clients poll.
pub(crate) const POLLING: &str = "/app/{key}/{server}/{session}/xhr";

/// Where clients speak.
pub(crate) const SEND: &str = "/app/{key}/{server}/{session}/xhr_send";

/// The routes of the transports.
pub(crate) fn router() -> Router<NodeHandle> {
    Router::new()
        .route(STREAMING, post(stream).options(preflight))
        .route(POLLING, post(poll).options(preflight))
        .route(SEND, post(send).options(preflight))
        .layer(from_fn(open_to_all))
}

/// The last three segments that matter of a path.
type Segments = Result<Path<(String, String, String)>, PathRejection>;

async fn stream(
    State(node): State<NodeHandle>,
    visitor: Visitor,
    segments: Segments,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, HttpError> {
    receive(&node, segments, HttpTransport::Streaming, (&uri, &headers, visitor)).await
}

async fn poll(
    State(node): State<NodeHandle>,
    visitor: Visitor,
    segments: Segments,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, HttpError> {
    receive(&node, segments, HttpTransport::Polling, (&uri, &headers, visitor)).await
}

async fn receive(
    node: &NodeHandle,
    segments: Segments,
    transport: HttpTransport,
    (uri, headers, visitor): (&Uri, &HeaderMap, Visitor),
) -> Result<Response<Body>, HttpError> {
    let (key, session) = session(segments)?;
    let caller = caller(&key, uri, headers, visitor);
    let body = Body::new(node.receive(session, transport, caller).await);
    Ok((lines_headers(), body).into_response())
}

async fn send(
    State(node): State<NodeHandle>,
    visitor: Visitor,
    segments: Segments,
    request: Request,
) -> Result<Response<Body>, SendFailure> {
    let (key, session) = session(segments)?;
    let limit = node.max_send_bytes(&key);
    let (body, room) = read_body(request.into_body(), node.send_room(), limit).await?;
    let frames = fallback::parse_send(&body)?;
    // From here on the frames take room themselves.
    drop((body, room));
    node.send(session, visitor.security(), frames).await?;
    Ok((StatusCode::NO_CONTENT, plain_text()).into_response())
}

/// Nobody needs a session to ask whether they may ask (5.4).
async fn preflight(request: Request) -> Response<Body> {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let allowed = asked.cloned().unwrap_or(HeaderValue::from_static("content-type"));
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, allowed),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Real answers need the header too, errors as well.
async fn open_to_all(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

/// The app's key, and the name of the session.
fn session(segments: Segments) -> Result<(String, SessionName), HttpError> {
    let Path((key, server, session)) = segments.map_err(|_| HttpError::UnknownPath)?;
    if [&key, &server, &session].iter().any(|segment| segment.len() > MAX_SEGMENT) {
        return Err(HttpError::UnknownPath);
    }
    let name = SessionName::new(&key, &server, &session);
    Ok((key, name))
}

/// Nothing on the way may keep, change or collect what comes (5.5).
fn lines_headers() -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/javascript; charset=UTF-8")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT)),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ]
}

fn plain_text() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=UTF-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static(NOT_KEPT)),
    ]
}

/// Why nothing was taken. No client reads it, but for people with a network inspector.
enum SendFailure {
    /// The request cannot be read.
    Http(HttpError),
    /// The body is none.
    Body(SendError),
    /// The frames were not taken.
    Refused(SendRefusal),
}

impl IntoResponse for SendFailure {
    fn into_response(self) -> Response<Body> {
        let (status, text) = match self {
            Self::Http(error) => return error.into_response(),
            Self::Body(error) => (StatusCode::BAD_REQUEST, error.message()),
            Self::Refused(SendRefusal::Unknown) => (StatusCode::NOT_FOUND, UNKNOWN_SESSION),
            Self::Refused(SendRefusal::Insecure) => (StatusCode::FORBIDDEN, TLS_FORCED),
            Self::Refused(SendRefusal::Busy) => {
                return HttpError::NoRoom.into_response();
            }
        };
        (status, plain_text(), text).into_response()
    }
}

impl From<HttpError> for SendFailure {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

impl From<SendError> for SendFailure {
    fn from(error: SendError) -> Self {
        Self::Body(error)
    }
}

impl From<SendRefusal> for SendFailure {
    fn from(error: SendRefusal) -> Self {
        Self::Refused(error)
    }
}

/// The most bytes of a segment; clients make up eight.
const MAX_SEGMENT: usize = 128;

const NOT_KEPT: &str = "no-store, no-cache, no-transform, must-revalidate, max-age=0";

const TLS_FORCED: &str =
    "This app takes nothing without TLS: its setting force_tls is true. Send this over https.";

const UNKNOWN_SESSION: &str = "There is no such session. It begins with a receive request.";
