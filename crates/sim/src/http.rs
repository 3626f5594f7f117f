//! The client's half of a session over HTTP (docs/protocol.md section 5): which request hears it,
//! what it could not say yet, and the lines that it reads.

use std::collections::VecDeque;

use rollcall_engine::{HttpTransport, Receive, ReceiveId, Security, SessionName, Time};

use crate::client::Heard;

/// One session, as its client sees it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: SessionName,
    pub(crate) transport: HttpTransport,
    pub(crate) security: Security,
    /// The receive request that is open.
    pub(crate) request: Option<ReceiveId>,
    /// Whether the last one was answered, so that its client asks anew by itself.
    pub(crate) answered: bool,
    /// Since when there is no request.
    pub(crate) absent_since: Option<Time>,
    /// What the server was sent and did not take yet: the frames of one request each.
    pub(crate) unsent: VecDeque<Vec<String>>,
}

impl Session {
    pub(crate) fn new(name: SessionName, transport: HttpTransport, security: Security) -> Self {
        let (request, unsent) = (None, VecDeque::new());
        let (answered, absent_since) = (false, None);
        Self { name, transport, security, request, answered, absent_since, unsent }
    }

    /// Asks to hear the session, by this request from now on.
    pub(crate) fn ask(&mut self, id: ReceiveId) -> Receive {
        (self.request, self.answered, self.absent_since) = (Some(id), false, None);
        let (session, transport, security) = (self.name.clone(), self.transport, self.security);
        Receive { session, id, transport, security }
    }

    /// The request that is open is over: answered, or lost.
    pub(crate) fn end_request(&mut self, now: Time, answered: bool) -> Option<ReceiveId> {
        self.answered = answered;
        self.absent_since.get_or_insert(now);
        self.request.take()
    }
}

/// Reads lines out of whatever pieces they come in.
#[derive(Debug, Default)]
pub(crate) struct LineReader {
    rest: Vec<u8>,
}

impl LineReader {
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Vec<Heard> {
        self.rest.extend_from_slice(bytes);
        let mut heard = Vec::new();
        while let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            heard.extend(understand(&line).unwrap_or_else(|| vec![Heard::NoLine]));
        }
        heard
    }
}

/// What a line says; `None` if it is none of a server.
fn understand(line: &[u8]) -> Option<Vec<Heard>> {
    let (&kind, rest) = line.trim_ascii_end().split_first()?;
    match kind {
        b'o' => Some(Vec::new()),
        b'h' => Some(vec![Heard::Heartbeat]),
        b'a' => {
            let frames: Vec<String> = serde_json::from_slice(rest).ok()?;
            Some(frames.into_iter().map(Heard::Frame).collect())
        }
        b'c' => {
            let (code, reason) = serde_json::from_slice(rest).ok()?;
            Some(vec![Heard::Close { code: Some(code), reason }])
        }
        _ => None,
    }
}
