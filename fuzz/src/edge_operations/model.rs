//! What must be true of an edge, kept in the plainest way.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, LazyLock};

use rollcall_engine::message::Audience;
use rollcall_engine::{App, ChannelKey, ConnId, Join, SubscriptionId, ToPartition};
use rollcall_wire::auth::{Key, channel_signature, user_signature};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::{ChannelName, Frame, SocketId, pusher};

use super::stream::{Heard, Stream};
use super::users::{Users, Watcher};
use crate::input::Input;

pub(super) const CHANNELS: [&str; 4] = ["room", "private-a", "presence-b", "other"];
pub(super) const USERS: [&str; 3] = ["ana", "bo", "cy"];
pub(super) const PROTOCOLS: [Protocol; 2] = [Protocol::V7, Protocol::V5];

/// All connections that the edge should know, and all that it ever knew.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) connections: BTreeMap<ConnId, Connection>,
    ever: Vec<ConnId>,
    /// Joins that the partition has not answered.
    unanswered: Vec<Join>,
    /// Subscriptions that were asked for and have not ended.
    subscriptions: BTreeMap<(ConnId, PlainKey), Subscription>,
    ended: Vec<SubscriptionId>,
    users: Users,
    events: u64,
}

/// An app and a channel: what [`ChannelKey`] is, in an order.
type PlainKey = (String, String);

#[derive(Debug)]
pub(super) struct Connection {
    app: usize,
    socket: SocketId,
    stream: Stream,
    /// What it must hear, in this order.
    expected: VecDeque<Heard>,
    watcher: Watcher,
}

#[derive(Debug)]
struct Subscription {
    id: SubscriptionId,
    is_live: bool,
}

/// Who is there.
impl Model {
    pub(super) fn add(&mut self, conn: ConnId, app: usize, socket: SocketId) {
        assert!(!self.ever.contains(&conn), "{conn:?} is given again");
        self.ever.push(conn);
        let (stream, expected) = (Stream::default(), VecDeque::new());
        let watcher = Watcher::default();
        self.connections.insert(conn, Connection { app, socket, stream, expected, watcher });
    }

    pub(super) fn gone(&mut self, conn: ConnId) {
        assert!(self.connections.remove(&conn).is_some(), "{conn:?} is hung up twice");
    }

    pub(super) fn alive(&self) -> Vec<ConnId> {
        self.connections.keys().copied().collect()
    }

    pub(super) fn pick(&self, input: &mut Input<'_>) -> Option<ConnId> {
        let place = input.below(self.connections.len());
        self.connections.keys().nth(place).copied()
    }

    pub(super) fn pick_ever(&self, input: &mut Input<'_>) -> Option<ConnId> {
        self.ever.get(input.below(self.ever.len())).copied()
    }

    pub(super) fn pick_ended(&self, input: &mut Input<'_>) -> Option<SubscriptionId> {
        self.ended.get(input.below(self.ended.len())).copied()
    }

    /// The most that each may be owed after a flush: what its app allows, rosters on their way,
    /// and the last words.
    pub(super) fn limits(&self) -> Vec<(ConnId, usize)> {
        let limit = |connection: &Connection| apps()[connection.app].max_pending_bytes + LAST_WORDS;
        self.connections.iter().map(|(conn, connection)| (*conn, limit(connection))).collect()
    }
}

