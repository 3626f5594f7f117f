//! One connection's protocol life, from opened to closed: what it is, how long it may stay silent,
//! and how it ends. What it says and hears is in `dispatch.rs` and `edge.rs`.

use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::protocol::Protocol;
use rollcall_wire::pusher::{MemberDataError, UserData};
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::Decoder;
use smallvec::SmallVec;

use crate::app::App;
use crate::by_app::AppSlot;
use crate::edge::Security;
use crate::ids::{ChannelKey, SubscriptionId, UserId};
use crate::limits::LastSecond;
use crate::message::Member;
use crate::outbox::Outbox;
use crate::receiver::Due;
use crate::time::Time;

/// How long a peer has to take what it is owed and answer our close frame.
pub(crate) const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// After how many presence channels left in a second a connection is not read for a while.
const MAX_DEPARTURES: usize = 10;

/// How many revoked memberships a connection remembers; a page has one.
const MAX_REVOKED: usize = 16;

/// What a refused connection may send before it goes; it is not listened to anyway.
const REFUSED_MESSAGE_BYTES: usize = 64 * 1024;

/// A connection of an edge.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Open, or on its way out.
    pub(crate) phase: Phase,
    /// Whose counters what it does is added to.
    pub(crate) counts_for: AppSlot,
    /// What its client speaks, if it said so.
    pub(crate) protocol: Option<Protocol>,
    /// The bytes of a message that has not arrived whole.
    pub(crate) decoder: Decoder,
    /// What it hears, or asked to hear.
    pub(crate) subscriptions: SmallVec<[SubscriptionId; 1]>,
    /// The client events of this second.
    pub(crate) client_events: LastSecond,
    /// The presence channels that it left on purpose in this second.
    departures: LastSecond,
    /// What it is owed.
    pub(crate) outbox: Outbox,
    /// Text messages taken from it.
    pub(crate) messages_in: u64,
    /// How long its latest answer to a ping of ours took.
    pub(crate) rtt: Option<Duration>,
    /// As whom it is signed in.
    pub(crate) user: Option<Box<SignedIn>>,
    /// Since when its app waits for it to sign in, or to join what needs a signature.
    unauthorized_since: Option<Time>,
    /// As whom it may no longer subscribe to what.
    revoked: Vec<(ChannelKey, UserId)>,
    /// The earliest timer that runs for it.
    pub(crate) armed: Option<Time>,
    last_inbound: Time,
    probed: Option<Time>,
    /// When it was sent the ping that it has not answered.
    pinged: Option<Time>,
}

/// Where a connection is in its life.
#[derive(Debug)]
pub(crate) enum Phase {
    /// It speaks and is spoken to.
    Open(Identity),
    /// A close frame is on its way to it; nothing else follows.
    Closing(Closing),
}

/// Who an open connection is.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Its public name.
    pub(crate) socket: SocketId,
    /// The settings of its app.
    pub(crate) app: Arc<App>,
    /// Whether others on its way could listen; over HTTP, on that of its latest receive request.
    pub(crate) security: Security,
}

/// The user that a connection is bound to (docs/protocol.md 4.1).
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// The user's own channel, which names the user.
    pub(crate) key: ChannelKey,
    /// Who the user is on presence channels, unless a subscription says otherwise.
    pub(crate) member: Result<Member, MemberDataError>,
    /// The users that this one wants to hear of; kept also while the app does not tell of them.
    pub(crate) watchlist: Box<[ChannelKey]>,
    /// Whether it does hear of them.
    pub(crate) watching: Watching,
}

/// How much of its watchlist a connection hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watching {
    /// Nothing: the app does not tell.
    Nobody,
    /// Nothing yet: of so many users it is not known whether they are online.
    Some {
        /// How many.
        unknown: usize,
    },
    /// Everything.
    All,
}

