//! What clients of sessions must hear, and over which requests, kept in the plainest way.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rollcall_engine::{
    App, ChannelKey, ConnId, HttpTransport, Join, ReceiveId, SubscriptionId, ToPartition,
};
use rollcall_wire::auth::Key;
use rollcall_wire::fallback::ROTATION_UNITS;
use rollcall_wire::{ChannelName, Frame, pusher};

use crate::edge_operations::stream::{Heard, heard};
use crate::input::Input;

pub(super) const CHANNELS: [&str; 2] = ["room", "other"];

/// All sessions, and what they asked for.
#[derive(Debug, Default)]
pub(super) struct Model {
    clients: BTreeMap<ConnId, Client>,
    /// Who hears the request of each session.
    conns: BTreeMap<usize, ConnId>,
    unanswered: Vec<Join>,
    subscriptions: BTreeMap<(ConnId, String), (SubscriptionId, bool)>,
    events: u64,
}

/// What the client of a session knows.
#[derive(Debug, Default)]
struct Client {
    request: Option<Request>,
    opened: bool,
    closed: bool,
    /// What it must hear, in this order.
    expected: VecDeque<Heard>,
}

#[derive(Debug)]
struct Request {
    id: ReceiveId,
    transport: HttpTransport,
    units: usize,
    /// For how long its client has had to ask for another stream.
    full_for: Option<Duration>,
}

/// Requests.
impl Model {
    pub(super) fn attached(
        &mut self,
        place: usize,
        conn: ConnId,
        id: ReceiveId,
        transport: HttpTransport,
    ) {
        self.conns.insert(place, conn);
        let request = Request { id, transport, units: 0, full_for: None };
        self.clients.entry(conn).or_default().request = Some(request);
    }

    /// The request of a session is lost, if there is one.
    pub(super) fn lost(&mut self, place: usize) -> Option<ReceiveId> {
        let client = self.clients.get_mut(self.conns.get(&place)?)?;
        client.request.take().map(|request| request.id)
    }

    pub(super) fn passed(&mut self, pause: Duration) {
        let requests = self.clients.values_mut().filter_map(|client| client.request.as_mut());
        for full_for in requests.filter_map(|request| request.full_for.as_mut()) {
            *full_for += pause;
        }
    }

    /// A poll is over.
    pub(super) fn answered(&mut self, conn: ConnId) {
        let client = self.clients.get_mut(&conn).expect("only the living are answered");
        let request = client.request.take().expect("there is a request to answer");
        assert_eq!(request.transport, HttpTransport::Polling, "a stream does not end");
    }

    pub(super) fn gone(&mut self, conn: ConnId) {
        assert!(self.clients.remove(&conn).is_some(), "{conn:?} is hung up twice");
    }
}

/// Subscriptions.
impl Model {
    pub(super) fn told(&mut self, mail: ToPartition) {
        match mail {
            ToPartition::Join(join) => {
                let place = (join.conn, join.channel.name.to_string());
                let before = self.subscriptions.insert(place, (join.subscription, false));
                assert!(before.is_none(), "subscribed twice");
                self.unanswered.push(join);
            }
            ToPartition::Leave(leave) => {
                let place = (leave.conn, leave.channel.name.to_string());
                assert!(self.subscriptions.remove(&place).is_some(), "a leave without a join");
            }
            other => panic!("an edge does not say {other:?}"),
        }
    }

    pub(super) fn take_join(&mut self, input: &mut Input<'_>) -> Option<Join> {
        let place = input.below(self.unanswered.len());
        (place < self.unanswered.len()).then(|| self.unanswered.remove(place))
    }

    pub(super) fn joined(&mut self, join: &Join) {
        let channel = join.channel.name.to_string();
        let Some((id, is_live)) = self.subscriptions.get_mut(&(join.conn, channel.clone())) else {
            return;
        };
        if *id == join.subscription {
            *is_live = true;
            self.expect(join.conn, Heard::Success(channel));
        }
    }

