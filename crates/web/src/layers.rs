//! What every request passes on its way in and out: its id, the guard, the headers, the failure
//! body and one line in the log.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::asker::Asker;
use crate::failure::{CommonFailure, Refusal};
use crate::guard::{self, Verdict};
use crate::headers::{self, Policy};
use crate::site::HasSite;
use crate::token::request_id;

/// Wraps all routes of an app.
pub async fn wrap<S: HasSite>(State(app): State<S>, request: Request, next: Next) -> Response {
    let (request_id, site) = (request_id(), app.site());
    let origin = Asker::of(site, request.headers(), request.extensions()).own;
    let method = request.method().clone();
    let response = match guard::judge(&method, request.headers(), origin.as_ref()) {
        Verdict::Allowed => next.run(request).await,
        Verdict::OtherSite => CommonFailure::CrossSite.into_response(),
        Verdict::OtherOrigin(other) => {
            site.handle_other_origin(other.as_ref(), origin.as_ref());
            CommonFailure::CrossSite.into_response()
        }
    };
    let mut response = with_failure_body(response, &request_id);
    let policy = response.extensions().get().copied().unwrap_or(Policy::BuiltIn);
    headers::secure(response.headers_mut(), policy, origin.as_ref());
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    tracing::debug!(request_id, %method, status = response.status().as_u16(), "answered");
    response
}

/// Turns a refusal that travels in the extensions into its JSON body.
fn with_failure_body(mut response: Response, request_id: &str) -> Response {
    let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
        return response;
    };
    tracing::info!(request_id, code = refusal.code, "refused");
    *response.body_mut() = Body::from(refusal.body(request_id));
    response
}
