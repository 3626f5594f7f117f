//! The receiving half of a session over HTTP (docs/protocol.md 5.6, 5.7, 5.9): the lines that it is
//! owed, and the receive request, if there is one, that takes them. What clients say, and how
//! sessions begin and end, is in `edge/http.rs`.
//!
//! Lines are shared and kept whole. A request takes some of them and never a part of one, so that
//! whatever becomes of it, the next begins with a line.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::fallback::{Line, ROTATION_UNITS};

use crate::edge::Security;
use crate::time::Time;

/// Names a session: the app's key and the two segments that its client made up.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionName(Arc<str>);

/// Names a receive request, of all that were ever made; chosen by the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReceiveId(pub u64);

/// How a session receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpTransport {
    /// One answer that does not end.
    Streaming,
    /// One answer for what there is, then the next request.
    Polling,
}

/// A request that wants to hear what a session is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receive {
    /// Whose.
    pub session: SessionName,
    /// Which.
    pub id: ReceiveId,
    /// How it is answered.
    pub transport: HttpTransport,
    /// Whether others on its way could listen.
    pub security: Security,
}

/// What a session is owed, and who takes it.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) session: SessionName,
    queue: VecDeque<Line>,
    /// How many bytes the queue has.
    len: usize,
    /// How many of them earlier turns left.
    late: usize,
    /// What may be owed beyond the limit: the longest roster on its way.
    allowance: usize,
    request: Request,
    /// When a request that nothing else happens to is given a sign of life.
    heartbeat: Time,
    /// When lines were taken last.
    taken: Option<Time>,
}

/// The receive request of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    /// There is none.
    None {
        /// When the last one ended.
        since: Time,
        /// How it received.
        transport: HttpTransport,
        /// Whether its client went to ask for another stream.
        rotates: Rotates,
    },
    Stream {
        id: ReceiveId,
        /// How many UTF-16 code units it was given.
        units: usize,
        rotation: Rotation,
    },
    Poll {
        id: ReceiveId,
    },
}

/// Whether a client is about to ask for another stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rotation {
    /// Not yet.
    Ahead,
    /// It should any moment: what is written meanwhile would be lost with the old stream.
    Awaited { until: Time },
    /// It did not, and is not waited for again.
    Forgone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rotates {
    Yes,
    No,
}

/// What there is to do about a session that nothing was heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Send a sign of life.
    Heartbeat,
    /// Go on with the old stream.
    Resume,
    /// It does not come back.
    Gone,
}

impl Receiver {
    /// The receiving half of a session that begins with this request.
    pub(crate) fn new(receive: Receive, heartbeat: Time) -> Self {
        let mut receiver = Self {
            session: receive.session,
            queue: VecDeque::new(),
            len: 0,
            late: 0,
            allowance: 0,
            request: Request::new(receive.id, receive.transport),
            heartbeat,
            taken: None,
        };
        receiver.begin(receive.transport);
        receiver
    }

    /// Another request takes over; says how the one it supersedes, if any, received.
    pub(crate) fn attach(&mut self, receive: &Receive, heartbeat: Time) -> Option<HttpTransport> {
        let superseded = self.request.id().map(|_| self.request.transport());
        self.request = Request::new(receive.id, receive.transport);
        self.heartbeat = heartbeat;
        self.begin(receive.transport);
        superseded
    }

    /// What a request begins with goes before whatever waits.
    fn begin(&mut self, transport: HttpTransport) {
        let prelude = Line::prelude();
        if self.queue.front() == Some(&prelude) {
            self.queue.pop_front();
            self.len -= prelude.len();
        }
        if transport == HttpTransport::Streaming {
            self.len += prelude.len();
            self.queue.push_front(prelude);
        }
    }

    /// The request is gone; `false` if another took over before.
    pub(crate) fn detach(&mut self, now: Time, id: ReceiveId) -> bool {
        let is_it = self.request.id() == Some(id);
        if is_it {
            self.request = self.request.ended(now);
        }
        is_it
    }

    /// Whether this request takes lines, if it has room.
    pub(crate) fn is_taking(&self, id: ReceiveId) -> bool {
        self.request.id() == Some(id) && self.is_open()
    }

    /// Whether there is a request that may be given lines.
    pub(crate) fn is_open(&self) -> bool {
        let awaits_rotation =
            matches!(self.request, Request::Stream { rotation: Rotation::Awaited { .. }, .. });
        !awaits_rotation && self.absent_since().is_none()
    }

    /// Since when there is no request.
    pub(crate) fn absent_since(&self) -> Option<Time> {
        match self.request {
            Request::None { since, .. } => Some(since),
            Request::Stream { .. } | Request::Poll { .. } => None,
        }
    }

    /// How its client receives.
    pub(crate) fn transport(&self) -> HttpTransport {
        self.request.transport()
    }

    /// Whether a poll is held, or will be, for want of anything to say.
    pub(crate) fn is_idle_poll(&self) -> bool {
        self.request.transport() == HttpTransport::Polling && self.queue.is_empty()
    }

    /// Goes on with the old stream, whether or not the client asked for another.
    pub(crate) fn resume(&mut self, heartbeat: Time) {
        if let Request::Stream { rotation, .. } = &mut self.request {
            *rotation = Rotation::Forgone;
            self.heartbeat = heartbeat;
        }
    }

    /// A stream was given a sign of life; the next is due then.
    pub(crate) fn await_heartbeat(&mut self, next: Time) {
        self.heartbeat = next;
    }

