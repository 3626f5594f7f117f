//! What the status app counts.

use std::sync::atomic::{AtomicU64, Ordering};

use rollcall_node::metrics;

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

impl StatusStats {
    /// All of them as `/metrics` tells them, those of one name side by side.
    pub fn metrics(&self) -> Vec<metrics::Counter> {
        let Self { limited, .. } = self;
        vec![
            SPOOFED.plain(self.spoof_rejected),
            SAVES.of("page", self.saves),
            SAVES.of("bridge", self.bridge_writes),
            IGNORED.of("malformed", self.bridge_malformed),
            IGNORED.of("echo", self.bridge_echoes),
            IGNORED.of("coalesced", self.bridge_coalesced),
            SIGN_UPS.plain(self.sign_ups),
            SIGN_INS.plain(self.sign_ins),
            SIGNATURES.plain(self.signatures),
            LIMITED.of("sign_ins", limited.sign_ins),
            LIMITED.of("sign_ups", limited.sign_ups),
            LIMITED.of("statuses", limited.statuses),
            LIMITED.of("auths", limited.auths),
        ]
    }
}

/// What the counters of one name have in common.
struct Family {
    name: &'static str,
    help: &'static str,
    label: &'static str,
}

impl Family {
    fn plain(&self, value: u64) -> metrics::Counter {
        metrics::Counter { name: self.name, help: self.help, label: None, value }
    }

    fn of(&self, label: &'static str, value: u64) -> metrics::Counter {
        metrics::Counter {
            name: self.name,
            help: self.help,
            label: Some((self.label, label)),
            value,
        }
    }
}

const SPOOFED: Family = Family {
    name: "rollcall_status_spoof_rejected_total",
    help: "Client events that named somebody else as the author.",
    label: "",
};
const SAVES: Family = Family {
    name: "rollcall_status_saves_total",
    help: "Statuses saved, by the way they came.",
    label: "via",
};
const IGNORED: Family = Family {
    name: "rollcall_status_bridge_ignored_total",
    help: "Client events of stock pages that were not written, by reason.",
    label: "reason",
};
const SIGN_UPS: Family =
    Family { name: "rollcall_status_sign_ups_total", help: "Accounts made.", label: "" };
const SIGN_INS: Family = Family {
    name: "rollcall_status_sign_ins_total",
    help: "Sign-ins to an account that was there.",
    label: "",
};
const SIGNATURES: Family =
    Family { name: "rollcall_status_signatures_total", help: "Subscriptions signed.", label: "" };
const LIMITED: Family = Family {
    name: "rollcall_status_limited_total",
    help: "Requests refused with 429, by the limit.",
    label: "limit",
};

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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_counted_is_told_under_its_name_and_label() {
        let counters = Counters::default();
        counters.saves.add_one();
        counters.count_limited(Limit::Auths);
        let told = counters.read().metrics();
        let value = |name: &str, label| {
            let is_it = |told: &&metrics::Counter| told.name.contains(name) && told.label == label;
            told.iter().find(is_it).map(|told| told.value)
        };
        assert_eq!(value("saves", Some(("via", "page"))), Some(1));
        assert_eq!(value("limited", Some(("limit", "auths"))), Some(1));
        assert_eq!(value("sign_ups", None), Some(0));
    }

    #[test]
    fn counters_of_one_name_are_neighbours() {
        let mut names: Vec<_> =
            StatusStats::default().metrics().iter().map(|told| told.name).collect();
        names.dedup();
        let neighbours = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), neighbours);
    }

    #[test]
    fn the_page_of_metrics_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
        let fresh = metrics::metrics_markdown(&StatusStats::default().metrics());
        if std::env::var_os("ROLLCALL_BLESS").is_some() {
            std::fs::write(&path, &fresh).expect("docs/ is writable");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == fresh, "docs/metrics.md is stale; run this test with ROLLCALL_BLESS=1");
    }
}
