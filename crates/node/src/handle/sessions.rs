//! Sessions over HTTP, from the door to the shard that keeps them (docs/protocol.md section 5).

use std::time::Duration;

use rollcall_engine::{HttpTransport, Receive, ReceiveId, SessionName};
use tokio::sync::oneshot;

use super::NodeHandle;
use super::door::{Caller, renew};
use crate::mail::{Listener, Mail, Newcomer, SendOutcome, Sending};
use crate::pipe::{PipeBody, PipeWriter, pipe};

/// Why frames were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendRefusal {
    /// There is no such session.
    Unknown,
    /// The node has too much to do.
    Busy,
}

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
        let receive = Receive { session, id, transport };
        let (writer, body) = pipe(&receive, &self.0.mailboxes);
        if let Some(writer) = self.attach(&receive, writer).await {
            self.open_session(receive, writer, caller);
        }
        body
    }

    /// Takes frames from the client of a session.
    pub(crate) async fn send(
        &self,
        session: SessionName,
        mut frames: Vec<String>,
    ) -> Result<(), SendRefusal> {
        for _ in 0..SEND_TRIES {
            if !self.0.mailboxes.are_congested() {
                match self.try_send(&session, frames).await {
                    SendOutcome::Taken => return Ok(()),
                    SendOutcome::Unknown => return Err(SendRefusal::Unknown),
                    SendOutcome::Held(again) => frames = again,
                }
            }
            tokio::time::sleep(SEND_PAUSE).await;
        }
        Err(SendRefusal::Busy)
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
        let keeper = self.0.mailboxes.keeper(&receive.session);
        self.0.apps.with_newest(|apps| {
            let newcomer = Newcomer { receive, pipe, verdict: renew(verdict, apps) };
            self.0.mailboxes.send(keeper, Mail::OpenSession(Box::new(newcomer)));
        });
    }

    async fn try_send(&self, session: &SessionName, frames: Vec<String>) -> SendOutcome {
        let (answer, outcome) = oneshot::channel();
        let sending = Sending { session: session.clone(), frames, answer };
        let keeper = self.0.mailboxes.keeper(session);
        self.0.mailboxes.send(keeper, Mail::Send(Box::new(sending)));
        outcome.await.unwrap_or(SendOutcome::Unknown)
    }
}

/// The largest message under the default limits.
const DEFAULT_MESSAGE: usize = 64 * 1024;

/// How often frames are offered: for two seconds. A connection is held for one at most.
const SEND_TRIES: usize = 100;

/// How long frames wait between.
const SEND_PAUSE: Duration = Duration::from_millis(20);
