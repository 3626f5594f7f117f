//! The one clock of the node: it turns the system's instants into the machines' [`Time`], which
//! never read a clock themselves.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rollcall_engine::Time;

/// Counts from the start of the node; the same on every thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
}

#[allow(clippy::disallowed_methods, reason = "this is where the shell reads the clock")]
impl Clock {
    /// A clock that starts now.
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// The machines' now.
    pub(crate) fn now(self) -> Time {
        Time::after_start(self.start.elapsed())
    }

    /// The runtime's name for a moment of the machines.
    pub(crate) fn instant(self, time: Time) -> tokio::time::Instant {
        (self.start + time.since_start()).into()
    }

    /// Milliseconds of the calendar, since 1970.
    pub(crate) fn unix_millis(self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Seconds of the calendar, for the timestamps of signed requests.
    pub(crate) fn unix_seconds(self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}
