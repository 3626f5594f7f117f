//! So many within so long, told by the moments of the last window themselves: a bucket that
//! refills during a burst, or two windows that touch, let nearly twice as many through.

use std::collections::VecDeque;

use super::table::Entry;

/// How often something may happen. Zero times stands for no limit.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// So many times…
    pub times: u32,
    /// …within so many milliseconds.
    pub window_ms: i64,
}

/// The moments of one key, oldest first.
pub(crate) struct Window {
    rate: Rate,
    groups: VecDeque<Group>,
    used: u32,
}

/// Moments that are forgotten together: those of one millisecond, or of one thousandth of the
/// window where more are allowed than a window keeps apart.
struct Group {
    until: i64,
    count: u32,
}

impl Rate {
    /// Whether there is no limit.
    pub(crate) fn is_unlimited(self) -> bool {
        self.times == 0
    }

    /// The end of the group that a moment belongs to; never before the moment, so that grouping
    /// lets nobody have more.
    fn group_of(self, now: i64) -> i64 {
        if self.times <= MAX_GROUPS {
            return now;
        }
        let grain = (self.window_ms / i64::from(MAX_GROUPS)).max(1);
        (now.div_euclid(grain) + 1) * grain
    }
}

impl Window {
    /// Nothing has happened yet.
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, groups: VecDeque::new(), used: 0 }
    }

    /// When so many more may happen: now, or later.
    pub(crate) fn free_at(&mut self, now: i64, wanted: u32) -> i64 {
        self.forget_before(now);
        let mut free = self.rate.times.saturating_sub(self.used);
        if free >= wanted {
            return now;
        }
        for group in &self.groups {
            free += group.count;
            if free >= wanted {
                return group.until + self.rate.window_ms;
            }
        }
        // More than a whole window holds: the first of them make room for the last.
        self.groups.front().map_or(now, |first| first.until) + 2 * self.rate.window_ms
    }

    /// Notes that it happened.
    pub(crate) fn note(&mut self, now: i64) {
        self.forget_before(now);
        let until = self.rate.group_of(now);
        self.used += 1;
        match self.groups.back_mut() {
            Some(last) if last.until >= until => last.count += 1,
            _ => self.groups.push_back(Group { until, count: 1 }),
        }
    }

    /// Takes the latest note back.
    pub(crate) fn take_back(&mut self) {
        let Some(last) = self.groups.back_mut() else { return };
        self.used -= 1;
        last.count -= 1;
        if last.count == 0 {
            self.groups.pop_back();
        }
    }

    /// A clock that was set back by more than a window would keep people waiting for as long.
    fn forget_before(&mut self, now: i64) {
        let window = self.rate.window_ms;
        let gone = |group: &Group| group.until + window <= now || group.until - now > 2 * window;
        while let Some(first) = self.groups.pop_front_if(|first| gone(first)) {
            self.used -= first.count;
        }
    }
}

impl Entry for Window {
    fn is_idle(&mut self, now: i64) -> bool {
        self.forget_before(now);
        self.groups.is_empty()
    }

    fn is_spent(&self) -> bool {
        self.used >= self.rate.times
    }

    fn weight(&self) -> usize {
        self.groups.len()
    }
}

/// So many moments are kept apart.
const MAX_GROUPS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn window(times: u32, window_ms: i64) -> Window {
        Window::new(Rate { times, window_ms })
    }

    #[test]
    fn s14_no_window_however_placed_holds_more_than_allowed() {
        let mut window = window(5, 10_000);
        let mut admitted = Vec::new();
        for now in (0..60_000).step_by(500) {
            if window.free_at(now, 1) == now {
                window.note(now);
                admitted.push(now);
            }
        }
        assert_eq!(admitted.len(), 5 * 6);
        for start in 0..50_000 {
            let within = admitted.iter().filter(|at| (start..start + 10_000).contains(*at));
            assert!(within.count() <= 5, "from {start}");
        }
    }

    #[test]
    fn s14_the_wait_is_true_to_the_millisecond() {
        let mut window = window(2, 1000);
        window.note(0);
        window.note(400);
        let free_at = [1, 2, 3].map(|wanted| window.free_at(500, wanted));
        assert_eq!(free_at, [1000, 1400, 2000]);
        assert_eq!((window.free_at(999, 1), window.free_at(1000, 1)), (1000, 1000));
    }

    #[test]
    fn s14_a_large_limit_is_kept_in_little_room_and_never_exceeded() {
        let mut window = window(100_000, 60_000);
        for n in 0..100_000_i64 {
            let now = n / 2;
            assert_eq!(window.free_at(now, 1), now);
            window.note(now);
        }
        assert!(window.weight() <= 1001, "{}", window.weight());
        let free = window.free_at(50_000, 1);
        assert!((60_000..=60_060).contains(&free), "{free}");
    }

    #[test]
    fn a_note_can_be_taken_back() {
        let mut window = window(1, 1000);
        window.note(0);
        window.take_back();
        window.take_back();
        assert_eq!(window.free_at(0, 1), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let mut window = window(1, 1000);
        window.note(1_000_000);
        assert_eq!(window.free_at(5000, 1), 5000);
        window.note(5000);
        assert_eq!(window.free_at(4999, 1), 6000);
    }
}
