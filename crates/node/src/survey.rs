//! Lists of connections, made where the connections are.
//!
//! A shard looks at a bounded number of them in a turn, so that its sockets have their turn in
//! between; what is gone when it is looked at is left out. It sends the first of them, as many as
//! were asked for, and whoever asked merges what the shards send.

use std::cmp::Reverse;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use rollcall_engine::{ConnId, ConnectionFacts, Edge, HttpTransport, Security};
use rollcall_wire::SocketId;
use slotmap::SecondaryMap;

use crate::conn::Conn;
use crate::handle::{Connection, ConnectionSort, Transport};
use crate::mail::Survey;
use crate::provenance::Provenance;

/// A shard's part of a list.
#[derive(Debug, Default)]
pub(crate) struct Surveyed {
    /// How many connections were found, those that are not listed included.
    pub(crate) total: usize,
    /// The first of them, in order.
    pub(crate) rows: Vec<(Place, Connection)>,
}

/// Where a connection stands in a list. Socket ids make it exact.
pub(crate) type Place = (Rank, SocketId);

/// By what connections are ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The most comes first.
    Most(Reverse<u64>),
    /// In the order of the alphabet.
    Name(String),
    /// Who has no such thing comes last.
    Missing,
}

/// A list that is being made.
#[derive(Debug)]
pub(crate) struct Surveying {
    survey: Survey,
    /// What is searched for, without regard to case.
    needle: String,
    /// Not looked at yet.
    left: Vec<ConnId>,
    /// What was found; once all was looked at, in order, the last first.
    found: Vec<(Place, ConnId)>,
    is_sorted: bool,
    done: Surveyed,
}

/// Whether a list is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    More,
    Done,
}

type Conns = SecondaryMap<ConnId, Rc<Conn>>;

impl Surveying {
    /// Begins a list of the connections that are there now.
    pub(crate) fn begin(survey: Survey, edge: &Edge) -> Self {
        Self {
            needle: survey.query.search.trim().to_ascii_lowercase(),
            left: edge.connections_of_app(&survey.app),
            survey,
            found: Vec::new(),
            is_sorted: false,
            done: Surveyed::default(),
        }
    }

    /// Does a turn's share, and nothing if nobody waits any more.
    pub(crate) fn proceed(&mut self, edge: &Edge, conns: &Conns) -> Progress {
        if self.survey.answer.is_closed() {
            return Progress::Done;
        }
        if !self.left.is_empty() {
            self.look(edge, conns);
            return Progress::More;
        }
        if !self.is_sorted {
            self.keep_first();
            self.found.sort_unstable_by(|a, b| b.cmp(a));
            self.done.rows.reserve_exact(self.found.len());
            self.is_sorted = true;
            return Progress::More;
        }
        self.write(edge, conns);
        if self.found.is_empty() { Progress::Done } else { Progress::More }
    }

    /// Sends the list.
    pub(crate) fn finish(self) {
        let _ = self.survey.answer.send(self.done);
    }

    fn look(&mut self, edge: &Edge, conns: &Conns) {
        let mut text = String::new();
        let rest = self.left.len().saturating_sub(SHARE);
        for conn in self.left.drain(rest..) {
            let Some(facts) = edge.connection(conn) else { continue };
            let provenance = provenance(conns, conn);
            if !self.needle.is_empty() {
                describe(&mut text, &facts, provenance);
                if !text.contains(&self.needle) {
                    continue;
                }
            }
            self.done.total += 1;
            let rank = Rank::of(self.survey.query.sort, &facts, provenance);
            self.found.push(((rank, facts.socket), conn));
        }
        // The memory is bounded by what was asked for, whatever is found.
        if self.found.len() >= 2 * self.survey.query.limit {
            self.keep_first();
        }
    }

    fn keep_first(&mut self) {
        let limit = self.survey.query.limit;
        if self.found.len() > limit {
            self.found.select_nth_unstable(limit);
            self.found.truncate(limit);
        }
    }

    fn write(&mut self, edge: &Edge, conns: &Conns) {
        let rest = self.found.len().saturating_sub(SHARE);
        for (place, conn) in self.found.drain(rest..).rev() {
            let Some(facts) = edge.connection(conn) else { continue };
            self.done.rows.push((place, row(&facts, provenance(conns, conn))));
        }
    }
}

/// A connection, as a console shows it.
pub(crate) fn row(facts: &ConnectionFacts<'_>, provenance: Option<&Provenance>) -> Connection {
    let text = |of: fn(&Provenance) -> Option<&str>| provenance.and_then(of).map(str::to_owned);
    Connection {
        socket: facts.socket.to_string(),
        user: facts.user.map(str::to_owned),
        address: address(provenance),
        origin: text(Provenance::origin),
        client: text(Provenance::client),
        client_version: text(Provenance::version),
        transport: transport(facts),
        tls: facts.security == Security::Tls,
        opened_at: provenance.map_or(0, |provenance| provenance.opened_at),
        rtt_ms: facts.rtt.map(|rtt| rtt.as_secs_f64() * 1_000.0),
        pending_bytes: facts.pending_bytes,
        slow: facts.is_slow,
        messages_in: facts.messages_in,
        messages_out: facts.messages_out,
        subscriptions: facts.subscriptions,
    }
}

/// Where a connection came from.
pub(crate) fn provenance(conns: &Conns, conn: ConnId) -> Option<&Provenance> {
    conns.get(conn)?.provenance()
}

impl Rank {
    fn of(
        sort: ConnectionSort,
        facts: &ConnectionFacts<'_>,
        provenance: Option<&Provenance>,
    ) -> Self {
        let most = |number: u64| Self::Most(Reverse(number));
        match sort {
            ConnectionSort::OpenedAt => {
                most(provenance.map_or(0, |p| u64::try_from(p.opened_at).unwrap_or(0)))
            }
            ConnectionSort::Socket => Self::Name(facts.socket.to_string()),
            ConnectionSort::User => {
                facts.user.map_or(Self::Missing, |user| Self::Name(user.to_owned()))
            }
            ConnectionSort::RttMs => {
                facts.rtt.map_or(Self::Missing, |rtt| most(rtt.as_micros() as u64))
            }
            ConnectionSort::PendingBytes => most(facts.pending_bytes as u64),
            ConnectionSort::MessagesIn => most(facts.messages_in),
            ConnectionSort::MessagesOut => most(facts.messages_out),
            ConnectionSort::Subscriptions => most(facts.subscriptions as u64),
        }
    }
}

/// What can be searched for, in small letters, with something between that is in none of it.
fn describe(text: &mut String, facts: &ConnectionFacts<'_>, provenance: Option<&Provenance>) {
    text.clear();
    let user = facts.user.unwrap_or_default();
    let (socket, address) = (facts.socket, address(provenance));
    write!(text, "{socket}\n{user}\n{address}").expect("a string takes everything");
    for of in [Provenance::origin, Provenance::client, Provenance::version] {
        text.push('\n');
        text.push_str(provenance.and_then(of).unwrap_or_default());
    }
    text.make_ascii_lowercase();
}

fn address(provenance: Option<&Provenance>) -> IpAddr {
    provenance.map_or(Ipv4Addr::UNSPECIFIED.into(), |provenance| provenance.address)
}

fn transport(facts: &ConnectionFacts<'_>) -> Transport {
    match facts.transport {
        None => Transport::Ws,
        Some(HttpTransport::Streaming) => Transport::XhrStreaming,
        Some(HttpTransport::Polling) => Transport::XhrPolling,
    }
}

/// How many connections are looked at, or written down, in a turn.
const SHARE: usize = 500;

#[cfg(test)]
mod tests;