    /// When something is due, and what. A stream's client answers a sign of life (5.6 rule 7); by
    /// `silent`, if that is said, it has to.
    pub(crate) fn due(&self, silent: Option<Time>) -> (Time, Option<Due>) {
        match (self.request, silent) {
            (Request::None { since, .. }, _) => (since + SESSION_GRACE, Some(Due::Gone)),
            (Request::Stream { rotation: Rotation::Awaited { until }, .. }, _) => {
                (until, Some(Due::Resume))
            }
            (Request::Stream { .. }, Some(silent)) if silent <= self.heartbeat => (silent, None),
            _ => (self.heartbeat, Some(Due::Heartbeat)),
        }
    }
}

/// The queue.
impl Receiver {
    /// Owes one more line.
    pub(crate) fn push(&mut self, line: Line) {
        self.len += line.len();
        self.queue.push_back(line);
    }

    /// May owe `bytes` beyond the limit until it owes nothing.
    pub(crate) fn allow(&mut self, bytes: usize) {
        self.allowance = self.allowance.max(bytes);
    }

    /// What the request may be given now: up to the line after which its client rotates, which is
    /// also as much as one poll is answered with.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let (mut units, last) = match self.request {
            Request::None { .. } => (usize::MAX, 0),
            Request::Poll { .. } => (0, ROTATION_UNITS - 1),
            Request::Stream { rotation: Rotation::Forgone, .. } => (0, usize::MAX),
            Request::Stream { units, .. } => (units, ROTATION_UNITS),
        };
        let lines = self.queue.iter().take_while(move |line| {
            let fits = units <= last;
            units = units.saturating_add(line.units());
            fits
        });
        lines.map(Line::bytes)
    }

    /// The request took `n` bytes of the slices, which are whole lines. Says whether that ends its
    /// answer.
    pub(crate) fn took(&mut self, now: Time, n: usize) -> bool {
        let (mut left, mut taken_units) = (n, 0);
        while left > 0
            && let Some(line) = self.queue.pop_front()
        {
            left = left.saturating_sub(line.len());
            self.len -= line.len();
            taken_units += line.units();
        }
        self.late = self.len;
        if self.queue.is_empty() {
            self.allowance = 0;
        }
        if n > 0 {
            self.taken = Some(now);
        }
        self.request.took(now, taken_units)
    }

    /// Keeps what there is for another turn.
    pub(crate) fn put_off(&mut self) {
        self.late = self.len;
    }

    /// Forgets all that is owed.
    pub(crate) fn drop_queue(&mut self) {
        self.queue = VecDeque::new();
        (self.len, self.late) = (0, 0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many bytes earlier turns left.
    pub(crate) fn late(&self) -> usize {
        self.late
    }

    /// Whether earlier turns left more than `limit` bytes, rosters on their way aside.
    ///
    /// A stream has to be asked for anew for every 256 KiB, so a burst that a socket would take at
    /// once piles up for a client that reads as fast as it can. As long as it does read, it may owe
    /// more.
    pub(crate) fn is_over(&self, now: Time, limit: usize) -> bool {
        let reads = self.taken.is_some_and(|taken| now - taken < READS_WITHIN);
        let limit = match self.request.keeps_streaming() {
            true if reads => limit.saturating_mul(STREAM_BURST),
            _ => limit,
        };
        self.late > limit.saturating_add(self.allowance)
    }
}

impl Request {
    fn new(id: ReceiveId, transport: HttpTransport) -> Self {
        match transport {
            HttpTransport::Streaming => Self::Stream { id, units: 0, rotation: Rotation::Ahead },
            HttpTransport::Polling => Self::Poll { id },
        }
    }

    fn id(&self) -> Option<ReceiveId> {
        match self {
            Self::None { .. } => None,
            Self::Stream { id, .. } | Self::Poll { id } => Some(*id),
        }
    }

    fn transport(&self) -> HttpTransport {
        match self {
            Self::None { transport, .. } => *transport,
            Self::Stream { .. } => HttpTransport::Streaming,
            Self::Poll { .. } => HttpTransport::Polling,
        }
    }

    /// The same session without a request.
    fn ended(&self, now: Time) -> Self {
        let rotates = match self {
            Self::Stream { rotation: Rotation::Awaited { .. }, .. } => Rotates::Yes,
            _ => Rotates::No,
        };
        Self::None { since: now, transport: self.transport(), rotates }
    }

    /// Whether there is a stream, or will be in a moment.
    fn keeps_streaming(&self) -> bool {
        matches!(self, Self::Stream { .. } | Self::None { rotates: Rotates::Yes, .. })
    }

    /// It was given lines of so many units; `true` if that ends its answer.
    fn took(&mut self, now: Time, taken: usize) -> bool {
        match self {
            Self::Poll { .. } if taken > 0 => {
                *self = self.ended(now);
                true
            }
            Self::Stream { units, rotation, .. } => {
                *units = units.saturating_add(taken);
                if *units > ROTATION_UNITS && *rotation == Rotation::Ahead {
                    *rotation = Rotation::Awaited { until: now + ROTATION_WAIT };
                }
                false
            }
            Self::None { .. } | Self::Poll { .. } => false,
        }
    }
}

impl SessionName {
    /// Names a session of the app that has this key.
    pub fn new(key: &str, server: &str, session: &str) -> Self {
        Self(format!("{key}/{server}/{session}").into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// How often a request is given a sign of life, unless its app probes more often: below the 30 s
/// after which pusher-js gives up (docs/protocol.md 5.6 rule 7).
pub(crate) const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(25);

/// How long a session may be without a receive request (docs/protocol.md 5.9).
pub(crate) const SESSION_GRACE: Duration = Duration::from_secs(8);

/// How recently a client took something that counts as reading.
const READS_WITHIN: Duration = Duration::from_secs(5);

/// How many times the limit of a connection a stream may owe whose client reads.
const STREAM_BURST: usize = 8;

/// How long a client has to ask for another stream (docs/protocol.md 5.6 rule 5).
const ROTATION_WAIT: Duration = Duration::from_secs(10);
