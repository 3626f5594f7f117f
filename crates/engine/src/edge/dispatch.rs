//! What clients say, and what they are answered at once (docs/protocol.md 1.7, 2.3, 2.4, 3).
//!
//! An edge checks all that it can know alone: form, names, signatures, rates, sizes. Who is present
//! and in which order things happen is the partition's to decide.

use rollcall_wire::auth::{self, ChannelAuthError};
use rollcall_wire::channel::{ChannelKind, ChannelName};
use rollcall_wire::close::CloseCode;
use rollcall_wire::errors::ErrorKind;
use rollcall_wire::pusher::{
    self, ClientMessage, MemberDataError, MemberLimits, SubscriptionErrorKind,
};
use rollcall_wire::ws::{self, Decoder, Message};
use serde_json::value::RawValue;

use super::observed::Fault;
use super::{Edge, EdgeEffect};
use crate::app::App;
use crate::ids::{ChannelKey, ConnId, SubscriptionId, UserId};
use crate::message::{ClientEvent, Departure, Join, JoinRefusal, Member, ToPartition};
use crate::session::{Identity, SignedIn};
use crate::time::Time;

/// The most bytes of an error's text. Much of it is what the peer sent, and no peer makes an edge
/// write for it at length; what the hosted service says of a member's data fits.
const MAX_TOLD: usize = 4_000;

/// The most characters of a presence `user_id` (docs/protocol.md 2.6).
const MAX_USER_ID_CHARS: usize = 128;

/// The most subscriptions of one connection. No client comes near it; it bounds what one costs.
const MAX_SUBSCRIPTIONS: usize = 5_000;

const MALFORMED: &str = "Invalid message format";
const CLIENT_EVENTS_OFF: &str =
    "To send client events, you must enable this feature in the Settings page of your dashboard.";
const CLIENT_EVENT_KIND: &str =
    "Client event rejected - only supported on private and presence channels";
const REVOKED: &str = "Invalid signature: it was revoked when its user signed out";
const CLIENT_EVENT_RATE: &str = "Client event rejected due to rate limit";

/// Why a subscription is not even tried.
struct Unfit {
    /// As the client is told.
    kind: SubscriptionErrorKind,
    /// As operators are told.
    error: ErrorKind,
    text: String,
}

impl Edge {
    pub(super) fn decode(
        &mut self,
        now: Time,
        conn: ConnId,
        decoder: &mut Decoder,
        mut bytes: &mut [u8],
    ) {
        while !bytes.is_empty() {
            let taken = match decoder.decode(bytes) {
                Ok((taken, message)) => {
                    if let Some(message) = message {
                        self.handle_message(now, conn, message);
                    }
                    taken
                }
                Err(error) => return self.close(now, conn, error.close_code()),
            };
            bytes = &mut bytes[taken..];
        }
    }

    fn handle_message(&mut self, now: Time, conn: ConnId, message: Message<'_>) {
        if let Message::Close { code, .. } = message {
            return self.handle_peer_close(now, conn, code);
        }
        let Some(identity) = self.identity(conn) else { return };
        match message {
            Message::Text(text) => self.handle_text(now, conn, &identity, text),
            Message::Binary => {
                self.reject(conn, &Fault::new(ErrorKind::BinaryMessage, MALFORMED));
            }
            Message::Ping(payload) => {
                let span = self.palette.write(|out| ws::write_pong(out, payload));
                self.owe_control(conn, span);
            }
            Message::Pong(_) => self.handle_pong(now, conn),
            Message::Close { .. } => {}
        }
    }

