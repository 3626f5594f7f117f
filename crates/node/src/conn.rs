//! One connection's socket: the task that reads it, and the way it is written and closed.
//!
//! The reader task waits, reads into the scratch buffer of the shard and feeds the edge, and that
//! is all. It holds no buffer of its own, so an idle connection costs little more than its task.
//! Writing belongs to the flush step of `shard.rs`; the reader only waits on its behalf when a
//! socket did not take everything, and closes the socket when the edge says so.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use rollcall_engine::{ConnId, Ending, Hangup, Quota};
use rustls::ServerConnection;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use self::tls::TlsLink;

use crate::apps::ConnectionPermit;
use crate::pipe::{PipeWriter, Room};
use crate::provenance::Provenance;
use crate::shard::{Attendance, Shard};

mod tls;

/// What the flush step and the reader task of one connection share.
#[derive(Debug)]
pub(crate) struct Conn {
    /// The place in the app's quota. It is dropped before the link, so that a peer that has seen
    /// the end can come back.
    permit: RefCell<Option<ConnectionPermit>>,
    /// Where it came from; none if it is only told why it cannot stay.
    provenance: Option<Box<Provenance>>,
    link: Link,
    errand: Cell<Errand>,
    reader: RefCell<Option<Waker>>,
}

/// What a connection has from the door; nothing if it is only told why it cannot stay.
#[derive(Debug, Default)]
pub(crate) struct Papers {
    pub(crate) permit: Option<ConnectionPermit>,
    pub(crate) provenance: Option<Box<Provenance>>,
}

/// What carries the bytes of a connection.
#[derive(Debug)]
pub(crate) enum Link {
    /// A TCP socket, as it is.
    Plain(OwnedWriteHalf),
    /// A TCP socket with TLS.
    Tls(Box<TlsLink>),
    /// The answer of a session's receive request, while it has one.
    Answer(RefCell<Option<Answer>>),
    /// What a test wants to see.
    #[cfg(test)]
    Scripted(Rc<RefCell<ScriptedLink>>),
}

/// The answer of a receive request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) pipe: PipeWriter,
    /// How much of what is pending it takes.
    pub(crate) room: Room,
}

/// A link that counts writes, and takes no more than it is told to.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct ScriptedLink {
    pub(crate) writes: usize,
    pub(crate) written: Vec<u8>,
    /// How much more it takes; `None` for everything.
    pub(crate) room: Option<usize>,
}

/// What a connection's reader has to do besides reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// Nothing.
    None,
    /// Wait until the socket takes more.
    AwaitWritable,
    /// Report that writing failed.
    ReportFailure,
    /// Close the socket; the edge has forgotten the connection.
    HangUp(Hangup),
}

/// What a socket did with a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// It took this many bytes.
    Took(usize),
    /// It is broken.
    Failed,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// All there was.
    Drained,
    /// As much as the scratch buffer holds; there may be more.
    Full,
    /// The end of the stream.
    End(Ending),
}

/// What wakes a reader.
enum Event {
    Received(Received),
    Writable,
    HangUp(Hangup),
}

impl Conn {
    /// A connection over a TCP socket, and the half that its reader task needs.
    pub(crate) fn plain(stream: TcpStream, papers: Papers) -> (Rc<Self>, OwnedReadHalf) {
        let (read, write) = stream.into_split();
        (Rc::new(Self::new(Link::Plain(write), papers)), read)
    }

    /// A connection over a TCP socket with TLS, which has shaken hands.
    pub(crate) fn tls(
        stream: TcpStream,
        tls: ServerConnection,
        papers: Papers,
    ) -> (Rc<Self>, OwnedReadHalf) {
        let (read, write) = stream.into_split();
        let link = Link::Tls(Box::new(TlsLink::new(write, tls)));
        (Rc::new(Self::new(link, papers)), read)
    }

    /// A connection over any link.
    pub(crate) fn new(link: Link, papers: Papers) -> Self {
        let (errand, reader) = (Cell::new(Errand::None), RefCell::new(None));
        let Papers { permit, provenance } = papers;
        Self { permit: RefCell::new(permit), provenance, link, errand, reader }
    }

