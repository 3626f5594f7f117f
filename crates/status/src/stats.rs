//! What the status app counts.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::Limit;

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
    /// Statuses saved by the page's own request.
    pub saves: u64,
    /// Accounts made.
    pub sign_ups: u64,
    /// Sign-ins to an account that was there.
    pub sign_ins: u64,
    /// Subscriptions signed.
    pub signatures: u64,
    /// Requests refused by a limit (docs/status.md S14).
    pub limited: LimitedStats,
}

/// Requests refused, by the limit that refused them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitedStats {
    /// Tries with one name.
    pub sign_ins: u64,
    /// Sign-ups of one address.
    pub sign_ups: u64,
    /// Saves of one user.
    pub statuses: u64,
    /// Signatures for one web session.
    pub auths: u64,
}

/// The live counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) spoof_rejected: Counter,
    pub(crate) bridge_malformed: Counter,
    pub(crate) bridge_echoes: Counter,
    pub(crate) bridge_coalesced: Counter,
    pub(crate) bridge_writes: Counter,
    pub(crate) saves: Counter,
    pub(crate) sign_ups: Counter,
    pub(crate) sign_ins: Counter,
    pub(crate) signatures: Counter,
    limited: LimitedCounters,
}

#[derive(Debug, Default)]
struct LimitedCounters {
    sign_ins: Counter,
    sign_ups: Counter,
    statuses: Counter,
    auths: Counter,
}

impl Counters {
    pub(crate) fn read(&self) -> StatusStats {
        StatusStats {
            spoof_rejected: self.spoof_rejected.read(),
            bridge_malformed: self.bridge_malformed.read(),
            bridge_echoes: self.bridge_echoes.read(),
            bridge_coalesced: self.bridge_coalesced.read(),
            bridge_writes: self.bridge_writes.read(),
            saves: self.saves.read(),
            sign_ups: self.sign_ups.read(),
            sign_ins: self.sign_ins.read(),
            signatures: self.signatures.read(),
            limited: self.limited.read(),
        }
    }

    /// Counts a refusal.
    pub(crate) fn count_limited(&self, limit: Limit) {
        let counter = match limit {
            Limit::SignIns => &self.limited.sign_ins,
            Limit::SignUps => &self.limited.sign_ups,
            Limit::Statuses => &self.limited.statuses,
            Limit::Auths => &self.limited.auths,
        };
        counter.add_one();
    }
}

impl LimitedCounters {
    fn read(&self) -> LimitedStats {
        LimitedStats {
            sign_ins: self.sign_ins.read(),
            sign_ups: self.sign_ups.read(),
            statuses: self.statuses.read(),
            auths: self.auths.read(),
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
