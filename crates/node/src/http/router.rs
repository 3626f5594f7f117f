//! Which path leads where.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};

use super::error::HttpError;
use super::{
    channels, counts, events, members, metrics, observed, sessions, timeline, upgrade, users,
};
use crate::config::Front;
use crate::handle::NodeHandle;

/// The engine's own routes; what they do not know is for `fallback`.
pub fn router(node: NodeHandle, fallback: Router) -> Router {
    let observed = from_fn_with_state(node.clone(), observed::observe);
    let counted = from_fn_with_state(node.clone(), counts::count);
    let strays = from_fn_with_state(node.clone(), upgrade::refuse_strays);
    let tls = from_fn_with_state(node.clone(), send_to_tls);
    let fallback = fallback.layer(tls).layer(from_fn(keep_api_paths));
    Router::new()
        .route(upgrade::PATH, get(upgrade::connect))
        .route("/apps/{app}/events", post(events::publish))
        .route("/apps/{app}/batch_events", post(events::publish_batch))
        .route("/apps/{app}/channels", get(channels::list))
        .route("/apps/{app}/channels/{channel}", get(channels::describe))
        .route("/apps/{app}/channels/{channel}/users", get(channels::users))
        .route("/apps/{app}/channels/{channel}/members/{user}", patch(members::patch))
        .route(timeline::JSONP, get(timeline::jsonp))
        .route(timeline::XHR, get(timeline::xhr))
        .route("/apps/{app}/users/{user}/terminate_connections", post(users::terminate))
        .route("/users/{user}/terminate_connections", post(users::terminate_by_key))
        .route("/up", get(up))
        .route("/metrics", get(metrics::tell))
        .merge(sessions::router())
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(node)
        .fallback_service(fallback)
        .layer(observed)
        .layer(strays)
        .layer(counted)
}

/// 200 as soon as connections are accepted, 503 once the node sends everybody elsewhere.
async fn up(State(node): State<NodeHandle>) -> (StatusCode, &'static str) {
    if node.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "up\n")
    }
}

/// What the HTTP API does not know is unknown, whatever the fallback makes of other paths.
async fn keep_api_paths(request: Request, next: Next) -> Result<Response, HttpError> {
    if request.uri().path().starts_with("/apps/") {
        return Err(HttpError::UnknownPath);
    }
    Ok(next.run(request).await)
}

/// Marks a request that came without TLS where it could have had it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WithoutTls;

/// Pages carry cookies, and are for TLS alone where there is a certificate. Clients and back ends
/// may come without; their apps say whether they may. Browsers keep a permanent redirect for good,
/// even if the certificate goes, so this one is not.
async fn send_to_tls(
    State(node): State<NodeHandle>,
    request: Request,
    next: Next,
) -> Result<Response, HttpError> {
    if request.extensions().get::<WithoutTls>().is_none() {
        return Ok(next.run(request).await);
    }
    let place = with_tls(node.front(), &request).ok_or(HttpError::UnknownPath)?;
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response())
}

/// Where a request would have TLS: where the operator says that people come, or else at the host
/// that it names, whose certificate shows whether that is us.
fn with_tls(front: &Front, request: &Request) -> Option<HeaderValue> {
    let origin = match &front.public_url {
        Some(url) if url.is_https() => url.origin().to_owned(),
        _ => format!("https://{}", host(request.headers())?),
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    HeaderValue::try_from(format!("{origin}{}{path}", front.path_prefix)).ok()
}

/// A host that may stand in a URL, with its port.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    (!host.is_empty() && host.bytes().all(legal)).then_some(host)
}

async fn method_not_allowed() -> HttpError {
    HttpError::MethodNotAllowed
}