/// Subscriptions.
impl Model {
    /// A subscription with the signature that its channel needs.
    pub(super) fn subscription(&self, conn: ConnId, channel: &str, user: &str) -> String {
        let socket = self.connections[&conn].socket;
        let data = channel.starts_with("presence-").then(|| format!(r#"{{"user_id":"{user}"}}"#));
        let signature = channel_signature(SECRET, socket, channel, data.as_deref());
        let data = serde_json::json!({
            "channel": channel,
            "auth": format!("key:{signature}"),
            "channel_data": data,
        });
        serde_json::json!({ "event": "pusher:subscribe", "data": data }).to_string()
    }

    /// The edge told its partition something.
    pub(super) fn told(&mut self, mail: ToPartition) {
        match mail {
            ToPartition::Join(join) => {
                let subscription = Subscription { id: join.subscription, is_live: false };
                let place = (join.conn, plain(&join.channel));
                let before = self.subscriptions.insert(place, subscription);
                assert!(before.is_none(), "subscribed twice");
                self.unanswered.push(join);
            }
            ToPartition::Leave(leave) => {
                let ended = self.subscriptions.remove(&(leave.conn, plain(&leave.channel)));
                self.ended.push(ended.expect("a leave has a join before it").id);
            }
            ToPartition::ClientEvent(event) => {
                let subscription = self.subscriptions.get(&(event.conn, plain(&event.channel)));
                assert!(subscription.is_some_and(|subscription| subscription.is_live));
            }
            of_user => self.users.told(&of_user),
        }
    }

    /// A sign-in with the signature that it needs.
    pub(super) fn sign_in(&self, conn: ConnId, user: &str, watchlist: &[&str]) -> String {
        let socket = self.connections[&conn].socket;
        let user_data = serde_json::json!({ "id": user, "watchlist": watchlist }).to_string();
        let auth = format!("key:{}", user_signature(SECRET, socket, &user_data));
        let data = serde_json::json!({ "auth": auth, "user_data": user_data });
        serde_json::json!({ "event": "pusher:signin", "data": data }).to_string()
    }

    pub(super) fn take_join(&mut self, input: &mut Input<'_>) -> Option<Join> {
        let place = input.below(self.unanswered.len());
        (place < self.unanswered.len()).then(|| self.unanswered.remove(place))
    }

    /// The other joins of the same channel that the partition has not answered.
    pub(super) fn take_joins_like(&mut self, join: &Join) -> Vec<Join> {
        self.unanswered.extract_if(.., |other| other.channel == join.channel).collect()
    }

    pub(super) fn joined(&mut self, join: &Join) {
        if let Some(subscription) = self.asked(join) {
            subscription.is_live = true;
            let success = Heard::Success(join.channel.name.to_string());
            self.expect(join.conn, success);
        }
    }

    pub(super) fn refused(&mut self, join: &Join) {
        if self.asked(join).is_some() {
            self.subscriptions.remove(&(join.conn, plain(&join.channel)));
            self.ended.push(join.subscription);
        }
    }

    /// The subscription that a join asked for, if it has not ended, or another begun, since.
    fn asked(&mut self, join: &Join) -> Option<&mut Subscription> {
        let subscription = self.subscriptions.get_mut(&(join.conn, plain(&join.channel)));
        subscription.filter(|subscription| subscription.id == join.subscription)
    }
}

/// What is heard.
impl Model {
    /// An event for some of the subscribers of a channel; notes who must hear it.
    pub(super) fn delivered(
        &mut self,
        app: usize,
        channel: &str,
        audience: &Audience,
        size: usize,
    ) -> (ChannelKey, Frame) {
        self.events += 1;
        let (key, number) = (key(app, channel), self.events);
        for conn in self.subscribers(&key) {
            let socket = self.connections[&conn].socket;
            let hears = match audience {
                Audience::All => true,
                Audience::AllButSocket(excluded) => *excluded != socket,
                Audience::AllBut(excluded) => !excluded.contains(&conn),
                Audience::Only(chosen) => chosen.contains(&conn),
            };
            // Chosen twice is told twice; partitions do not do that.
            let times = match audience {
                Audience::Only(chosen) => chosen.iter().filter(|&&one| one == conn).count(),
                _ => usize::from(hears),
            };
            for _ in 0..times {
                self.expect(conn, Heard::Event(channel.to_owned(), number));
            }
        }
        let data = format!("{number} {}", "x".repeat(size));
        let frame = Frame::text(|out| pusher::channel_event(out, "e", channel, &data, None));
        (key, frame)
    }

    /// A connection's client read some bytes: what it hears is what it must hear next.
    pub(super) fn read(&mut self, conn: ConnId, bytes: &[u8]) {
        let connection = self.connections.get_mut(&conn).expect("only the living are written to");
        for heard in connection.stream.read(bytes) {
            match heard {
                Heard::SignedIn(watchlist) => connection.watcher.signed_in(watchlist),
                Heard::Watch(told) => connection.watcher.hears(conn, &told),
                heard => assert_eq!(connection.expected.pop_front(), Some(heard)),
            }
        }
    }

    /// A connection is owed nothing: so it has heard everything, or it was closed.
    pub(super) fn has_read_all(&self, conn: ConnId) {
        let connection = &self.connections[&conn];
        assert!(connection.stream.is_whole(), "a cut frame");
        assert!(connection.expected.is_empty() || connection.stream.is_closed(), "something lost");
    }

    pub(super) fn expect_nothing_left(&self) {
        assert!(self.subscriptions.is_empty(), "never ended: {:?}", self.subscriptions);
        self.users.expect_nothing_left();
    }

    pub(super) fn expect_nothing_left_of(&self, app: usize) {
        let id = apps()[app].id.to_string();
        let left = self.subscriptions.keys().find(|(_, (of, _))| *of == id);
        assert_eq!(left, None, "of an app that is no more");
    }

    fn expect(&mut self, conn: ConnId, heard: Heard) {
        let connection = self.connections.get_mut(&conn).expect("subscribers are alive");
        connection.expected.push_back(heard);
    }

    fn subscribers(&self, channel: &ChannelKey) -> Vec<ConnId> {
        let channel = plain(channel);
        let of_channel = self.subscriptions.iter().filter(|((_, key), _)| *key == channel);
        of_channel.filter(|(_, one)| one.is_live).map(|((conn, _), _)| *conn).collect()
    }
}

/// Two apps of the same keys: one that allows much, and one with a tight limit.
pub(super) fn apps() -> &'static [Arc<App>; 2] {
    static APPS: LazyLock<[Arc<App>; 2]> = LazyLock::new(|| {
        ["1", "2"].map(|id| {
            let key = Key { key: "key".to_owned(), secret: SECRET.to_owned() };
            let max_pending_bytes = if id == "1" { 1 << 20 } else { 700 };
            let app = App::new(id, vec![key]);
            let watchlist_events = true;
            Arc::new(App { client_events: true, watchlist_events, max_pending_bytes, ..app })
        })
    });
    &APPS
}

pub(super) fn key(app: usize, channel: &str) -> ChannelKey {
    let name = ChannelName::parse(channel, 164).expect("it is a legal name");
    ChannelKey::new(&apps()[app], name)
}

pub(super) fn user_key(app: usize, user: &str) -> ChannelKey {
    ChannelKey::of_user(&apps()[app], user).expect("it is a legal id")
}

fn plain(key: &ChannelKey) -> PlainKey {
    (key.app.to_string(), key.name.to_string())
}

const SECRET: &str = "secret";

/// The longest success frame, the rest of a frame that was begun, an error and a close frame.
const LAST_WORDS: usize = 100 + 1100 + 300 + 130;
