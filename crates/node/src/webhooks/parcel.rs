//! One delivery in memory: an id, and events that make up its body.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use rollcall_engine::delivery::OwedEvent;
use rollcall_store::{Delivery, UnixMillis};
use serde::Deserialize;

/// A request that an endpoint has not taken. Its body is the same for each attempt.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) id: String,
    /// The array of events, as JSON.
    pub(super) events: String,
    pub(super) count: u32,
    pub(super) time_ms: UnixMillis,
    pub(super) attempts: u32,
}

impl Parcel {
    /// A delivery of these events, made now.
    pub(super) fn new(id: String, events: &[OwedEvent], time_ms: UnixMillis) -> Self {
        let texts: Vec<&str> = events.iter().map(|event| event.text.as_str()).collect();
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        Self { id, events: format!("[{}]", texts.join(",")), count, time_ms, attempts: 0 }
    }

    /// One that an earlier run made.
    pub(super) fn stored(delivery: Delivery) -> Self {
        let Delivery { id, events, count, time_ms, attempts, .. } = delivery;
        Self { id, events, count, time_ms, attempts }
    }

    /// As it is stored.
    pub(super) fn to_delivery(&self, app: &str, url: &str) -> Delivery {
        Delivery {
            id: self.id.clone(),
            app_id: app.to_owned(),
            url: url.to_owned(),
            events: self.events.clone(),
            count: self.count,
            time_ms: self.time_ms,
            attempts: self.attempts,
        }
    }

    /// The body of the request (docs/protocol.md section 7).
    pub(super) fn body(&self) -> Bytes {
        format!("{{\"time_ms\":{},\"events\":{}}}", self.time_ms, self.events).into()
    }

    /// The channels of its events. What the store has is what a parcel wrote, so it can be read.
    pub(super) fn channels(&self) -> Vec<Arc<str>> {
        let events: Vec<Channel> = serde_json::from_str(&self.events).unwrap_or_default();
        let channels: BTreeSet<_> = events.into_iter().map(|event| event.channel).collect();
        channels.into_iter().map(Arc::from).collect()
    }

    /// The names of its events, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        let events: Vec<Name> = serde_json::from_str(&self.events).unwrap_or_default();
        events.into_iter().map(|event| event.name).collect()
    }
}

/// All that has to be known of an event to keep its order.
#[derive(Deserialize)]
struct Channel {
    channel: String,
}

/// All that is listed of an event.
#[derive(Deserialize)]
struct Name {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(channel: &str) -> OwedEvent {
        let text = format!(r#"{{"name":"channel_occupied","channel":"{channel}"}}"#);
        OwedEvent { id: 1, channel: channel.into(), text }
    }

    #[test]
    fn p177_the_body_is_that_of_the_protocol() {
        let parcel = Parcel::new("x".to_owned(), &[event("my-channel")], 1_327_078_148_132);
        assert_eq!(
            parcel.body(),
            r#"{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"my-channel"}]}"#
        );
    }

    #[test]
    fn a_stored_one_has_the_same_body_and_knows_its_channels_and_its_events() {
        let parcel = Parcel::new("x".to_owned(), &[event("b"), event("a"), event("b")], 7);
        let stored = Parcel::stored(parcel.to_delivery("1", "http://a/"));
        assert_eq!(stored.body(), parcel.body());
        assert_eq!(stored.channels(), [Arc::from("a"), Arc::from("b")]);
        assert_eq!(stored.names(), ["channel_occupied"; 3]);
    }
}
