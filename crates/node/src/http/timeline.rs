//! Where pusher-js reports how its connections went, if a page asks it to (docs/protocol.md 5.10).
//! Nothing is kept: the answer only ends the report.

use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Where browsers report, by a script of a number of their choice.
pub(crate) const JSONP: &str = "/timeline/v2/jsonp/{receiver}";

/// Where everybody else does.
pub(crate) const XHR: &str = "/timeline/v2/xhr/{receiver}";

/// Calls back, for the number alone: anything else would be a script of somebody else's making.
pub(crate) async fn jsonp(Path(receiver): Path<String>) -> Response {
    if receiver.len() > MAX_DIGITS || !receiver.bytes().all(|byte| byte.is_ascii_digit()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let script = format!("Pusher.ScriptReceivers[{receiver}](null, {{}});");
    (headers("application/javascript; charset=UTF-8"), script).into_response()
}

/// Answers an empty object.
pub(crate) async fn xhr() -> Response {
    let any = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    (any, headers("application/json"), "{}").into_response()
}

fn headers(content_type: &'static str) -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// More reports than a page makes.
const MAX_DIGITS: usize = 9;
