//! TLS on a connection's socket: what the flush step hands over is encrypted and written with one
//! call, and what the reader task reads is decrypted in the shard's scratch buffer.
//!
//! The handshake is done when a connection comes here. What was encrypted cannot be taken back, so
//! what a socket does not take waits here, in a bounded buffer; the reader task writes it on when
//! the socket takes more. Everything else waits unencrypted where the connection's limit counts it.

use std::cell::RefCell;
use std::io::{self, IoSlice, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rollcall_engine::Ending;
use rustls::ServerConnection;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::Received;

/// The writing half of a socket, and the TLS of both.
#[derive(Debug)]
pub(crate) struct TlsLink {
    socket: OwnedWriteHalf,
    tls: RefCell<ServerConnection>,
}

/// What a piece of what came says about the rest.
enum Stream {
    GoesOn,
    Ends(Ending),
}

/// The socket, as rustls writes to one.
struct Outward<'a>(&'a OwnedWriteHalf);

impl TlsLink {
    /// A socket with its TLS, shaken hands.
    pub(super) fn new(socket: OwnedWriteHalf, mut tls: ServerConnection) -> Self {
        tls.set_buffer_limit(Some(MAX_ENCRYPTED));
        Self { socket, tls: RefCell::new(tls) }
    }

    /// Encrypts as much as has room, and writes once. What is taken is not necessarily written.
    pub(super) fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut tls = self.tls.borrow_mut();
        let taken = tls.writer().write_vectored(slices)?;
        match self.flush_once(&mut tls) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            Ok(()) | Err(_) => Ok(taken),
        }
    }

    /// Whether something encrypted waits for the socket.
    pub(super) fn is_behind(&self) -> bool {
        self.tls.borrow().wants_write()
    }

    /// Writes all that is encrypted.
    pub(super) fn poll_flushed(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut tls = self.tls.borrow_mut();
        while tls.wants_write() {
            match self.flush_once(&mut tls) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.socket.as_ref().poll_write_ready(cx))?;
                }
                wrote => wrote?,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Says that nothing follows; still to be flushed.
    pub(super) fn close(&self) {
        self.tls.borrow_mut().send_close_notify();
    }

    /// Reads once, decrypts and hands over what came, in pieces.
    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        socket: &mut OwnedReadHalf,
        scratch: &mut [u8],
        mut received: impl FnMut(&mut [u8]),
    ) -> Poll<Received> {
        let (encrypted, plain) = scratch.split_at_mut(scratch.len() / 2);
        let mut buffer = ReadBuf::new(encrypted);
        if ready!(Pin::new(socket).poll_read(cx, &mut buffer)).is_err() {
            return Poll::Ready(Received::End(Ending::Failed));
        }
        let full = buffer.remaining() == 0;
        let mut rest = buffer.filled();
        if rest.is_empty() {
            return Poll::Ready(Received::End(Ending::Eof));
        }
        while !rest.is_empty() {
            let stream = self.decrypt(&mut rest);
            // Handing over may write, so nothing is borrowed meanwhile.
            while let taken @ 1.. = self.take(plain) {
                received(&mut plain[..taken]);
            }
            if let Stream::Ends(how) = stream {
                return Poll::Ready(Received::End(how));
            }
        }
        Poll::Ready(if full { Received::Full } else { Received::Drained })
    }

    /// Takes a piece of what came.
    fn decrypt(&self, rest: &mut &[u8]) -> Stream {
        let mut tls = self.tls.borrow_mut();
        if tls.read_tls(rest).is_err() {
            return Stream::Ends(Ending::Failed);
        }
        let state = tls.process_new_packets();
        if tls.wants_write() {
            // An answer of the protocol, or an alert that says why it ends. If it waits, the next
            // flush has it.
            let _ = self.flush_once(&mut tls);
        }
        match state {
            Err(_) => Stream::Ends(Ending::Failed),
            Ok(state) if state.peer_has_closed() => Stream::Ends(Ending::Eof),
            Ok(_) => Stream::GoesOn,
        }
    }

    /// How much of what is decrypted was moved to `plain`.
    fn take(&self, plain: &mut [u8]) -> usize {
        // It fails when there is none.
        self.tls.borrow_mut().reader().read(plain).unwrap_or(0)
    }

    fn flush_once(&self, tls: &mut ServerConnection) -> io::Result<()> {
        match tls.write_tls(&mut Outward(&self.socket)) {
            Ok(0) if tls.wants_write() => Err(io::ErrorKind::WriteZero.into()),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Write for Outward<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What may be encrypted and not written. One turn's worth: a turn that has more goes on as soon
/// as the socket has taken this.
const MAX_ENCRYPTED: usize = 64 * 1024;