/// How far the end of a connection is.
#[derive(Debug)]
pub(crate) struct Closing {
    /// When we stop waiting.
    pub(crate) until: Time,
    /// Whether the peer's close frame is here.
    pub(crate) peer_closed: bool,
    /// The most that earlier turns may leave; a peer that is owed more is not waited for.
    pub(crate) max_pending_bytes: usize,
}

/// What silence calls for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// Nothing yet.
    No,
    /// Ask for a sign of life.
    Probe,
    /// It gave none: 4201.
    Silent,
    /// It had its time to sign in or join: 4009.
    Unauthorized,
    /// It had its time to close.
    NotClosed,
    /// Something about its receive request.
    Session(Due),
}

impl Connection {
    /// An accepted connection.
    pub(crate) fn open(
        now: Time,
        protocol: Protocol,
        identity: Identity,
        counts_for: AppSlot,
    ) -> Self {
        let decoder = Decoder::new(identity.app.max_message_bytes());
        let must_authorize = identity.app.authorization_timeout.is_some();
        let connection = Self::new(now, Some(protocol), decoder, Phase::Open(identity));
        let unauthorized_since = must_authorize.then_some(now);
        Self { counts_for, unauthorized_since, ..connection }
    }

    /// A connection that was upgraded only to be told why it cannot stay (docs/protocol.md 1.2).
    pub(crate) fn refused(now: Time, protocol: Option<Protocol>, counts_for: AppSlot) -> Self {
        let phase = Phase::Closing(Closing {
            until: now + CLOSE_WAIT,
            peer_closed: false,
            max_pending_bytes: REFUSED_MESSAGE_BYTES,
        });
        let decoder = Decoder::new(REFUSED_MESSAGE_BYTES);
        Self { counts_for, ..Self::new(now, protocol, decoder, phase) }
    }

    fn new(now: Time, protocol: Option<Protocol>, decoder: Decoder, phase: Phase) -> Self {
        Self {
            phase,
            counts_for: AppSlot::NOBODY,
            protocol,
            decoder,
            subscriptions: SmallVec::new(),
            client_events: LastSecond::default(),
            departures: LastSecond::default(),
            outbox: Outbox::default(),
            messages_in: 0,
            rtt: None,
            user: None,
            unauthorized_since: None,
            revoked: Vec::new(),
            armed: None,
            last_inbound: now,
            probed: None,
            pinged: None,
        }
    }

    /// Over HTTP nobody answers a close.
    pub(crate) fn expect_no_answer(&mut self) {
        if let Phase::Closing(closing) = &mut self.phase {
            closing.peer_closed = true;
        }
    }

