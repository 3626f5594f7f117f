//! What is counted of webhooks.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that the courier moves and whoever scrapes reads.
#[derive(Debug, Default)]
pub(crate) struct WebhookCounters {
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    forgotten: AtomicU64,
    events: AtomicU64,
    waiting_bytes: AtomicU64,
}

/// What was counted, at one moment.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct WebhookCounts {
    /// Requests that were taken.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Requests that were given up.
    pub given_up: u64,
    /// Requests that were given up and are not even listed any more.
    pub forgotten: u64,
    /// Events of the requests that were taken.
    pub events: u64,
    /// Bytes of events on their way.
    pub waiting_bytes: u64,
}

impl WebhookCounters {
    /// What was counted so far.
    pub(crate) fn read(&self) -> WebhookCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        WebhookCounts {
            delivered: read(&self.delivered),
            failed: read(&self.failed),
            given_up: read(&self.given_up),
            forgotten: read(&self.forgotten),
            events: read(&self.events),
            waiting_bytes: read(&self.waiting_bytes),
        }
    }

    /// An endpoint took a request with so many events.
    pub(super) fn count_delivered(&self, events: u32) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events.into(), Ordering::Relaxed);
    }

    /// An attempt failed.
    pub(super) fn count_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was given up.
    pub(super) fn count_given_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// So many requests are not listed any more.
    pub(super) fn count_forgotten(&self, requests: u64) {
        self.forgotten.fetch_add(requests, Ordering::Relaxed);
    }

    /// So much is on its way now.
    pub(super) fn set_waiting(&self, bytes: usize) {
        self.waiting_bytes.store(bytes as u64, Ordering::Relaxed);
    }
}
