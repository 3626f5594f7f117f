//! What Rollcall costs: CPU per delivery and per thing told in a presence storm, beside a bare `send`
//! loop, how long a client event is on its way, and memory per idle connection and per person who
//! never reads.
//!
//! One command measures everything and prints a table:
//!
//! ```text
//! make bench
//! ```
//!
//! Four processes take part. This one starts the others, publishes and does the sums; the *server*
//! is Rollcall with one shard; the *loop* (`bare.rs`) is the least that any server has to do; and
//! one *reader* (`reader.rs`) holds the sockets of both and checks every delivery. Figures of
//! different machines do not compare, so the result is a ratio: server beside loop, in turns, in
//! one run.
//!
//! Subscribers come over WebSockets, with TLS and without, or over HTTP (`setup.rs`); the loop's are
//! always the same.
//!
//! In a storm (`storm.rs`) the benchmark itself is the crowd, because clients that ask to be let in
//! have more to say than subscribers who wait.
//!
//! CPU is what the kernel counts for a process, so that other programs on the machine do not show,
//! but for the caches that they empty; medians of rounds, in which server and loop take turns, take
//! most of that away.
//!
//! `fanout.rs` is apart from that: the engine alone, without sockets.

mod bare;
mod child;
mod clock;
mod error;
mod fanout;
mod handshake;
mod ledger;
mod memory;
mod pace;
mod publisher;
mod ratio;
mod reader;
mod report;
mod server;
mod setup;
mod stamp;
mod storm;
mod tls;
mod usage;
mod waits;
mod watcher;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::error::BenchError;
use crate::memory::MemoryPlan;
use crate::ratio::RatioPlan;
use crate::report::Report;
use crate::setup::{HttpTransport, Setup};
use crate::storm::StormPlan;
use crate::waits::WaitPlan;

/// Measures the release build of Rollcall and prints a table.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Options {
    /// The server to measure.
    #[arg(long, default_value = "target/release/rollcall")]
    server: PathBuf,
    /// Fail if a figure is over its limit.
    #[arg(long)]
    check: bool,
    /// Fewer and shorter rounds and fewer connections: a few minutes, and less exact.
    #[arg(long)]
    quick: bool,
    /// Measure only this.
    #[arg(long)]
    only: Option<Measure>,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measure {
    Ratio,
    Memory,
    Storm,
    Waits,
}

/// The other processes, and what stands alone.
#[derive(Debug, Subcommand)]
enum Part {
    /// The bare loop; started by the benchmark.
    #[command(hide = true)]
    Bare(bare::BareOptions),
    /// The reader; started by the benchmark.
    #[command(hide = true)]
    Reader(reader::ReaderOptions),
    /// The engine alone: time, and under valgrind instructions, per delivery.
    Fanout(fanout::FanoutOptions),
}

fn main() -> ExitCode {
    let options = Options::parse();
    let result = match &options.part {
        None => measure(&options),
        Some(Part::Bare(bare)) => bare::run(bare).map(|()| ExitCode::SUCCESS),
        Some(Part::Reader(reader)) => reader::run(reader).map(|()| ExitCode::SUCCESS),
        Some(Part::Fanout(fanout)) => fanout::run(fanout).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("rollcall-bench: {error}");
        ExitCode::FAILURE
    })
}

fn measure(options: &Options) -> Result<ExitCode, BenchError> {
    let (ratio, storm, memory) = match options.quick {
        true => (RatioPlan::quick(), StormPlan::quick(), MemoryPlan::quick()),
        false => (RatioPlan::full(), StormPlan::full(), MemoryPlan::full()),
    };
    let is_wanted = |measure| options.only.is_none_or(|only| only == measure);
    let mut report = Report::default();
    if is_wanted(Measure::Ratio) {
        report.add_ratios(&ratio::measure(&options.server, &ratio)?);
        report.add_instructions(fanout::count_instructions());
    }
    if is_wanted(Measure::Storm) {
        report.add_storms(&storm::measure(&options.server, &storm)?);
    }
    if is_wanted(Measure::Waits) {
        let plan = if options.quick { WaitPlan::quick() } else { WaitPlan::full() };
        report.add_waits(&waits::measure(&options.server, &plan)?);
    }
    if is_wanted(Measure::Memory) {
        for setup in MEMORY_SETUPS {
            report.add_memory(&memory::measure(&options.server, &memory, setup)?);
        }
    }
    print!("{report}");
    match options.check && !report.is_within_limits() {
        true => Ok(ExitCode::FAILURE),
        false => Ok(ExitCode::SUCCESS),
    }
}

/// How those come who are idle.
const MEMORY_SETUPS: [Setup; 4] = [
    Setup::Plain,
    Setup::Tls,
    Setup::Http(HttpTransport::Streaming),
    Setup::Http(HttpTransport::Polling),
];
