//! What is counted of one app outside the shards: how many connections it had at most, the requests
//! of its back ends, and its webhooks. The threads that count here share what they do anyway, so
//! these counters are shared too; nothing here is touched for a message.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use axum::http::StatusCode;

/// The counters of one app, from when it was added until it is removed.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    /// How many connections it has, and had at most.
    pub(crate) connections: Peak,
    /// Requests to the HTTP API that named it.
    pub(crate) api: ApiCalls,
    /// Requests to its endpoints that were taken.
    pub(crate) webhooks_sent: Count,
    /// Attempts at its endpoints that failed.
    pub(crate) webhooks_failed: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

/// A number that goes up and down, and how high it was.
#[derive(Debug, Default)]
pub(crate) struct Peak {
    now: AtomicU32,
    most: AtomicU32,
    /// Since [`Peak::take_recent`] was called last.
    recent: AtomicU32,
}

/// Requests of back ends, and how those ended that were refused.
#[derive(Debug, Default)]
pub(crate) struct ApiCalls {
    calls: Count,
    refused: [Count; STATUSES.len()],
    /// With a status that is not among those.
    refused_otherwise: Count,
}

impl Count {
    /// One more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub(crate) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Peak {
    /// One more is there.
    pub(crate) fn rise(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        self.recent.fetch_max(now, Ordering::Relaxed);
    }

    /// One less is there.
    pub(crate) fn fall(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }

    /// The most that were there at once.
    pub(crate) fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed).into()
    }

    /// The most that were there at once since this was called last; from now on it is what is there
    /// now.
    pub(crate) fn take_recent(&self) -> u64 {
        let recent = self.recent.swap(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
        // What came between the two has noted itself in what was taken.
        self.recent.fetch_max(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
        recent.into()
    }
}

impl ApiCalls {
    /// A request was answered.
    pub(crate) fn count(&self, status: StatusCode) {
        self.calls.add();
        if status.is_client_error() || status.is_server_error() {
            let place = STATUSES.iter().position(|known| *known == status.as_u16());
            place.map_or(&self.refused_otherwise, |place| &self.refused[place]).add();
        }
    }

    /// How many requests there were, those that were refused included.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.read()
    }

    /// How many were refused, by status; what never happened is not there.
    pub(crate) fn refused(&self) -> BTreeMap<u16, u64> {
        let counts = self.refused.iter().chain([&self.refused_otherwise]).map(Count::read);
        STATUSES
            .into_iter()
            .chain([OTHER_STATUS])
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

/// The statuses with which the HTTP API refuses.
const STATUSES: [u16; 11] = [400, 401, 403, 404, 405, 408, 413, 415, 426, 429, 503];

/// Under which any other is told: it would be a defect of ours.
const OTHER_STATUS: u16 = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_outlasts_what_reached_it_until_it_is_asked_for() {
        let peak = Peak::default();
        (0..3).for_each(|_| peak.rise());
        (0..2).for_each(|_| peak.fall());
        assert_eq!((peak.take_recent(), peak.most()), (3, 3));
        assert_eq!((peak.take_recent(), peak.most()), (1, 3), "one stayed all the time");
        peak.rise();
        peak.fall();
        peak.fall();
        assert_eq!((peak.take_recent(), peak.take_recent(), peak.most()), (2, 0, 3));
    }

    #[test]
    fn what_is_refused_is_told_by_its_status() {
        let api = ApiCalls::default();
        for status in [200, 401, 401, 503, 418] {
            api.count(StatusCode::from_u16(status).unwrap());
        }
        assert_eq!(api.calls(), 5);
        assert_eq!(api.refused(), [(401, 2), (500, 1), (503, 1)].into());
    }
}
