//! Memory per connection: what the server is resident with, with many idle subscribers and with
//! none, divided by how many there are. The subscribers live in another process.

use std::path::Path;
use std::time::Duration;

use crate::clock;
use crate::error::Result;
use crate::pace::Pace;
use crate::server::Server;
use crate::setup::Setup;
use crate::usage;

/// How much is measured.
#[derive(Debug)]
pub(crate) struct MemoryPlan {
    connections: usize,
    idle: Duration,
}

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// How they came.
    pub(crate) setup: Setup,
    /// How many idle subscribers there were.
    pub(crate) connections: usize,
    /// Bytes for each.
    pub(crate) per_connection: u64,
    /// Bytes without any.
    pub(crate) at_none: u64,
}

/// Measures a fresh server.
pub(crate) fn measure(server: &Path, plan: &MemoryPlan, setup: Setup) -> Result<Memory> {
    let server = Server::start_with(server, setup)?;
    let at_none = usage::resident(server.pid())?;
    let (of_server, count) = (server.reader_arguments(), plan.connections.to_string());
    let mut arguments: Vec<_> = of_server.iter().map(String::as_str).collect();
    arguments.extend(["--sockets", &count]);
    let _subscribers = Pace::start(&arguments)?;
    clock::idle(plan.idle);
    let grown = usage::resident(server.pid())?.saturating_sub(at_none);
    let per_connection = grown / plan.connections as u64;
    Ok(Memory { setup, connections: plan.connections, per_connection, at_none })
}

impl MemoryPlan {
    /// What the limit is for.
    pub(crate) fn full() -> Self {
        Self { connections: 10_000, idle: Duration::from_secs(30) }
    }

    /// Less exact.
    pub(crate) fn quick() -> Self {
        Self { connections: 5_000, idle: Duration::from_secs(5) }
    }
}
