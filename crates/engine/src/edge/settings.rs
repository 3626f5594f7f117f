//! Settings that change while connections are open: what the node said of an app last counts, also
//! for a connection that passed the door before and arrives after.

use std::sync::Arc;

use rollcall_wire::close::CloseCode;

use super::{Edge, EdgeEffect, Security};
use crate::app::{App, AppId, Quota};
use crate::by_app::AppSlot;
use crate::ids::{ConnId, UserId};
use crate::session::{Connection, Phase};
use crate::time::Time;

/// What the node said of an app last.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// These are its settings.
    Served(Arc<App>),
    /// It is no more.
    Removed,
}

impl Edge {
    /// Replaces the settings under the connections of an app; none is dropped but by suspension,
    /// those of blocked users, and those without TLS by an app that forces it.
    pub(super) fn replace_app(&mut self, now: Time, app: &Arc<App>) {
        self.apps.insert(app.id.clone(), Standing::Served(Arc::clone(app)));
        self.counts.admit(&app.id);
        if !app.enabled {
            return self.close_all(now, CloseCode::AppDisabled, |theirs| theirs.id == app.id);
        }
        if app.force_tls {
            self.close_plain(now, &app.id);
        }
        for conn in self.connections_of(|theirs| theirs.id == app.id) {
            if self.concerns_blocked(conn, app) {
                self.close(now, conn, CloseCode::UserBlocked);
                continue;
            }
            let Some(connection) = self.connections.get_mut(conn) else { continue };
            if let Phase::Open(identity) = &mut connection.phase {
                identity.app = Arc::clone(app);
                connection.decoder.set_max_message(app.max_message_bytes());
            }
            self.obey_watchlist(conn, app);
            self.obey_authorization(conn, app);
            // The times of silence may be shorter now; longer ones are found when they are due.
            self.arm(conn);
        }
    }

    /// Whether a connection is signed in as a user that the app blocks, or a member as one.
    fn concerns_blocked(&self, conn: ConnId, app: &App) -> bool {
        let Some(connection) = self.connections.get(conn) else { return false };
        let user = self.user_of(conn).and_then(|user| user.key.name.user());
        let subscriptions = connection.subscriptions.iter();
        let members = subscriptions.filter_map(|&id| self.subscriptions.get(id)?.user.as_ref());
        user.into_iter().chain(members.map(UserId::as_str)).any(|user| app.blocks(user))
    }

    /// Who does not have to authorize any longer counts like everybody else; nobody is sent away for
    /// that. Who was here before an app asks for it has not to.
    fn obey_authorization(&mut self, conn: ConnId, app: &App) {
        let Some(connection) = self.connections.get_mut(conn) else { return };
        if app.authorization_timeout.is_none() && connection.authorize() {
            let quota = Quota::Unlimited;
            self.effects.push_back(EdgeEffect::Counts { conn, quota });
        }
    }

    /// Closes the connections of an app that is no more. What it counted stays in the sum; those of
    /// its connections that still have something to write count for nobody.
    pub(super) fn remove_app(&mut self, now: Time, app: AppId) {
        self.close_all(now, CloseCode::UnknownApp, |theirs| theirs.id == app);
        if let Some(slot) = self.counts.remove(&app) {
            let theirs = self.connections.values_mut().filter(|c| c.counts_for == slot);
            theirs.for_each(|connection| connection.counts_for = AppSlot::NOBODY);
            self.tombstones.disown(slot);
        }
        self.apps.insert(app, Standing::Removed);
    }

    /// The settings in force, or why a connection of the app cannot stay.
    pub(super) fn current(
        &self,
        app: &Arc<App>,
        security: Security,
    ) -> Result<Arc<App>, CloseCode> {
        let newest = match self.apps.get(&app.id) {
            Some(Standing::Removed) => return Err(CloseCode::UnknownApp),
            Some(Standing::Served(newest)) => Arc::clone(newest),
            None => Arc::clone(app),
        };
        match newest {
            app if !app.enabled => Err(CloseCode::AppDisabled),
            app if !security.suffices(&app) => Err(CloseCode::TlsRequired),
            app => Ok(app),
        }
    }

    /// Closes the connections of an app that came without TLS; their clients come back with it
    /// (docs/protocol.md 1.5).
    fn close_plain(&mut self, now: Time, app: &AppId) {
        for conn in self.connections_of(|theirs| theirs.id == *app) {
            let identity = self.connections.get(conn).and_then(Connection::identity);
            if identity.is_some_and(|identity| identity.security == Security::Plain) {
                self.close(now, conn, CloseCode::TlsRequired);
            }
        }
    }
}

impl Security {
    /// Whether an app takes such a connection (docs/protocol.md section 8, "Force TLS").
    pub fn suffices(self, app: &App) -> bool {
        self == Self::Tls || !app.force_tls
    }
}
