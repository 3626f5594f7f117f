//! The crowd: the sockets of everybody, in one thread that asks to be let in, reads and checks.
//!
//! While CPU is measured it never sleeps, for the reason that `reader.rs` gives. Some of the crowd
//! may be *deaf*: they ask to be let in and never read, with as little room in their own kernel
//! buffers as there can be.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rollcall_wire::auth::Key;
use rollcall_wire::ws::{client, frame_len};

use super::knowledge::Knowledge;
use super::news::{Listener, News};
use super::people::{Person, public_subscription};
use crate::clock;
use crate::error::{BenchError, Result};
use crate::handshake::{self, Room};
use crate::ledger::Fault;

/// Everybody's sockets and what was heard on them.
pub(crate) struct Crowd {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    sockets: Vec<Socket>,
    server: SocketAddr,
    key: Key,
    listener: Listener,
    knowledge: Knowledge,
    told: Told,
}

/// How much was told so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Events of somebody who came.
    pub(crate) added: u64,
    /// Events of somebody who went.
    pub(crate) removed: u64,
    /// Bytes of everything.
    pub(crate) bytes: u64,
}

/// How a crowd comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// As fast as one thread can send.
    AtOnce,
    /// Evenly spread over this long.
    Within(Duration),
}

struct Socket {
    stream: TcpStream,
    /// What asks to be let in.
    subscription: Vec<u8>,
    /// The beginning of a frame.
    partial: Vec<u8>,
    /// What it heard since it was last checked.
    heard: Vec<News>,
    /// How many people that makes, if it is all true.
    count: usize,
    ears: Ears,
}

/// What a client does with what it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ears {
    /// It reads.
    Open,
    /// It never reads.
    Deaf,
    /// It has closed.
    Gone,
}

