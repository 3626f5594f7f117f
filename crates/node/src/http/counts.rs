//! Counting requests: by route and class of status, and those of the HTTP API by app.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::{sessions, timeline, upgrade};
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// The live counters. HTTP shares its threads anyway, so they may be shared too.
#[derive(Debug, Default)]
pub(crate) struct RequestCounters([[AtomicU64; CLASSES.len()]; ROUTES.len() + 1]);

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RequestCounts([[u64; CLASSES.len()]; ROUTES.len() + 1]);

/// Whose back end a request is from, as soon as that is known: a note in the request, for whoever
/// counts its answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Addressee(Arc<OnceLock<Tenant>>);

/// Counts the answer to a request once it begins, unless it is of a client of a reserved app.
pub(crate) async fn count(
    State(node): State<NodeHandle>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_reserved(&node, request.uri().path()) {
        return next.run(request).await;
    }
    let route = route_of(request.extensions().get::<MatchedPath>());
    let addressee = Addressee::default();
    request.extensions_mut().insert(addressee.clone());
    let response = next.run(request).await;
    node.request_counters().count(route, response.status());
    if let Some(tenant) = addressee.0.get() {
        tenant.usage().api.count(response.status());
    }
    response
}

impl Addressee {
    /// The request names this app.
    pub(super) fn is(&self, tenant: &Tenant) {
        // A request is looked at once, and names one app.
        let _ = self.0.set(tenant.clone());
    }
}

impl RequestCounters {
    /// What was counted so far.
    pub(crate) fn read(&self) -> RequestCounts {
        RequestCounts(
            self.0
                .each_ref()
                .map(|route| route.each_ref().map(|counter| counter.load(Ordering::Relaxed))),
        )
    }

    fn count(&self, route: usize, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        self.0[route][class].fetch_add(1, Ordering::Relaxed);
    }
}

impl RequestCounts {
    /// Route, class of status and how many; what never happened is there too, as zero.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let routes = ROUTES.iter().chain([&OTHER]).zip(&self.0);
        routes.flat_map(|(route, counts)| {
            CLASSES.iter().zip(counts).map(|(class, count)| (*route, *class, *count))
        })
    }
}

/// Whether clients of a reserved app have paths that begin like this.
fn is_reserved(node: &NodeHandle, path: &str) -> bool {
    let key = path.strip_prefix("/app/").and_then(|rest| rest.split('/').next());
    key.and_then(|key| node.tenant_of_key(key)).is_some_and(|tenant| !tenant.is_listed())
}

/// The last place is for what is none of the engine's routes.
fn route_of(path: Option<&MatchedPath>) -> usize {
    let known = path.and_then(|path| ROUTES.iter().position(|route| *route == path.as_str()));
    known.unwrap_or(ROUTES.len())
}

/// Every route of the engine.
const ROUTES: [&str; 16] = [
    upgrade::PATH,
    sessions::STREAMING,
    sessions::POLLING,
    sessions::SEND,
    timeline::JSONP,
    timeline::XHR,
    "/apps/{app}/events",
    "/apps/{app}/batch_events",
    "/apps/{app}/channels",
    "/apps/{app}/channels/{channel}",
    "/apps/{app}/channels/{channel}/users",
    "/apps/{app}/channels/{channel}/members/{user}",
    "/apps/{app}/users/{user}/terminate_connections",
    "/users/{user}/terminate_connections",
    "/up",
    "/metrics",
];

const OTHER: &str = "other";

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
