//! A socket whose peer may not leave what it is sent untaken for ever, nor take for ever to say
//! what it asks: whoever asks and does not read would hold the answer in memory for as long as it
//! likes. How long a kept connection may say nothing between two requests is not judged here.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Sleep;

/// A socket that fails once it has taken nothing for too long, or once a head that it began to give
/// is not whole in time.
pub(crate) struct Patient<S> {
    io: TokioIo<S>,
    /// Ends the patience; none while the socket takes what it is given.
    end: Option<Pin<Box<Sleep>>>,
    head: Head,
}

/// Whose turn it is on a connection, counted from the peer's first: to ask at the even ones, and
/// to be answered at the odd ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<AtomicUsize>);

/// How far the peer is with asking.
struct Head {
    turns: Turns,
    /// The turn that the rest is about.
    turn: usize,
    /// Whether something of this turn's head is here.
    is_begun: bool,
    /// Ends the patience; none before the head has begun.
    end: Option<Pin<Box<Sleep>>>,
}

impl Turns {
    /// Ends this turn.
    pub(crate) fn pass(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn current(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Head {
    /// The first head has begun with its connection: who opens one has something to ask.
    fn first(turns: Turns) -> Self {
        Self { turn: turns.current(), turns, is_begun: true, end: None }
    }

    /// What the peer sends to be answered is no head, and has limits elsewhere. That a read ends
    /// with nothing is the end of the connection, for which no limit matters.
    fn unless_late<T>(
        &mut self,
        cx: &mut Context<'_>,
        read: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let turn = self.turns.current();
        if turn != self.turn {
            (self.turn, self.is_begun, self.end) = (turn, false, None);
        }
        let is_asking = turn.is_multiple_of(2);
        self.is_begun |= is_asking && read.is_ready();
        if read.is_ready() || !self.is_begun {
            return read;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep(HEAD_PATIENCE)));
        ready!(end.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S> Patient<S> {
    /// The socket, with all patience left.
    pub(crate) fn new(socket: S, turns: Turns) -> Self {
        Self { io: TokioIo::new(socket), end: None, head: Head::first(turns) }
    }

    /// The socket itself.
    pub(crate) fn into_inner(self) -> S {
        self.io.into_inner()
    }

    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.end = None;
            return wrote;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
        ready!(end.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> Read for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        self.head.unless_late(cx, read)
    }
}

impl<S: AsyncWrite + Unpin> Write for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.unless_stalled(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.unless_stalled(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.unless_stalled(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(cx);
        self.unless_stalled(cx, shut)
    }
}

/// How long a peer may take nothing at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the head of a request may take once it has begun.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, DuplexStream};

    use super::*;

    async fn write(socket: &mut Patient<DuplexStream>, bytes: &[u8]) -> io::Result<usize> {
        poll_fn(|cx| Pin::new(&mut *socket).poll_write(cx, bytes)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_given_up() {
        let (near, _far) = tokio::io::duplex(4);
        let mut socket = Patient::new(near, Turns::default());
        assert_eq!(write(&mut socket, b"123456").await.unwrap(), 4);
        let error = write(&mut socket, b"56").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_a_little_has_all_patience_again() {
        let (near, mut far) = tokio::io::duplex(1);
        let mut socket = Patient::new(near, Turns::default());
        write(&mut socket, b"1").await.unwrap();
        let reading = async {
            for _ in 0..5 {
                tokio::time::advance(PATIENCE * 3 / 4).await;
                far.read_u8().await.unwrap();
            }
        };
        let writing = async {
            for _ in 0..5 {
                write(&mut socket, b"1").await.unwrap();
            }
        };
        tokio::join!(reading, writing);
    }
}
