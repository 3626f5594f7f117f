//! One limit for many keys, and the refusal that it gives. What is limited the app names itself,
//! by a type of its own.

use std::hash::Hash;

use super::failures::Failures;
use super::table::{Size, Table};
use super::window::{Rate, Window};

/// A refusal, and when the same would be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited<L> {
    /// What there was too much of.
    pub limit: L,
    /// In whole seconds, rounded up.
    pub retry_after: u64,
}

impl<L> Limited<L> {
    /// A refusal that holds until a moment.
    pub fn until(limit: L, now: i64, free_at: i64) -> Self {
        let millis = u64::try_from(free_at - now).unwrap_or_default();
        Self { limit, retry_after: millis.div_ceil(1000).max(1) }
    }

    /// The sentence `what`, and one that says how long to wait.
    pub fn sentence(&self, what: &str) -> String {
        match self.retry_after {
            seconds if seconds < 120 => format!("{what} Try again in {seconds} s."),
            seconds => format!("{what} Try again in {} min.", seconds.div_ceil(60)),
        }
    }
}

/// So many within a window for each key.
pub struct Limiter<L, K> {
    limit: L,
    rate: Rate,
    windows: Table<K, Window>,
}

impl<L: Copy, K: Clone + Eq + Hash> Limiter<L, K> {
    /// A limit that nobody has used yet.
    pub fn new(limit: L, rate: Rate) -> Self {
        Self::with_size(limit, rate, SIZE)
    }

    /// Allows and notes, or refuses.
    pub fn take(&mut self, now: i64, key: &K) -> Result<(), Limited<L>> {
        self.check(now, key)?;
        if self.rate.is_unlimited() {
            return Ok(());
        }
        let rate = self.rate;
        let noted = self.windows.change(now, key, || Window::new(rate), |window| window.note(now));
        noted.ok_or_else(|| self.limited(now, now + rate.window_ms))
    }

    /// Whether it is allowed.
    pub fn check(&mut self, now: i64, key: &K) -> Result<(), Limited<L>> {
        match self.free_at(now, key, 1) {
            free_at if free_at > now => Err(self.limited(now, free_at)),
            _ => Ok(()),
        }
    }

    /// When so many more are allowed for a key.
    pub fn free_at(&mut self, now: i64, key: &K, wanted: u32) -> i64 {
        match self.windows.find(key) {
            Some(window) => window.free_at(now, wanted),
            None => now,
        }
    }

    /// Takes the latest note of a key back.
    pub fn take_back(&mut self, now: i64, key: &K) {
        if self.windows.find(key).is_some() {
            let rate = self.rate;
            self.windows.change(now, key, || Window::new(rate), Window::take_back);
        }
    }

    /// Counts what one key did for another, which continues it.
    pub fn continue_as(&mut self, old: &K, new: K) {
        self.windows.rename(old, new);
    }

    /// The refusal until a moment.
    pub fn limited(&self, now: i64, free_at: i64) -> Limited<L> {
        Limited::until(self.limit, now, free_at)
    }

    fn with_size(limit: L, rate: Rate, size: Size) -> Self {
        Self { limit, rate, windows: Table::new(size) }
    }
}

/// Tries that may fail, by key: a few failures are free, then each makes the wait longer.
pub struct Tries<L, K> {
    limit: L,
    rate: Rate,
    failures: Table<K, Failures>,
}

impl<L: Copy, K: Clone + Eq + Hash> Tries<L, K> {
    /// Nobody has failed yet; so many failures in a window are free.
    pub fn new(limit: L, rate: Rate) -> Self {
        Self { limit, rate, failures: Table::new(SIZE) }
    }

    /// Whether a try is allowed. It counts for nothing until it has failed.
    pub fn check(&mut self, now: i64, key: &K) -> Result<(), Limited<L>> {
        match self.failures.find(key).map_or(now, |failures| failures.free_at(now)) {
            free_at if free_at > now => Err(Limited::until(self.limit, now, free_at)),
            _ => Ok(()),
        }
    }

    /// Notes that a try failed. Refused where there is no room to remember it.
    pub fn fail(&mut self, now: i64, key: &K) -> Result<(), Limited<L>> {
        if self.rate.is_unlimited() {
            return Ok(());
        }
        let rate = self.rate;
        let note = |failures: &mut Failures| failures.note(now);
        let noted = self.failures.change(now, key, || Failures::new(rate), note);
        noted.ok_or(Limited::until(self.limit, now, now + rate.window_ms))
    }
}

/// What one limit remembers at most: about 10 MB.
const SIZE: Size = Size { keys: 50_000, weight: 250_000 };

#[cfg(test)]
mod tests {
    use super::*;

    /// The only limit of these tests.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Limit;

    fn limited(retry_after: u64) -> Result<(), Limited<Limit>> {
        Err(Limited { limit: Limit, retry_after })
    }

    #[test]
    fn s14_flooding_with_many_keys_gives_nobody_a_fresh_start() {
        let rate = Rate { times: 3, window_ms: 1000 };
        let size = Size { keys: 100, weight: 1000 };
        let mut limiter = Limiter::with_size(Limit, rate, size);
        let mine = u64::MAX;
        for _ in 0..3 {
            assert_eq!(limiter.take(0, &mine), Ok(()));
        }
        for key in 0..10_000 {
            assert_eq!(limiter.take(1, &key), Ok(()));
            assert_eq!(limiter.take(1, &mine), limited(1));
            assert!(limiter.windows.size().keys <= 100);
        }
    }

    #[test]
    fn s14_zero_is_no_limit_and_remembers_nothing() {
        let rate = Rate { times: 0, window_ms: 1000 };
        let (mut limiter, mut tries) = (Limiter::new(Limit, rate), Tries::new(Limit, rate));
        for _ in 0..1000 {
            assert_eq!(limiter.take(0, &1), Ok(()));
            assert_eq!(tries.check(0, &1), Ok(()));
            assert_eq!(tries.fail(0, &1), Ok(()));
        }
        let sizes = [limiter.windows.size(), tries.failures.size()];
        assert_eq!(sizes, [Size { keys: 0, weight: 0 }; 2]);
    }

    #[test]
    fn s14_tries_wait_after_the_free_failures_and_only_under_their_key() {
        let mut tries = Tries::new(Limit, Rate { times: 2, window_ms: 60_000 });
        for now in 0..2 {
            assert_eq!(tries.check(now, &1), Ok(()));
            assert_eq!(tries.fail(now, &1), Ok(()));
        }
        assert_eq!(tries.check(1, &1), limited(60));
        assert_eq!(tries.check(1, &2), Ok(()));
        assert_eq!(tries.check(60_001, &1), Ok(()));
    }
}
