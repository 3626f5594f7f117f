//! `POST /apps/{id}/events` and `POST /apps/{id}/batch_events` (docs/protocol.md 6.3 and 6.4).

use axum::Json;
use axum::extract::State;
use rollcall_engine::App;
use rollcall_wire::api::{BatchRequest, EventRequest, PublishLimits};
use serde_json::{Value, json};

use super::auth::Signed;
use super::error::HttpError;
use crate::handle::NodeHandle;

/// Publishes one event to up to a hundred channels.
pub(crate) async fn publish(
    State(node): State<NodeHandle>,
    Signed { tenant, body, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let event = EventRequest::parse(&body, &limits(&tenant.app))?;
    publish_all(&node, &tenant.app, vec![event])
}

/// Publishes several events, each to one channel, or none of them.
pub(crate) async fn publish_batch(
    State(node): State<NodeHandle>,
    Signed { tenant, body, .. }: Signed,
) -> Result<Json<Value>, HttpError> {
    let batch = BatchRequest::parse(&body, &limits(&tenant.app))?;
    publish_all(&node, &tenant.app, batch.events)
}

fn publish_all(
    node: &NodeHandle,
    app: &App,
    events: Vec<EventRequest>,
) -> Result<Json<Value>, HttpError> {
    if events.iter().any(|event| !event.info.is_empty()) {
        return Err(HttpError::InfoNotSupported);
    }
    node.publish_events(app, events)?;
    Ok(Json(json!({})))
}

fn limits(app: &App) -> PublishLimits {
    PublishLimits {
        payload_bytes: app.limits.payload_bytes,
        channel_name: app.limits.channel_name,
        event_name: app.limits.event_name,
        channels_per_publish: app.limits.channels_per_publish,
        batch: app.limits.batch,
    }
}
