//! The reader: one process that holds all subscribers' sockets and checks what they are sent.
//!
//! It is lean, so that it keeps up with the servers and takes little from them on a small machine:
//! one thread, one `epoll`, and no decoding beyond a comparison with the bytes that must come. It
//! tells the benchmark when everything is connected, how many messages all have read, and what was
//! wrong; each as a line.
//!
//! While CPU is measured it never sleeps. A `send` to a process that sleeps pays for waking it, and
//! that may be more than all the rest; how often a reader sleeps depends on who happens to be
//! faster by a hair. With one that slept, the ratios of a run lay between 1.07 and 1.29, with this
//! one between 1.05 and 1.15. It is also the stricter measure: wake-ups cost both the same.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mio::{Events, Interest, Poll, Token};
use rollcall_wire::ws::{client, frame_len};

use crate::error::Result;
use crate::handshake;
use crate::ledger::{Fault, Ledger};
use crate::stamp::{FRAME_LEN, Stamp};
use crate::tls::{Stream, Trust};

/// The part of the reader.
#[derive(Debug, Args)]
pub(crate) struct ReaderOptions {
    /// The server to subscribe to.
    #[arg(long)]
    server: SocketAddr,
    /// The key to connect with.
    #[arg(long)]
    key: String,
    /// The certificate of a server that speaks TLS.
    #[arg(long)]
    trust: Option<PathBuf>,
    /// The bare loop to connect to.
    #[arg(long)]
    bare: Option<SocketAddr>,
    /// How many sockets for each.
    #[arg(long)]
    sockets: usize,
    /// Look for what has come without ever sleeping.
    #[arg(long)]
    awake: bool,
}

/// Whom a socket hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Rollcall.
    Server,
    /// The bare loop.
    Bare,
}

/// Whatever the reader has to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// All sockets are connected and subscribed.
    Ready,
    /// All sockets of a side have read so many messages since the start.
    Read(Side, u32),
    /// Something is wrong with a delivery.
    Faulty(Fault),
}

struct Socket {
    stream: Stream,
    side: Side,
    /// Its number on its side.
    number: usize,
    /// The beginning of a frame.
    partial: Vec<u8>,
}

struct Reader {
    sockets: Vec<Socket>,
    server: Ledger,
    bare: Ledger,
}

/// Reads until it is ended from outside.
pub(crate) fn run(options: &ReaderOptions) -> Result<()> {
    let mut poll = Poll::new()?;
    let mut reader = Reader::connect(options, &poll)?;
    tell(&Report::Ready)?;
    let mut events = Events::with_capacity(1024);
    let mut buffer = vec![0; 64 * 1024];
    let patience = options.awake.then_some(Duration::ZERO);
    loop {
        let before = reader.complete();
        match poll.poll(&mut events, patience) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        }
        for event in &events {
            if let Err(fault) = reader.read(event.token().0, &mut buffer) {
                tell(&Report::Faulty(fault))?;
                return Ok(());
            }
        }
        reader.tell_progress(before)?;
    }
}

impl Report {
    /// Reads a line of the reader.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match *line.split(' ').collect::<Vec<_>>() {
            ["ready"] => Some(Self::Ready),
            ["server", count] => Some(Self::Read(Side::Server, count.parse().ok()?)),
            ["bare", count] => Some(Self::Read(Side::Bare, count.parse().ok()?)),
            _ => line.parse().ok().map(Self::Faulty),
        }
    }

    fn line(&self) -> String {
        match self {
            Self::Ready => "ready\n".to_owned(),
            Self::Read(Side::Server, count) => format!("server {count}\n"),
            Self::Read(Side::Bare, count) => format!("bare {count}\n"),
            Self::Faulty(fault) => format!("{fault}\n"),
        }
    }
}

impl Reader {
    fn connect(options: &ReaderOptions, poll: &Poll) -> Result<Self> {
        let count = options.sockets;
        let mut reader =
            Self { sockets: Vec::new(), server: Ledger::new(count), bare: Ledger::new(count) };
        let trust = options.trust.as_deref().map(Trust::of).transpose()?;
        for number in 0..count {
            reader.add(subscribe(options, trust.as_ref())?, Side::Server, number, poll)?;
        }
        let bare = options.bare.map(|address| (0..count).map(move |number| (address, number)));
        for (address, number) in bare.into_iter().flatten() {
            let stream = Stream::plain(TcpStream::connect(address)?)?;
            reader.add(stream, Side::Bare, number, poll)?;
        }
        Ok(reader)
    }