    /// Where it came from.
    pub(crate) fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_deref()
    }

    /// It counts in the quota of its app from now on; `false` if there is no place.
    pub(crate) fn count(&self, quota: Quota) -> bool {
        self.permit.borrow_mut().as_mut().is_none_or(|permit| permit.count(quota))
    }

    /// A session over HTTP.
    pub(crate) fn session(answer: Answer, papers: Papers) -> Rc<Self> {
        Rc::new(Self::new(Link::Answer(RefCell::new(Some(answer))), papers))
    }

    /// Whether it is a session over HTTP, which has no reader task.
    pub(crate) fn is_session(&self) -> bool {
        matches!(self.link, Link::Answer(_))
    }

    /// Goes on with the answer of another receive request; the last one ends with `farewell`.
    pub(crate) fn supersede(&self, answer: Answer, farewell: &'static [u8]) {
        if let Link::Answer(current) = &self.link
            && let Some(last) = current.replace(Some(answer))
        {
            last.pipe.write([farewell].into_iter(), Room::All);
        }
    }

    /// Ends the answer of a receive request; what it holds is still read.
    pub(crate) fn end_answer(&self) {
        if let Link::Answer(current) = &self.link {
            drop(current.take());
        }
    }

    /// Writes what is pending with one call. Never waits; a full socket takes nothing.
    pub(crate) fn write<'a>(&self, mut pending: impl Iterator<Item = &'a [u8]>) -> Wrote {
        if let Link::Answer(answer) = &self.link {
            let write = |answer: &Answer| answer.pipe.write(pending, answer.room);
            return Wrote::Took(answer.borrow().as_ref().map_or(0, write));
        }
        let Some(first) = pending.next() else { return Wrote::Took(0) };
        let result = match pending.next() {
            // A single slice is by far the most frequent, and `send` is cheaper than `writev`.
            None => self.link.write(first),
            Some(second) => {
                let all = [first, second].into_iter().chain(pending);
                self.link.write_vectored(&all.map(IoSlice::new).collect::<Vec<_>>())
            }
        };
        self.follow_up();
        match result {
            Ok(n) => Wrote::Took(n),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Wrote::Took(0),
            Err(_) => Wrote::Failed,
        }
    }

    /// Has the edge told when the link takes more: the reader of a socket waits for it, a pipe says
    /// so itself.
    pub(crate) fn await_writable(&self) {
        if let Link::Answer(answer) = &self.link {
            return answer.borrow().iter().for_each(|answer| answer.pipe.await_room());
        }
        self.send_on(Errand::AwaitWritable);
    }

    /// Has the reader write on what is encrypted and not written.
    fn follow_up(&self) {
        if let Link::Tls(tls) = &self.link
            && tls.is_behind()
            && self.errand.get() == Errand::None
        {
            self.send_on(Errand::AwaitWritable);
        }
    }

    /// Has the reader report that writing failed.
    pub(crate) fn report_failure(&self) {
        self.send_on(Errand::ReportFailure);
    }

    /// Closes the link: the reader its socket, the answer of a session at once.
    pub(crate) fn hang_up(&self, how: Hangup) {
        if let Link::Answer(current) = &self.link {
            match (how, current.take()) {
                (Hangup::Reset, Some(answer)) => answer.pipe.cut(),
                (Hangup::Reset | Hangup::Finish, _) => {}
            }
            return;
        }
        self.send_on(Errand::HangUp(how));
    }

    fn send_on(&self, errand: Errand) {
        self.errand.set(errand);
        if let Some(reader) = &*self.reader.borrow() {
            reader.wake_by_ref();
        }
    }

    fn poll_event(
        &self,
        cx: &mut Context<'_>,
        id: ConnId,
        shard: &Rc<Shard>,
        socket: &mut OwnedReadHalf,
    ) -> Poll<Event> {
        self.reader.borrow_mut().get_or_insert_with(|| cx.waker().clone());
        match self.errand.get() {
            Errand::HangUp(how) => return Poll::Ready(Event::HangUp(how)),
            Errand::ReportFailure => {
                return Poll::Ready(Event::Received(Received::End(Ending::Failed)));
            }
            Errand::AwaitWritable if self.link.poll_write_ready(cx).is_ready() => {
                self.errand.set(Errand::None);
                return Poll::Ready(Event::Writable);
            }
            Errand::AwaitWritable | Errand::None => {}
        }
        if shard.is_congested() || shard.is_held(id) {
            shard.wake_later(id, cx.waker());
            return Poll::Pending;
        }
        let received = |buffer: &mut [u8]| shard.received(id, buffer);
        let read = shard.with_scratch(|scratch| match &self.link {
            Link::Tls(tls) => tls.poll_read(cx, socket, scratch, received),
            _ => poll_read(cx, socket, scratch, received),
        });
        self.follow_up();
        read.map(Event::Received)
    }

    /// Says that nothing follows, where the link has a word for that.
    async fn say_goodbye(&self) {
        if let Link::Tls(tls) = &self.link {
            tls.close();
            let _ = tokio::time::timeout(LINGER, poll_fn(|cx| tls.poll_flushed(cx))).await;
        }
    }
}

