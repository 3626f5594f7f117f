//! Collecting what was counted.

use std::fmt;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;

use super::{NodeHandle, QueryError};
use crate::config::MetricsToken;
use crate::http::RequestCounters;
use crate::metrics::{self, Counter, Snapshot};

/// What metrics need of the node, beside its shards.
#[derive(Default)]
pub(crate) struct Metering {
    requests: RequestCounters,
    of_apps: std::sync::Mutex<Vec<ReadCounters>>,
    /// How many answers were begun.
    begun: AtomicU64,
    /// The last answer and its number. Held while one is made.
    last: tokio::sync::Mutex<(u64, Bytes)>,
    started: u64,
    token: Option<MetricsToken>,
}

type ReadCounters = Box<dyn Fn() -> Vec<Counter> + Send + Sync>;

impl NodeHandle {
    /// Has `/metrics` tell what an app of this program counts, too.
    pub fn register_counters(&self, read: impl Fn() -> Vec<Counter> + Send + Sync + 'static) {
        let mut of_apps = self.0.metering.of_apps.lock().unwrap_or_else(PoisonError::into_inner);
        of_apps.push(Box::new(read));
    }

    /// Everything that was counted, as text. One answer is made at a time, and whoever asked before
    /// it was begun gets the same.
    pub(crate) async fn metrics(&self) -> Result<Bytes, QueryError> {
        let begun = self.0.metering.begun.load(Ordering::Acquire);
        let made = tokio::time::timeout(PATIENCE, self.metrics_after(begun)).await;
        made.map_err(|_| QueryError::Busy)
    }

    /// What a reader of the metrics has to know, if anything.
    pub(crate) fn metrics_token(&self) -> Option<&str> {
        self.0.metering.token.as_ref().map(MetricsToken::as_str)
    }

    /// Counts requests.
    pub(crate) fn request_counters(&self) -> &RequestCounters {
        &self.0.metering.requests
    }

    /// The answer after that number, or a later one.
    async fn metrics_after(&self, number: u64) -> Bytes {
        let mut last = self.0.metering.last.lock().await;
        if last.0 <= number {
            let begun = self.0.metering.begun.fetch_add(1, Ordering::AcqRel) + 1;
            *last = (begun, metrics::write(&self.snapshot().await).into());
        }
        last.1.clone()
    }

    async fn snapshot(&self) -> Snapshot {
        Snapshot {
            stats: self.stats().await,
            requests: self.0.metering.requests.read(),
            of_apps: self.0.metering.counters_of_apps(),
            webhooks: self.webhook_counts(),
            shards: self.0.mailboxes.shards(),
            draining: self.is_draining(),
            started: self.0.metering.started,
        }
    }
}

impl Metering {
    /// Nothing counted yet.
    pub(crate) fn new(started: u64, token: Option<MetricsToken>) -> Self {
        Self { started, token, ..Self::default() }
    }

    fn counters_of_apps(&self) -> Vec<Counter> {
        let of_apps = self.of_apps.lock().unwrap_or_else(PoisonError::into_inner);
        of_apps.iter().flat_map(|read| read()).collect()
    }
}

impl fmt::Debug for Metering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metering").finish_non_exhaustive()
    }
}

/// How long a scrape waits for the shards.
const PATIENCE: Duration = Duration::from_secs(5);
