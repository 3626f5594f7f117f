//! Users of an edge: who signs in, whom they watch, and how they are sent away (docs/protocol.md
//! section 4). Whether a user is online is the partition's to know; `users.rs` of the engine adds up
//! what it has to be told.

use rollcall_wire::auth;
use rollcall_wire::close::CloseCode;
use rollcall_wire::errors::ErrorKind;
use rollcall_wire::frame::Frame;
use rollcall_wire::pusher::{self, MAX_WATCHED, UserData};

use super::dispatch::member_limits;
use super::observed::Fault;
use super::{Edge, EdgeEffect};
use crate::app::App;
use crate::ids::{ChannelKey, ConnId};
use crate::message::{Departure, Leave, ToPartition, UserStatus};
use crate::session::{Identity, SignedIn, Watching};
use crate::time::Time;
use crate::users::{Learned, Sum};

/// Signing in.
impl Edge {
    /// Binds a connection to a user, for the rest of its life. The first sign-in stays in force, as
    /// the first member info on a presence channel does.
    pub(super) fn sign_in(
        &mut self,
        now: Time,
        conn: ConnId,
        identity: &Identity,
        auth: &str,
        user_data: &str,
    ) {
        let (key, user) = match admit_user(identity, auth, user_data) {
            Ok(admitted) => admitted,
            Err((kind, text)) => return self.reject(conn, &Fault::new(kind, &text)),
        };
        if key.name.user().is_some_and(|user| identity.app.blocks(user)) {
            return self.close(now, conn, CloseCode::UserBlocked);
        }
        match self.user_of(conn) {
            Some(known) if known.key != key => {
                let text = "Connection is already signed in as another user";
                self.reject(conn, &Fault::new(ErrorKind::AlreadySignedIn, text));
            }
            known => {
                let is_new = known.is_none();
                self.tell(conn, |out| pusher::signin_success(out, user_data));
                if is_new {
                    self.bind(conn, identity, key, user);
                }
            }
        }
    }

    fn bind(&mut self, conn: ConnId, identity: &Identity, key: ChannelKey, user: UserData) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        let was_cut = user.watchlist.was_cut;
        let app = &identity.app;
        connection.user = Some(Box::new(SignedIn::new(key.clone(), app, user)));
        self.authorize(conn);
        if self.users.sign_in(&key, conn) == Sum::Changes {
            let (edge, app) = (self.id, identity.app.clone());
            self.mail(ToPartition::UserCame { edge, app, channel: key });
        }
        if app.watchlist_events {
            if was_cut {
                self.tell_of_cut(conn);
            }
            self.begin_watching(conn);
        }
    }

    fn tell_of_cut(&mut self, conn: ConnId) {
        let code = CloseCode::WatchlistTooLong;
        self.counts_of(conn).errors.by_code.count(code);
        let text = format!("Watchlist has more than {MAX_WATCHED} users; the first of them count");
        self.observe_fault(conn, &Fault::new(ErrorKind::WatchlistTooLong, &text));
        self.tell(conn, |out| pusher::error(out, Some(code.code()), &text));
    }

    /// Ends what a connection is as a user, if it is one.
    pub(super) fn sign_out(&mut self, conn: ConnId, departure: Departure) {
        self.end_watching(conn);
        let user = self.connections.get_mut(conn).and_then(|connection| connection.user.take());
        let Some(key) = user.map(|user| user.key) else { return };
        if self.users.sign_out(&key, conn) == Sum::Changes {
            self.mail(ToPartition::UserWent(Leave {
                edge: self.id,
                conn,
                user: None,
                channel: key,
                departure,
                lost_since: self.absent_since(conn),
            }));
        }
    }

    /// Sends a user away: all that is signed in as that user, and nobody who merely is a member of
    /// the same name.
    pub(super) fn terminate(&mut self, now: Time, user: &ChannelKey) {
        for conn in self.users.connections(user) {
            self.close(now, conn, CloseCode::Unauthorized);
        }
    }

    pub(super) fn user_of(&self, conn: ConnId) -> Option<&SignedIn> {
        self.connections.get(conn)?.user.as_deref()
    }

    fn mail(&mut self, mail: ToPartition) {
        self.effects.push_back(EdgeEffect::ToPartition(mail));
    }
}

/// Watching others.
impl Edge {
    /// Puts the setting in force for a connection that signed in before it changed.
    pub(super) fn obey_watchlist(&mut self, conn: ConnId, app: &App) {
        match app.watchlist_events {
            true => self.begin_watching(conn),
            false => self.end_watching(conn),
        }
    }

