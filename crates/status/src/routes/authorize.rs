//! `POST /usersystem/auth`: signs a subscription for a signed-in person, to the channels that
//! they may have (docs/status.md S2, S3, S13, S14).

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_node::handle::{Authorization, AuthorizeError, Member};
use rollcall_node::observe::{Decision, Note};
use rollcall_store::{SignedIn, StatusRow};
use rollcall_web::{Asker, CommonFailure, FieldProblem, Fields, json};
use serde::Serialize;

use crate::app::{LOBBY, StatusApp};
use crate::failure::Failure;

/// Takes `socket_id` and `channel_name`, as form or JSON.
pub(crate) async fn authorize(
    State(app): State<StatusApp>,
    asker: Asker,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let signed_in = app.require_signed_in(&asker).await;
    let signed_in = signed_in.inspect_err(|failure| note(&app, None, None, refused(failure)))?;
    let taken = app.auths().take(app.now(), &signed_in.session);
    taken.map_err(|limited| app.limited(limited))?;
    let fields = Fields::read(request).await?;
    let (socket, channel) = (fields.text("socket_id")?, fields.text("channel_name")?);
    let decided = decide(&app, &asker, &signed_in, socket, channel).await;
    let decision = decided.as_ref().map_or_else(refused, |_| Decision::Allowed);
    note(&app, Some(&signed_in.account.name), Some((socket, channel)), decision);
    let signed = decided?;
    app.0.counters.signatures.add_one();
    let body = AuthBody { auth: &signed.auth, channel_data: signed.channel_data.as_deref() };
    Ok(json(serde_json::to_string(&body).expect("texts always serialise")))
}

/// Signs, if this person may join this channel.
async fn decide(
    app: &StatusApp,
    asker: &Asker,
    signed_in: &SignedIn,
    socket: &str,
    channel: &str,
) -> Result<Authorization, Failure> {
    if !may_join(channel) {
        return Err(Failure::ChannelForbidden);
    }
    let account = &signed_in.account;
    let status = app.published(&StatusRow::from(account));
    let signed = sign(app, &status.member(&account.name), socket, channel)?;
    app.sockets().add(signed_in.session, account.id, &account.name, socket);
    // A sign-out between the first look and the line above did not know of this socket.
    app.require_signed_in(asker).await?;
    app.memory().handle_shown(&account.name, &status);
    Ok(signed)
}

/// Tells operators what was decided, and of what, as far as that was asked by then.
fn note(app: &StatusApp, user: Option<&str>, asked: Option<(&str, &str)>, decision: Decision) {
    let (socket, channel) = asked.unzip();
    let [user, socket, channel] = [user, socket, channel].map(|text| text.map(str::to_owned));
    app.note(Note::Auth { user, socket, channel, decision });
}

fn refused(failure: &Failure) -> Decision {
    Decision::Refused(failure.sentence())
}

/// The policy: so far there is one room, and everybody is in it.
fn may_join(channel: &str) -> bool {
    channel == LOBBY
}

fn sign(
    app: &StatusApp,
    member: &Member,
    socket: &str,
    channel: &str,
) -> Result<Authorization, Failure> {
    let app_id = &app.0.settings.app_id;
    let signed = app.0.node.authorize_channel(app_id, socket, channel, Some(member));
    signed.map_err(|error| match error {
        AuthorizeError::BadSocketId => Failure::of_field("socket_id", FieldProblem::Malformed),
        AuthorizeError::UnknownApp => Failure::AppUnavailable,
        other => {
            tracing::error!(error = %other, "a subscription was not signed");
            CommonFailure::Internal.into()
        }
    })
}

#[derive(Serialize)]
struct AuthBody<'a> {
    auth: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_data: Option<&'a str>,
}
