//! One row of the debug console, as the console's pages get it (docs/console.md 2.8).

use rollcall_engine::observe::{Excerpt, Happening, Observation};
use rollcall_engine::{App, UserId};
use rollcall_wire::errors::{ErrorKind, Side};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::cure;

/// Something that happened in an app.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Counts the events of the node.
    pub n: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    #[serde(rename = "type")]
    pub what: EventType,
    /// The connection that it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The member, or the signed-in user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The name of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many bytes the data has, cut or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// How long it took, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<u64>,
    /// At most 10,000 bytes of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Whether there is more of it.
    #[serde(skip_serializing_if = "is_false")]
    pub data_cut: bool,
    /// What kind of error it is.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "name")]
    pub kind: Option<ErrorKind>,
    /// The close code, the code of the error, or the status of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// What whoever caused it was told, or how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The setting of the app that would cure an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<&'static str>,
    /// What to set it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested: Option<Value>,
    /// Whether an operator caused it in the name of somebody else.
    #[serde(skip_serializing_if = "is_false")]
    pub impersonated: bool,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// A client connected.
    Connection,
    /// A connection ended.
    Disconnection,
    /// A channel has its first subscriber or member.
    Occupied,
    /// A channel has neither any more.
    Vacated,
    /// A subscription is live.
    Subscribed,
    /// A subscription ended.
    Unsubscribed,
    /// A back end, or a program of the node's own, published.
    ApiMessage,
    /// A client sent an event.
    ClientEvent,
    /// Somebody is a member.
    MemberAdded,
    /// Somebody is no member any more.
    MemberRemoved,
    /// What is told of a member changed.
    MemberUpdated,
    /// The server failed somebody.
    Error,
    /// A request of a back end was refused.
    ApiError,
    /// A client was told that something is wrong.
    ClientError,
    /// An endpoint took a webhook.
    WebhookSent,
    /// An endpoint did not.
    WebhookFailed,
    /// Somebody's status changed.
    StatusChange,
    /// The status page signed a subscription, or did not.
    Auth,
    /// Somebody did something too often.
    RateLimit,
}

impl EventType {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 19] = [
        Self::Connection,
        Self::Disconnection,
        Self::Occupied,
        Self::Vacated,
        Self::Subscribed,
        Self::Unsubscribed,
        Self::ApiMessage,
        Self::ClientEvent,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::MemberUpdated,
        Self::Error,
        Self::ApiError,
        Self::ClientError,
        Self::WebhookSent,
        Self::WebhookFailed,
        Self::StatusChange,
        Self::Auth,
        Self::RateLimit,
    ];

    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Disconnection => "disconnection",
            Self::Occupied => "occupied",
            Self::Vacated => "vacated",
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::ApiMessage => "api_message",
            Self::ClientEvent => "client_event",
            Self::MemberAdded => "member_added",
            Self::MemberRemoved => "member_removed",
            Self::MemberUpdated => "member_updated",
            Self::Error => "error",
            Self::ApiError => "api_error",
            Self::ClientError => "client_error",
            Self::WebhookSent => "webhook_sent",
            Self::WebhookFailed => "webhook_failed",
            Self::StatusChange => "status_change",
            Self::Auth => "auth",
            Self::RateLimit => "rate_limit",
        }
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Event {
    /// An event of which nothing else is known yet; number and time are given later.
    pub(crate) fn new(what: EventType) -> Self {
        Self {
            n: 0,
            at: 0,
            what,
            socket: None,
            user: None,
            channel: None,
            event: None,
            size: None,
            latency_us: None,
            data: None,
            data_cut: false,
            kind: None,
            code: None,
            message: None,
            setting: None,
            suggested: None,
            impersonated: false,
        }
    }

    /// An error, with what would cure it.
    pub(crate) fn error(what: EventType, kind: ErrorKind, message: String) -> Self {
        let (kind, code, message) = (Some(kind), kind.code(), Some(message));
        Self { kind, code, message, ..Self::new(what) }
    }

    /// The same with data.
    pub(crate) fn with_data(self, data: Excerpt) -> Self {
        let (size, data_cut) = (Some(data.bytes), data.is_cut());
        Self { size, data_cut, data: Some(data.text), ..self }
    }

    /// The same with the setting of the app that would cure it.
    pub(crate) fn with_cure(self, app: &App, origin: Option<&str>) -> Self {
        match self.kind.and_then(|kind| cure::suggest(app, kind, origin)) {
            Some((setting, suggested)) => {
                Self { setting: Some(setting), suggested: Some(suggested), ..self }
            }
            None => self,
        }
    }
}

