//! Which sockets each web session authorized, so that its end can close them (docs/status.md
//! section 0, S12).
//!
//! Kept in memory: sockets do not survive the process. A socket that closed by itself stays here
//! until its session authorizes many more or ends; asking the node to close it then does nothing.

use std::collections::{HashMap, VecDeque};

use rollcall_store::{AccountId, SessionId};

/// The sockets of all sessions, bounded in both directions.
#[derive(Default)]
pub(crate) struct Sockets {
    sessions: HashMap<SessionId, OfSession>,
    /// Grows with each use, to find the session that was used longest ago.
    uses: u64,
}

/// The sockets that a session authorized as its user.
pub(crate) struct OfSession {
    account: AccountId,
    /// The member's user id.
    pub(crate) user: String,
    /// Newest last.
    pub(crate) sockets: VecDeque<String>,
    used: u64,
}

impl Sockets {
    /// Notes that a session authorized a socket as `user`.
    pub(crate) fn add(&mut self, session: SessionId, account: AccountId, user: &str, socket: &str) {
        self.uses += 1;
        let used = self.uses;
        let of_session = self.sessions.entry(session).or_insert_with(|| OfSession {
            account,
            user: user.to_owned(),
            sockets: VecDeque::new(),
            used,
        });
        of_session.used = used;
        of_session.add(socket);
        if self.sessions.len() > MAX_SESSIONS {
            self.forget_oldest();
        }
    }

    /// Lets the session that continues an older one also have its sockets.
    pub(crate) fn continue_as(&mut self, old: SessionId, new: SessionId) {
        if let Some(of_session) = self.sessions.remove(&old) {
            self.sessions.insert(new, of_session);
        }
    }

    /// Takes out a session's sockets, to be closed.
    pub(crate) fn take(&mut self, session: SessionId) -> Option<OfSession> {
        self.sessions.remove(&session)
    }

    /// Takes out the sockets of all sessions of an account.
    pub(crate) fn take_account(&mut self, account: AccountId) -> Vec<OfSession> {
        let of_account = |_: &SessionId, of_session: &mut OfSession| of_session.account == account;
        self.sessions.extract_if(of_account).map(|(_, of_session)| of_session).collect()
    }

    fn forget_oldest(&mut self) {
        let oldest = self.sessions.iter().min_by_key(|(_, of_session)| of_session.used);
        if let Some(session) = oldest.map(|(session, _)| *session) {
            self.sessions.remove(&session);
        }
    }
}

impl OfSession {
    fn add(&mut self, socket: &str) {
        if self.sockets.iter().any(|known| known == socket) {
            return;
        }
        if self.sockets.len() == MAX_SOCKETS_PER_SESSION {
            self.sockets.pop_front();
        }
        self.sockets.push_back(socket.to_owned());
    }
}

/// So many tabs of one browser are closed by its sign-out.
const MAX_SOCKETS_PER_SESSION: usize = 64;
const MAX_SESSIONS: usize = 20_000;
