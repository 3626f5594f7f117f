//! Publishing: to channels, to several at once, to a signed-in user (`docs/protocol.md` 6.3, 6.4).

use std::borrow::Cow;
use std::collections::BTreeMap;

use rollcall_wire::ChannelName;
use serde::{Deserialize, Serialize};

use crate::authorize::MAX_CHANNEL_NAME;
use crate::client::Client;
use crate::encrypt::encrypt;
use crate::error::Error;
use crate::event::Event;
use crate::query::Attributes;

impl Client {
    /// Publishes one event with these data to one channel.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// client.trigger("news", "headline", &serde_json::json!({ "text": "Hello" })).await?;
    /// # Ok(()) }) }
    /// ```
    pub async fn trigger(
        &self,
        channel: &str,
        event: &str,
        data: &impl Serialize,
    ) -> Result<(), Error> {
        self.publish(&[channel], &Event::new(event, data)?).await.map(drop)
    }

    /// Publishes an event to at most 100 channels, and returns the attributes that it asks for, of
    /// each channel.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned(r#"{"channels":{"presence-team":{"user_count":2}}}"#, async |client| {
    /// use rollcall_server::{Event, Info};
    ///
    /// let event = Event::text("moved", "{}").except("123.456").asking(Info::default().user_count());
    /// let channels = client.publish(&["presence-team"], &event).await?;
    /// assert_eq!(channels["presence-team"].user_count, Some(2));
    /// # Ok(()) }) }
    /// ```
    pub async fn publish(
        &self,
        channels: &[&str],
        event: &Event,
    ) -> Result<BTreeMap<String, Attributes>, Error> {
        let names = channels.iter().map(|name| parse(name)).collect::<Result<Vec<_>, _>>()?;
        let encrypted = names.iter().find(|name| name.kind().is_encrypted());
        if encrypted.is_some() && names.len() > 1 {
            return Err(Error::NotAlone);
        }
        let data = self.data_for(encrypted, event)?;
        let body = Publish { channels: Some(channels), ..Publish::of(event, data) };
        let answer: Published = self.post("events", &body).await?;
        Ok(answer.channels)
    }

    /// Publishes at most 10 events, each to one channel, in this order; all of them or none. The
    /// attributes that are returned are in the same order.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// use rollcall_server::Event;
    ///
    /// let batch = [("news", Event::text("first", "1")), ("sport", Event::text("second", "2"))];
    /// assert_eq!(client.publish_batch(&batch).await?.len(), 2);
    /// # Ok(()) }) }
    /// ```
    pub async fn publish_batch(&self, events: &[(&str, Event)]) -> Result<Vec<Attributes>, Error> {
        let batch = events.iter().map(|(channel, event)| {
            let name = parse(channel)?;
            let data = self.data_for(name.kind().is_encrypted().then_some(&name), event)?;
            Ok(Publish { channel: Some(channel), ..Publish::of(event, data) })
        });
        let batch = batch.collect::<Result<Vec<_>, Error>>()?;
        let answer: PublishedBatch = self.post("batch_events", &Batch { batch }).await?;
        Ok(answer.batch.unwrap_or_else(|| vec![Attributes::default(); events.len()]))
    }

    /// Publishes to all connections of one signed-in user (`docs/protocol.md` 4.2); to nobody, if
    /// there are none.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// client.send_to_user("ana", &rollcall_server::Event::text("mail", r#"{"unread":3}"#)).await?;
    /// # Ok(()) }) }
    /// ```
    pub async fn send_to_user(&self, user_id: &str, event: &Event) -> Result<(), Error> {
        if user_id.is_empty() {
            return Err(Error::UserId);
        }
        self.publish(&[&format!("#server-to-user-{user_id}")], event).await.map(drop)
    }

    fn data_for<'a>(
        &self,
        encrypted: Option<&ChannelName>,
        event: &'a Event,
    ) -> Result<Cow<'a, str>, Error> {
        let Some(channel) = encrypted else { return Ok(Cow::Borrowed(&event.data)) };
        let master = self.master_key.ok_or(Error::NoMasterKey)?;
        encrypt(master, channel.as_str(), &event.data).map(Cow::Owned)
    }
}

#[derive(Serialize)]
struct Publish<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<&'a [&'a str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    data: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    socket_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<String>,
}

#[derive(Serialize)]
struct Batch<'a> {
    batch: Vec<Publish<'a>>,
}

#[derive(Deserialize)]
struct Published {
    #[serde(default)]
    channels: BTreeMap<String, Attributes>,
}

#[derive(Deserialize)]
struct PublishedBatch {
    batch: Option<Vec<Attributes>>,
}

impl<'a> Publish<'a> {
    fn of(event: &'a Event, data: Cow<'a, str>) -> Self {
        let (socket_id, info) = (event.except.as_deref(), event.info.list());
        Self { name: &event.name, channels: None, channel: None, data, socket_id, info }
    }
}

fn parse(name: &str) -> Result<ChannelName, Error> {
    Ok(ChannelName::parse(name, MAX_CHANNEL_NAME)?)
}
