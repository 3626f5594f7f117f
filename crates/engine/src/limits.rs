//! Rates that a connection is held to.

use std::time::Duration;

use crate::time::Time;

const WINDOW: Duration = Duration::from_secs(1);

/// Counts events in windows of a second, each opened by the first event after the last one closed.
///
/// A window, not a leaking bucket: the rule is "at most so many in a second", and a bucket that
/// refills while a burst is on its way would let the eleventh through (docs/protocol.md section 3,
/// rule 8).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RateWindow {
    opened: Time,
    taken: u32,
}

impl RateWindow {
    /// Takes one event of `limit` a second; `false` if there is none left in this window.
    pub(crate) fn take(&mut self, now: Time, limit: u32) -> bool {
        if self.taken == 0 || now - self.opened >= WINDOW {
            *self = Self { opened: now, taken: 0 };
        }
        if self.taken >= limit {
            return false;
        }
        self.taken += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p101_the_eleventh_in_a_second_is_refused_and_the_next_second_is_new() {
        let mut window = RateWindow::default();
        let at = |millis| Time::after_start(Duration::from_millis(millis));
        assert!((0..10).all(|n| window.take(at(5_000 + n * 99), 10)));
        assert!(!window.take(at(5_999), 10));
        assert!(window.take(at(6_000), 10));
    }

    #[test]
    fn a_limit_of_none_refuses_all() {
        assert!(!RateWindow::default().take(Time::ZERO, 0));
    }
}
