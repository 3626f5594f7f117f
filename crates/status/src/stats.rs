//! What the status app counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusStats {
    /// Client events that named somebody else as the author (docs/status.md S4).
    pub spoof_rejected: u64,
    /// Client events that were not a status: no member, no JSON, no text, too long.
    pub bridge_malformed: u64,
    /// Client events ignored because a page sent back what it was shown.
    pub bridge_echoes: u64,
    /// Client events replaced by a newer one of the same author while they waited for the rate.
    pub bridge_coalesced: u64,
    /// Statuses written through the bridge.
    pub bridge_writes: u64,
}

/// The live counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) spoof_rejected: Counter,
    pub(crate) bridge_malformed: Counter,
    pub(crate) bridge_echoes: Counter,
    pub(crate) bridge_coalesced: Counter,
    pub(crate) bridge_writes: Counter,
}

impl Counters {
    pub(crate) fn read(&self) -> StatusStats {
        StatusStats {
            spoof_rejected: self.spoof_rejected.read(),
            bridge_malformed: self.bridge_malformed.read(),
            bridge_echoes: self.bridge_echoes.read(),
            bridge_coalesced: self.bridge_coalesced.read(),
            bridge_writes: self.bridge_writes.read(),
        }
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
