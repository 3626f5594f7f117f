//! Which session each live connection belongs to, so that none outlives its session
//! (docs/console.md 2.8).

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rollcall_store::OperatorSessionId;
use rollcall_web::CommonFailure;
use tokio::time::{MissedTickBehavior, interval};

use crate::console::Console;
use crate::failure::Failure;

/// The live connections that were signed into something, and by which session.
#[derive(Debug, Default)]
pub(crate) struct Visitors(Mutex<HashMap<String, OperatorSessionId>>);

impl Visitors {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, OperatorSessionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false` if there are more than can be connected.
    fn note(&self, socket: &str, session: OperatorSessionId) -> bool {
        let mut sockets = self.lock();
        let fits = sockets.len() < MOST_SOCKETS || sockets.contains_key(socket);
        if fits {
            sockets.insert(socket.to_owned(), session);
        }
        fits
    }

    /// Forgets those whose sessions are over, and returns them.
    fn take_ended(&self, in_force: &HashSet<OperatorSessionId>) -> Vec<String> {
        let ended = |_: &String, session: &mut OperatorSessionId| !in_force.contains(session);
        self.lock().extract_if(ended).map(|(socket, _)| socket).collect()
    }

    fn sockets(&self) -> HashSet<String> {
        self.lock().keys().cloned().collect()
    }
}

impl Console {
    /// Lets a session's page use a live connection.
    ///
    /// # Errors
    ///
    /// If the session has ended by now, or there are more connections than there can be.
    pub(crate) async fn attach(
        &self,
        socket: &str,
        session: OperatorSessionId,
    ) -> Result<(), Failure> {
        if !self.0.visitors.note(socket, session) {
            return Err(Failure::NodeBusy);
        }
        // Whoever has ended it since the request came in did not see this connection.
        let in_force = self.0.store.operator_sessions_in_force(self.now()).await?;
        if in_force.contains(&session) {
            return Ok(());
        }
        self.0.visitors.lock().remove(socket);
        Err(CommonFailure::NotSignedIn.into())
    }

    /// Closes the live connections of sessions that have ended. What fails is tried again by
    /// [`watch`].
    pub(crate) async fn close_ended(&self) {
        let in_force = match self.0.store.operator_sessions_in_force(self.now()).await {
            Ok(in_force) => in_force,
            Err(error) => return tracing::warn!(%error, "live connections were not looked at"),
        };
        for socket in self.0.visitors.take_ended(&in_force) {
            self.0.live.disconnect(&self.0.node, &socket).await;
        }
    }

    /// Forgets connections that are no more. Those that came since are not looked at.
    async fn forget_gone(&self) {
        let known = self.0.visitors.sockets();
        let Ok(open) = self.0.live.sockets(&self.0.node).await else { return };
        self.0.visitors.lock().retain(|socket, _| !known.contains(socket) || open.contains(socket));
    }
}

/// Looks after sessions that end by themselves, or by what another program does, for as long as it
/// is not aborted.
pub(crate) async fn watch(console: Console) {
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if !console.0.visitors.lock().is_empty() {
            console.close_ended().await;
            console.forget_gone().await;
        }
    }
}

/// Twice what can be connected to the reserved app.
const MOST_SOCKETS: usize = 2_000;

const LOOK_EVERY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_go_with_their_sessions_and_are_bounded() {
        let (mine, other) = (OperatorSessionId(1), OperatorSessionId(2));
        let visitors = Visitors::default();
        assert!(visitors.note("1.1", mine) && visitors.note("1.2", other));
        assert_eq!(visitors.take_ended(&HashSet::from([mine])), ["1.2"]);
        assert_eq!(visitors.sockets(), HashSet::from(["1.1".to_owned()]));
        for number in visitors.sockets().len()..MOST_SOCKETS {
            assert!(visitors.note(&format!("2.{number}"), mine));
        }
        assert!(!visitors.note("3.1", mine) && visitors.note("1.1", mine));
    }
}