    pub(super) fn delivered(&mut self, channel: &str, size: usize) -> Frame {
        self.events += 1;
        let number = self.events;
        let live = self
            .subscriptions
            .iter()
            .filter(|((_, name), (_, is_live))| name == channel && *is_live);
        let hearers = live.map(|((conn, _), _)| *conn).collect::<Vec<_>>();
        for conn in hearers {
            self.expect(conn, Heard::Event(channel.to_owned(), number));
        }
        let data = format!("{number} {}", "é\"".repeat(size / 2));
        Frame::text(|out| pusher::channel_event(out, "e", channel, &data, None))
    }

    fn expect(&mut self, conn: ConnId, heard: Heard) {
        self.clients.get_mut(&conn).expect("subscribers are alive").expected.push_back(heard);
    }
}

/// What is heard.
impl Model {
    pub(super) fn read(&mut self, conn: ConnId, lines: &[Vec<u8>]) {
        if lines.is_empty() {
            return;
        }
        let client = self.clients.get_mut(&conn).expect("only the living are written to");
        // What is said at the end is not held back.
        let is_last = lines.last().is_some_and(|line| line.starts_with(b"c"));
        for line in lines {
            let text = std::str::from_utf8(line).expect("a line is UTF-8");
            assert_eq!(text.find('\n'), Some(text.len() - 1), "not one line");
            if let Some(request) = client.request.as_mut().filter(|_| !is_last) {
                request.takes(text);
            }
            client.reads(text.trim_end());
        }
        // Of a session that is being closed nobody looks whether its request is still there.
        assert!(client.request.is_some() || client.closed, "written to nobody");
    }

    /// Whoever has an open request has heard everything.
    pub(super) fn expect_nothing_kept_back(&self) {
        for client in self.clients.values().filter(|client| !client.closed) {
            let is_open = |request: &Request| request.full_for.is_none();
            if client.request.as_ref().is_some_and(is_open) {
                assert!(client.expected.is_empty(), "kept back: {:?}", client.expected);
            }
        }
    }

    pub(super) fn expect_nothing_left(&self) {
        assert!(self.clients.is_empty(), "never gone: {:?}", self.clients);
        assert!(self.subscriptions.is_empty(), "never ended: {:?}", self.subscriptions);
    }
}

impl Request {
    fn takes(&mut self, line: &str) {
        let waited = self.full_for.is_none_or(|waited| waited >= ROTATION_WAIT);
        assert!(waited, "written to a stream that is given up");
        self.units += line.encode_utf16().count();
        if self.transport == HttpTransport::Streaming && self.units > ROTATION_UNITS {
            self.full_for.get_or_insert(Duration::ZERO);
        }
    }
}

impl Client {
    fn reads(&mut self, line: &str) {
        assert!(!self.closed, "something behind the close line");
        match line.as_bytes()[0] {
            b'h' => {}
            b'o' => assert!(!std::mem::replace(&mut self.opened, true), "opened twice"),
            b'c' => self.closed = true,
            b'a' => {
                assert!(self.opened, "told before it was opened");
                let frames: Vec<String> = serde_json::from_str(&line[1..]).expect("texts");
                for heard in frames.iter().filter_map(|frame| heard(frame.as_bytes())) {
                    assert_eq!(self.expected.pop_front(), Some(heard));
                }
            }
            other => panic!("a line that begins with {other}"),
        }
    }
}

/// The one app.
pub(super) fn app() -> &'static Arc<App> {
    static APP: LazyLock<Arc<App>> = LazyLock::new(|| {
        let key = Key { key: "key".to_owned(), secret: "secret".to_owned() };
        Arc::new(App::new("1", vec![key]))
    });
    &APP
}

pub(super) fn key(channel: &str) -> ChannelKey {
    let name = ChannelName::parse(channel, 164).expect("it is a legal name");
    ChannelKey::new(app(), name)
}

/// How long a client has to ask for another stream (docs/protocol.md 5.6 rule 5).
const ROTATION_WAIT: Duration = Duration::from_secs(10);