    fn handle_pong(&mut self, now: Time, conn: ConnId) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.ponged(now);
        }
    }

    pub(super) fn identity(&self, conn: ConnId) -> Option<Identity> {
        self.connections.get(conn)?.identity().cloned()
    }

    pub(super) fn handle_text(&mut self, now: Time, conn: ConnId, identity: &Identity, text: &str) {
        self.counts_of(conn).messages_in += 1;
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.messages_in += 1;
        }
        match pusher::parse(text) {
            Ok(ClientMessage::Ping) => self.tell(conn, pusher::pong),
            Ok(ClientMessage::Pong) => {}
            Ok(ClientMessage::Subscribe { channel, auth, channel_data }) => {
                self.subscribe(
                    now,
                    conn,
                    identity,
                    &channel,
                    auth.as_deref(),
                    channel_data.as_deref(),
                );
            }
            Ok(ClientMessage::Unsubscribe { channel }) => {
                self.unsubscribe(now, conn, identity, &channel);
            }
            Ok(ClientMessage::ClientEvent { event, channel, data }) => {
                self.client_event(now, conn, identity, &event, channel.as_deref(), data);
            }
            Ok(ClientMessage::Signin { auth, user_data }) => {
                self.sign_in(now, conn, identity, &auth, &user_data);
            }
            Ok(ClientMessage::Unsupported { event }) => self.reject_unsupported(conn, &event),
            Err(error) => self.reject(conn, &Fault::new(error.into(), &error.to_string())),
        }
    }

    fn subscribe(
        &mut self,
        now: Time,
        conn: ConnId,
        identity: &Identity,
        channel: &str,
        auth: Option<&str>,
        channel_data: Option<&str>,
    ) {
        let user = self.user_of(conn);
        let asked = parse_channel(identity, user, channel).and_then(|name| {
            check_signature(identity, &name, auth, channel_data)?;
            let member = parse_member(identity, user, &name, channel_data)?;
            Ok((name, member))
        });
        match asked {
            Ok((_, Some(member))) if identity.app.blocks(member.user.as_str()) => {
                self.close(now, conn, CloseCode::UserBlocked);
            }
            Ok((name, member)) => {
                self.join(conn, identity, ChannelKey::new(&identity.app, name), member);
            }
            Err(unfit) => self.reject_subscription(conn, channel, &unfit),
        }
    }

    fn join(
        &mut self,
        conn: ConnId,
        identity: &Identity,
        channel: ChannelKey,
        member: Option<Member>,
    ) {
        if self.subscription_of(conn, &channel).is_some() {
            let text = format!("Existing subscription to channel {}", channel.name);
            let name = channel.name.as_str();
            return self.reject(conn, &Fault::on(name, ErrorKind::AlreadySubscribed, &text));
        }
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if connection.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            let text = format!("A connection may have at most {MAX_SUBSCRIPTIONS} subscriptions");
            let kind = SubscriptionErrorKind::LimitReached;
            let unfit = Unfit { kind, error: ErrorKind::TooManySubscriptions, text };
            return self.reject_subscription(conn, channel.name.as_str(), &unfit);
        }
        let user = member.as_ref().map(|member| member.user.clone());
        if user.as_ref().is_some_and(|user| connection.is_revoked(&channel, user)) {
            let kind = SubscriptionErrorKind::AuthError;
            let (error, text) = (ErrorKind::MembershipRevoked, REVOKED.to_owned());
            let unfit = Unfit { kind, error, text };
            return self.reject_subscription(conn, channel.name.as_str(), &unfit);
        }
        let slot = connection.counts_for;
        let subscription = self.subscriptions.insert(conn, &channel, user, slot);
        connection.subscriptions.push(subscription);
        self.counts[slot].subscriptions += 1;
        if channel.name.kind().needs_auth() {
            self.authorize(conn);
        }
        let (edge, app) = (self.id, identity.app.clone());
        let join = Join { edge, conn, subscription, app, channel, member };
        self.effects.push_back(EdgeEffect::ToPartition(ToPartition::Join(join)));
    }

    fn unsubscribe(&mut self, now: Time, conn: ConnId, identity: &Identity, channel: &str) {
        let id = ChannelName::parse(channel, usize::MAX)
            .ok()
            .and_then(|name| self.subscription_of(conn, &ChannelKey::new(&identity.app, name)));
        let Some(id) = id else {
            let text = format!(
                "No current subscription to channel {channel}, or subscription in progress"
            );
            return self.reject(conn, &Fault::on(channel, ErrorKind::NotSubscribed, &text));
        };
        self.observe_unsubscription(id);
        let is_member = self.subscriptions.get(id).is_some_and(|s| s.user.is_some());
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.subscriptions.retain(|&mut subscription| subscription != id);
            // Either of which many others are told.
            if is_member || identity.app.subscription_counting {
                connection.departed(now);
            }
        }
        if self.recall_join(id) {
            self.remove_subscription(id);
        } else {
            self.end_subscription(id, Departure::Deliberate);
        }
    }

    /// Takes back a join that has not left the edge: it and its leave then never happened.
    fn recall_join(&mut self, id: SubscriptionId) -> bool {
        let is_it = |effect: &EdgeEffect| matches!(effect, EdgeEffect::ToPartition(ToPartition::Join(join)) if join.subscription == id);
        match self.effects.iter().rposition(is_it) {
            Some(place) => self.effects.remove(place).is_some(),
            None => false,
        }
    }

    fn client_event(
        &mut self,
        now: Time,
        conn: ConnId,
        identity: &Identity,
        event: &str,
        channel: Option<&str>,
        data: Option<&RawValue>,
    ) {
        let data = pusher::client_event_data(data);
        let (channel, user) = match self.admit_client_event(conn, identity, event, channel, &data) {
            Ok(admitted) => admitted,
            Err((kind, text)) => {
                let fault = Fault { kind, text: &text, channel, event: Some(event) };
                return self.reject(conn, &fault);
            }
        };
        let limit = identity.app.limits.client_events_per_second as usize;
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if !connection.client_events.take(now, limit) {
            return self.reject_rate(conn);
        }
        self.observe_client_event(identity, &channel, user.as_ref(), (event, &data));
        let event = ClientEvent {
            edge: self.id,
            conn,
            socket: identity.socket,
            user,
            channel,
            event: event.to_owned(),
            data: data.into_owned(),
        };
        self.effects.push_back(EdgeEffect::ToPartition(ToPartition::ClientEvent(event)));
    }

    /// Rules 1, 3, 4, 10 and 11 of docs/protocol.md section 3; the second was kept by the parser.
    fn admit_client_event(
        &self,
        conn: ConnId,
        identity: &Identity,
        event: &str,
        channel: Option<&str>,
        data: &str,
    ) -> Result<(ChannelKey, Option<UserId>), (ErrorKind, String)> {
        let limits = &identity.app.limits;
        if !identity.app.client_events {
            return Err((ErrorKind::ClientEventsOff, CLIENT_EVENTS_OFF.to_owned()));
        }
        let name = channel.and_then(|channel| ChannelName::parse(channel, usize::MAX).ok());
        let Some(name) = name.filter(|name| name.kind().allows_client_events()) else {
            return Err((ErrorKind::ClientEventChannel, CLIENT_EVENT_KIND.to_owned()));
        };
        let key = ChannelKey::new(&identity.app, name);
        let subscription = self.subscription_of(conn, &key);
        let subscription = subscription.and_then(|id| self.subscriptions.get(id));
        let Some(subscription) = subscription.filter(|subscription| subscription.is_live()) else {
            let name = &key.name;
            let text = format!("Client event rejected - you are not subscribed to channel {name}");
            return Err((ErrorKind::NotSubscribed, text));
        };
        if event.chars().count() > limits.event_name {
            let most = limits.event_name;
            let text = format!("Client event rejected - its name is longer than {most} characters");
            return Err((ErrorKind::EventNameTooLong, text));
        }
        if data.len() > limits.payload_bytes {
            let most = limits.payload_bytes;
            let text = format!("Client event rejected - its data is larger than {most} bytes");
            return Err((ErrorKind::PayloadTooLarge, text));
        }
        Ok((key, subscription.user.clone()))
    }
}

