//! The endpoints of an app, what became of what they were owed, and sending again (docs/console.md
//! 2.7).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_store::ChangeKind;
use rollcall_web::{Fields, json};
use serde_json::{Value, json as object};

use super::act::record;
use super::path::InPath;
use crate::apps::AnyApp;
use crate::console::Console;
use crate::failure::Failure;
use crate::signed_in::SignedIn;

/// Endpoints, and the log of deliveries, the latest first.
pub(crate) async fn list(
    State(console): State<Console>,
    InPath(id): InPath<String>,
) -> Result<impl IntoResponse, Failure> {
    let app = console.app(&id).await?;
    let stored = console.0.store.deliveries(Some(&id), MOST_DELIVERIES).await?;
    let deliveries = console.0.node.webhook_log(&id, stored);
    let body = object!({ "endpoints": endpoints(&app), "deliveries": deliveries });
    Ok(json(body.to_string()))
}

/// Sends an endpoint something harmless, at once and only once.
pub(crate) async fn test(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let fields = Fields::read_json(request).await?;
    let url = fields.text("url")?;
    console.app(&id).await?;
    record(&console, &signed_in, ChangeKind::Webhook, &id, &object!({ "test": url })).await?;
    let sent = console.0.node.test_webhook(&id, url).await?;
    Ok(json(object!(sent).to_string()))
}

/// Has one sent again that was given up.
pub(crate) async fn resend_one(
    State(console): State<Console>,
    InPath(delivery): InPath<String>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    let after = object!({ "resend": delivery });
    let change = rollcall_store::NewChange {
        app: None,
        after: Some(&after.to_string()),
        ..signed_in.by().change(ChangeKind::Webhook, "", console.now())
    };
    console.0.store.record(&change).await?;
    let resent = console.0.store.resend(Some(&delivery), None).await?;
    Ok(json(object!({ "resent": resent }).to_string()))
}

/// Has all of an app sent again that were given up.
pub(crate) async fn resend_all(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Failure> {
    console.app(&id).await?;
    record(&console, &signed_in, ChangeKind::Webhook, &id, &object!({ "resend": "all" })).await?;
    let resent = console.0.store.resend(None, Some(&id)).await?;
    Ok(json(object!({ "resent": resent }).to_string()))
}

/// The endpoints as the settings have them, each with whether its events travel together.
fn endpoints(app: &AnyApp) -> Vec<Value> {
    let batching = app.settings.get("webhook_batching") != Some(&Value::Bool(false));
    let endpoints = app.settings.get("webhooks").and_then(Value::as_array);
    let endpoint = |endpoint: &Value| {
        object!({
            "url": endpoint["url"],
            "events": endpoint.get("events").cloned().unwrap_or_else(|| object!([])),
            "batching": batching,
        })
    };
    endpoints.into_iter().flatten().map(endpoint).collect()
}

/// The log has room for as many that arrived.
const MOST_DELIVERIES: u32 = 100;
