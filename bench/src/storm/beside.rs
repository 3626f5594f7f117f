//! The bare loop beside a storm: what one `send` of a frame of the same length costs to as many
//! sockets, read by the same thread in the same way.

use std::io::{self, Read};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::bare::{BareLoop, BarePublisher};
use crate::clock;
use crate::error::{BenchError, Result};
use crate::ledger::Fault;
use crate::publisher::Publisher;
use crate::stamp::{FRAME_LEN, Stamp};
use crate::usage;

/// A bare loop and all of its readers.
pub(crate) struct Beside {
    bare: BareLoop,
    publisher: BarePublisher,
    poll: Poll,
    events: Events,
    sockets: Vec<TcpStream>,
    sent: u32,
}

impl Beside {
    /// Starts the loop and connects its readers.
    pub(crate) fn start(sockets: usize) -> Result<Self> {
        let mut bare = BareLoop::start(sockets)?;
        let publisher = bare.publisher()?;
        let poll = Poll::new()?;
        let connect = |number| -> io::Result<TcpStream> {
            let socket = std::net::TcpStream::connect(bare.address())?;
            socket.set_nonblocking(true)?;
            let mut socket = TcpStream::from_std(socket);
            poll.registry().register(&mut socket, Token(number), Interest::READABLE)?;
            Ok(socket)
        };
        let sockets = (0..sockets).map(connect).collect::<io::Result<_>>()?;
        Ok(Self { bare, publisher, poll, events: Events::with_capacity(1024), sockets, sent: 0 })
    }

    /// What one frame costs the loop by now.
    pub(crate) fn run(&mut self) -> Result<Duration> {
        self.deliver(WARM_UP)?;
        let before = usage::cpu(self.bare.pid())?;
        self.deliver(MESSAGES)?;
        let cpu = usage::cpu(self.bare.pid())? - before;
        Ok(cpu.div_f64(f64::from(MESSAGES) * self.sockets.len() as f64))
    }

    /// Has messages sent to all, each once the one before was read by all.
    fn deliver(&mut self, messages: u32) -> Result<()> {
        for _ in 0..messages {
            self.publisher.publish(Stamp { publisher: 0, id: self.sent })?;
            self.sent += 1;
            self.hear_all()?;
        }
        Ok(())
    }

    fn hear_all(&mut self) -> Result<()> {
        let (begin, mut missing) = (clock::start(), self.sockets.len());
        while missing > 0 {
            self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
            for event in &self.events {
                missing -= frames(&mut self.sockets[event.token().0])?;
            }
            if begin.elapsed() > PATIENCE {
                return Err(BenchError::Faulty(Fault::Lost));
            }
        }
        Ok(())
    }
}

/// Reads what there is, which is one frame or nothing.
fn frames(socket: &mut TcpStream) -> Result<usize> {
    let mut frame = [0; 2 * FRAME_LEN];
    match socket.read(&mut frame) {
        Ok(FRAME_LEN) if Stamp::of_frame(&frame[..FRAME_LEN]).is_some() => Ok(1),
        Ok(_) => Err(BenchError::Faulty(Fault::Foreign)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// Messages before each run.
const WARM_UP: u32 = 10;

/// Messages of a run: some tenths of a second of CPU.
const MESSAGES: u32 = 100;

const PATIENCE: Duration = Duration::from_secs(30);