/// What a machine told. First times are no events.
impl TryFrom<Observation> for Event {
    type Error = rollcall_engine::observe::First;

    fn try_from(observation: Observation) -> Result<Self, Self::Error> {
        let Observation { socket, user, channel, what, .. } = observation;
        let event = match what {
            Happening::First(first) => return Err(first),
            Happening::Connection => Self::new(EventType::Connection),
            Happening::Disconnection { code, reason } => {
                let message = Some(reason.to_owned());
                Self { code, message, ..Self::new(EventType::Disconnection) }
            }
            Happening::Subscribed => Self::new(EventType::Subscribed),
            Happening::Unsubscribed => Self::new(EventType::Unsubscribed),
            Happening::Occupied => Self::new(EventType::Occupied),
            Happening::Vacated => Self::new(EventType::Vacated),
            Happening::ClientEvent { event, data } => {
                Self { event: Some(event), ..Self::new(EventType::ClientEvent).with_data(data) }
            }
            Happening::MemberAdded { info } => with_info(EventType::MemberAdded, info),
            Happening::MemberRemoved => Self::new(EventType::MemberRemoved),
            Happening::MemberUpdated { info } => with_info(EventType::MemberUpdated, info),
            Happening::Error { kind, text, event } => {
                Self { event, ..Self::error(type_of(kind), kind, text) }
            }
        };
        let (socket, user) = (socket.map(|s| s.to_string()), user.as_ref().map(UserId::to_string));
        Ok(Self { socket, user, channel, ..event })
    }
}

/// What an error that a client was told counts as.
pub(crate) fn type_of(kind: ErrorKind) -> EventType {
    match kind.side() {
        _ if kind == ErrorKind::ClientEventRate => EventType::RateLimit,
        Side::Server => EventType::Error,
        Side::Client | Side::Either | Side::BackEnd => EventType::ClientError,
    }
}

fn with_info(what: EventType, info: Option<Excerpt>) -> Event {
    let event = Event::new(what);
    match info {
        Some(info) => event.with_data(info),
        None => event,
    }
}

fn is_false(is: &bool) -> bool {
    !is
}

fn name<S: Serializer>(kind: &Option<ErrorKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(ErrorKind::name).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_names_of_the_contract_and_nothing_that_is_not_known() {
        let event = Event { n: 7, at: 8, ..Event::new(EventType::Connection) };
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(json, r#"{"n":7,"at":8,"type":"connection"}"#);

        let app = App::new("1", Vec::new());
        let error = Event::error(EventType::ClientError, ErrorKind::ClientEventsOff, "No".into());
        let event = Event {
            socket: Some("1.1".into()),
            user: Some("ana".into()),
            channel: Some("private-x".into()),
            event: Some("client-x".into()),
            latency_us: Some(5),
            impersonated: true,
            ..error.with_data(Excerpt { text: "ab".into(), bytes: 3 }).with_cure(&app, None)
        };
        let expected = serde_json::json!({
            "n": 0, "at": 0, "type": "client_error", "socket": "1.1", "user": "ana",
            "channel": "private-x", "event": "client-x", "size": 3, "latency_us": 5, "data": "ab",
            "data_cut": true, "kind": "client_events_off", "message": "No",
            "setting": "client_events", "suggested": true, "impersonated": true,
        });
        assert_eq!(serde_json::to_value(&event).unwrap(), expected);
    }

    #[test]
    fn an_error_of_a_client_counts_as_what_it_is() {
        assert_eq!(type_of(ErrorKind::ClientEventRate), EventType::RateLimit);
        assert_eq!(type_of(ErrorKind::JournalFull), EventType::Error);
        assert_eq!(type_of(ErrorKind::ChannelFull), EventType::ClientError);
        assert_eq!(ErrorKind::ClientEventRate.code(), Some(4301));
    }
}
