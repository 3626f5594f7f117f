//! `POST /events` and `POST /batch_events`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use super::error::ApiError;
use super::info::{InfoRequest, OF_PUBLISHED};
use super::query::{Extraneous, parse_channel};
use crate::auth::query::{Plus, Query, array_name};
use crate::{ChannelName, SocketId, json};

/// What an app allows in one publish (`docs/protocol.md` appendix C).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishLimits {
    /// The most bytes of an event's data.
    pub payload_bytes: usize,
    /// The most characters of a channel's name.
    pub channel_name: usize,
    /// The most characters of an event's name.
    pub event_name: usize,
    /// The most channels of one event.
    pub channels_per_publish: usize,
    /// The most events of one batch.
    pub batch: usize,
}

/// One event to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRequest {
    /// The event's name.
    pub name: String,
    /// The text that subscribers get byte for byte.
    pub data: String,
    /// Where to, each once, in the order given.
    pub channels: Vec<ChannelName>,
    /// The connection that does not get it. `None` also for a well-formed id that nobody has.
    pub except: Option<SocketId>,
    /// What the answer should tell.
    pub info: InfoRequest,
}

/// Several events to publish, in order, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRequest {
    /// The events, each on one channel.
    pub events: Vec<EventRequest>,
}

impl EventRequest {
    /// Parses a `POST /apps/{id}/events`, which may say in its query string what its body does not
    /// (`docs/protocol.md` 6.3). What it says beyond that is refused as in queries, for whoever
    /// misspells a parameter should hear of it.
    pub fn parse_with_query(
        body: &[u8],
        query: &str,
        limits: &PublishLimits,
    ) -> Result<Self, ApiError> {
        let given = Given::parse(query)?;
        if given.is_empty() {
            return Self::parse(body, limits);
        }
        let fields = match body {
            [] => EventFields::default(),
            body => parse_body(body)?,
        };
        fields.or(&given).check(limits)
    }

    /// Parses the body of `POST /apps/{id}/events`.
    pub fn parse(body: &[u8], limits: &PublishLimits) -> Result<Self, ApiError> {
        parse_body::<EventFields<'_>>(body)?.check(limits)
    }
}

impl BatchRequest {
    /// Parses the body of `POST /apps/{id}/batch_events`; one bad event refuses all.
    pub fn parse(body: &[u8], limits: &PublishLimits) -> Result<Self, ApiError> {
        let fields: BatchFields<'_> = parse_body(body)?;
        let raw = fields.batch.ok_or(ApiError::MissingField { field: "batch" })?;
        let expected = "an array of events";
        let items: Vec<&RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| ApiError::WrongType { field: "batch", expected })?;
        if items.len() > limits.batch {
            return Err(ApiError::BatchTooLong { max: limits.batch });
        }
        let events = items.iter().enumerate().map(|(index, item)| {
            batch_item(item, limits)
                .map_err(|error| ApiError::InBatch { index, error: Box::new(error) })
        });
        Ok(Self { events: events.collect::<Result<_, _>>()? })
    }
}

impl Default for PublishLimits {
    fn default() -> Self {
        Self {
            payload_bytes: 10_240,
            channel_name: 164,
            event_name: 200,
            channels_per_publish: 100,
            batch: 10,
        }
    }
}

/// Values stay raw, so that a wrong type can be told from malformed JSON and named.
#[derive(Default, Deserialize)]
struct EventFields<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "json::present")]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    channel: Option<&'a RawValue>,
    #[serde(borrow)]
    channels: Option<&'a RawValue>,
    #[serde(borrow)]
    socket_id: Option<&'a RawValue>,
    #[serde(borrow)]
    info: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct BatchFields<'a> {
    #[serde(borrow)]
    batch: Option<&'a RawValue>,
}

fn parse_body<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| ApiError::MalformedBody)?;
    json::parse_object(text).ok_or(ApiError::MalformedBody)
}

fn batch_item(item: &RawValue, limits: &PublishLimits) -> Result<EventRequest, ApiError> {
    let fields: EventFields<'_> = json::parse_object(item.get())
        .ok_or(ApiError::WrongType { field: "an event", expected: "an object" })?;
    if fields.channel.is_none() {
        return Err(ApiError::MissingField { field: "channel" });
    }
    EventFields { channels: None, ..fields }.check(limits)
}

/// What a query string says of an event, as JSON.
#[derive(Default)]
struct Given {
    name: Option<Box<RawValue>>,
    data: Option<Box<RawValue>>,
    channel: Option<Box<RawValue>>,
    channels: Option<Box<RawValue>>,
    socket_id: Option<Box<RawValue>>,
    info: Option<Box<RawValue>>,
}

impl Given {
    /// Lists come as `channels[]=a&channels[]=b`, as `channels[0]=a&channels[1]=b`, or as
    /// `channels=a,b`; a name with a comma in it needs one of the first two.
    fn parse(raw: &str) -> Result<Self, ApiError> {
        let (mut given, mut extraneous) = (Self::default(), Extraneous::default());
        let (mut channels, mut info) = (Vec::new(), Vec::new());
        for (name, value) in Query::parse(raw, Plus::IsPlus).texts() {
            let element_of = array_name(name.as_bytes());
            match (&*name, element_of) {
                ("name", _) => given.name = json_text(&value),
                ("data", _) => given.data = json_text(&value),
                ("channel", _) => given.channel = json_text(&value),
                ("socket_id", _) => given.socket_id = json_text(&value),
                ("channels", _) => channels.extend(value.split(',').map(str::to_owned)),
                (_, Some(b"channels")) => channels.push(value.into_owned()),
                ("info", _) | (_, Some(b"info")) => info.push(value.into_owned()),
                _ => extraneous.note(&name),
            }
        }
        extraneous.refuse()?;
        given.channels = (!channels.is_empty()).then(|| to_raw_value(&channels).ok()).flatten();
        given.info = (!info.is_empty()).then(|| json_text(&info.join(","))).flatten();
        Ok(given)
    }

