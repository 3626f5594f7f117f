//! What an operator does by hand: events, and sending somebody away (docs/console.md 2.5). Each is
//! recorded with who did it, without what was in an event.

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use rollcall_node::handle::{CloseWith, Except, Publication};
use rollcall_store::{ChangeKind, NewChange};
use rollcall_web::{FieldProblem, Fields, json};
use serde_json::{Value, json as object};

use super::path::InPath;
use super::sign_in::SUCCESS;
use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::signed_in::SignedIn;

/// Publishes an event, once or several times; with `as_user` it is told as a client event of that
/// user.
pub(crate) async fn publish(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let (parts, body) = request.into_parts();
    let body = console.0.node.read_event_body(&id, body).await?;
    console.app(&id).await?;
    let fields = Fields::from_json(&parts.headers, &body)?;
    let wish = Wish::read(&fields)?;
    // What is refused has not happened, so the first one goes before the record.
    wish.publish(&console, &id).await?;
    let after = object!({
        "channel": wish.channel, "event": wish.event, "repeat": wish.repeat,
        "as_user": wish.as_user,
    });
    let change = signed_in.by().change(ChangeKind::Event, &id, console.now());
    console.0.store.record(&NewChange { after: Some(&after.to_string()), ..change }).await?;
    for _ in 1..wish.repeat {
        wish.publish(&console, &id).await?;
    }
    Ok(json(object!({ "published": wish.repeat }).to_string()))
}

/// Closes a connection.
pub(crate) async fn disconnect(
    State(console): State<Console>,
    InPath((id, socket)): InPath<(String, String)>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    let come_back = Fields::read_json(request).await?.switch("come_back")?;
    let close = if come_back { CloseWith::Reconnect } else { CloseWith::Unauthorized };
    if !console.0.node.disconnect_of(&id, &socket, close).await {
        return Err(AppFailure::NoConnection.into());
    }
    let after = object!({ "socket": socket, "come_back": come_back });
    record(&console, &signed_in, ChangeKind::Disconnect, &id, &after).await?;
    Ok(json(SUCCESS.to_owned()))
}

/// Sends a user away: closes all connections that are signed in as the user, and with `channel` ends
/// the grace of the member there.
pub(crate) async fn terminate(
    State(console): State<Console>,
    InPath((id, user)): InPath<(String, String)>,
    signed_in: SignedIn,
    request: Request,
) -> Result<impl IntoResponse, Failure> {
    console.app(&id).await?;
    let fields = Fields::read_json(request).await?;
    let channel = fields.optional_text("channel")?;
    let after = object!({ "user": user, "channel": channel });
    record(&console, &signed_in, ChangeKind::Terminate, &id, &after).await?;
    console.0.node.terminate_user(&id, &user)?;
    if let Some(channel) = channel {
        console.send_away(&id, channel, &user).await?;
    }
    Ok(json(SUCCESS.to_owned()))
}

impl Console {
    /// Closes the connections that hold a member, and ends its grace.
    async fn send_away(&self, app: &str, channel: &str, user: &str) -> Result<(), Failure> {
        let node = &self.0.node;
        let members = node.channel_detail(app, channel).await?.members.unwrap_or_default();
        let Some(member) = members.into_iter().find(|member| member.user == user) else {
            return Ok(());
        };
        for socket in &member.connections {
            node.disconnect_member(app, socket, channel, user);
        }
        if member.leaving_in_ms.is_some() {
            // It may be back, or gone by itself, and both are as well.
            let _ = node.remove_member(app, channel, user).await;
        }
        Ok(())
    }
}

pub(super) async fn record(
    console: &Console,
    signed_in: &SignedIn,
    kind: ChangeKind,
    app: &str,
    after: &Value,
) -> Result<(), Failure> {
    let change = signed_in.by().change(kind, app, console.now());
    console.0.store.record(&NewChange { after: Some(&after.to_string()), ..change }).await?;
    Ok(())
}

/// What is to be said.
struct Wish<'a> {
    channel: &'a str,
    event: &'a str,
    data: &'a str,
    except: Except,
    repeat: u64,
    as_user: Option<&'a str>,
}

impl<'a> Wish<'a> {
    fn read(fields: &'a Fields) -> Result<Self, Failure> {
        let repeat = fields.optional_number("repeat")?.unwrap_or(1);
        if !(1..=MOST_REPEATS).contains(&repeat) {
            return Err(Failure::of_field("repeat", FieldProblem::Malformed));
        }
        let socket = fields.optional_text("socket_id")?.filter(|socket| !socket.is_empty());
        Ok(Self {
            channel: fields.text("channel")?,
            event: fields.text("event")?,
            data: fields.text("data")?,
            except: socket.map_or(Except::Nobody, |socket| Except::Socket(socket.to_owned())),
            repeat,
            as_user: fields.optional_text("as_user")?.filter(|user| !user.is_empty()),
        })
    }

    async fn publish(&self, console: &Console, app: &str) -> Result<(), Failure> {
        let node = &console.0.node;
        let Some(user) = self.as_user else {
            let publication = Publication {
                channel: self.channel.to_owned(),
                event: self.event.to_owned(),
                data: self.data.to_owned(),
                except: self.except.clone(),
            };
            return Ok(node.publish(app, publication).await?);
        };
        Ok(node.publish_as(app, self.channel, self.event, self.data, user)?)
    }
}

const MOST_REPEATS: u64 = 100;
