//! Rates that a connection is held to.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Time;

const SECOND: Duration = Duration::from_secs(1);

/// The moments of the last second's events, as far as they were let through.
///
/// Moments, not a bucket or a count per window: the rule is "at most so many in a second", and a
/// bucket that refills while a burst is on its way, or two windows that touch, would let nearly
/// twice as many through (docs/protocol.md section 3, rule 8).
#[derive(Debug, Clone, Default)]
pub(crate) struct LastSecond {
    taken: VecDeque<Time>,
}

impl LastSecond {
    /// Takes one event of `limit` a second; `false` if there were so many in the last one.
    pub(crate) fn take(&mut self, now: Time, limit: usize) -> bool {
        self.forget(now);
        if self.taken.len() >= limit {
            return false;
        }
        self.taken.push_back(now);
        true
    }

    /// Whether no event of `limit` a second is left.
    pub(crate) fn is_spent(&mut self, now: Time, limit: usize) -> bool {
        self.forget(now);
        self.taken.len() >= limit
    }

    fn forget(&mut self, now: Time) {
        while self.taken.front().is_some_and(|&moment| now - moment >= SECOND) {
            self.taken.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p101_the_eleventh_in_any_second_is_refused() {
        let mut events = LastSecond::default();
        let at = |millis| Time::after_start(Duration::from_millis(millis));
        assert!(events.take(at(5_000), 10));
        assert!((0..9).all(|n| events.take(at(5_900 + n), 10)));
        assert!(!events.take(at(5_999), 10));
        assert!(events.take(at(6_000), 10), "the first is a second old");
        assert!(!events.take(at(6_001), 10), "the other nine are not");
        assert!((0..9).all(|n| events.take(at(6_908 + n), 10)));
    }

    #[test]
    fn a_limit_of_none_refuses_all() {
        assert!(!LastSecond::default().take(Time::ZERO, 0));
    }
}
