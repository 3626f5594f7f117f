//! Sessions over HTTP on a [`World`]: what the shell has hyper and pipes for.

use rollcall_engine::{HttpTransport, Leave, Opening, ReceiveId, Security, Sent, SessionName};

use super::{LinkId, World};
use crate::http::Session;

impl World {
    /// A session that passed the door, with its first receive request.
    pub fn open_session(
        &mut self,
        edge: usize,
        transport: HttpTransport,
        opening: Opening,
    ) -> LinkId {
        let id = self.next_request();
        let name = SessionName::new("key", "1", &id.0.to_string());
        let mut session = Session::new(name, transport, opening.security);
        let receive = session.ask(id);
        let attached = self.edges[edge].handle_session_opened(self.now, receive, opening);
        let link = self.add_link(edge, attached.conn);
        self.links[link.0].session = Some(session);
        link
    }

    /// Frames that the client of a session sends in one request, or none as a sign of life.
    pub fn say(&mut self, link: LinkId, frames: Vec<String>) {
        if let Some(session) = &mut self.links[link.0].session {
            session.unsent.push_back(frames);
        }
        self.send_unsent(link);
    }

    /// The client of a session asks to hear it, whether or not another request of it is open.
    pub fn ask(&mut self, link: LinkId) {
        let id = self.next_request();
        let asked = &mut self.links[link.0];
        let Some(session) = asked.session.as_mut() else { return };
        let before = session.request;
        let receive = session.ask(id);
        let attached = self.edges[asked.edge].handle_receive(self.now, &receive);
        let attached = attached.expect("a session that has not ended can be heard");
        asked.read_on(attached.farewell);
        let (edge, conn) = (asked.edge, asked.conn);
        if conn != attached.conn {
            // It is being closed: another connection says so once more, and the request before goes.
            self.by_conn.insert((edge, attached.conn), link);
            if let Some(before) = before {
                self.edges[edge].handle_receive_lost(self.now, &receive.session, before);
            }
        }
        self.collect();
    }

    /// The receive request of a session is lost.
    pub fn lose_request(&mut self, link: LinkId) {
        let lost = &mut self.links[link.0];
        let Some(session) = &mut lost.session else { return };
        let Some(id) = session.end_request(self.now, false) else { return };
        self.edges[lost.edge].handle_receive_lost(self.now, &session.name, id);
        self.collect();
    }

    /// The client of a session is gone for good, which the server finds out by and by.
    pub fn abandon(&mut self, link: LinkId) {
        self.lose_request(link);
        self.links[link.0].vanish();
    }

    /// Since when nobody hears a connection that leaves, if it is a session: what its edge should say
    /// of it (docs/protocol.md 5.9).
    pub(super) fn note_absence(&mut self, edge: usize, leave: &Leave) {
        let link = self.by_conn.get(&(edge, leave.conn));
        let session = link.and_then(|link| self.links[link.0].session.as_ref());
        let address = (leave.edge, leave.conn);
        match session.and_then(|session| session.absent_since) {
            Some(since) => _ = self.absences.insert(address, since),
            None => _ = self.absences.remove(&address),
        }
    }

    /// The answer of a session's request is whole.
    pub(super) fn end_answer(&mut self, link: LinkId) {
        if let Some(session) = &mut self.links[link.0].session {
            session.end_request(self.now, true);
        }
    }

    /// Whoever was answered and reads asks again, and what had to wait is sent; whether anything
    /// moved.
    pub(super) fn let_sessions_go_on(&mut self) -> bool {
        let mut moved = false;
        for link in (0..self.links.len()).map(LinkId) {
            let Some(session) = &self.links[link.0].session else { continue };
            let asks = session.answered && !self.links[link.0].is_stalled();
            if !self.links[link.0].is_open() {
                continue;
            }
            if asks {
                self.ask(link);
                moved = true;
            }
            moved |= self.send_unsent(link);
        }
        moved
    }

    /// Whether anything of it was taken.
    fn send_unsent(&mut self, link: LinkId) -> bool {
        let mut moved = false;
        while let Some(session) = &self.links[link.0].session
            && let Some(frames) = session.unsent.front()
        {
            let (name, security): (_, Security) = (session.name.clone(), session.security);
            let edge = &mut self.edges[self.links[link.0].edge];
            if edge.handle_sent(self.now, &name, security, frames) == Sent::Held {
                return moved;
            }
            self.links[link.0].session.iter_mut().for_each(|sender| _ = sender.unsent.pop_front());
            moved = true;
            self.collect();
        }
        moved
    }

    fn next_request(&mut self) -> ReceiveId {
        self.requests += 1;
        ReceiveId(self.requests)
    }
}
