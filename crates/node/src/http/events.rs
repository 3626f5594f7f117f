//! `POST /apps/{id}/events` and `POST /apps/{id}/batch_events` (docs/protocol.md 6.3 and 6.4).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use rollcall_engine::App;
use rollcall_wire::ChannelName;
use rollcall_wire::api::{BatchRequest, EventRequest, InfoRequest, PublishLimits};
use serde_json::{Value, json};

use super::answer::{self, AnswerPlace};
use super::attributes::Attributes;
use super::auth::Signed;
use super::error::HttpError;
use crate::apps::Tenant;
use crate::handle::NodeHandle;

/// Publishes one event to up to a hundred channels.
pub(crate) async fn publish(
    State(node): State<NodeHandle>,
    RawQuery(query): RawQuery,
    Signed { tenant, body, began, .. }: Signed,
) -> Result<Response, HttpError> {
    let query = query.unwrap_or_default();
    let event = EventRequest::parse_with_query(&body, &query, &limits(&tenant.app))?;
    let asked = Asked::of(&event);
    let place = place_for(&node, &tenant, std::slice::from_ref(&asked)).await?;
    node.publish_events(&tenant, vec![event], began)?;
    if asked.info.is_empty() {
        return Ok(nothing_to_tell());
    }
    let channels: BTreeMap<_, _> = asked.answer(&node, &tenant.app).await?.into_iter().collect();
    Ok(told(&json!({ "channels": channels }), place))
}

/// Publishes several events, each to one channel, or none of them.
pub(crate) async fn publish_batch(
    State(node): State<NodeHandle>,
    Signed { tenant, body, began, .. }: Signed,
) -> Result<Response, HttpError> {
    let batch = BatchRequest::parse(&body, &limits(&tenant.app))?;
    let asked: Vec<_> = batch.events.iter().map(Asked::of).collect();
    let place = place_for(&node, &tenant, &asked).await?;
    node.publish_events(&tenant, batch.events, began)?;
    if asked.iter().all(|asked| asked.info.is_empty()) {
        return Ok(nothing_to_tell());
    }
    let mut of_each = Vec::with_capacity(asked.len());
    for event in asked {
        let attributes = event.answer(&node, &tenant.app).await?.pop();
        of_each.push(attributes.map(|(_, attributes)| attributes).unwrap_or_default());
    }
    Ok(told(&json!({ "batch": of_each }), place))
}

/// What the answer should tell of the channels of one event. Counts have nothing to do with who got
/// it (docs/protocol.md 6.3).
struct Asked {
    info: InfoRequest,
    channels: Vec<ChannelName>,
}

impl Asked {
    fn of(event: &EventRequest) -> Self {
        Self { info: event.info, channels: event.channels.clone() }
    }

    /// The attributes of each channel. All partitions are asked before the first one answers, and
    /// none for what it need not tell.
    async fn answer(
        self,
        node: &NodeHandle,
        app: &App,
    ) -> Result<Vec<(String, Attributes)>, HttpError> {
        let asked = self.channels.into_iter().map(|name| {
            let text = name.as_str().to_owned();
            (text, Attributes::ask(node, app, name, self.info))
        });
        let mut told = Vec::new();
        for (name, attributes) in asked.collect::<Vec<_>>() {
            told.push((name, attributes.await?));
        }
        Ok(told)
    }
}

/// What cache channels keep makes an answer large. It is asked for before anything is published, so
/// that who is refused may try again.
async fn place_for(
    node: &NodeHandle,
    tenant: &Tenant,
    asked: &[Asked],
) -> Result<Option<AnswerPlace>, HttpError> {
    match asked.iter().any(|asked| asked.info.cache) {
        true => answer::take_place(node.answer_places(), tenant.answers()).await.map(Some),
        false => Ok(None),
    }
}

fn told(value: &Value, place: Option<AnswerPlace>) -> Response {
    match place {
        Some(place) => answer::json(value, place),
        None => Json(value).into_response(),
    }
}

fn nothing_to_tell() -> Response {
    Json(json!({})).into_response()
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
