//! Publishing: from what somebody wants said to mail for the partitions of its channels.

use std::fmt;
use std::sync::Arc;

use rollcall_engine::{App, ChannelKey, Publish, Time, ToPartition, UserId, message};
use rollcall_wire::api::EventRequest;
use rollcall_wire::{ChannelName, SocketId};

use super::NodeHandle;
use crate::apps::Tenant;

/// An event for one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Where.
    pub channel: String,
    /// The event's name.
    pub event: String,
    /// The event's data, as it reaches subscribers.
    pub data: String,
    /// Who does not get it.
    pub except: Except,
}

/// Who does not get an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Except {
    /// Everybody gets it.
    Nobody,
    /// This connection does not, wherever it is.
    Socket(String),
    /// No connection of this member does.
    User(String),
}

/// Why an event is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishError {
    /// There is no such app.
    UnknownApp,
    /// No channel can have this name.
    BadChannel,
    /// The event's name is empty, too long or the server's own.
    BadEvent,
    /// Nobody can have this socket id.
    BadSocketId,
    /// The data is larger than the app allows.
    DataTooBig,
    /// The app's back ends have sent as many messages as they may in a day.
    OverMessageQuota,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

impl NodeHandle {
    /// Publishes an event to one channel. Who gets it is decided where the channel is; this does
    /// not wait for it.
    pub async fn publish(&self, app: &str, publication: Publication) -> Result<(), PublishError> {
        let began = self.clock().now();
        let tenant = self.tenant(app).ok_or(PublishError::UnknownApp)?;
        let app = &tenant.app;
        let publish = check(app, publication)?;
        self.refuse_if_busy(app)?;
        self.refuse_if_unwritten(app, [&publish.channel.name])?;
        self.observe_publish(&tenant, &publish, began);
        self.0.mailboxes.send_to_partition(ToPartition::Publish(publish));
        Ok(())
    }

    /// Publishes events that were checked against the app's limits, all or none of them. The request
    /// for it began then.
    pub(crate) fn publish_events(
        &self,
        tenant: &Tenant,
        events: Vec<EventRequest>,
        began: Time,
    ) -> Result<(), PublishError> {
        let app = &tenant.app;
        self.refuse_if_busy(app)?;
        self.refuse_if_unwritten(app, events.iter().flat_map(|event| &event.channels))?;
        if !tenant.take_messages(events.iter().map(messages).sum(), self.unix_seconds()) {
            return Err(PublishError::OverMessageQuota);
        }
        for event in events {
            let except = event.except.map_or(message::Except::Nobody, message::Except::Socket);
            let (name, data): (Arc<str>, Arc<str>) = (event.name.into(), event.data.into());
            for channel in event.channels {
                let publish = Publish {
                    app: Arc::clone(app),
                    channel: ChannelKey::new(app, channel),
                    event: Arc::clone(&name),
                    data: Arc::clone(&data),
                    except: except.clone(),
                };
                self.observe_publish(tenant, &publish, began);
                self.0.mailboxes.send_to_partition(ToPartition::Publish(publish));
            }
        }
        Ok(())
    }

    fn observe_publish(&self, tenant: &Tenant, publish: &Publish, began: Time) {
        let Publish { channel, event, data, .. } = publish;
        self.observe_message(tenant, (channel.name.as_str(), event, data), began);
    }

    /// What cache channels keep is written down, so nothing new is kept while too much waits for that.
    fn refuse_if_unwritten<'a>(
        &self,
        app: &App,
        channels: impl IntoIterator<Item = &'a ChannelName>,
    ) -> Result<(), PublishError> {
        let mut cached = channels.into_iter().filter(|channel| channel.kind().is_cache());
        match cached.next().is_some() && self.is_journal_full(&app.id) {
            true => Err(PublishError::Busy),
            false => Ok(()),
        }
    }

    fn refuse_if_busy(&self, app: &App) -> Result<(), PublishError> {
        if self.is_busy(app) { Err(PublishError::Busy) } else { Ok(()) }
    }
}

fn check(app: &Arc<App>, publication: Publication) -> Result<Publish, PublishError> {
    let Publication { channel, event, data, except } = publication;
    let name = ChannelName::parse(&channel, app.limits.channel_name)
        .map_err(|_| PublishError::BadChannel)?;
    let reserved = event.starts_with("pusher:") || event.starts_with("pusher_internal:");
    if event.is_empty() || reserved || event.chars().count() > app.limits.event_name {
        return Err(PublishError::BadEvent);
    }
    if data.len() > app.limits.payload_bytes {
        return Err(PublishError::DataTooBig);
    }
    Ok(Publish {
        app: Arc::clone(app),
        channel: ChannelKey::new(app, name),
        event: event.into(),
        data: data.into(),
        except: except.parse()?,
    })
}

/// What an event counts in the quota of a day (docs/protocol.md section 8).
fn messages(event: &EventRequest) -> u64 {
    if event.info.is_empty() { 1 } else { 2 }
}

impl Except {
    fn parse(self) -> Result<message::Except, PublishError> {
        Ok(match self {
            Self::Nobody => message::Except::Nobody,
            Self::User(user) => message::Except::User(UserId::new(&user)),
            Self::Socket(socket) => SocketId::parse(&socket)
                .map_err(|_| PublishError::BadSocketId)?
                .map_or(message::Except::Nobody, message::Except::Socket),
        })
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::BadChannel => "no channel can have this name",
            Self::BadEvent => "the event's name is empty, too long or the server's own",
            Self::BadSocketId => "socket_id must be two numbers with a dot between them",
            Self::DataTooBig => "the data is larger than the app's limits.payload_bytes allows",
            Self::OverMessageQuota => {
                "the app has sent as many messages today as its setting max_messages_per_day \
                 allows; the next day begins at midnight UTC"
            }
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl std::error::Error for PublishError {}
