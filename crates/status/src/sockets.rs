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

#[cfg(test)]
mod tests {
    use super::*;

    fn add(sockets: &mut Sockets, session: i64, account: i64, socket: &str) {
        sockets.add(SessionId(session), AccountId(account), "ana", socket);
    }

    fn taken(sockets: &mut Sockets, session: i64) -> Vec<String> {
        let of_session = sockets.take(SessionId(session));
        of_session.map_or(Vec::new(), |of_session| of_session.sockets.into())
    }

    #[test]
    fn s12_a_session_has_the_sockets_that_it_authorized() {
        let mut sockets = Sockets::default();
        add(&mut sockets, 1, 7, "1.1");
        add(&mut sockets, 1, 7, "1.2");
        add(&mut sockets, 1, 7, "1.1");
        add(&mut sockets, 2, 8, "2.1");
        assert_eq!(taken(&mut sockets, 1), ["1.1", "1.2"]);
        assert_eq!(taken(&mut sockets, 1), [""; 0]);
        sockets.continue_as(SessionId(2), SessionId(3));
        add(&mut sockets, 3, 8, "2.2");
        assert_eq!(taken(&mut sockets, 3), ["2.1", "2.2"]);
    }

    #[test]
    fn an_account_has_the_sockets_of_all_its_sessions() {
        let mut sockets = Sockets::default();
        add(&mut sockets, 1, 7, "1.1");
        add(&mut sockets, 2, 7, "2.1");
        add(&mut sockets, 3, 8, "3.1");
        assert_eq!(sockets.take_account(AccountId(7)).len(), 2);
        assert_eq!(taken(&mut sockets, 3), ["3.1"]);
    }

    #[test]
    fn sockets_and_sessions_are_bounded_and_the_oldest_is_forgotten() {
        let mut sockets = Sockets::default();
        for number in 0..=MAX_SOCKETS_PER_SESSION {
            add(&mut sockets, 0, 0, &number.to_string());
        }
        for session in (1..).take(MAX_SESSIONS - 1) {
            add(&mut sockets, session, 0, "x");
        }
        assert_eq!(sockets.sessions.len(), MAX_SESSIONS);
        let kept = &sockets.sessions[&SessionId(0)].sockets;
        assert_eq!((kept.len(), kept[0].as_str()), (MAX_SOCKETS_PER_SESSION, "1"));
        add(&mut sockets, -1, 0, "x");
        assert_eq!(sockets.sessions.len(), MAX_SESSIONS);
        assert_eq!(taken(&mut sockets, 0), [""; 0]);
    }
}