impl Link {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.try_write(bytes),
            Self::Tls(tls) => tls.write(&[IoSlice::new(bytes)]),
            Self::Answer(_) => Err(io::ErrorKind::WouldBlock.into()),
            #[cfg(test)]
            Self::Scripted(script) => script.borrow_mut().write(&[IoSlice::new(bytes)]),
        }
    }

    fn write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.try_write_vectored(slices),
            Self::Tls(tls) => tls.write(slices),
            Self::Answer(_) => Err(io::ErrorKind::WouldBlock.into()),
            #[cfg(test)]
            Self::Scripted(script) => script.borrow_mut().write(slices),
        }
    }

    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(socket) => socket.as_ref().poll_write_ready(cx),
            Self::Tls(tls) => tls.poll_flushed(cx),
            Self::Answer(_) => Poll::Pending,
            #[cfg(test)]
            Self::Scripted(_) => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
impl ScriptedLink {
    fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.writes += 1;
        let all = slices.iter().flat_map(|slice| slice.iter().copied()).collect::<Vec<_>>();
        let taken = self.room.map_or(all.len(), |room| room.min(all.len()));
        self.room = self.room.map(|room| room - taken);
        self.written.extend_from_slice(&all[..taken]);
        Ok(taken)
    }
}

/// The life of a connection's reader task. It waits for the socket to be readable, to be writable
/// again after a short write, or to be closed by the edge, whichever comes first.
pub(crate) async fn attend(
    shard: Attendance,
    id: ConnId,
    conn: Rc<Conn>,
    mut socket: OwnedReadHalf,
) {
    loop {
        match poll_fn(|cx| conn.poll_event(cx, id, &shard, &mut socket)).await {
            Event::Received(Received::Drained) => {}
            Event::Received(Received::Full) => tokio::task::yield_now().await,
            Event::Received(Received::End(how)) => return shard.ended(id, how),
            Event::Writable => shard.writable(id),
            Event::HangUp(Hangup::Reset) => {
                // Without this the kernel would keep what the peer does not take.
                let _ = socket.as_ref().set_zero_linger();
                return;
            }
            Event::HangUp(Hangup::Finish) => {
                // Boxed, because the reader of every idle connection would carry it along.
                return Box::pin(finish(shard, conn, socket)).await;
            }
        }
    }
}

/// Closes our half of a connection whose last words are written.
async fn finish(shard: Attendance, conn: Rc<Conn>, socket: OwnedReadHalf) {
    conn.say_goodbye().await;
    // This gives back the place in the quota, and closes our half of the socket.
    drop(conn);
    read_away(shard, socket).await;
}

/// Ends a connection so that the peer can read our last words: a socket that is closed with
/// something unread in it is reset, which may destroy what was sent before. So only our half was
/// closed, and the rest is read away until the peer closes the other.
async fn read_away(shard: Attendance, mut socket: OwnedReadHalf) {
    let to_the_end = async {
        while !matches!(poll_fn(|cx| poll_discard(cx, &shard, &mut socket)).await, Received::End(_))
        {
            tokio::task::yield_now().await;
        }
    };
    let _ = tokio::time::timeout(LINGER, to_the_end).await;
}

fn poll_discard(cx: &mut Context<'_>, shard: &Shard, socket: &mut OwnedReadHalf) -> Poll<Received> {
    shard.with_scratch(|scratch| poll_read(cx, socket, scratch, |_| {}))
}

/// Reads once into `scratch` and hands over what came.
fn poll_read(
    cx: &mut Context<'_>,
    socket: &mut OwnedReadHalf,
    scratch: &mut [u8],
    received: impl FnOnce(&mut [u8]),
) -> Poll<Received> {
    let mut buffer = ReadBuf::new(scratch);
    if ready!(Pin::new(socket).poll_read(cx, &mut buffer)).is_err() {
        return Poll::Ready(Received::End(Ending::Failed));
    }
    let full = buffer.remaining() == 0;
    match buffer.filled_mut() {
        [] => Poll::Ready(Received::End(Ending::Eof)),
        bytes => {
            received(bytes);
            Poll::Ready(if full { Received::Full } else { Received::Drained })
        }
    }
}

/// How long a peer has to close its half after we closed ours.
const LINGER: Duration = Duration::from_secs(1);