/// How clients are told that something was wrong.
impl Edge {
    /// An error without a code leaves the connection as it is (docs/protocol.md 1.6).
    pub(super) fn reject(&mut self, conn: ConnId, fault: &Fault<'_>) {
        let text = cut(fault.text);
        self.observe_fault(conn, &Fault { text, ..*fault });
        self.counts_of(conn).errors.without_code += 1;
        self.tell(conn, |out| pusher::error(out, None, text));
    }

    pub(super) fn reject_rate(&mut self, conn: ConnId) {
        let code = CloseCode::ClientEventRate;
        self.counts_of(conn).errors.by_code.count(code);
        self.observe_fault(conn, &Fault::new(ErrorKind::ClientEventRate, CLIENT_EVENT_RATE));
        self.tell(conn, |out| pusher::error(out, Some(code.code()), CLIENT_EVENT_RATE));
    }

    fn reject_unsupported(&mut self, conn: ConnId, event: &str) {
        let text = format!("Unsupported event received on socket: {event}");
        let fault = Fault::new(ErrorKind::UnsupportedEvent, &text);
        self.reject(conn, &Fault { event: Some(event), ..fault });
    }

    /// On the channel for those who listen there, and in the hosted service's words for the others
    /// (docs/protocol.md 2.4).
    fn reject_subscription(&mut self, conn: ConnId, channel: &str, unfit: &Unfit) {
        let Unfit { kind, error, text } = unfit;
        // No channel of such a name has listeners.
        if channel.len() <= MAX_TOLD {
            let text = cut(text);
            self.tell(conn, |out| pusher::subscription_error(out, channel, *kind, text));
        }
        self.reject(conn, &Fault::on(channel, *error, text));
    }

