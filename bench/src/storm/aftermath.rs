//! What comes after a storm: people who leave, some of whom come back, and people who never read.

use std::time::Duration;

use super::Storm;
use super::crowd::Crowd;
use super::people::Person;
use crate::error::{BenchError, Result};
use crate::ledger::Fault;
use crate::server::Server;
use crate::usage;

/// What came of leaving.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaving {
    /// How many there were.
    pub(crate) people: usize,
    /// How many left.
    pub(crate) left: usize,
    /// How many came back within the grace.
    pub(crate) back: usize,
    /// `member_removed` delivered.
    pub(crate) removed: u64,
    /// CPU of the server, from the first close to the last frame.
    pub(crate) cpu: Duration,
    /// CPU of the bare loop for one frame.
    pub(crate) bare: Duration,
}

/// What came of people who never read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deafness {
    /// How many they were.
    pub(crate) deaf: usize,
    /// The storm, of which all others were told everything.
    pub(crate) storm: Storm,
    /// By how much the server's memory grew at most while each was sent more than it may owe.
    pub(crate) grown: u64,
}

impl Leaving {
    /// CPU per `member_removed`, beside the bare loop's per frame.
    pub(crate) fn per_removed(self) -> f64 {
        self.cpu.as_secs_f64() / self.removed as f64 / self.bare.as_secs_f64()
    }
}

impl Deafness {
    /// Memory of the server for each who never read.
    pub(crate) fn per_deaf(self) -> u64 {
        self.grown / self.deaf as u64
    }
}

/// Every second leaves, every fourth comes back, and when the grace is over the others are gone.
pub(super) fn leave(server: &Server, mut crowd: Crowd, storm: &Storm) -> Result<Leaving> {
    let people = storm.people;
    let (cpu, before) = (usage::cpu(server.pid())?, crowd.told().events());
    crowd.leave(leaves)?;
    crowd.come_back(comes_back)?;
    // Within the grace nothing has happened for anybody else.
    if crowd.told().events() != before {
        return Err(BenchError::Faulty(Fault::Foreign));
    }
    crowd.check(|_| true)?;
    crowd.hear_departures(count(people, stays))?;
    let cpu = usage::cpu(server.pid())? - cpu;
    crowd.expect_silence(SILENCE)?;
    crowd.check(stays)?;
    Ok(Leaving {
        people,
        left: count(people, leaves),
        back: count(people, comes_back),
        removed: crowd.told().removed,
        cpu,
        bare: storm.bare,
    })
}

/// Sends those who never read more than they may owe, until all of them are gone; the others are
/// told that, and nothing else.
pub(super) fn overflow(server: &Server, mut crowd: Crowd, storm: Storm) -> Result<Deafness> {
    let before = usage::resident(server.pid())?;
    crowd.subscribe_deaf(BALLAST)?;
    let mut publisher = server.lobby_publisher()?;
    let data = "x".repeat(BALLAST_BYTES);
    for _ in 0..BALLAST_EVENTS {
        publisher.send(BALLAST, &data)?;
        // One at a time, so that all of them owe as much as they may at the same time.
        publisher.await_delivered(BALLAST)?;
    }
    let hears = |person| !is_deaf(person);
    crowd.hear_departures(count(storm.people, hears))?;
    let most = usage::most_resident(server.pid())?;
    crowd.expect_silence(SILENCE)?;
    crowd.check(hears)?;
    let grown = storm.grown + most.saturating_sub(before);
    Ok(Deafness { deaf: count(storm.people, is_deaf), storm, grown })
}

/// Whether somebody never reads: every fifth.
pub(super) fn is_deaf(person: Person) -> bool {
    person.0 % 5 == 4
}

fn leaves(person: Person) -> bool {
    person.0 % 2 == 1
}

fn comes_back(person: Person) -> bool {
    person.0 % 4 == 1
}

fn stays(person: Person) -> bool {
    !leaves(person) || comes_back(person)
}

fn count(people: usize, is: impl Fn(Person) -> bool) -> usize {
    (0..people).filter(|&number| is(Person(number))).count()
}

/// How long is listened for what should not come.
const SILENCE: Duration = Duration::from_millis(500);

/// A channel to which only those subscribe who never read.
const BALLAST: &str = "ballast";

/// Just under what an event may have.
const BALLAST_BYTES: usize = 10_000;

/// 8 MB for each: the kernel takes up to 4 MB, and the server keeps 1 MiB at most.
const BALLAST_EVENTS: usize = 800;
