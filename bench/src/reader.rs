//! The reader: one process that holds all subscribers' sockets and checks what they are sent.
//!
//! It is lean, so that it keeps up with the servers and takes little from them on a small machine:
//! one thread, one `epoll`, and no decoding beyond a comparison with the bytes that must come. It
//! tells the benchmark when everything is connected, how many messages all have read, and what was
//! wrong; each as a line.
//!
//! Those who subscribe over HTTP (`reader/session.rs`) are no different but for what they ask and how
//! they are answered.
//!
//! While CPU is measured it never sleeps. A `send` to a process that sleeps pays for waking it, and
//! that may be more than all the rest; how often a reader sleeps depends on who happens to be
//! faster by a hair. With one that slept, the ratios of a run lay between 1.07 and 1.29, with this
//! one between 1.05 and 1.15. It is also the stricter measure: wake-ups cost both the same.

mod answer;
mod session;
mod voice;
mod websocket;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mio::{Events, Interest, Poll, Registry, Token};

use crate::error::{BenchError, Result};
use crate::handshake::{self, Room};
use crate::ledger::{Fault, Ledger};
use crate::setup::HttpTransport;
use crate::tls::{Stream, Trust};

use session::Session;
use voice::Voice;
use websocket::WebSocket;

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
    /// Subscribe over HTTP, in this way.
    #[arg(long)]
    http: Option<HttpTransport>,
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

struct Reader {
    poll: Poll,
    events: Events,
    crowd: Crowd,
}

/// All subscribers, and what they were sent.
struct Crowd {
    subscribers: Vec<Subscriber>,
    /// What those over HTTP say.
    voice: Voice,
    server: Ledger,
    bare: Ledger,
    buffer: Vec<u8>,
}

/// Whoever reads one thing.
enum Subscriber {
    WebSocket(Side, WebSocket),
    Session(Session),
}

/// Reads until it is ended from outside.
pub(crate) fn run(options: &ReaderOptions) -> Result<()> {
    let mut reader = Reader::new(options)?;
    match reader.connect(options).and_then(|()| reader.listen(options)) {
        Err(BenchError::Faulty(fault)) => Ok(tell(&Report::Faulty(fault))?),
        other => other,
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
    fn new(options: &ReaderOptions) -> Result<Self> {
        let count = options.sockets;
        let crowd = Crowd {
            subscribers: Vec::new(),
            voice: Voice::new(options.server, VOICE),
            server: Ledger::new(count),
            bare: Ledger::new(count),
            buffer: vec![0; 64 * 1024],
        };
        Ok(Self { poll: Poll::new()?, events: Events::with_capacity(1024), crowd })
    }

    fn connect(&mut self, options: &ReaderOptions) -> Result<()> {
        let trust = options.trust.as_deref().map(Trust::of).transpose()?;
        for number in 0..options.sockets {
            match options.http {
                None => self.add(subscribe(options, trust.as_ref())?, Side::Server, number)?,
                Some(transport) => self.begin_session(options, transport, number)?,
            }
        }
        let bare = options.bare.map(|address| (0..options.sockets).map(move |n| (address, n)));
        for (address, number) in bare.into_iter().flatten() {
            self.add(Stream::plain(TcpStream::connect(address)?)?, Side::Bare, number)?;
        }
        Ok(())
    }

    fn add(&mut self, mut stream: Stream, side: Side, number: usize) -> io::Result<()> {
        let token = self.next_token();
        self.poll.registry().register(stream.socket(), token, Interest::READABLE)?;
        let socket = WebSocket::new(stream, number);
        self.crowd.subscribers.push(Subscriber::WebSocket(side, socket));
        Ok(())
    }

    /// One after the other, while those before are looked after.
    fn begin_session(
        &mut self,
        options: &ReaderOptions,
        transport: HttpTransport,
        number: usize,
    ) -> Result<()> {
        let (app, token) = ((options.server, options.key.as_str()), self.next_token());
        let place = (self.poll.registry(), token);
        let session = Session::begin(app, transport, number, place)?;
        self.crowd.subscribers.push(Subscriber::Session(session));
        while !self.crowd.is_subscribed(token) {
            self.turn(None)?;
        }
        Ok(())
    }

    fn next_token(&self) -> Token {
        Token(self.crowd.subscribers.len())
    }

    fn listen(&mut self, options: &ReaderOptions) -> Result<()> {
        let patience = options.awake.then_some(Duration::ZERO);
        tell(&Report::Ready)?;
        loop {
            let before = self.crowd.complete();
            self.turn(patience)?;
            self.crowd.tell_progress(before)?;
        }
    }

    /// Reads whatever has come.
    fn turn(&mut self, patience: Option<Duration>) -> Result<()> {
        match self.poll.poll(&mut self.events, patience) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        for event in &self.events {
            self.crowd.read(event.token(), self.poll.registry())?;
        }
        self.crowd.voice.speak(self.poll.registry())
    }
}

impl Crowd {
    fn read(&mut self, token: Token, registry: &Registry) -> Result<()> {
        let buffer = &mut self.buffer;
        match self.subscribers.get_mut(token.0) {
            Some(Subscriber::WebSocket(Side::Server, socket)) => {
                Ok(socket.read(buffer, &mut self.server)?)
            }
            Some(Subscriber::WebSocket(Side::Bare, socket)) => {
                Ok(socket.read(buffer, &mut self.bare)?)
            }
            Some(Subscriber::Session(session)) => {
                session.read(buffer, &mut self.server, &mut self.voice, registry)
            }
            None => self.voice.read(buffer),
        }
    }

    fn is_subscribed(&self, token: Token) -> bool {
        match &self.subscribers[token.0] {
            Subscriber::WebSocket(..) => true,
            Subscriber::Session(session) => session.is_subscribed(),
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

fn subscribe(options: &ReaderOptions, trust: Option<&Trust>) -> Result<Stream> {
    let (server, key) = (options.server, &options.key);
    Ok(match trust {
        None => Stream::plain(handshake::subscribe(server, key)?)?,
        Some(trust) => Stream::tls(handshake::subscribe_over_tls(server, key, trust)?)?,
    })
}

/// A connection whose events have this token.
fn connect(server: SocketAddr, registry: &Registry, token: Token) -> Result<mio::net::TcpStream> {
    let socket = handshake::connect(server, Room::Usual)?;
    socket.set_nonblocking(true)?;
    let mut socket = mio::net::TcpStream::from_std(socket);
    registry.register(&mut socket, token, Interest::READABLE)?;
    Ok(socket)
}

/// Reads once; `None` if there is nothing for now.
fn read_some(
    stream: &mut impl Read,
    buffer: &mut [u8],
) -> std::result::Result<Option<usize>, Fault> {
    loop {
        match stream.read(buffer) {
            Ok(0) => return Err(Fault::CutOff),
            Ok(count) => return Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Fault::CutOff),
        }
    }
}

fn tell(report: &Report) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(report.line().as_bytes())?;
    output.flush()
}

/// What the sessions say is heard of under this token.
const VOICE: Token = Token(usize::MAX - 1);

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
