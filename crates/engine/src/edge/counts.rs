//! What an edge counts, and for which app: each connection carries the place of its app's counters,
//! also while it closes, and each channel does for its fan-out.

use super::Edge;
use crate::app::{App, AppId};
use crate::by_app::AppSlot;
use crate::fanout::Removed;
use crate::ids::{ConnId, SubscriptionId};
use crate::session::{Connection, Identity};
use crate::stats::EdgeStats;

impl Edge {
    /// What was counted so far, of all apps but reserved ones. Apps that are gone stay in it.
    pub fn stats(&self) -> EdgeStats {
        EdgeStats { users: self.users.len() as u64, ..self.counts.total() }
    }

    /// What was counted of one app, if it did anything here. Reserved apps are not counted.
    pub fn stats_of(&self, app: &AppId) -> Option<EdgeStats> {
        self.counts.of(app)
    }

    /// What was counted of each app that did anything here.
    pub fn stats_by_app(&self) -> impl Iterator<Item = (&AppId, EdgeStats)> {
        self.counts.iter()
    }

    /// Keeps a connection that is open, and counts it.
    pub(super) fn insert_open(
        &mut self,
        identity: Identity,
        open: impl FnOnce(Identity, AppSlot) -> Connection,
    ) -> ConnId {
        let (socket, slot) = (identity.socket, self.counts.slot(&identity.app));
        let conn = self.connections.insert(open(identity, slot));
        self.sockets.insert(socket, conn);
        self.counts[slot].connections += 1;
        conn
    }

    /// Ends a subscription here, and counts that; `None` if it had.
    pub(super) fn remove_subscription(&mut self, id: SubscriptionId) -> Option<Removed> {
        let removed = self.subscriptions.remove(id)?;
        self.counts_of(removed.conn).subscriptions -= 1;
        Some(removed)
    }

    /// The counters that what a connection does is added to.
    pub(super) fn counts_of(&mut self, conn: ConnId) -> &mut EdgeStats {
        let connection = self.connections.get(conn);
        &mut self.counts[connection.map_or(AppSlot::NOBODY, |connection| connection.counts_for)]
    }

    /// The place of an app's counters, or of nobody's.
    pub(super) fn slot_of(&mut self, app: Option<&App>) -> AppSlot {
        app.map_or(AppSlot::NOBODY, |app| self.counts.slot(app))
    }
}