    fn add(
        &mut self,
        mut stream: Stream,
        side: Side,
        number: usize,
        poll: &Poll,
    ) -> io::Result<()> {
        let token = Token(self.sockets.len());
        poll.registry().register(stream.socket(), token, Interest::READABLE)?;
        self.sockets.push(Socket { stream, side, number, partial: Vec::new() });
        Ok(())
    }

    /// Reads all that a socket has; it is not heard of again before it has more.
    fn read(&mut self, index: usize, buffer: &mut [u8]) -> std::result::Result<(), Fault> {
        let socket = &mut self.sockets[index];
        let ledger = match socket.side {
            Side::Server => &mut self.server,
            Side::Bare => &mut self.bare,
        };
        loop {
            match socket.stream.read(buffer) {
                Ok(0) => return Err(Fault::CutOff),
                Ok(count) => socket.take(&buffer[..count], ledger)?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::CutOff),
            }
        }
    }

    fn complete(&self) -> [(Side, u32); 2] {
        [(Side::Server, self.server.complete()), (Side::Bare, self.bare.complete())]
    }

    fn tell_progress(&self, before: [(Side, u32); 2]) -> io::Result<()> {
        for (before, after) in before.into_iter().zip(self.complete()) {
            if before != after {
                tell(&Report::Read(after.0, after.1))?;
            }
        }
        Ok(())
    }
}

impl Socket {
    fn take(&mut self, bytes: &[u8], ledger: &mut Ledger) -> std::result::Result<(), Fault> {
        if self.partial.is_empty() {
            let rest = self.take_frames(bytes, ledger)?;
            self.partial.extend_from_slice(rest);
            return Ok(());
        }
        let mut joined = std::mem::take(&mut self.partial);
        joined.extend_from_slice(bytes);
        let rest = self.take_frames(&joined, ledger)?;
        self.partial.extend_from_slice(rest);
        Ok(())
    }

    /// Takes whole frames and returns what is left.
    fn take_frames<'a>(
        &mut self,
        mut bytes: &'a [u8],
        ledger: &mut Ledger,
    ) -> std::result::Result<&'a [u8], Fault> {
        while let Some((frame, rest)) =
            frame_len(bytes).and_then(|length| bytes.split_at_checked(length))
        {
            match frame[0] {
                PING => self.answer_ping(&frame[PING_HEADER..])?,
                _ => ledger.enter(self.number, Stamp::of_frame(frame).ok_or(Fault::Foreign)?)?,
            }
            bytes = rest;
        }
        Ok(bytes)
    }

    fn answer_ping(&mut self, payload: &[u8]) -> std::result::Result<(), Fault> {
        let mut pong = Vec::new();
        client::write_pong(&mut pong, payload, [0; 4]);
        self.stream.write_all(&pong).map_err(|_| Fault::CutOff)
    }
}

fn subscribe(options: &ReaderOptions, trust: Option<&Trust>) -> Result<Stream> {
    let (server, key) = (options.server, &options.key);
    Ok(match trust {
        None => Stream::plain(handshake::subscribe(server, key)?)?,
        Some(trust) => Stream::tls(handshake::subscribe_over_tls(server, key, trust)?)?,
    })
}

fn tell(report: &Report) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(report.line().as_bytes())?;
    output.flush()
}

/// The first byte of a ping.
const PING: u8 = 0x89;

/// Its header, without a mask.
const PING_HEADER: usize = 2;

/// Frames are compared with the one of this length; others are foreign.
const _: () = assert!(FRAME_LEN > 126 + 4 && FRAME_LEN < 65_536);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_read_as_they_were_written() {
        for report in [
            Report::Ready,
            Report::Read(Side::Server, 12),
            Report::Read(Side::Bare, 0),
            Report::Faulty(Fault::CutOff),
            Report::Faulty(Fault::Lost),
        ] {
            assert_eq!(Report::parse(report.line().trim_end()), Some(report));
        }
        assert_eq!(Report::parse("nonsense"), None);
    }
}
