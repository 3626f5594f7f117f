//! What one connection's client sees: frames out of bytes, and events out of frames.

use std::collections::BTreeMap;

use rollcall_wire::ws::frame_len;
use serde_json::Value;

/// The bytes that a client has read and not yet understood.
#[derive(Debug, Default)]
pub(super) struct Stream {
    rest: Vec<u8>,
    closed: bool,
}

/// What a client hears of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is subscribed.
    Success(String),
    /// The event of that number.
    Event(String, u64),
    /// It is signed in, and watches these.
    SignedIn(Vec<String>),
    /// Who of those is there and who is not.
    Watch(BTreeMap<String, bool>),
}

impl Stream {
    /// Reads more; returns what whole frames say of channels.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Heard> {
        self.rest.extend_from_slice(bytes);
        let mut heard = Vec::new();
        while let Some(length) = frame_len(&self.rest).filter(|length| *length <= self.rest.len()) {
            let after = self.rest.split_off(length);
            let frame = std::mem::replace(&mut self.rest, after);
            heard.extend(self.read_frame(&frame));
        }
        assert!(!self.closed || self.rest.is_empty(), "something behind the close frame");
        heard
    }

    /// Whether a close frame was read.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether no frame is cut.
    pub(super) fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    fn read_frame(&mut self, frame: &[u8]) -> Option<Heard> {
        assert!(!self.closed, "a frame behind the close frame");
        let header = if frame[1] < 126 { 2 } else { 4 };
        match frame[0] {
            0x81 => heard(&frame[header..]),
            0x88 => {
                self.closed = true;
                None
            }
            first => {
                assert!(matches!(first, 0x89 | 0x8a), "a frame of kind {first:x}");
                None
            }
        }
    }
}

/// What an event says of a channel, if it is of those that count here.
pub(crate) fn heard(json: &[u8]) -> Option<Heard> {
    let event: Value = serde_json::from_slice(json).expect("an event is JSON");
    let channel = || event["channel"].as_str().unwrap_or_default().to_owned();
    match event["event"].as_str().expect("an event has a name") {
        "pusher_internal:subscription_succeeded" => Some(Heard::Success(channel())),
        "pusher:signin_success" => Some(Heard::SignedIn(watchlist(&event))),
        "pusher_internal:watchlist_events" => Some(Heard::Watch(watched(&event))),
        "e" => {
            let data = event["data"].as_str().expect("data is a string");
            let number = data.split(' ').next().and_then(|number| number.parse().ok());
            Some(Heard::Event(channel(), number.expect("it was numbered")))
        }
        _ => None,
    }
}

fn watchlist(event: &Value) -> Vec<String> {
    let user_data = inner(event)["user_data"].clone();
    let user: Value =
        serde_json::from_str(user_data.as_str().expect("it is a text")).expect("JSON");
    let list = user["watchlist"].as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn watched(event: &Value) -> BTreeMap<String, bool> {
    let data = inner(event);
    let groups = data["events"].as_array().expect("events is an array");
    let ids = |group: &Value| group["user_ids"].as_array().cloned().unwrap_or_default();
    let of_group = |group: &Value| {
        let is_there = group["name"] == "online";
        let ids = ids(group).into_iter();
        ids.map(move |id| (id.as_str().expect("an id is a text").to_owned(), is_there))
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

fn inner(event: &Value) -> Value {
    let data = event["data"].as_str().expect("data is a string");
    serde_json::from_str(data).expect("JSON in a string")
}