    /// Who it is, while it is open.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match &self.phase {
            Phase::Open(identity) => Some(identity),
            Phase::Closing(_) => None,
        }
    }

    /// From now on a signature that lets it subscribe to `channel` as `user` is worth nothing.
    pub(crate) fn revoke(&mut self, channel: ChannelKey, user: UserId) {
        if self.revoked.len() == MAX_REVOKED {
            self.revoked.remove(0);
        }
        self.revoked.push((channel, user));
    }

    /// Whether that was said of `channel` and `user`.
    pub(crate) fn is_revoked(&self, channel: &ChannelKey, user: &UserId) -> bool {
        self.revoked.iter().any(|(of, who)| of == channel && who == user)
    }

    /// It left a presence channel on purpose.
    pub(crate) fn departed(&mut self, now: Time) {
        self.departures.take(now, MAX_DEPARTURES);
    }

    /// Whether it joins and leaves so fast that it should not be read for now. Each round makes
    /// the server encode a roster and tell everybody in it, so it is the one thing by which a
    /// connection costs others more than itself.
    pub(crate) fn is_held(&mut self, now: Time) -> bool {
        self.departures.is_spent(now, MAX_DEPARTURES)
    }

    /// Any inbound traffic is proof of life (docs/protocol.md 1.4, rules 3 and 5).
    pub(crate) fn heard(&mut self, now: Time) {
        self.last_inbound = now;
        self.probed = None;
    }

    /// It was asked for a sign of life. The first time counts: over HTTP it is asked again and again,
    /// and would have as long as it likes.
    pub(crate) fn was_probed(&mut self, now: Time) {
        self.probed.get_or_insert(now);
    }

    /// It was sent a ping. Of several that are not answered the first counts: a peer may answer them
    /// all with one pong, and a time that is too long is better than one that never was.
    pub(crate) fn was_pinged(&mut self, now: Time) {
        self.pinged.get_or_insert(now);
    }

    /// It sent a pong, which need not be an answer.
    pub(crate) fn ponged(&mut self, now: Time) {
        if let Some(pinged) = self.pinged.take() {
            self.rtt = Some(now - pinged);
        }
    }

    /// Whether a ping of ours is on its way, or its answer.
    pub(crate) fn is_pinged(&self) -> bool {
        self.pinged.is_some()
    }

    /// Whether its app still waits for it to show that it may be here.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.unauthorized_since.is_some()
    }

    /// It may be here; `false` if that was known.
    pub(crate) fn authorize(&mut self) -> bool {
        self.unauthorized_since.take().is_some()
    }

    /// When it next needs a look, if nothing else happens.
    pub(crate) fn deadline(&self) -> Time {
        let silence = self.silence_deadline();
        self.authorization_deadline().map_or(silence, |deadline| deadline.min(silence))
    }

    /// What is due by now: its silence calls for something, or its time to authorize is over.
    pub(crate) fn overdue(&self, now: Time) -> Overdue {
        if self.authorization_deadline().is_some_and(|deadline| deadline <= now) {
            return Overdue::Unauthorized;
        }
        match &self.phase {
            _ if now < self.silence_deadline() => Overdue::No,
            Phase::Closing(_) => Overdue::NotClosed,
            Phase::Open(_) if let Some((_, Some(due))) = self.session_due() => {
                Overdue::Session(due)
            }
            Phase::Open(_) if self.probed.is_some() => Overdue::Silent,
            Phase::Open(_) => Overdue::Probe,
        }
    }

    fn silence_deadline(&self) -> Time {
        match (&self.phase, self.probed) {
            (Phase::Closing(closing), _) => closing.until,
            (Phase::Open(_), _) if let Some((due, _)) = self.session_due() => due,
            (Phase::Open(identity), Some(probed)) => probed + identity.app.pong_timeout(),
            (Phase::Open(identity), None) => self.last_inbound + identity.app.activity_timeout(),
        }
    }

    /// What is due over HTTP, when, where silence is told by heartbeats; nothing is silence.
    fn session_due(&self) -> Option<(Time, Option<Due>)> {
        let receiver = self.outbox.receiver.as_ref()?;
        let pong_timeout = self.identity()?.app.pong_timeout();
        Some(receiver.due(self.probed.map(|probed| probed + pong_timeout)))
    }

    fn authorization_deadline(&self) -> Option<Time> {
        let timeout = self.identity()?.app.authorization_timeout?;
        Some(self.unauthorized_since? + timeout)
    }

    /// Whether both sides have said their last word and ours is written.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(&self.phase, Phase::Closing(closing) if closing.peer_closed)
            && self.outbox.is_empty()
    }
}

impl SignedIn {
    /// A user who hears of nobody yet.
    pub(crate) fn new(key: ChannelKey, app: &App, data: UserData) -> Self {
        let user = UserId::new(&data.id);
        let member = data.info.map(|info| match info {
            Some(info) => Member { user, info: Some(info.json.get().into()), rev: info.rev },
            None => Member { user, info: None, rev: None },
        });
        let watched = data.watchlist.users;
        let watchlist = watched.iter().filter_map(|id| ChannelKey::of_user(app, id)).collect();
        Self { key, member, watchlist, watching: Watching::Nobody }
    }
}

impl Watching {
    /// So many users are unknown.
    pub(crate) fn of(unknown: usize) -> Self {
        if unknown == 0 { Self::All } else { Self::Some { unknown } }
    }
}
