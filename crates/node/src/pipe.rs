//! The way of lines from a shard to the answer of a receive request: the shard never waits, and
//! hyper takes what its socket has room for. It is no queue of a session; that is the outbox, and
//! what a pipe holds is bounded.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use rollcall_engine::{Receive, ReceiveId, SessionName};
use tokio::sync::mpsc;

use crate::mail::{Mail, Mailboxes};

/// The shard's end. Dropped, it ends the answer.
#[derive(Debug)]
pub(crate) struct PipeWriter {
    chunks: mpsc::UnboundedSender<Bytes>,
    shared: Arc<Shared>,
}

/// hyper's end: the body of the answer. Dropped before its end, it tells the shard.
#[derive(Debug)]
pub(crate) struct PipeBody {
    chunks: mpsc::UnboundedReceiver<Bytes>,
    shared: Arc<Shared>,
    end: End,
}

/// Whether the shard knows that nothing is read any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Ahead,
    Reached,
}

#[derive(Debug)]
struct Shared {
    /// How many bytes are under way.
    held: AtomicUsize,
    /// Whether the shard waits for room.
    awaited: AtomicBool,
    /// Whether the answer is to break off.
    cut: AtomicBool,
    session: SessionName,
    request: ReceiveId,
    shard: usize,
    mailboxes: Mailboxes,
}

/// How much a pipe takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// So much that hyper is never idle; the rest waits in the outbox, where it is counted.
    Some,
    /// The whole answer to a poll, which has an end.
    All,
}

/// A pipe for the answer of a receive request, which reports to the session's shard.
pub(crate) fn pipe(receive: &Receive, mailboxes: &Mailboxes) -> (PipeWriter, PipeBody) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        held: AtomicUsize::new(0),
        awaited: AtomicBool::new(false),
        cut: AtomicBool::new(false),
        session: receive.session.clone(),
        request: receive.id,
        shard: mailboxes.keeper(&receive.session),
        mailboxes: mailboxes.clone(),
    });
    let writer = PipeWriter { chunks: sender, shared: Arc::clone(&shared) };
    (writer, PipeBody { chunks: receiver, shared, end: End::Ahead })
}

impl PipeWriter {
    /// Takes lines while there is room, each whole or not at all, and says how many bytes it took:
    /// none if nobody reads any more.
    pub(crate) fn write<'a>(&self, lines: impl Iterator<Item = &'a [u8]>, room: Room) -> usize {
        let held = self.shared.held.load(Ordering::SeqCst);
        let mut chunk = Vec::new();
        for line in lines {
            if room == Room::Some && held + chunk.len() >= CAPACITY {
                break;
            }
            chunk.extend_from_slice(line);
        }
        let taken = chunk.len();
        if taken == 0 {
            return 0;
        }
        self.shared.held.fetch_add(taken, Ordering::SeqCst);
        if self.chunks.send(Bytes::from(chunk)).is_err() { 0 } else { taken }
    }

    /// Has the shard told when there is room again, which may be so already.
    pub(crate) fn await_room(&self) {
        self.shared.awaited.store(true, Ordering::SeqCst);
        self.shared.tell_of_room();
    }

    /// The answer breaks off, whatever is under way.
    pub(crate) fn cut(self) {
        self.shared.cut.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    fn tell_of_room(&self) {
        if self.held.load(Ordering::SeqCst) <= CAPACITY / 2
            && self.awaited.swap(false, Ordering::SeqCst)
        {
            self.tell(Mail::ReceiveWritable);
        }
    }

    fn tell(&self, mail: fn(SessionName, ReceiveId) -> Mail) {
        self.mailboxes.send(self.shard, mail(self.session.clone(), self.request));
    }
}

impl Body for PipeBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let chunk = ready!(self.chunks.poll_recv(cx));
        if self.shared.cut.load(Ordering::SeqCst) {
            self.end = End::Reached;
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        let Some(chunk) = chunk else {
            self.end = End::Reached;
            return Poll::Ready(None);
        };
        self.shared.held.fetch_sub(chunk.len(), Ordering::SeqCst);
        self.shared.tell_of_room();
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

#[cfg(test)]
impl PipeBody {
    /// What is there now, as text.
    pub(crate) fn take_text(&mut self) -> String {
        let mut text = String::new();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut *self).poll_frame(&mut cx) {
            text.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap_or_default()));
        }
        text
    }
}

impl Drop for PipeBody {
    fn drop(&mut self) {
        if self.end == End::Ahead {
            self.shared.tell(Mail::ReceiveLost);
        }
    }
}

/// What a pipe holds before it takes no further line.
const CAPACITY: usize = 64 * 1024;
