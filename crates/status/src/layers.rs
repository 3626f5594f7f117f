//! What every request passes on its way in and out: its id, the guard, the headers, the failure
//! body and one line in the log.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rollcall_web::guard::{self, Verdict};
use rollcall_web::headers::{self, Policy};

use crate::app::StatusApp;
use crate::asker::Asker;
use crate::failure::Failure;

/// Wraps all routes.
pub(crate) async fn wrap(State(app): State<StatusApp>, request: Request, next: Next) -> Response {
    let request_id = rollcall_web::request_id();
    let origin = Asker::of(&app, request.headers(), request.extensions()).own;
    let method = request.method().clone();
    let response = match guard::judge(&method, request.headers(), origin.as_ref()) {
        Verdict::Allowed => next.run(request).await,
        Verdict::OtherSite => Failure::CrossSite.into_response(),
        Verdict::OtherOrigin(other) => {
            app.handle_other_origin(other.as_ref(), origin.as_ref());
            Failure::CrossSite.into_response()
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

/// Turns a failure that travels in the extensions into its JSON body.
fn with_failure_body(mut response: Response, request_id: &str) -> Response {
    let Some(failure) = response.extensions_mut().remove::<Failure>() else {
        return response;
    };
    tracing::info!(request_id, code = failure.code(), "refused");
    *response.body_mut() = Body::from(failure.body(request_id));
    response
}
