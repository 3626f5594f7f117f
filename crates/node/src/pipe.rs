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
    chunks: mpsc::UnboundedSender<Chunk>,
    shared: Arc<Shared>,
}

/// hyper's end: the body of the answer. Dropped before its end, it tells the shard.
#[derive(Debug)]
pub(crate) struct PipeBody {
    chunks: mpsc::UnboundedReceiver<Chunk>,
    shared: Arc<Shared>,
    end: End,
}

/// Lines under way.
#[derive(Debug)]
struct Chunk {
    lines: Bytes,
    /// What the answer is behind them. Said with them, so that hyper writes the end of an answer in
    /// the same call.
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
    /// The whole answer to a poll, which ends with it.
    All,
}

impl Room {
    fn end(self) -> End {
        match self {
            Self::Some => End::Ahead,
            Self::All => End::Reached,
        }
    }
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
        let chunk = Chunk { lines: Bytes::from(chunk), end: room.end() };
        if self.chunks.send(chunk).is_err() { 0 } else { taken }
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
        let Some(Chunk { lines, end }) = chunk else {
            self.end = End::Reached;
            return Poll::Ready(None);
        };
        self.end = end;
        self.shared.held.fetch_sub(lines.len(), Ordering::SeqCst);
        self.shared.tell_of_room();
        Poll::Ready(Some(Ok(Frame::data(lines))))
    }

    fn is_end_stream(&self) -> bool {
        self.end == End::Reached
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use rollcall_engine::{HttpTransport, Security};

    use super::*;
    use crate::mail::Inbox;

    fn pipe_of(transport: HttpTransport) -> (PipeWriter, PipeBody, Inbox) {
        let (mailboxes, mut inboxes) = Mailboxes::new(1, 1 << 20);
        let session = SessionName::new("key", "1", "session");
        let (id, security) = (ReceiveId(1), Security::Plain);
        let receive = Receive { session, id, transport, security };
        let (writer, body) = pipe(&receive, &mailboxes);
        (writer, body, inboxes.remove(0))
    }

    async fn next(body: &mut PipeBody) -> Option<Bytes> {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        Some(frame.unwrap().into_data().unwrap())
    }

    #[tokio::test]
    async fn the_answer_to_a_poll_ends_with_its_lines() {
        let (writer, mut body, mut inbox) = pipe_of(HttpTransport::Polling);
        assert!(!body.is_end_stream());
        assert_eq!(writer.write([&b"a\n"[..], b"b\n"].into_iter(), Room::All), 4);
        assert_eq!(next(&mut body).await.as_deref(), Some(&b"a\nb\n"[..]));
        // The writer is still there, but hyper need not wait until it is not.
        assert!(body.is_end_stream());
        drop(body);
        let mut mail = Vec::new();
        let idle = poll_fn(|cx| Poll::Ready(inbox.poll_take(cx, &mut mail).is_pending())).await;
        assert!(idle, "nothing was lost");
        drop(writer);
    }

    #[tokio::test]
    async fn a_stream_goes_on_until_its_writer_is_gone() {
        let (writer, mut body, _inbox) = pipe_of(HttpTransport::Streaming);
        for line in [&b"a\n"[..], b"b\n"] {
            assert_eq!(writer.write([line].into_iter(), Room::Some), 2);
            assert_eq!(next(&mut body).await.as_deref(), Some(line));
            assert!(!body.is_end_stream());
        }
        drop(writer);
        assert_eq!(next(&mut body).await, None);
    }
}
