//! How many events travel in one request.

use std::time::Duration;

/// Whether events wait for each other (docs/protocol.md section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batching {
    /// One event in each request, at once.
    Off,
    /// Up to 20 events, the first of which waits for 250 ms at most.
    On,
}

impl Batching {
    /// The most events of one request.
    pub(super) fn most_events(self) -> usize {
        match self {
            Self::Off => 1,
            Self::On => 20,
        }
    }

    /// How long an event waits for others.
    pub(super) fn patience(self) -> Duration {
        match self {
            Self::Off => Duration::ZERO,
            Self::On => Duration::from_millis(250),
        }
    }
}

/// What one request carries, unless a single event is more.
pub(super) const MOST_BYTES: usize = 256 * 1024;
