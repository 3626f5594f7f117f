//! `POST live/auth`: signing an operator's page into a topic (docs/console.md 2.8).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_web::{FieldProblem, Fields, json};
use serde_json::json as object;

use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::live::Topic;
use crate::signed_in::SignedIn;

/// Signs, and begins to tell.
pub(crate) async fn authorize(
    State(console): State<Console>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let fields = Fields::read(request).await?;
    let (socket, channel) = (fields.text("socket_id")?, fields.text("channel_name")?);
    let topic = Topic::parse(channel).ok_or(AppFailure::NoTopic)?;
    if let Some(app) = topic.app() {
        console.app(app).await.map_err(|_| AppFailure::NoTopic)?;
    }
    let signed = console.0.live.authorize(&console.0.node, socket, &topic);
    let auth = signed.map_err(|_| Failure::of_field("socket_id", FieldProblem::Malformed))?;
    console.attach(socket, signed_in.session.id).await?;
    console.begin_to_tell(topic);
    Ok(json(object!({ "auth": auth }).to_string()))
}
