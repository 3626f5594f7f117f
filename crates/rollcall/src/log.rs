//! The log: to standard error, and its last lines to the console.

use std::io::{self, IsTerminal, Write};

use rollcall_console::LogTail;
use rollcall_node::config::LogLevel;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log. Other people's crates say what goes wrong and no more, whatever the level: they do
/// not know which of their words are secrets here.
pub(crate) fn start(level: LogLevel) -> LogTail {
    let ours = filter(level);
    let targets = OUR_TARGETS.map(|target| (target, ours));
    let filter = Targets::new().with_default(ours.min(LevelFilter::WARN)).with_targets(targets);
    let format = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let tail = LogTail::default();
    let kept = tail.clone();
    let keep =
        tracing_subscriber::fmt::layer().with_writer(move || Keeper(kept.clone())).with_ansi(false);
    tracing_subscriber::registry().with(format).with(keep).with(filter).init();
    tail
}

/// Gives what is written to it to the tail; the log writes whole lines.
struct Keeper(LogTail);

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

const OUR_TARGETS: [&str; 7] = [
    "rollcall",
    "rollcall_console",
    "rollcall_engine",
    "rollcall_node",
    "rollcall_status",
    "rollcall_store",
    "rollcall_web",
];
