//! Why a benchmark has no result.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::ledger::Fault;

/// Why a benchmark has no result.
#[derive(Debug)]
pub(crate) enum BenchError {
    /// A system call failed.
    Io(io::Error),
    /// There is no program to measure.
    NoServer(PathBuf),
    /// The server ended, or never said where it listens.
    ServerNotReady,
    /// A certificate could not be made or read.
    NoCertificate,
    /// A client could not connect or subscribe; this is the answer it got.
    NotSubscribed(Vec<u8>),
    /// A publish was answered with this status.
    NotPublished(u16),
    /// A delivery was wrong.
    Faulty(Fault),
    /// A process of the benchmark ended before the benchmark did.
    Ended(&'static str),
    /// The system said something of a process that makes no sense.
    NoUsage,
    /// The console could not be watched, or told nothing.
    NotWatched,
    /// valgrind is missing or failed.
    NoInstructionCount,
}

/// What every step of the benchmark returns.
pub(crate) type Result<T> = std::result::Result<T, BenchError>;

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NoServer(path) => write!(
                f,
                "there is no {}; build it with `cargo build --release`, or name one with --server",
                path.display()
            ),
            Self::ServerNotReady => f.write_str("the server did not start"),
            Self::NoCertificate => f.write_str("making a certificate needs openssl"),
            Self::NotSubscribed(answer) => {
                write!(f, "a client could not subscribe: {}", String::from_utf8_lossy(answer))
            }
            Self::NotPublished(status) => write!(f, "a publish was answered with {status}"),
            Self::Faulty(fault) => write!(f, "a delivery was {fault}"),
            Self::Ended(process) => write!(f, "the {process} process ended early"),
            Self::NoUsage => f.write_str("the usage of a process could not be read from /proc"),
            Self::NotWatched => f.write_str("the console did not tell what goes on"),
            Self::NoInstructionCount => f.write_str("counting instructions needs valgrind"),
        }
    }
}

impl std::error::Error for BenchError {}

impl From<Fault> for BenchError {
    fn from(fault: Fault) -> Self {
        Self::Faulty(fault)
    }
}

impl From<io::Error> for BenchError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
