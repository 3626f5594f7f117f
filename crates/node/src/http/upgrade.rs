//! The WebSocket door: the opening handshake, and the hand-over of the socket to a shard.
//!
//! hyper parses the request on the service runtime and gives the plain socket back, with what the
//! peer sent behind its request; the shard registers it with its own driver. A refusal completes
//! the upgrade too and closes with a code afterwards: a browser cannot tell an HTTP status from a
//! broken network (docs/protocol.md 1.2).

use std::io::Read;

use axum::extract::rejection::PathRejection;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use hyper::upgrade::{OnUpgrade, Upgraded};
use rollcall_wire::ws::accept_key;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::error::HttpError;
use super::patience::Patient;
use super::visitor::Visitor;
use crate::handle::{self, Caller, NodeHandle};
use crate::mail::Verdict;
use crate::provenance::Provenance;

/// `GET /app/{key}`: a client wants in.
pub(crate) async fn connect(
    State(node): State<NodeHandle>,
    key: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<axum::response::Response, HttpError> {
    let Path(key) = key.map_err(|_| HttpError::UnknownPath)?;
    let (mut parts, _) = request.into_parts();
    let handshake = Handshake::take(&mut parts)?;
    let visitor = Visitor::of_request(&parts.extensions);
    let caller = caller(&key, &parts.uri, &parts.headers, visitor);
    let (verdict, provenance) = (node.judge(caller), node.provenance(&caller));
    Ok(handshake.complete(node, verdict, Some(provenance)))
}

/// In front of everything: a client that asks for a WebSocket where there is none is told 4005,
/// everybody else goes on to what is there.
pub(crate) async fn refuse_strays(
    State(node): State<NodeHandle>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    let path = request.extensions().get::<MatchedPath>();
    let is_door = path.is_some_and(|path| path.as_str() == PATH);
    if is_door || !asks_for_websocket(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, _) = request.into_parts();
    match Handshake::take(&mut parts) {
        Ok(handshake) => {
            let protocol = parameter(parts.uri.query().unwrap_or(""), "protocol");
            let verdict = node.judge_stray(protocol);
            handshake.complete(node, verdict, None)
        }
        Err(error) => error.into_response(),
    }
}

/// A request that is a WebSocket handshake, and the socket that comes of it.
struct Handshake {
    socket: OnUpgrade,
    accept: String,
}

impl Handshake {
    fn take(parts: &mut Parts) -> Result<Self, HttpError> {
        let headers = &parts.headers;
        if !asks_for_websocket(headers) {
            return Err(HttpError::UpgradeNeeded);
        }
        if parts.method != Method::GET {
            return Err(HttpError::OnlyGetUpgrades);
        }
        let key = text(headers, &header::SEC_WEBSOCKET_KEY).ok_or(HttpError::BadUpgrade)?;
        let accept = accept_key(key).ok_or(HttpError::BadUpgrade)?;
        if text(headers, &header::SEC_WEBSOCKET_VERSION) != Some("13") {
            return Err(HttpError::BadUpgrade);
        }
        let socket = parts.extensions.remove::<OnUpgrade>().ok_or(HttpError::BadUpgrade)?;
        Ok(Self { socket, accept })
    }

    /// Answers 101, and gives the socket to a shard as soon as the answer is written.
    fn complete(
        self,
        node: NodeHandle,
        verdict: Verdict,
        provenance: Option<Box<Provenance>>,
    ) -> axum::response::Response {
        tokio::spawn(async move {
            // Whoever hung up in the meantime is owed nothing.
            if let Some(upgraded) = self.socket.await.ok().and_then(unwrap) {
                node.take_in(upgraded, verdict, provenance);
            }
        });
        let response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
            .header(header::UPGRADE, HeaderValue::from_static("websocket"))
            .header(header::SEC_WEBSOCKET_ACCEPT, self.accept)
            .body(axum::body::Body::empty());
        response.expect("the digest is base64, which any header may hold")
    }
}

/// The socket inside, cut from this runtime's driver, and its TLS if it has any.
fn unwrap(upgraded: Upgraded) -> Option<handle::Upgraded> {
    let upgraded = match upgraded.downcast::<Patient<TcpStream>>() {
        Ok(parts) => {
            let stream = parts.io.into_inner().into_std().ok()?;
            return Some(handle::Upgraded { stream, tls: None, early: parts.read_buf });
        }
        Err(upgraded) => upgraded,
    };
    let parts = upgraded.downcast::<Patient<TlsStream<TcpStream>>>().ok()?;
    let (stream, mut tls) = parts.io.into_inner().into_inner();
    let mut early = parts.read_buf.to_vec();
    // Ends as soon as nothing more is decrypted, and that is called an error.
    let _ = tls.reader().read_to_end(&mut early);
    let stream = stream.into_std().ok()?;
    Some(handle::Upgraded { stream, tls: Some(Box::new(tls)), early: early.into() })
}

fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let names = |name, token: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|t| t.trim().eq_ignore_ascii_case(token))
    };
    names(header::CONNECTION, "upgrade") && names(header::UPGRADE, "websocket")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What a request for a connection says of who sends it.
pub(super) fn caller<'a>(
    key: &'a str,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    visitor: Visitor,
) -> Caller<'a> {
    let query = uri.query().unwrap_or("");
    Caller {
        key,
        protocol: parameter(query, "protocol"),
        security: visitor.security(),
        address: visitor.address(),
        origin: origin(headers),
        client: parameter(query, "client"),
        version: parameter(query, "version"),
    }
}

/// An origin that cannot be read is one all the same, and none that an app could allow: only who
/// sends no header at all is no browser.
fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or(UNREADABLE))
}

/// The first parameter of that name; what else the URL has is nobody's business
/// (docs/protocol.md 1.1).
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|&(key, _)| key == name).map(|(_, value)| value)
}

/// Where clients connect.
pub(crate) const PATH: &str = "/app/{key}";

/// Stands for an origin that is no text. The settings of an app take no empty one.
const UNREADABLE: &str = "";
