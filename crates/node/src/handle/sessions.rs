//! Sessions over HTTP, from the door to the shard that keeps them (docs/protocol.md section 5).

use std::sync::Arc;

use rollcall_engine::{HttpTransport, Receive, ReceiveId, Security, SessionName};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::NodeHandle;
use super::door::{Caller, renew};
use crate::mail::{Listener, Mail, Newcomer, SendRefusal, Sending};
use crate::pipe::{PipeBody, PipeWriter, pipe};

impl NodeHandle {
    /// Lets a client hear its session, which begins with this if there is none of that name. What
    /// comes back is the answer's body; a refusal is told in it.
    pub(crate) async fn receive(
        &self,
        session: SessionName,
        transport: HttpTransport,
        caller: Caller<'_>,
    ) -> PipeBody {
        let id = ReceiveId(self.fresh_name());
        let receive = Receive { session, id, transport, security: caller.security };
        let (writer, body) = pipe(&receive, &self.0.mailboxes);
        if let Some(writer) = self.attach(&receive, writer).await {
            self.open_session(receive, writer, caller);
        }
        body
    }

    /// Takes frames from the client of a session: at once, or in their turn if its connection is not
    /// listened to for now.
    pub(crate) async fn send(
        &self,
        session: SessionName,
        security: Security,
        frames: Vec<String>,
    ) -> Result<(), SendRefusal> {
        let room = self.room_for(&frames).ok_or(SendRefusal::Busy)?;
        let (answer, outcome) = oneshot::channel();
        let keeper = self.0.mailboxes.keeper(&session);
        let sending = Sending { session, security, frames, room, answer };
        self.0.mailboxes.send(keeper, Mail::Send(Box::new(sending)));
        // A shard that has stopped has no sessions.
        outcome.await.unwrap_or(Err(SendRefusal::Unknown))
    }

    /// The most bytes of a send request: a message of the largest size in which every character is
    /// a quote.
    pub(crate) fn max_send_bytes(&self, key: &str) -> usize {
        let apps = self.0.apps.snapshot();
        // A session outlives the key that it began with.
        let message =
            apps.of_key(key).map_or(DEFAULT_MESSAGE, |tenant| tenant.app.max_message_bytes());
        message.saturating_mul(2).saturating_add(1024)
    }

    /// Gives back the pipe if there is no such session.
    async fn attach(&self, receive: &Receive, pipe: PipeWriter) -> Option<PipeWriter> {
        let (answer, attached) = oneshot::channel();
        let listener = Box::new(Listener { receive: receive.clone(), pipe, answer });
        let keeper = self.0.mailboxes.keeper(&receive.session);
        self.0.mailboxes.send(keeper, Mail::Receive(listener));
        // A shard that has stopped answers nothing, and its end of the pipe ended with it.
        attached.await.ok().flatten()
    }

    fn open_session(&self, receive: Receive, pipe: PipeWriter, caller: Caller<'_>) {
        let verdict = self.judge(caller);
        let provenance = self.provenance(&caller);
        let keeper = self.0.mailboxes.keeper(&receive.session);
        self.0.apps.with_newest(|apps| {
            let newcomer = Newcomer { receive, pipe, verdict: renew(verdict, apps), provenance };
            self.0.mailboxes.send(keeper, Mail::OpenSession(Box::new(newcomer)));
        });
    }

    /// The room that frames take until they are dealt with; short ones take more than their text.
    fn room_for(&self, frames: &[String]) -> Option<OwnedSemaphorePermit> {
        let text = frames.iter().map(|frame| size_of::<String>() + frame.len()).sum::<usize>();
        let cost = u32::try_from(text + SEND_OVERHEAD).ok()?;
        Arc::clone(&self.0.send_room).try_acquire_many_owned(cost).ok()
    }
}

/// The largest message under the default limits.
const DEFAULT_MESSAGE: usize = 64 * 1024;

/// What a send request takes beside its frames, in bytes: its name and its place in a queue.
const SEND_OVERHEAD: usize = 1024;
