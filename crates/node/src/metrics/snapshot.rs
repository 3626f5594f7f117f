//! Everything that is counted, at one moment.

use crate::http::RequestCounts;
use crate::stats::NodeStats;
use crate::webhooks::WebhookCounts;

/// What the table of metrics is filled from.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// What the shards counted.
    pub(crate) stats: NodeStats,
    /// What HTTP counted.
    pub(crate) requests: RequestCounts,
    /// What apps of this program counted.
    pub(crate) of_apps: Vec<Counter>,
    /// What the courier of webhooks counted.
    pub(crate) webhooks: WebhookCounts,
    /// How many shards there are.
    pub(crate) shards: usize,
    /// Whether the node sends everybody elsewhere.
    pub(crate) draining: bool,
    /// When the node started, in seconds of the calendar.
    pub(crate) started: u64,
}

/// A number that an app of this program counts, and that only grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Its name, which ends in `_total`.
    pub name: &'static str,
    /// What it counts, in one sentence.
    pub help: &'static str,
    /// What tells it from others of the same name; those have to follow each other.
    pub label: Option<(&'static str, &'static str)>,
    /// How many.
    pub value: u64,
}
