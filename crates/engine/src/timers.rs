//! Many deadlines, one number out.
//!
//! Deadlines are not taken back: what comes due names its moment, and its owner compares that with
//! the deadline it has by then. Moving a deadline later, which happens with every message of every
//! connection, therefore costs nothing.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::time::Time;

/// Deadlines of things that are named by a `K`.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    heap: BinaryHeap<Entry<K>>,
    armed: u64,
}

#[derive(Debug)]
struct Entry<K> {
    at: Time,
    /// Entries of the same moment come due in the order in which they were armed.
    order: u64,
    key: K,
}

impl<K> Timers<K> {
    /// No deadlines.
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), armed: 0 }
    }

    /// `key` comes due at `at`.
    pub(crate) fn arm(&mut self, at: Time, key: K) {
        self.armed += 1;
        self.heap.push(Entry { at, order: self.armed, key });
    }

    /// The earliest that has come due, with the moment for which it was armed.
    pub(crate) fn poll(&mut self, now: Time) -> Option<(Time, K)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.key))
    }

    /// When the earliest comes due.
    pub(crate) fn next(&self) -> Option<Time> {
        self.heap.peek().map(|entry| entry.at)
    }
}

impl<K> Ord for Entry<K> {
    /// Turned round, since the heap gives its greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl<K> PartialOrd for Entry<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> PartialEq for Entry<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K> Eq for Entry<K> {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Time {
        Time::after_start(Duration::from_secs(seconds))
    }

    #[test]
    fn come_due_in_order_of_time_then_of_arming() {
        let mut timers = Timers::new();
        for (seconds, key) in [(3, 'c'), (1, 'a'), (3, 'd'), (2, 'b')] {
            timers.arm(at(seconds), key);
        }
        assert_eq!(timers.next(), Some(at(1)));
        let due: Vec<_> = std::iter::from_fn(|| timers.poll(at(3))).map(|(_, key)| key).collect();
        assert_eq!(due, ['a', 'b', 'c', 'd']);
    }

    #[test]
    fn nothing_comes_due_early() {
        let mut timers = Timers::new();
        timers.arm(at(2), ());
        assert_eq!(timers.poll(at(1)), None);
        assert_eq!(timers.poll(at(2)), Some((at(2), ())));
        assert_eq!(timers.next(), None);
    }
}
