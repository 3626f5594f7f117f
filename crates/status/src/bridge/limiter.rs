//! How often a user's status is written, whichever way it comes (docs/status.md S14). Who saves
//! too often is told so; what the bridge brings too fast waits here, since its page has no place
//! to show a refusal, and only the newest of it is written, so the last word is never lost.

use std::collections::HashMap;

use crate::limits::{self, LimitSettings, Limited};
use crate::text::StatusText;

/// The writes of the last 10 seconds, and what waits.
pub(crate) struct Limiter {
    writes: limits::Limiter<String>,
    waiting: HashMap<String, StatusText>,
}

/// What becomes of a write through the bridge.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Write it now.
    Now(StatusText),
    /// It waits for its turn.
    Later,
    /// It waits, and took the place of one that waited.
    Replaced,
    /// Too many authors write at once.
    Refused,
}

impl Limiter {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        Self { writes: limits::of_statuses(settings), waiting: HashMap::new() }
    }

    /// Admits a save, or refuses it; what waits comes first, so the wait that is told is true.
    pub(crate) fn handle_save(&mut self, now: i64, user: &str) -> Result<(), Limited> {
        let user = user.to_owned();
        let wanted = if self.waiting.contains_key(&user) { 2 } else { 1 };
        match self.writes.free_at(now, &user, wanted) {
            free_at if free_at > now => Err(self.writes.limited(now, free_at)),
            _ => self.writes.take(now, &user),
        }
    }

    /// A save that was admitted was a retry of one that had been stored: it does not count.
    pub(crate) fn handle_retry(&mut self, now: i64, user: &str) {
        self.writes.take_back(now, &user.to_owned());
    }

    /// Admits a write through the bridge, or lets it wait.
    pub(crate) fn handle_write(&mut self, now: i64, user: &str, text: StatusText) -> Admission {
        let user = user.to_owned();
        if let Some(waiting) = self.waiting.get_mut(&user) {
            *waiting = text;
            return Admission::Replaced;
        }
        let is_free = self.writes.free_at(now, &user, 1) <= now;
        match self.writes.take(now, &user) {
            Ok(()) => Admission::Now(text),
            Err(_) if is_free || self.waiting.len() == MAX_WAITING => Admission::Refused,
            Err(_) => {
                self.waiting.insert(user, text);
                Admission::Later
            }
        }
    }

    /// Drops what waits for an author, because something newer was written elsewhere.
    pub(crate) fn forget_waiting(&mut self, user: &str) {
        self.waiting.remove(user);
    }

    /// When the next waiting write may be made.
    pub(crate) fn poll_timeout(&mut self, now: i64) -> Option<i64> {
        let Self { writes, waiting } = self;
        waiting.keys().map(|user| writes.free_at(now, user, 1)).min()
    }

    /// A waiting write that may be made now. Call until there is none.
    pub(crate) fn poll_due(&mut self, now: i64) -> Option<(String, StatusText)> {
        let Self { writes, waiting } = self;
        let user = waiting.keys().find(|user| writes.free_at(now, user, 1) <= now)?.clone();
        let text = waiting.remove(&user)?;
        // A write that there is no room to count is made all the same: it has waited.
        let _ = writes.take(now, &user);
        Some((user, text))
    }
}

const MAX_WAITING: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;

    fn text(text: &str) -> StatusText {
        StatusText::parse(text).unwrap()
    }

    fn fresh() -> Limiter {
        Limiter::new(LimitSettings::default())
    }

    /// Five writes of `ana`, one each second from 0.
    fn exhausted() -> Limiter {
        let mut limiter = fresh();
        for second in 0..5 {
            let admitted = limiter.handle_write(second * 1000, "ana", text("x"));
            assert_eq!(admitted, Admission::Now(text("x")));
        }
        limiter
    }

    #[test]
    fn s14_the_sixth_write_waits_and_only_the_newest_is_written() {
        let mut limiter = exhausted();
        assert_eq!(limiter.poll_timeout(5000), None);
        assert_eq!(limiter.handle_write(5000, "ana", text("six")), Admission::Later);
        assert_eq!(limiter.handle_write(6000, "ana", text("seven")), Admission::Replaced);
        assert_eq!(limiter.handle_write(6000, "bo", text("b")), Admission::Now(text("b")));
        assert_eq!(limiter.poll_timeout(6000), Some(10_000));
        assert_eq!(limiter.poll_due(9999), None);
        assert_eq!(limiter.poll_due(10_000), Some(("ana".to_owned(), text("seven"))));
        assert_eq!(limiter.poll_due(10_000), None);
        assert_eq!(limiter.poll_timeout(10_000), None);
        // The write that waited counts too.
        assert_eq!(limiter.handle_write(10_500, "ana", text("eight")), Admission::Later);
        assert_eq!(limiter.poll_timeout(10_500), Some(11_000));
    }

    #[test]
    fn s14_saves_and_the_bridge_share_one_limit_of_the_user() {
        let limited = |seconds| Err(Limited { limit: Limit::Statuses, retry_after: seconds });
        let mut limiter = exhausted();
        assert_eq!(limiter.handle_save(5000, "ana"), limited(5));
        assert_eq!(limiter.handle_save(5000, "bo"), Ok(()));
        assert_eq!(limiter.handle_write(5000, "ana", text("six")), Admission::Later);
        // What waits is written at 10 s and needs its place.
        assert_eq!(limiter.handle_save(5000, "ana"), limited(6));
        assert_eq!(limiter.poll_due(10_000), Some(("ana".to_owned(), text("six"))));
        assert_eq!(limiter.handle_save(11_000, "ana"), Ok(()));
        assert_eq!(limiter.handle_write(11_000, "ana", text("seven")), Admission::Later);
    }

    #[test]
    fn s14_r15_retries_do_not_count() {
        let mut limiter = fresh();
        for _ in 0..20 {
            assert_eq!(limiter.handle_save(0, "ana"), Ok(()));
            limiter.handle_retry(0, "ana");
        }
    }

    #[test]
    fn what_waits_gives_way_to_a_newer_write_elsewhere() {
        let mut limiter = exhausted();
        limiter.handle_write(5000, "ana", text("old"));
        limiter.forget_waiting("ana");
        assert_eq!(limiter.poll_due(20_000), None);
    }

    #[test]
    fn s14_what_waits_is_bounded() {
        let mut limiter =
            Limiter::new(LimitSettings { statuses_per_10_seconds: 1, ..Default::default() });
        for number in 0..=MAX_WAITING {
            let user = number.to_string();
            limiter.handle_write(0, &user, text("x"));
            let expect = if number < MAX_WAITING { Admission::Later } else { Admission::Refused };
            assert_eq!(limiter.handle_write(0, &user, text("x")), expect);
        }
    }
}
