//! What an edge tells operators: of its connections, of what they say, and of what was wrong with it
//! (`observe.rs`). Nothing here is on the way of a delivery.

use rollcall_wire::SocketId;
use rollcall_wire::close::CloseCode;
use rollcall_wire::errors::ErrorKind;

use super::{Edge, Ending};
use crate::app::{App, AppId};
use crate::ids::{ChannelKey, ConnId, SubscriptionId, UserId};
use crate::observe::{Excerpt, First, Happening, Observation, Observations, Watched, shortened};
use crate::session::{Connection, Identity, SignedIn};
use crate::time::Time;

/// What is wrong with what a client said.
pub(super) struct Fault<'a> {
    pub(super) kind: ErrorKind,
    /// What the client is told.
    pub(super) text: &'a str,
    /// The channel, as the client called it.
    pub(super) channel: Option<&'a str>,
    /// The event, as the client called it.
    pub(super) event: Option<&'a str>,
}

impl<'a> Fault<'a> {
    /// Something wrong that has to do with no channel.
    pub(super) fn new(kind: ErrorKind, text: &'a str) -> Self {
        Self { kind, text, channel: None, event: None }
    }

    /// Something wrong that has to do with a channel.
    pub(super) fn on(channel: &'a str, kind: ErrorKind, text: &'a str) -> Self {
        Self { channel: Some(channel), ..Self::new(kind, text) }
    }
}

impl Edge {
    /// Moves what there is to tell of this edge behind what others told.
    pub fn take_observations(&mut self, into: &mut Observations) {
        self.observer.take(into);
    }

    pub(super) fn set_watched(&mut self, app: &AppId, watched: Watched) {
        self.observer.set_watched(app, watched);
    }

    pub(super) fn observe_connection(&mut self, conn: ConnId) {
        if let Some(identity) = self.connections.get(conn).and_then(Connection::identity) {
            self.observer.observe_first(&identity.app, First::Connection);
        }
        self.observe(conn, Happening::Connection);
    }

    /// A connection that passed the door is turned away by settings that changed meanwhile.
    pub(super) fn observe_refusal(&mut self, app: &App, socket: SocketId, code: CloseCode) {
        let Some(kind) = code.error() else { return };
        let (app_id, text) = (app.id.clone(), code.reason().to_owned());
        self.observer.observe_error(app, |at| Observation {
            app: app_id,
            at,
            socket: Some(socket),
            user: None,
            channel: None,
            what: Happening::Error { kind, text, event: None },
        });
    }

    /// A subscription is live.
    pub(super) fn observe_live(&mut self, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let (conn, user) = (subscription.conn, subscription.user.clone());
        let identity = self.connections.get(conn).and_then(Connection::identity);
        let Some(identity) = identity else { return };
        self.observer.observe_first(&identity.app, First::Subscription);
        if user.is_some() {
            self.observer.observe_first(&identity.app, First::Presence);
        }
        self.observe_subscription(id, Happening::Subscribed);
    }

    /// A subscription ends, if it was live.
    pub(super) fn observe_unsubscription(&mut self, id: SubscriptionId) {
        if self.subscriptions.get(id).is_some_and(|subscription| subscription.is_live()) {
            self.observe_subscription(id, Happening::Unsubscribed);
        }
    }

    /// A client event was admitted.
    pub(super) fn observe_client_event(
        &mut self,
        identity: &Identity,
        channel: &ChannelKey,
        user: Option<&UserId>,
        (event, data): (&str, &str),
    ) {
        self.observer.observe_first(&identity.app, First::Event);
        self.observer.observe(&identity.app.id, |at| Observation {
            app: identity.app.id.clone(),
            at,
            socket: Some(identity.socket),
            user: user.cloned(),
            channel: Some(channel.name.as_str().to_owned()),
            what: Happening::ClientEvent { event: shortened(event), data: Excerpt::of(data) },
        });
    }

    /// A connection is closed by this side, if it is open.
    pub(super) fn observe_close(&mut self, now: Time, conn: ConnId, code: CloseCode) {
        self.observer.advance(now);
        if let Some(kind) = code.error().filter(|_| !is_of_operator(code)) {
            self.observe_fault(conn, &Fault::new(kind, code.reason()));
        }
        self.observe_end(conn, Some(code.code()), code.reason());
    }

    /// A connection ends, if it is open: first its subscriptions, then itself.
    pub(super) fn observe_end(&mut self, conn: ConnId, code: Option<u16>, reason: &'static str) {
        if !self.observer.is_needed() || !self.is_open(conn) {
            return;
        }
        let subscriptions = self.connections.get(conn).map(|c| c.subscriptions.clone());
        for id in subscriptions.into_iter().flatten() {
            self.observe_unsubscription(id);
        }
        self.observe(conn, Happening::Disconnection { code, reason });
    }

    /// An open connection is told that something is wrong.
    pub(super) fn observe_fault(&mut self, conn: ConnId, fault: &Fault<'_>) {
        let Some(connection) = self.connections.get(conn) else { return };
        let Some(identity) = connection.identity() else { return };
        self.observer.observe_error(&identity.app, |at| Observation {
            app: identity.app.id.clone(),
            at,
            socket: Some(identity.socket),
            user: user_of(connection),
            channel: fault.channel.map(shortened),
            what: Happening::Error {
                kind: fault.kind,
                text: fault.text.to_owned(),
                event: fault.event.map(shortened),
            },
        });
    }

    fn observe_subscription(&mut self, id: SubscriptionId, what: Happening) {
        if !self.observer.is_needed() {
            return;
        }
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let (conn, user) = (subscription.conn, subscription.user.clone());
        let channel = self.subscriptions.channel(subscription);
        let channel = channel.map(|channel| channel.name.as_str().to_owned());
        let Some(connection) = self.connections.get(conn) else { return };
        let Some(identity) = connection.identity() else { return };
        self.observer.observe(&identity.app.id, |at| Observation {
            app: identity.app.id.clone(),
            at,
            socket: Some(identity.socket),
            user: user.or_else(|| user_of(connection)),
            channel,
            what,
        });
    }

    fn observe(&mut self, conn: ConnId, what: Happening) {
        if !self.observer.is_needed() {
            return;
        }
        let Some(connection) = self.connections.get(conn) else { return };
        let Some(identity) = connection.identity() else { return };
        self.observer.observe(&identity.app.id, |at| Observation {
            app: identity.app.id.clone(),
            at,
            socket: Some(identity.socket),
            user: user_of(connection),
            channel: None,
            what,
        });
    }
}

impl Ending {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Eof => "the client stopped sending without a close frame",
            Self::Failed => "reading or writing failed",
        }
    }
}

fn user_of(connection: &Connection) -> Option<UserId> {
    let id = |user: &SignedIn| user.key.name.user().map(UserId::new);
    connection.user.as_deref().and_then(id)
}

/// Whether connections are closed with a code because somebody changed the app's settings: that is
/// no error. At the door it is one.
fn is_of_operator(code: CloseCode) -> bool {
    matches!(code, CloseCode::UnknownApp | CloseCode::AppDisabled | CloseCode::TlsRequired)
}