    pub(super) fn tell_refusal(&mut self, conn: ConnId, channel: &str, why: JoinRefusal) {
        let unfit = match why {
            JoinRefusal::ChannelFull { max_members } => Unfit {
                kind: SubscriptionErrorKind::LimitReached,
                error: ErrorKind::ChannelFull,
                text: format!("Channel {channel} is full: it has {max_members} members"),
            },
            JoinRefusal::Indebted => Unfit {
                kind: SubscriptionErrorKind::ServerError,
                error: ErrorKind::JournalFull,
                text: format!("Channel {channel} cannot be joined now; try again later"),
            },
        };
        self.reject_subscription(conn, channel, &unfit);
    }
}

/// As much of an error's text as is told.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TOLD)]
}

fn parse_channel(
    identity: &Identity,
    user: Option<&SignedIn>,
    channel: &str,
) -> Result<ChannelName, Unfit> {
    let name = ChannelName::parse(channel, identity.app.limits.channel_name);
    let name = name.map_err(|error| Unfit {
        kind: SubscriptionErrorKind::InvalidChannel,
        error: (&error).into(),
        text: format!("Invalid channel name: {error}"),
    })?;
    match name.kind() {
        ChannelKind::User if user.is_none_or(|user| user.key.name != name) => Err(Unfit {
            kind: SubscriptionErrorKind::AuthError,
            error: ErrorKind::NotThatUser,
            text: format!("Only the signed-in user may subscribe to {name}"),
        }),
        _ => Ok(name),
    }
}

fn check_signature(
    identity: &Identity,
    name: &ChannelName,
    auth: Option<&str>,
    channel_data: Option<&str>,
) -> Result<(), Unfit> {
    if !name.kind().needs_auth() {
        return Ok(());
    }
    let auth = auth.unwrap_or_default();
    auth::verify_channel(&identity.app.keys, auth, identity.socket, name.as_str(), channel_data)
        .map_err(|error: ChannelAuthError| Unfit {
            kind: SubscriptionErrorKind::AuthError,
            error: (&error).into(),
            text: error.to_string(),
        })
}

/// Who it is on a presence channel: what the subscription says, or else whom it signed in as.
fn parse_member(
    identity: &Identity,
    user: Option<&SignedIn>,
    name: &ChannelName,
    channel_data: Option<&str>,
) -> Result<Option<Member>, Unfit> {
    if !name.kind().is_presence() {
        return Ok(None);
    }
    let unfit = |error, text| Unfit { kind: SubscriptionErrorKind::InvalidData, error, text };
    let channel_data = channel_data.filter(|data| !data.is_empty());
    let member = match (channel_data, user) {
        (Some(data), _) => claimed_member(data, &member_limits(&identity.app)),
        (None, Some(user)) => signed_in_member(user, &member_limits(&identity.app)),
        (None, None) => {
            let text = format!("channel_data is required to subscribe to {name}");
            return Err(unfit(ErrorKind::ChannelDataMissing, text));
        }
    };
    member.map(Some).map_err(|error| unfit(error.into(), error.to_string()))
}

fn claimed_member(channel_data: &str, limits: &MemberLimits) -> Result<Member, MemberDataError> {
    let data = pusher::parse_channel_data(channel_data, limits)?;
    Ok(Member {
        user: UserId::new(&data.user_id),
        info: data.user_info.map(|info| info.get().into()),
        rev: data.rev,
    })
}

/// The limits may be tighter than they were at the sign-in, and a user's id may be longer than a
/// member's.
fn signed_in_member(user: &SignedIn, limits: &MemberLimits) -> Result<Member, MemberDataError> {
    let member = user.member.clone()?;
    if member.user.as_str().len() > limits.max_user_id_chars {
        return Err(MemberDataError::UserIdTooLong);
    }
    match &member.info {
        Some(info) if info.len() > limits.max_info_bytes => Err(MemberDataError::InfoTooBig),
        _ => Ok(member),
    }
}

/// What an app allows its members.
pub(super) fn member_limits(app: &App) -> MemberLimits {
    MemberLimits {
        max_user_id_chars: MAX_USER_ID_CHARS,
        max_info_bytes: app.presence.max_info_bytes,
    }
}