impl Crowd {
    /// Opens a socket for everybody; those who are deaf will never read.
    pub(crate) fn connect(
        server: SocketAddr,
        key: &Key,
        people: usize,
        is_deaf: fn(Person) -> bool,
    ) -> Result<Self> {
        let mut crowd = Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            buffer: vec![0; 256 * 1024],
            sockets: Vec::new(),
            server,
            key: key.clone(),
            listener: Listener::new(people),
            knowledge: Knowledge::new(people),
            told: Told::default(),
        };
        for number in 0..people {
            let person = Person(number);
            let ears = if is_deaf(person) { Ears::Deaf } else { Ears::Open };
            let socket = crowd.open(person, ears)?;
            crowd.sockets.push(socket);
        }
        Ok(crowd)
    }

    /// Asks for everybody to be let in, and reads until all that listen know all that are there.
    pub(crate) fn join(&mut self, arrival: Arrival) -> Result<()> {
        let begin = clock::start();
        let mut asked = 0;
        while asked < self.sockets.len() {
            let due = arrival.due(begin.elapsed(), self.sockets.len());
            for socket in &mut self.sockets[asked..due.max(asked)] {
                socket.stream.write_all(&socket.subscription)?;
            }
            asked = due.max(asked);
            self.hear(Duration::ZERO)?;
        }
        let all = self.sockets.len();
        self.hear_until(begin, Duration::ZERO, |socket| socket.count >= all)
    }

    /// Whether everybody who listens was told of `present` and of nobody else, and of each once.
    pub(crate) fn check(&mut self, present: impl Fn(Person) -> bool) -> Result<()> {
        self.replay().map_err(BenchError::Faulty)?;
        let all = self.sockets.iter().enumerate();
        let mut listening = all.filter(|(_, socket)| socket.ears == Ears::Open);
        match listening.all(|(number, _)| self.knowledge.is(Person(number), &present)) {
            true => Ok(()),
            false => Err(BenchError::Faulty(Fault::Foreign)),
        }
    }

    /// Has those who never read subscribe to one more channel.
    pub(crate) fn subscribe_deaf(&mut self, channel: &str) -> io::Result<()> {
        let subscription = public_subscription(channel);
        let mut deaf = self.sockets.iter_mut().filter(|socket| socket.ears == Ears::Deaf);
        deaf.try_for_each(|socket| socket.stream.write_all(&subscription))
    }

    /// Closes the sockets of some, as a browser does when its page is left.
    pub(crate) fn leave(&mut self, leaving: impl Fn(Person) -> bool) -> Result<()> {
        let mut close = Vec::new();
        client::write_close(&mut close, GOING_AWAY, "", [0; 4]);
        for socket in chosen(&mut self.sockets, leaving) {
            socket.stream.write_all(&close)?;
            self.poll.registry().deregister(&mut socket.stream)?;
            socket.ears = Ears::Gone;
        }
        Ok(())
    }

    /// Has some of those who left come back with sockets of other names, and reads until they know
    /// as many people as before.
    pub(crate) fn come_back(&mut self, coming: impl Fn(Person) -> bool) -> Result<()> {
        let everybody = (0..self.sockets.len()).map(Person);
        for person in everybody.filter(|&person| coming(person)) {
            self.sockets[person.0] = self.open(person, Ears::Open)?;
            self.knowledge.forget(person);
        }
        for socket in chosen(&mut self.sockets, coming) {
            socket.stream.write_all(&socket.subscription)?;
        }
        let all = self.sockets.len();
        self.hear_until(clock::start(), Duration::ZERO, |socket| socket.count >= all)
    }

    /// Reads until nobody who listens knows more than so many people.
    pub(crate) fn hear_departures(&mut self, left: usize) -> Result<()> {
        self.hear_until(clock::start(), NAP, |socket| socket.count <= left)
    }

    /// Listens for events that should not come any more.
    pub(crate) fn expect_silence(&mut self, duration: Duration) -> Result<()> {
        let (begin, before) = (clock::start(), self.told.events());
        while begin.elapsed() < duration {
            self.hear(NAP)?;
        }
        if self.told.events() == before { Ok(()) } else { Err(BenchError::Faulty(Fault::Foreign)) }
    }

    /// How much was told so far.
    pub(crate) fn told(&self) -> Told {
        self.told
    }

    /// How many different rosters were told.
    pub(crate) fn rosters(&self) -> usize {
        self.listener.rosters()
    }

    fn open(&self, person: Person, ears: Ears) -> Result<Socket> {
        let room = if ears == Ears::Deaf { Room::Least } else { Room::Usual };
        let (stream, name) = handshake::open(self.server, &self.key.key, room)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        if ears == Ears::Open {
            self.poll.registry().register(&mut stream, Token(person.0), Interest::READABLE)?;
        }
        let subscription = person.subscription(&name, &self.key);
        let (partial, heard) = (Vec::new(), Vec::new());
        Ok(Socket { stream, subscription, partial, heard, count: 0, ears })
    }

    /// Reads until `is_done` holds for everybody who listens.
    fn hear_until(
        &mut self,
        begin: Instant,
        nap: Duration,
        is_done: impl Fn(&Socket) -> bool,
    ) -> Result<()> {
        // Whoever is done stays so, so each needs to be asked only until then.
        let mut waiting: Vec<_> = (0..self.sockets.len()).collect();
        waiting.retain(|&number| self.sockets[number].ears == Ears::Open);
        loop {
            while waiting.last().is_some_and(|&number| is_done(&self.sockets[number])) {
                waiting.pop();
            }
            if waiting.is_empty() {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                return Err(BenchError::Faulty(Fault::Lost));
            }
            self.hear(nap)?;
        }
    }

    /// Reads whatever has come, or comes within `nap`.
    fn hear(&mut self, nap: Duration) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(nap)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        let heard: Vec<_> = self.events.iter().map(|event| Person(event.token().0)).collect();
        for person in heard {
            self.read(person).map_err(BenchError::Faulty)?;
        }
        Ok(())
    }

    /// Reads all that a socket has; it is not heard of again before it has more.
    fn read(&mut self, person: Person) -> std::result::Result<(), Fault> {
        loop {
            let Socket { stream, partial, .. } = &mut self.sockets[person.0];
            match stream.read(&mut self.buffer) {
                Ok(0) => return Err(Fault::CutOff),
                Ok(count) => {
                    self.told.bytes += count as u64;
                    partial.extend_from_slice(&self.buffer[..count]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Fault::CutOff),
            }
        }
        self.take_frames(person)
    }

    fn take_frames(&mut self, person: Person) -> std::result::Result<(), Fault> {
        let socket = &mut self.sockets[person.0];
        let partial = std::mem::take(&mut socket.partial);
        let mut rest = &partial[..];
        while let Some((frame, behind)) =
            frame_len(rest).and_then(|length| rest.split_at_checked(length))
        {
            match frame[0] {
                TEXT => socket.hear(self.listener.read(payload(frame))?, &mut self.told),
                PING => answer_ping(&mut socket.stream, payload(frame))?,
                _ => return Err(Fault::Foreign),
            }
            rest = behind;
        }
        socket.partial = rest.to_owned();
        Ok(())
    }

    /// Goes through all that was heard, in its order.
    fn replay(&mut self) -> std::result::Result<(), Fault> {
        let rosters = (0..self.listener.rosters()).map(|which| self.listener.roster(which));
        let rosters = rosters.collect::<std::result::Result<Vec<_>, _>>()?;
        for (number, socket) in self.sockets.iter_mut().enumerate() {
            for news in socket.heard.drain(..) {
                match news {
                    News::Roster(which, _) => self.knowledge.begin(Person(number), &rosters[which]),
                    News::Added(who, serial) => self.knowledge.add(Person(number), who, serial),
                    News::Removed(who, serial) => {
                        self.knowledge.remove(Person(number), who, serial)
                    }
                }?;
            }
        }
        Ok(())
    }
}

