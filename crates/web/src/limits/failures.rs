//! Tries that failed: a few in a minute are free, then each makes the wait twice as long.

use super::table::Entry;
use super::window::{Rate, Window};

/// What failed under one key.
pub(crate) struct Failures {
    window: Window,
    /// The wait that the latest failure caused; zero while they are still free.
    wait_ms: i64,
    not_before: i64,
    rate: Rate,
}

impl Failures {
    /// Nothing has failed yet.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { window: Window::new(rate), wait_ms: 0, not_before: 0, rate }
    }

    /// When the next try may be made: now, or later.
    pub(crate) fn free_at(&mut self, now: i64) -> i64 {
        self.forget_before(now);
        self.not_before.max(now)
    }

    /// Notes a failure. The last free one makes wait for a window, each further one twice as long
    /// as the one before.
    pub(crate) fn note(&mut self, now: i64) {
        self.forget_before(now);
        self.window.note(now);
        if self.wait_ms > 0 {
            self.wait(now, (2 * self.wait_ms).min(MAX_WAIT_MS));
        } else if self.window.is_spent() {
            self.wait(now, self.rate.window_ms);
        }
    }

    fn wait(&mut self, now: i64, wait_ms: i64) {
        self.wait_ms = wait_ms;
        self.not_before = now + wait_ms;
    }

    /// Who waited and then was quiet for as long again starts anew; so does everybody when the
    /// clock was set back.
    fn forget_before(&mut self, now: i64) {
        if now >= self.not_before + self.wait_ms || self.not_before - now > self.wait_ms {
            self.wait(0, 0);
        }
    }
}

impl Entry for Failures {
    fn is_idle(&mut self, now: i64) -> bool {
        self.forget_before(now);
        self.wait_ms == 0 && self.window.is_idle(now)
    }

    fn is_spent(&self) -> bool {
        self.wait_ms > 0
    }

    fn weight(&self) -> usize {
        self.window.weight()
    }
}

/// Nobody waits longer than an hour.
const MAX_WAIT_MS: i64 = 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn five_failures() -> Failures {
        let mut failures = Failures::new(Rate { times: 5, window_ms: MINUTE });
        for now in 0..5 {
            assert_eq!(failures.free_at(now), now);
            failures.note(now);
        }
        failures
    }

    #[test]
    fn s14_after_five_failures_the_wait_doubles_up_to_an_hour() {
        let mut failures = five_failures();
        let mut now = 4;
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(failures.free_at(now), now + minutes * MINUTE);
            now += minutes * MINUTE;
            assert_eq!(failures.free_at(now), now);
            failures.note(now);
        }
    }

    #[test]
    fn s14_who_is_quiet_for_as_long_again_starts_anew() {
        let mut failures = five_failures();
        failures.note(4 + MINUTE);
        assert!(!failures.is_idle(4 + 5 * MINUTE - 1));
        assert!(failures.is_idle(4 + 5 * MINUTE));
        failures.note(4 + 5 * MINUTE);
        assert_eq!(failures.free_at(4 + 5 * MINUTE), 4 + 5 * MINUTE);
    }

    #[test]
    fn s14_four_failures_a_minute_make_nobody_wait() {
        let mut failures = Failures::new(Rate { times: 5, window_ms: MINUTE });
        for now in (0..100 * MINUTE).step_by(15_000) {
            assert_eq!(failures.free_at(now), now);
            failures.note(now);
        }
    }
}
