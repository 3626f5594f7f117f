//! Telling operators of requests that are refused. It looks at answers, so that nothing that refuses
//! has to know of it.

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::Response;
use rollcall_wire::auth::request_key;

use super::error::Told;
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// Tells of the answer, if it refuses something that an app's clients or back ends asked for.
pub(crate) async fn observe(
    State(node): State<NodeHandle>,
    request: Request,
    next: Next,
) -> Response {
    let began = node.clock().now();
    let uri = request.uri().clone();
    let response = next.run(request).await;
    if let Some(Told { kind, message }) = response.extensions().get::<Told>()
        && let Some(tenant) = tenant_of(&node, &uri)
    {
        let app = tenant.as_ref().map(|tenant| &*tenant.app);
        let told = (*kind, response.status().as_u16(), message.clone());
        node.observe_api_error(app, told, began);
    }
    response
}

/// The app that a path is about; `None` if it is about no app, and `Some(None)` if there is none of
/// that name.
fn tenant_of(node: &NodeHandle, uri: &Uri) -> Option<Option<Tenant>> {
    let mut segments = uri.path().strip_prefix('/')?.split('/');
    match (segments.next()?, segments.next()?) {
        // The HTTP API knows no reserved apps.
        ("apps", id) => Some(node.tenant(id).filter(Tenant::is_listed)),
        ("app", key) => match node.tenant_of_key(key) {
            Some(tenant) if !tenant.is_listed() => None,
            tenant => Some(tenant),
        },
        ("users", _) => {
            let key = request_key(uri.query().unwrap_or(""));
            let tenant = key.and_then(|key| node.tenant_of_key(&key));
            Some(tenant.filter(Tenant::is_listed))
        }
        _ => None,
    }
}
