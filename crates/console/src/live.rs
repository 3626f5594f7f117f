//! The live pages: clients of an app that the program keeps for itself, over the same transports as
//! everybody else's (docs/console.md 2.8).
//!
//! What nobody subscribes to costs nothing. A topic begins when an operator is signed into it, and
//! ends when its channel has had no subscriber for a while.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rollcall_node::NodeHandle;
use rollcall_node::handle::{
    AppCredentials, AuthorizeError, CloseWith, ConnectionsQuery, Except, MAX_ROWS, Publication,
    QueryError,
};
use rollcall_node::observe::{Batch, Event, Tap};
use serde_json::{Value, json as object};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::console::Console;
use crate::escape;
use crate::failure::{AppFailure, Failure};

/// The reserved app, and which of its topics are told.
#[derive(Debug)]
pub(crate) struct Live {
    app: AppCredentials,
    told: Mutex<HashSet<Topic>>,
}

/// What can be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// The numbers of an app, each second.
    Pulse(String),
    /// What goes on in an app.
    Debug(String),
    /// Nothing: a page that needs no more is let stay for it.
    Session,
    /// The cards of all apps, each second.
    Apps,
    /// What goes wrong in an app.
    Errors(String),
    /// What works in an app for the first time.
    Checklist(String),
}

impl Live {
    /// Reserves the app.
    pub(crate) fn new(node: &NodeHandle) -> Result<Self, getrandom::Error> {
        Ok(Self { app: node.reserve_app("console")?, told: Mutex::default() })
    }

    /// What clients connect with.
    pub(crate) fn key(&self) -> &str {
        &self.app.key
    }

    /// Signs a subscription of an operator.
    pub(crate) fn authorize(
        &self,
        node: &NodeHandle,
        socket: &str,
        topic: &Topic,
    ) -> Result<String, AuthorizeError> {
        let channel = topic.to_string();
        Ok(node.authorize_channel(&self.app.id, socket, &channel, None)?.auth)
    }

    /// Tells whoever has subscribed to a topic; nobody minds if it cannot be told now.
    pub(crate) async fn tell(&self, node: &NodeHandle, topic: &Topic, event: &str, data: Value) {
        let publication = Publication {
            channel: topic.to_string(),
            event: event.to_owned(),
            data: data.to_string(),
            except: Except::Nobody,
        };
        if let Err(error) = node.publish(&self.app.id, publication).await {
            tracing::debug!(%error, %topic, "a live page was not told");
        }
    }

    /// Closes a connection, which does not come back by itself.
    pub(crate) async fn disconnect(&self, node: &NodeHandle, socket: &str) {
        node.disconnect_of(&self.app.id, socket, CloseWith::Unauthorized).await;
    }

    /// All open connections.
    pub(crate) async fn sockets(&self, node: &NodeHandle) -> Result<HashSet<String>, QueryError> {
        let query = ConnectionsQuery { limit: MAX_ROWS, ..ConnectionsQuery::default() };
        let open = node.connections(&self.app.id, query).await?;
        Ok(open.rows.into_iter().map(|connection| connection.socket).collect())
    }

    /// Whether anybody has subscribed to a topic.
    async fn is_heard(&self, node: &NodeHandle, topic: &Topic) -> bool {
        let facts = node.channel(&self.app.id, &topic.to_string()).await;
        // A node that is too busy to say so is asked again.
        facts.is_ok_and(|facts| facts.subscriptions > 0)
    }

    /// Whether this topic begins with that.
    fn begin(&self, topic: &Topic) -> bool {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(topic.clone())
    }

    fn end(&self, topic: &Topic) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(topic);
    }
}

impl Topic {
    /// The topic of a channel. Each has one name alone.
    pub(crate) fn parse(channel: &str) -> Option<Self> {
        Self::read(channel).filter(|topic| topic.to_string() == channel)
    }

    fn read(channel: &str) -> Option<Self> {
        let topic = channel.strip_prefix(PREFIX)?;
        match topic {
            "session" => return Some(Self::Session),
            "apps" => return Some(Self::Apps),
            _ => {}
        }
        let (kind, app) = topic.split_once('-')?;
        let app = escape::read(app).filter(|app| !app.is_empty())?;
        Some(match kind {
            "pulse" => Self::Pulse(app),
            "debug" => Self::Debug(app),
            "errors" => Self::Errors(app),
            "checklist" => Self::Checklist(app),
            _ => return None,
        })
    }

    /// The app that it is about.
    pub(crate) fn app(&self) -> Option<&str> {
        match self {
            Self::Session | Self::Apps => None,
            Self::Pulse(app) | Self::Debug(app) | Self::Errors(app) | Self::Checklist(app) => {
                Some(app)
            }
        }
    }
}

/// What the channel of an app's events is called behind the prefix (docs/console.md 2.8).
pub fn debug_topic(app: &str) -> String {
    format!("debug-{}", escape::written(app))
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, app) = match self {
            Self::Session => return write!(f, "{PREFIX}session"),
            Self::Apps => return write!(f, "{PREFIX}apps"),
            Self::Pulse(app) => ("pulse", app),
            Self::Debug(app) => return write!(f, "{PREFIX}{}", debug_topic(app)),
            Self::Errors(app) => ("errors", app),
            Self::Checklist(app) => ("checklist", app),
        };
        write!(f, "{PREFIX}{kind}-{}", escape::written(app))
    }
}

/// Telling a topic, for as long as somebody listens.
impl Console {
    /// Begins to tell a topic that somebody is about to subscribe to, unless it is told already.
    /// Errors and firsts are told by those who record them, and of a session nothing is.
    pub(crate) fn begin_to_tell(&self, topic: Topic) {
        let by_others = matches!(topic, Topic::Session | Topic::Errors(_) | Topic::Checklist(_));
        if by_others || !self.0.live.begin(&topic) {
            return;
        }
        let console = self.clone();
        tokio::spawn(async move {
            console.tell_until_unheard(&topic).await;
            console.0.live.end(&topic);
        });
    }

