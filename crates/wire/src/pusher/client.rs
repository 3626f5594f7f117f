//! Client messages, borrowed from the text they arrived in.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json;

/// What a client asks for (`docs/protocol.md` 1.7).
#[derive(Debug)]
pub enum ClientMessage<'a> {
    /// `pusher:ping`.
    Ping,
    /// `pusher:pong`.
    Pong,
    /// `pusher:subscribe`.
    Subscribe {
        /// Not checked yet, but not empty.
        channel: Cow<'a, str>,
        /// The `key:signature`.
        auth: Option<Cow<'a, str>>,
        /// The exact text that was signed.
        channel_data: Option<Cow<'a, str>>,
    },
    /// `pusher:unsubscribe`.
    Unsubscribe {
        /// Not checked yet, but not empty.
        channel: Cow<'a, str>,
    },
    /// `pusher:signin`.
    Signin {
        /// The `key:signature`.
        auth: Cow<'a, str>,
        /// The exact text that was signed.
        user_data: Cow<'a, str>,
    },
    /// Any event whose name starts with `client-`.
    ClientEvent {
        /// The name, prefix included.
        event: Cow<'a, str>,
        /// Where to; not checked yet.
        channel: Option<Cow<'a, str>>,
        /// Any JSON value; see [`client_event_data`].
        data: Option<&'a RawValue>,
    },
    /// Everything else, the server's own event names included.
    Unsupported {
        /// The name.
        event: Cow<'a, str>,
    },
}

/// Why a message cannot be acted on. It is answered with a `pusher:error`; the connection stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// Not JSON, no object, no `event`, or fields of the wrong type.
    Malformed,
    /// The event needs a channel and names none.
    NoChannel {
        /// Which event.
        event: &'static str,
    },
}

/// Parses one text message of a client.
///
/// Unknown keys are ignored; `data` of the `pusher:` events may be an object or the JSON text of
/// one (`docs/protocol.md` 0.3), and is not looked at where it does not matter.
pub fn parse(text: &str) -> Result<ClientMessage<'_>, MessageError> {
    let envelope: Envelope<'_> = json::parse_object(text).ok_or(MessageError::Malformed)?;
    let event = envelope.event.and_then(json::string).ok_or(MessageError::Malformed)?;
    match &*event {
        "pusher:ping" => Ok(ClientMessage::Ping),
        "pusher:pong" => Ok(ClientMessage::Pong),
        "pusher:subscribe" => subscribe(envelope.data),
        "pusher:unsubscribe" => unsubscribe(envelope.data),
        "pusher:signin" => signin(envelope.data),
        name if name.starts_with("client-") => {
            let channel = envelope.channel.and_then(json::string);
            Ok(ClientMessage::ClientEvent { event, channel, data: envelope.data })
        }
        _ => Ok(ClientMessage::Unsupported { event }),
    }
}

/// The `data` string that subscribers get for a client event (`docs/protocol.md` 3).
///
/// A JSON string is relayed as its content and never encoded again; any other value as its JSON
/// text; and nothing as an empty object.
pub fn client_event_data(data: Option<&RawValue>) -> Cow<'_, str> {
    match data {
        None => Cow::Borrowed("{}"),
        Some(raw) => json::string_lossy(raw).unwrap_or(Cow::Borrowed(raw.get())),
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("Invalid message format"),
            Self::NoChannel { event } => write!(f, "{event} must name a channel"),
        }
    }
}

impl std::error::Error for MessageError {}

/// Values stay raw until the event's name tells which of them matter, and of what type.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "json::present")]
    data: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    auth: Option<&'a RawValue>,
    #[serde(borrow)]
    channel_data: Option<&'a RawValue>,
    #[serde(borrow)]
    user_data: Option<&'a RawValue>,
}

fn subscribe(data: Option<&RawValue>) -> Result<ClientMessage<'_>, MessageError> {
    with_fields(data, |fields| {
        Ok(ClientMessage::Subscribe {
            channel: channel(&fields, "pusher:subscribe")?,
            auth: optional(fields.auth)?,
            channel_data: optional(fields.channel_data)?,
        })
    })
}

fn unsubscribe(data: Option<&RawValue>) -> Result<ClientMessage<'_>, MessageError> {
    with_fields(data, |fields| {
        Ok(ClientMessage::Unsubscribe { channel: channel(&fields, "pusher:unsubscribe")? })
    })
}

fn signin(data: Option<&RawValue>) -> Result<ClientMessage<'_>, MessageError> {
    with_fields(data, |fields| {
        Ok(ClientMessage::Signin {
            auth: optional(fields.auth)?.ok_or(MessageError::Malformed)?,
            user_data: optional(fields.user_data)?.ok_or(MessageError::Malformed)?,
        })
    })
}

/// Hands the fields of `data` to `build`, borrowed if `data` is an object and copied if it is a
/// string that contains one.
fn with_fields<'a>(
    data: Option<&'a RawValue>,
    build: impl for<'b> Fn(Fields<'b>) -> Result<ClientMessage<'b>, MessageError>,
) -> Result<ClientMessage<'a>, MessageError> {
    let Some(raw) = data else {
        return build(Fields::default());
    };
    match json::string(raw) {
        None => build(json::parse_object(raw.get()).ok_or(MessageError::Malformed)?),
        Some(Cow::Borrowed(text)) => {
            build(json::parse_object(text).ok_or(MessageError::Malformed)?)
        }
        Some(Cow::Owned(text)) => {
            let fields = json::parse_object(&text).ok_or(MessageError::Malformed)?;
            build(fields).map(ClientMessage::into_owned)
        }
    }
}

fn channel<'a>(fields: &Fields<'a>, event: &'static str) -> Result<Cow<'a, str>, MessageError> {
    fields
        .channel
        .and_then(json::string)
        .filter(|name| !name.is_empty())
        .ok_or(MessageError::NoChannel { event })
}

fn optional(raw: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, MessageError> {
    raw.map(|raw| json::string(raw).ok_or(MessageError::Malformed)).transpose()
}

impl ClientMessage<'_> {
    /// Only for what [`with_fields`] builds: nothing in it but strings.
    fn into_owned<'b>(self) -> ClientMessage<'b> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Subscribe { channel, auth, channel_data } => ClientMessage::Subscribe {
                channel: own(channel),
                auth: auth.map(own),
                channel_data: channel_data.map(own),
            },
            Self::Unsubscribe { channel } => ClientMessage::Unsubscribe { channel: own(channel) },
            Self::Signin { auth, user_data } => {
                ClientMessage::Signin { auth: own(auth), user_data: own(user_data) }
            }
            Self::Ping => ClientMessage::Ping,
            Self::Pong => ClientMessage::Pong,
            Self::ClientEvent { event, .. } | Self::Unsupported { event } => {
                ClientMessage::Unsupported { event: own(event) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