impl Socket {
    fn hear(&mut self, news: News, told: &mut Told) {
        match news {
            News::Roster(_, count) => self.count += count,
            News::Added(..) => {
                told.added += 1;
                self.count += 1;
            }
            News::Removed(..) => {
                told.removed += 1;
                self.count = self.count.saturating_sub(1);
            }
        }
        self.heard.push(news);
    }
}

impl Told {
    /// How many events, whatever they told.
    pub(crate) fn events(self) -> u64 {
        self.added + self.removed
    }
}

impl Arrival {
    /// How many of all should have come after so long.
    fn due(self, elapsed: Duration, all: usize) -> usize {
        match self {
            Self::AtOnce => all,
            Self::Within(whole) => {
                let part = elapsed.div_duration_f64(whole).min(1.0);
                (part * all as f64) as usize
            }
        }
    }
}

fn chosen(
    sockets: &mut [Socket],
    is_chosen: impl Fn(Person) -> bool,
) -> impl Iterator<Item = &mut Socket> {
    let numbered = sockets.iter_mut().enumerate();
    numbered.filter(move |(number, _)| is_chosen(Person(*number))).map(|(_, socket)| socket)
}

/// What is behind the header of a server's frame.
fn payload(frame: &[u8]) -> &[u8] {
    let header = match frame[1] {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    &frame[header..]
}

fn answer_ping(stream: &mut TcpStream, payload: &[u8]) -> std::result::Result<(), Fault> {
    let mut pong = Vec::new();
    client::write_pong(&mut pong, payload, [0; 4]);
    stream.write_all(&pong).map_err(|_| Fault::CutOff)
}

/// The first bytes of frames.
const TEXT: u8 = 0x81;
const PING: u8 = 0x89;

/// What a browser closes with when its page is left (docs/status.md 3.3).
const GOING_AWAY: u16 = 1001;

/// What is not there by then is lost: far more than a storm takes, and more than the grace.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to sleep where CPU is not measured.
const NAP: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_comes_evenly() {
        let class = Arrival::Within(Duration::from_secs(2));
        let due = [0, 500, 1999, 2000, 9000].map(|ms| class.due(Duration::from_millis(ms), 1000));
        assert_eq!(due, [0, 250, 999, 1000, 1000]);
        assert_eq!(Arrival::AtOnce.due(Duration::ZERO, 1000), 1000);
    }
}
