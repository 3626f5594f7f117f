//! A presence storm: a thousand people join the lobby of the status page at once.
//!
//! Every client is told of every other, in the roster that answers its subscription or by one
//! `member_added`, and so a storm is a million things to tell; which of the two ways depends on who
//! came in the same turn. CPU of the server, from the first subscription to the last frame, is
//! divided by the `member_added` delivered and by what the bare loop takes for a frame of that
//! length; the rosters are in it. Where so many come in one turn that hardly any `member_added` is
//! left, that quotient says little, so the cost per thing told stands beside it.
//!
//! *At once* is as fast as one thread can send. *Within a second* is a class that is told to open
//! the page: more turns, and each of them tells everybody about a few.
//!
//! After the last storm half of them leave by closing and half of those come back, and then nobody
//! but the others goes. A last storm has people who never read: what do they cost, and whom?

mod aftermath;
mod beside;
mod crowd;
mod knowledge;
mod news;
mod people;

use std::path::Path;
use std::time::Duration;

use crate::clock;
use crate::error::Result;
use crate::server::Server;
use crate::usage;

use aftermath::{is_deaf, leave, overflow};
use beside::Beside;
use crowd::{Arrival, Crowd};
use people::Person;

pub(crate) use aftermath::{Deafness, Leaving};

/// How much is measured.
#[derive(Debug)]
pub(crate) struct StormPlan {
    people: usize,
    rounds: usize,
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Storms {
    /// Everybody as fast as they can.
    pub(crate) at_once: Vec<Storm>,
    /// Everybody within a second.
    pub(crate) class: Vec<Storm>,
    /// Half leave, half of those come back.
    pub(crate) leaving: Leaving,
    /// Some never read.
    pub(crate) deafness: Deafness,
}

/// One storm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Storm {
    /// How many joined.
    pub(crate) people: usize,
    /// CPU of the server.
    pub(crate) cpu: Duration,
    /// CPU of the bare loop for one frame.
    pub(crate) bare: Duration,
    /// `member_added` delivered.
    pub(crate) added: u64,
    /// How often somebody was told of somebody, in whichever way.
    pub(crate) told: u64,
    /// Different rosters, and so turns that let somebody in.
    pub(crate) turns: usize,
    /// Bytes read by all.
    pub(crate) bytes: u64,
    /// From the first subscription to the last frame.
    pub(crate) lasted: Duration,
    /// By how much the server's memory grew.
    pub(crate) grown: u64,
}

/// Measures fresh servers, one for each storm.
pub(crate) fn measure(program: &Path, plan: &StormPlan) -> Result<Storms> {
    let mut rig = Rig { program, people: plan.people, beside: Beside::start(plan.people)? };
    let (mut at_once, mut class) = (Vec::new(), Vec::new());
    for _ in 1..plan.rounds {
        at_once.push(rig.storm(Arrival::AtOnce, nobody)?.0);
        class.push(rig.storm(CLASS, nobody)?.0);
    }
    class.push(rig.storm(CLASS, nobody)?.0);
    let (storm, server, crowd) = rig.storm(Arrival::AtOnce, nobody)?;
    at_once.push(storm);
    let leaving = leave(&server, crowd, &storm)?;
    drop(server);
    let (storm, server, crowd) = rig.storm(Arrival::AtOnce, is_deaf)?;
    let deafness = overflow(&server, crowd, storm)?;
    Ok(Storms { at_once, class, leaving, deafness })
}

impl StormPlan {
    /// What the limits are for.
    pub(crate) fn full() -> Self {
        Self { people: 1000, rounds: 7 }
    }

    /// Less exact.
    pub(crate) fn quick() -> Self {
        Self { rounds: 3, ..Self::full() }
    }
}

impl Storm {
    /// Whether a hundredth or more was told by `member_added`, and not in rosters.
    pub(crate) fn is_told_by_events(self) -> bool {
        self.added * 100 >= self.told
    }

    /// CPU per `member_added`, beside the bare loop's per frame.
    pub(crate) fn per_added(self) -> f64 {
        self.beside(self.added as f64)
    }

    /// CPU for telling somebody of somebody, in whichever way, beside the bare loop's per frame.
    pub(crate) fn per_told(self) -> f64 {
        self.beside(self.told as f64)
    }

    /// CPU for one person who joins, in frames of the bare loop.
    pub(crate) fn per_join(self) -> f64 {
        self.beside(self.people as f64)
    }

    fn beside(self, parts: f64) -> f64 {
        self.cpu.as_secs_f64() / parts / self.bare.as_secs_f64()
    }
}

/// What stays between storms.
struct Rig<'a> {
    program: &'a Path,
    people: usize,
    beside: Beside,
}

impl Rig<'_> {
    /// One storm on a server of its own, between two runs of the bare loop.
    fn storm(
        &mut self,
        arrival: Arrival,
        is_deaf: fn(Person) -> bool,
    ) -> Result<(Storm, Server, Crowd)> {
        let people = self.people;
        let server = Server::start(self.program)?;
        let mut crowd = Crowd::connect(server.address(), &Server::lobby_key(), people, is_deaf)?;
        let first = self.beside.run()?;
        let (memory, cpu) = (usage::resident(server.pid())?, usage::cpu(server.pid())?);
        let begin = clock::start();
        crowd.join(arrival)?;
        let lasted = begin.elapsed();
        let cpu = usage::cpu(server.pid())? - cpu;
        let grown = usage::resident(server.pid())?.saturating_sub(memory);
        let bare = (first + self.beside.run()?) / 2;
        crowd.check(|_| true)?;
        let told = crowd.told();
        let listeners = (0..people).filter(|&number| !is_deaf(Person(number))).count();
        let storm = Storm {
            people,
            cpu,
            bare,
            added: told.added,
            told: (listeners * people) as u64,
            turns: crowd.rosters(),
            bytes: told.bytes,
            lasted,
            grown,
        };
        Ok((storm, server, crowd))
    }
}

fn nobody(_: Person) -> bool {
    false
}

/// A class that is told to open the page.
const CLASS: Arrival = Arrival::Within(Duration::from_secs(1));