    fn is_empty(&self) -> bool {
        let fields = [&self.name, &self.data, &self.channel, &self.channels];
        fields.into_iter().chain([&self.socket_id, &self.info]).all(Option::is_none)
    }
}

fn json_text(text: &str) -> Option<Box<RawValue>> {
    to_raw_value(text).ok()
}

impl<'a> EventFields<'a> {
    /// The body has the first word.
    fn or(self, given: &'a Given) -> Self {
        let has_channels = self.channel.is_some() || self.channels.is_some();
        let channels_of = |given: &'a Option<Box<RawValue>>| match has_channels {
            true => None,
            false => given.as_deref(),
        };
        Self {
            name: self.name.or(given.name.as_deref()),
            data: self.data.or(given.data.as_deref()),
            channel: self.channel.or(channels_of(&given.channel)),
            channels: self.channels.or(channels_of(&given.channels)),
            socket_id: self.socket_id.or(given.socket_id.as_deref()),
            info: self.info.or(given.info.as_deref()),
        }
    }
}

impl EventFields<'_> {
    fn check(self, limits: &PublishLimits) -> Result<EventRequest, ApiError> {
        Ok(EventRequest {
            name: self.event_name(limits)?,
            channels: self.channel_names(limits)?,
            except: self.excluded_socket()?,
            info: self.requested_info()?,
            data: self.event_data(limits)?,
        })
    }

    fn event_name(&self, limits: &PublishLimits) -> Result<String, ApiError> {
        let raw = self.name.ok_or(ApiError::MissingField { field: "name" })?;
        let name = string(raw, "name")?;
        if name.is_empty() {
            return Err(ApiError::EmptyEventName);
        }
        if name.chars().count() > limits.event_name {
            return Err(ApiError::EventNameTooLong { max: limits.event_name });
        }
        if name.starts_with("pusher:") || name.starts_with("pusher_internal:") {
            return Err(ApiError::ReservedEventName);
        }
        Ok(name.into_owned())
    }

    /// Data that is not a string is taken as its JSON text.
    fn event_data(&self, limits: &PublishLimits) -> Result<String, ApiError> {
        let raw = self.data.ok_or(ApiError::MissingField { field: "data" })?;
        let data = json::string_lossy(raw).unwrap_or(Cow::Borrowed(raw.get()));
        if data.len() > limits.payload_bytes {
            return Err(ApiError::DataTooBig { max: limits.payload_bytes });
        }
        Ok(data.into_owned())
    }

    /// `channels`, or else `channel`, which PHP uses whenever there is exactly one.
    fn channel_names(&self, limits: &PublishLimits) -> Result<Vec<ChannelName>, ApiError> {
        let names = match (self.channels, self.channel) {
            (Some(raw), _) => strings(raw)?,
            (None, Some(raw)) => vec![string(raw, "channel")?],
            (None, None) => return Err(ApiError::MissingField { field: "channels" }),
        };
        if names.is_empty() || names.len() > limits.channels_per_publish {
            return Err(ApiError::ChannelCount { max: limits.channels_per_publish });
        }
        distinct_channels(&names, limits)
    }

    fn excluded_socket(&self) -> Result<Option<SocketId>, ApiError> {
        let Some(raw) = self.socket_id else {
            return Ok(None);
        };
        SocketId::parse(&string(raw, "socket_id")?).map_err(|_| ApiError::BadSocketId)
    }

    fn requested_info(&self) -> Result<InfoRequest, ApiError> {
        match self.info {
            None => Ok(InfoRequest::default()),
            Some(raw) => InfoRequest::parse(&string(raw, "info")?, OF_PUBLISHED),
        }
    }
}

/// Parses names and drops repeats. A hundred at most, so looking through them is quick enough.
fn distinct_channels(
    names: &[Cow<'_, str>],
    limits: &PublishLimits,
) -> Result<Vec<ChannelName>, ApiError> {
    let mut channels: Vec<ChannelName> = Vec::with_capacity(names.len());
    for name in names {
        let channel = parse_channel(name, limits.channel_name)?;
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    if channels.len() > 1 && channels.iter().any(|channel| channel.kind().is_encrypted()) {
        return Err(ApiError::EncryptedAmongOthers);
    }
    Ok(channels)
}

fn string<'a>(raw: &'a RawValue, field: &'static str) -> Result<Cow<'a, str>, ApiError> {
    json::string(raw).ok_or(ApiError::WrongType { field, expected: "a string" })
}

fn strings(raw: &RawValue) -> Result<Vec<Cow<'_, str>>, ApiError> {
    let wrong = ApiError::WrongType { field: "channels", expected: "an array of names" };
    let items: Option<Vec<&RawValue>> = serde_json::from_str(raw.get()).ok();
    let names = items.and_then(|items| items.into_iter().map(json::string).collect());
    names.ok_or(wrong)
}

#[cfg(test)]
mod tests;
