//! `GET /metrics`: who may read what the node counted, and the answer.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, Version, header};
use axum::response::{IntoResponse, Response};
use rollcall_wire::auth::is_same;

use super::error::HttpError;
use crate::handle::NodeHandle;
use crate::metrics::CONTENT_TYPE;

/// Tells what was counted.
pub(crate) async fn tell(
    State(node): State<NodeHandle>,
    request: Request,
) -> Result<Response, HttpError> {
    match node.metrics_token() {
        Some(token) if has_token(request.headers(), token) => {}
        Some(_) => return Err(HttpError::TokenNeeded),
        None if is_of_this_machine(&request) => {}
        None => return Err(HttpError::NotOfThisMachine),
    }
    let text = node.metrics().await?;
    let headers = [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, text).into_response())
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.split_once(' '));
    given.is_some_and(|(scheme, given)| {
        scheme.eq_ignore_ascii_case("bearer") && is_same(token, given.trim())
    })
}

/// Behind a proxy on this machine everybody comes over loopback, and a page in a browser on this
/// machine may come by a name of its own that leads here.
fn is_of_this_machine(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    is_near && names_this_machine(request.headers()) && !was_passed_on(request)
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: std::net::IpAddr| address.is_loopback();
    name.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

fn was_passed_on(request: &Request) -> bool {
    let tells = |name: &HeaderName| {
        let name = name.as_str();
        ["forwarded", "via", "x-real-ip"].contains(&name) || name.starts_with("x-forwarded-")
    };
    // nginx speaks HTTP/1.0 to what is behind it and adds no header, unless it is told to.
    request.version() == Version::HTTP_10 || request.headers().keys().any(tells)
}
