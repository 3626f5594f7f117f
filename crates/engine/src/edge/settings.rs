//! Settings that change while connections are open: what the node said of an app last counts, also
//! for a connection that passed the door before and arrives after.

use std::sync::Arc;

use rollcall_wire::close::CloseCode;

use super::Edge;
use crate::app::{App, AppId};
use crate::session::Phase;
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
    /// Replaces the settings under the connections of an app; none is dropped but by suspension.
    pub(super) fn replace_app(&mut self, now: Time, app: &Arc<App>) {
        self.apps.insert(app.id.clone(), Standing::Served(Arc::clone(app)));
        if !app.enabled {
            return self.close_all(now, CloseCode::AppDisabled, |theirs| theirs.id == app.id);
        }
        for conn in self.connections_of(|theirs| theirs.id == app.id) {
            let Some(connection) = self.connections.get_mut(conn) else { continue };
            if let Phase::Open(identity) = &mut connection.phase {
                identity.app = Arc::clone(app);
                connection.decoder.set_max_message(app.max_message_bytes());
                // The times of silence may be shorter now; longer ones are found when they are due.
                self.arm(conn);
            }
        }
    }

    /// Closes the connections of an app that is no more.
    pub(super) fn remove_app(&mut self, now: Time, app: AppId) {
        self.close_all(now, CloseCode::UnknownApp, |theirs| theirs.id == app);
        self.apps.insert(app, Standing::Removed);
    }

    /// The settings in force, or why a connection of the app cannot stay.
    pub(super) fn current(&self, app: Arc<App>) -> Result<Arc<App>, CloseCode> {
        match self.apps.get(&app.id) {
            Some(Standing::Removed) => Err(CloseCode::UnknownApp),
            Some(Standing::Served(newest)) if !newest.enabled => Err(CloseCode::AppDisabled),
            Some(Standing::Served(newest)) => Ok(Arc::clone(newest)),
            None => Ok(app),
        }
    }
}
