//! The engine alone: one partition, one edge, no sockets.
//!
//! What a delivery costs here is what Rollcall adds to the system calls. Time depends on the
//! machine; `--instructions` runs the same under valgrind and gives a figure that does not.
//!
//! That figure also says what it costs that an app can be watched (docs/console.md 2.8): nothing
//! while nobody does, which is the same as if nobody ever had.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rollcall_engine::message::{Except, Publish};
use rollcall_engine::{
    App, ChannelKey, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId, Observations, Opening,
    Partition, PartitionEffect, Security, Time, ToPartition, Watched,
};
use rollcall_wire::auth::Key;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::ws::client;
use rollcall_wire::{ChannelName, SocketId};

use crate::clock;
use crate::error::{BenchError, Result};
use crate::stamp::{CHANNEL, EVENT, Stamp};

/// The engine alone.
#[derive(Debug, Args)]
pub(crate) struct FanoutOptions {
    /// Subscribers of the channel.
    #[arg(long, default_value_t = 1000)]
    subscribers: u32,
    /// Messages of a turn.
    #[arg(long, default_value_t = 1)]
    batch: u32,
    /// Turns.
    #[arg(long, default_value_t = 2000)]
    turns: u32,
    /// Whether somebody watches the app.
    #[arg(long, default_value = "never")]
    watched: Watch,
    /// Count instructions under valgrind instead of time.
    #[arg(long)]
    instructions: bool,
}

/// Whether somebody watches the app in a debug console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Watch {
    /// Nobody ever did.
    Never,
    /// Somebody did, and does not any more.
    NoLonger,
    /// Somebody does.
    Now,
}

/// Instructions per delivery to a thousand subscribers, one message per turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instructions {
    /// Whether somebody watches.
    pub(crate) watch: Watch,
    /// How many, with what a message costs spread over its deliveries.
    pub(crate) per_delivery: f64,
}

/// Measures and prints.
pub(crate) fn run(options: &FanoutOptions) -> Result<()> {
    if options.instructions {
        println!("{:.1} instructions per delivery", instructions_per_delivery(options)?);
        return Ok(());
    }
    let mut engine = Engine::start(options.subscribers);
    engine.set_watch(options.watched);
    let begin = clock::start();
    let deliveries = (0..options.turns).map(|_| engine.turn(options.batch)).sum::<u64>();
    let nanos = begin.elapsed().as_nanos() as f64 / deliveries as f64;
    println!("{nanos:.1} ns per delivery, {deliveries} deliveries");
    Ok(())
}

/// Counts with nobody who watches, with nobody any more, and with somebody.
pub(crate) fn count_instructions() -> Result<Vec<Instructions>> {
    let count = |&watch: &Watch| {
        let (subscribers, batch, turns, instructions) = (1000, 1, 0, true);
        let options = FanoutOptions { subscribers, batch, turns, watched: watch, instructions };
        Ok(Instructions { watch, per_delivery: instructions_per_delivery(&options)? })
    };
    Watch::value_variants().iter().map(count).collect()
}

/// The difference of two runs, so that what is done once does not count.
fn instructions_per_delivery(options: &FanoutOptions) -> Result<f64> {
    let [few, many] = [10, 30];
    let difference = instructions(options, many)? - instructions(options, few)?;
    let turns = u64::from(many - few);
    let deliveries = turns * u64::from(options.batch) * u64::from(options.subscribers);
    Ok(difference as f64 / deliveries as f64)
}

