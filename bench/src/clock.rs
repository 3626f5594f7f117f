//! The benchmark's clock: the one place that reads the time and waits for it to pass.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures from here on.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn start() -> Instant {
    Instant::now()
}

/// Lets time pass.
#[allow(clippy::disallowed_methods, reason = "idling is what is measured")]
pub(crate) fn idle(duration: Duration) {
    std::thread::sleep(duration);
}

/// Seconds of the calendar, for the timestamps of signed requests.
#[allow(clippy::disallowed_methods, reason = "a signed request says when it was signed")]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
