//! How much was taken today: one number that begins anew each day, without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// What was taken on the newest day: the day in the upper bits, the count in the lower ones, so that
/// both change at once.
#[derive(Debug, Default)]
pub(crate) struct Tally(AtomicU64);

impl Tally {
    /// Takes `count` of what may be taken on `day`; `false`, and nothing is taken, if that is too
    /// much.
    pub(crate) fn take(&self, count: u64, day: u64, most: u64) -> bool {
        let most = most.min(MOST);
        let more = |packed: u64| {
            // Any other day begins anew, also an earlier one: a clock that was wrong for a moment
            // must not block an app until that moment comes again.
            let taken = if packed >> COUNT_BITS == day { packed & MOST } else { 0 };
            let sum = taken.checked_add(count).filter(|sum| *sum <= most)?;
            Some(day << COUNT_BITS | sum)
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }
}

/// Enough for two hundred million in each second of a day; the rest is days enough.
const COUNT_BITS: u32 = 44;

const MOST: u64 = (1 << COUNT_BITS) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_so_many_and_the_next_as_many_again() {
        let tally = Tally::default();
        assert!(tally.take(6, 20_000, 10));
        assert!(!tally.take(5, 20_000, 10), "all or nothing");
        assert!(tally.take(4, 20_000, 10));
        assert!(!tally.take(1, 20_000, 10));
        assert!(tally.take(10, 20_001, 10));
        assert!(tally.take(1, 20_000, 10), "the clock was set back");
    }

    #[test]
    fn without_a_limit_it_counts_all_the_same() {
        let tally = Tally::default();
        assert!(tally.take(1_000_000, 1, u64::MAX));
        assert!(!tally.take(1, 1, 1_000_000));
        assert!(!tally.take(MOST, 1, u64::MAX));
    }
}