fn instructions(options: &FanoutOptions, turns: u32) -> Result<u64> {
    let out = std::env::temp_dir().join(format!("rollcall-bench-{}.out", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .args(["fanout", "--turns", &turns.to_string()])
        .args(["--batch", &options.batch.to_string()])
        .args(["--subscribers", &options.subscribers.to_string()])
        .args(["--watched", options.watched.argument()])
        .stdout(Stdio::null())
        .status();
    let counted = fs::read_to_string(&out);
    // Nothing to remove if valgrind is missing.
    let _ = fs::remove_file(&out);
    match (status, counted) {
        (Ok(status), Ok(text)) if status.success() => total(&text),
        _ => None,
    }
    .ok_or(BenchError::NoInstructionCount)
}

fn total(callgrind: &str) -> Option<u64> {
    let line = callgrind.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

/// An edge full of subscribers, and the partition of their channel.
struct Engine {
    edge: Edge,
    partition: Partition,
    app: Arc<App>,
    channel: ChannelKey,
    sent: u32,
    observations: Observations,
}

impl Watch {
    fn argument(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::NoLonger => "no-longer",
            Self::Now => "now",
        }
    }
}

impl Engine {
    fn start(subscribers: u32) -> Self {
        let app = Arc::new(App::new("1001", vec![Key { key: "k".into(), secret: "s".into() }]));
        let name = ChannelName::parse(CHANNEL, 164).expect("it is a legal name");
        let channel = ChannelKey::new(&app, name);
        let partition = Partition::new(channel.partition(), [1, 2, 3, 4]);
        let edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
        let observations = Observations::default();
        let mut engine = Self { edge, partition, app, channel, sent: 0, observations };
        (0..subscribers).for_each(|number| engine.connect(number));
        engine.flush();
        engine
    }

    fn connect(&mut self, number: u32) {
        let opening = Opening {
            socket: SocketId::new(number, 1),
            app: Arc::clone(&self.app),
            protocol: Protocol::V7,
            security: Security::Plain,
        };
        let conn = self.edge.handle_opened(Time::ZERO, opening);
        self.subscribe(conn);
    }

    fn subscribe(&mut self, conn: ConnId) {
        let text = format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{CHANNEL}"}}}}"#);
        let mut bytes = Vec::new();
        client::write_text(&mut bytes, text.as_bytes(), [0; 4]);
        self.edge.handle_received(Time::ZERO, conn, &mut bytes);
        while let Some(effect) = self.edge.poll_effect() {
            if let EdgeEffect::ToPartition(mail) = effect {
                self.carry(mail);
            }
        }
    }

    /// Has somebody begin to watch, and stop again if nobody is to watch any more.
    fn set_watch(&mut self, watch: Watch) {
        if watch != Watch::Never {
            self.observe(Watched::Yes);
            self.turn(1);
        }
        if watch == Watch::NoLonger {
            self.observe(Watched::No);
        }
    }

    fn observe(&mut self, watched: Watched) {
        let app = self.app.id.clone();
        self.partition.set_watched(&app, watched);
        self.edge.handle_command(Time::ZERO, EdgeCommand::Observe(app, watched));
    }

    /// Publishes and flushes as a shard does in one turn; returns how many deliveries that made.
    fn turn(&mut self, batch: u32) -> u64 {
        let before = self.edge.stats().deliveries;
        for _ in 0..batch {
            let data = Stamp { publisher: 0, id: self.sent }.data();
            self.sent += 1;
            self.carry(ToPartition::Publish(Publish {
                app: Arc::clone(&self.app),
                channel: self.channel.clone(),
                event: EVENT.into(),
                data: data.into(),
                except: Except::Nobody,
            }));
        }
        self.flush();
        self.partition.take_observations(&mut self.observations);
        self.edge.take_observations(&mut self.observations);
        self.observations.told.clear();
        self.edge.stats().deliveries - before
    }

    fn carry(&mut self, mail: ToPartition) {
        self.partition.handle(Time::ZERO, mail);
        while let Some(effect) = self.partition.poll_effect() {
            if let PartitionEffect::ToEdge(_, mail) = effect {
                self.edge.handle_mail(Time::ZERO, mail);
            }
        }
    }

    fn flush(&mut self) {
        while let Some(conn) = self.edge.poll_dirty(Time::ZERO) {
            let taken = self.edge.pending(conn).map(<[u8]>::len).sum();
            self.edge.handle_wrote(Time::ZERO, conn, taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subscriber_gets_every_message() {
        let mut engine = Engine::start(10);
        assert_eq!(engine.turn(1), 10);
        assert_eq!(engine.turn(8), 80);
    }

    #[test]
    fn what_happens_is_observed_while_somebody_watches_and_deliveries_are_the_same() {
        for (watch, observed) in [(Watch::Never, 0), (Watch::NoLonger, 0), (Watch::Now, 2)] {
            let mut engine = Engine::start(10);
            engine.set_watch(watch);
            assert_eq!(engine.turn(1), 10);
            engine.connect(10);
            engine.edge.take_observations(&mut engine.observations);
            assert_eq!(engine.observations.told.len(), observed, "{watch:?}");
            assert_eq!(engine.turn(1), 11);
        }
    }

    #[test]
    fn the_total_is_found_in_what_callgrind_writes() {
        assert_eq!(total("version: 1\nevents: Ir\n\ntotals: 123456\n"), Some(123_456));
        assert_eq!(total("events: Ir\n"), None);
    }
}
