//! What a shard does about sessions over HTTP: it gives their requests to the edge and their answers
//! to the flush step. They have no socket here and no reader task; a session costs its state alone.
//! What their clients say is in `sends.rs`.

use rollcall_engine::{Attached, HttpTransport, Quota, Time};
use rollcall_wire::CloseCode;

use crate::conn::{Answer, Conn, Papers};
use crate::mail::{Listener, Newcomer, Verdict};
use crate::pipe::{PipeWriter, Room};
use crate::shard::Shard;

impl Shard {
    /// A client wants to hear its session, if there is one.
    pub(crate) fn take_listener(&self, now: Time, listener: Listener) {
        let Listener { receive, pipe, answer } = listener;
        let attached = self.machines.borrow_mut().edge.handle_receive(now, &receive);
        let unknown = match attached {
            Some(attached) => {
                self.hand_over(attached, pipe, receive.transport, Papers::default());
                None
            }
            None => Some(pipe),
        };
        // Who asked may have gone, which its end of the pipe says too.
        let _ = answer.send(unknown);
    }

    /// A session begins, or is told why it does not.
    pub(crate) fn take_newcomer(&self, now: Time, newcomer: Newcomer) {
        let Newcomer { receive, pipe, verdict, provenance } = newcomer;
        self.resume_sends_of(now, &receive.session);
        let transport = receive.transport;
        let edge = &mut self.machines.borrow_mut().edge;
        let (attached, permit) = match verdict {
            Verdict::Admit(opening, _) if self.draining.get() => {
                // It was on its way here when the draining began.
                let refusal = opening.refused(CloseCode::OverCapacity);
                (edge.handle_session_refused(now, receive, &refusal), None)
            }
            Verdict::Admit(opening, mut permit) => {
                let attached = edge.handle_session_opened(now, receive, opening);
                permit.begin();
                if !edge.is_unauthorized(attached.conn) {
                    // The setting was turned off while it was on its way here.
                    permit.count(Quota::Unlimited);
                }
                (attached, Some(permit))
            }
            Verdict::Refuse(refusal) => (edge.handle_session_refused(now, receive, &refusal), None),
        };
        let provenance = permit.is_some().then_some(provenance);
        self.hand_over(attached, pipe, transport, Papers { permit, provenance });
    }

    /// What the edge writes to a connection goes to this pipe from now on.
    fn hand_over(
        &self,
        attached: Attached,
        pipe: PipeWriter,
        transport: HttpTransport,
        papers: Papers,
    ) {
        let room = match transport {
            HttpTransport::Streaming => Room::Some,
            HttpTransport::Polling => Room::All,
        };
        let answer = Answer { pipe, room };
        let mut conns = self.conns.borrow_mut();
        match conns.get(attached.conn) {
            Some(conn) => conn.supersede(answer, attached.farewell),
            None => {
                conns.insert(attached.conn, Conn::session(answer, papers));
                self.sessions.set(self.sessions.get() + 1);
            }
        }
    }
}