    async fn tell_until_unheard(&self, topic: &Topic) {
        match topic {
            Topic::Debug(app) => self.tell_app(topic, app).await,
            _ => self.tell_numbers(topic).await,
        }
    }

    async fn tell_numbers(&self, topic: &Topic) {
        let mut audience = Audience::expected();
        let mut tick = interval(NUMBERS_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tick.tick().await;
            if !audience.is_there(self, topic).await {
                return;
            }
            match topic {
                Topic::Pulse(app) => {
                    let now = self.0.history.now(app);
                    self.0.live.tell(&self.0.node, topic, "pulse", object!({ "now": now })).await;
                }
                _ => {
                    let Ok(cards) = self.cards().await else { continue };
                    let cards = object!({ "apps": cards });
                    self.0.live.tell(&self.0.node, topic, "cards", cards).await;
                }
            }
        }
    }

    /// Tells what goes on in an app. While there is no such app that is told each second, since who
    /// was signed in before it went may be subscribed only after. One that was just made has nothing
    /// to tell until the node knows it.
    async fn tell_app(&self, topic: &Topic, app: &str) {
        let mut audience = Audience::expected();
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            match self.0.node.tap(app) {
                Some(tap) => self.tell_events(topic, &mut audience, tap).await,
                None if matches!(self.app(app).await, Err(Failure::App(AppFailure::NoApp))) => {
                    self.0.live.tell(&self.0.node, topic, "removed", object!({})).await;
                }
                None => {}
            }
            if !audience.is_there(self, topic).await {
                return;
            }
            look.tick().await;
        }
    }

    /// Tells what a tap gives, ten times a second at most, to its end or until nobody listens. Wakes
    /// for: events, and the time to look whether anybody listens.
    async fn tell_events(&self, topic: &Topic, audience: &mut Audience, mut tap: Tap) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                batch = tap.recv() => match batch {
                    Some(batch) => {
                        let told_at = Instant::now();
                        self.tell_batch(topic, batch).await;
                        sleep_until(told_at + EVENTS_EVERY).await;
                    }
                    None => return,
                },
                _ = look.tick() => {
                    if !audience.is_there(self, topic).await {
                        return;
                    }
                }
            }
        }
    }

    async fn tell_batch(&self, topic: &Topic, batch: Batch) {
        let mut seen = batch.seen;
        for part in parts(batch.events) {
            let data = object!({ "shown": part.len(), "events": part, "seen": seen });
            self.0.live.tell(&self.0.node, topic, "events", data).await;
            seen = 0;
        }
    }
}

/// Events in pieces that fit into one event of the reserved app each; one piece at least, since how
/// many were seen is told even if none of them is shown.
fn parts(events: Vec<Event>) -> Vec<Vec<Event>> {
    let (mut parts, mut room) = (vec![Vec::new()], MOST_DATA);
    for event in events {
        // JSON in JSON doubles what has to be escaped.
        let size = 1000 + 2 * event.data.as_ref().map_or(0, String::len);
        if size > room && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(Vec::new());
            room = MOST_DATA;
        }
        room = room.saturating_sub(size);
        parts.last_mut().expect("there is one from the beginning on").push(event);
    }
    parts
}

/// Whether somebody listens. Who was just signed in is waited for.
struct Audience {
    waited_until: Instant,
}

impl Audience {
    fn expected() -> Self {
        Self { waited_until: Instant::now() + PATIENCE }
    }

    async fn is_there(&mut self, console: &Console, topic: &Topic) -> bool {
        if console.0.live.is_heard(&console.0.node, topic).await {
            self.waited_until = Instant::now() + PATIENCE;
        }
        Instant::now() < self.waited_until
    }
}

const PREFIX: &str = "private-";

const NUMBERS_EVERY: Duration = Duration::from_secs(1);

const EVENTS_EVERY: Duration = Duration::from_millis(100);

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A page that is reloaded, or whose network is away for a moment, finds its topic told.
const PATIENCE: Duration = Duration::from_secs(15);

/// The most bytes of events that are told at once, about; the reserved app takes 256 KiB.
const MOST_DATA: usize = 200 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_named_by_their_channels() {
        for (channel, app) in [
            ("private-apps", None),
            ("private-pulse-1001", Some("1001")),
            ("private-debug-my-app", Some("my-app")),
            ("private-errors-1", Some("1")),
            ("private-checklist-1", Some("1")),
        ] {
            let topic = Topic::parse(channel).expect(channel);
            assert_eq!((topic.to_string().as_str(), topic.app()), (channel, app));
        }
        for channel in ["apps", "private-", "private-other-1", "presence-debug-1", "private-debug"]
        {
            assert_eq!(Topic::parse(channel), None, "{channel}");
        }
    }

    #[test]
    fn an_id_that_is_no_part_of_a_name_is_escaped_as_the_page_does() {
        let cases = include_str!("../../../docs/live-channels.json");
        let cases: Value = serde_json::from_str(cases).expect("it is JSON");
        for case in cases["channels"].as_array().expect("a list") {
            let [app, channel] = ["app", "channel"].map(|key| case[key].as_str().expect("a text"));
            assert_eq!(Topic::Debug(app.to_owned()).to_string(), channel);
            assert_eq!(Topic::parse(channel).as_ref().and_then(Topic::app), Some(app), "{channel}");
        }
        for channel in cases["refused"].as_array().expect("a list") {
            let channel = channel.as_str().expect("a text");
            assert_eq!(Topic::parse(channel), None, "{channel}");
        }
    }
}