    /// Asks for what is not known of the users on a connection's list, and tells them all in one
    /// frame when it is.
    fn begin_watching(&mut self, conn: ConnId) {
        let user = self.connections.get_mut(conn).and_then(|c| c.user.as_deref_mut());
        let Some(user) = user.filter(|user| user.watching == Watching::Nobody) else { return };
        let mut unknown = 0;
        for key in &user.watchlist {
            if self.users.watch(key, conn) == Sum::Changes {
                let mail = ToPartition::WatchUser { edge: self.id, channel: key.clone() };
                self.effects.push_back(EdgeEffect::ToPartition(mail));
            }
            unknown += usize::from(self.users.status(key).is_none());
        }
        user.watching = Watching::of(unknown);
        if user.watching == Watching::All {
            self.tell_statuses(conn);
        }
    }

    fn end_watching(&mut self, conn: ConnId) {
        let user = self.connections.get_mut(conn).and_then(|c| c.user.as_deref_mut());
        let Some(user) = user.filter(|user| user.watching != Watching::Nobody) else { return };
        user.watching = Watching::Nobody;
        for key in &user.watchlist {
            if self.users.unwatch(key, conn) == Sum::Changes {
                let mail = ToPartition::UnwatchUser { edge: self.id, channel: key.clone() };
                self.effects.push_back(EdgeEffect::ToPartition(mail));
            }
        }
    }

    /// A partition says whether a user is online: who waited for that may know all by now, and who
    /// knew it otherwise hears of the change.
    pub(super) fn hear_of_user(&mut self, key: &ChannelKey, status: UserStatus) {
        match self.users.learn(key, status) {
            Learned::First => {
                for conn in self.users.watchers(key) {
                    self.one_less_unknown(conn);
                }
            }
            Learned::Changed => self.tell_change(key, status),
            Learned::Nothing => {}
        }
    }

    fn one_less_unknown(&mut self, conn: ConnId) {
        let user = self.connections.get_mut(conn).and_then(|c| c.user.as_deref_mut());
        let Some(user) = user else { return };
        if let Watching::Some { unknown } = user.watching {
            user.watching = Watching::of(unknown - 1);
            if user.watching == Watching::All {
                self.tell_statuses(conn);
            }
        }
    }

    /// The first frame, with everybody who is watched.
    fn tell_statuses(&mut self, conn: ConnId) {
        let user = self.connections.get(conn).and_then(|connection| connection.user.as_deref());
        let Some(user) = user.filter(|user| !user.watchlist.is_empty()) else { return };
        let (mut online, mut offline) = (Vec::new(), Vec::new());
        for key in &user.watchlist {
            match self.users.status(key) {
                Some(UserStatus::Online) => online.extend(key.name.user()),
                _ => offline.extend(key.name.user()),
            }
        }
        let (online, offline) = (online.into_iter(), offline.into_iter());
        let frame = Frame::text(|out| pusher::watchlist_events(out, online, offline));
        let span = self.palette.push(&frame);
        self.owe_frame(conn, span, &frame);
    }

    /// One frame for all who watch. Who does not know everybody yet gets it with the rest.
    fn tell_change(&mut self, key: &ChannelKey, status: UserStatus) {
        let knows_all = |user: &SignedIn| user.watching == Watching::All;
        let mut hearing = self.users.watchers(key);
        hearing.retain(|&conn| self.user_of(conn).is_some_and(knows_all));
        if hearing.is_empty() {
            return;
        }
        let user = || key.name.user().into_iter();
        let nobody = std::iter::empty;
        let frame = Frame::text(|out| match status {
            UserStatus::Online => pusher::watchlist_events(out, user(), nobody()),
            UserStatus::Offline => pusher::watchlist_events(out, nobody(), user()),
        });
        let span = self.palette.push(&frame);
        for conn in hearing {
            self.owe_frame(conn, span.clone(), &frame);
        }
    }
}

/// Checks a sign-in, and names the user.
fn admit_user(
    identity: &Identity,
    auth: &str,
    user_data: &str,
) -> Result<(ChannelKey, UserData), (ErrorKind, String)> {
    auth::verify_user(&identity.app.keys, auth, identity.socket, user_data)
        .map_err(|error| ((&error).into(), error.to_string()))?;
    let user = pusher::parse_user_data(user_data, &member_limits(&identity.app))
        .map_err(|error| (error.into(), error.to_string()))?;
    let key = ChannelKey::of_user(&identity.app, &user.id).expect("the parser checked the id");
    Ok((key, user))
}
