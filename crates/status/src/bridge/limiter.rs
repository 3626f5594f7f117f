//! How often the bridge writes for one author: 5 times in 10 seconds. What comes faster waits,
//! and only the newest of it is written, so the last word is never lost.

use std::collections::{HashMap, VecDeque};

use crate::text::StatusText;

/// The writes of the last 10 seconds, and what waits.
#[derive(Default)]
pub(crate) struct Limiter {
    authors: HashMap<String, Author>,
}

/// What becomes of a write.
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

#[derive(Default)]
struct Author {
    /// When the writes of the window were made, oldest first.
    writes: VecDeque<i64>,
    waiting: Option<StatusText>,
}

impl Limiter {
    /// Admits a write, or lets it wait.
    pub(crate) fn handle_write(&mut self, now: i64, user: &str, text: StatusText) -> Admission {
        if !self.make_room(now, user) {
            return Admission::Refused;
        }
        let author = self.authors.entry(user.to_owned()).or_default();
        author.forget_before(now);
        if author.waiting.is_some() {
            author.waiting = Some(text);
            return Admission::Replaced;
        }
        if author.writes.len() == WRITES {
            author.waiting = Some(text);
            return Admission::Later;
        }
        author.writes.push_back(now);
        Admission::Now(text)
    }

    /// Drops what waits for an author, because something newer was written elsewhere.
    pub(crate) fn forget_waiting(&mut self, user: &str) {
        if let Some(author) = self.authors.get_mut(user) {
            author.waiting = None;
        }
    }

    /// When the next waiting write may be made.
    pub(crate) fn poll_timeout(&self) -> Option<i64> {
        self.authors.values().filter_map(Author::due).min()
    }

    /// A waiting write that may be made now. Call until there is none.
    pub(crate) fn poll_due(&mut self, now: i64) -> Option<(String, StatusText)> {
        let mut authors = self.authors.iter_mut();
        let (user, author) =
            authors.find(|(_, author)| author.due().is_some_and(|due| due <= now))?;
        author.forget_before(now);
        author.writes.push_back(now);
        Some((user.clone(), author.waiting.take()?))
    }

    /// Whether there is room for this author, after the idle ones left.
    fn make_room(&mut self, now: i64, user: &str) -> bool {
        if self.authors.len() < MAX_AUTHORS || self.authors.contains_key(user) {
            return true;
        }
        self.authors.retain(|_, author| {
            author.forget_before(now);
            author.waiting.is_some() || !author.writes.is_empty()
        });
        self.authors.len() < MAX_AUTHORS
    }
}

impl Author {
    fn forget_before(&mut self, now: i64) {
        while self.writes.front().is_some_and(|at| now - at >= WINDOW_MS) {
            self.writes.pop_front();
        }
    }

    fn due(&self) -> Option<i64> {
        self.waiting.as_ref()?;
        Some(self.writes.front().map_or(0, |at| at + WINDOW_MS))
    }
}

const WRITES: usize = 5;
const WINDOW_MS: i64 = 10_000;
const MAX_AUTHORS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> StatusText {
        StatusText::parse(text).unwrap()
    }

    /// Five writes of `ana`, one each second from 0.
    fn exhausted() -> Limiter {
        let mut limiter = Limiter::default();
        for second in 0..5 {
            let admitted = limiter.handle_write(second * 1000, "ana", text("x"));
            assert_eq!(admitted, Admission::Now(text("x")));
        }
        limiter
    }

    #[test]
    fn the_sixth_write_waits_and_only_the_newest_is_written() {
        let mut limiter = exhausted();
        assert_eq!(limiter.poll_timeout(), None);
        assert_eq!(limiter.handle_write(5000, "ana", text("six")), Admission::Later);
        assert_eq!(limiter.handle_write(6000, "ana", text("seven")), Admission::Replaced);
        assert_eq!(limiter.handle_write(6000, "bo", text("b")), Admission::Now(text("b")));
        assert_eq!(limiter.poll_timeout(), Some(10_000));
        assert_eq!(limiter.poll_due(9999), None);
        assert_eq!(limiter.poll_due(10_000), Some(("ana".to_owned(), text("seven"))));
        assert_eq!(limiter.poll_due(10_000), None);
        assert_eq!(limiter.poll_timeout(), None);
        // The write that waited counts too.
        assert_eq!(limiter.handle_write(10_500, "ana", text("eight")), Admission::Later);
        assert_eq!(limiter.poll_timeout(), Some(11_000));
    }

    #[test]
    fn what_waits_gives_way_to_a_newer_write_elsewhere() {
        let mut limiter = exhausted();
        limiter.handle_write(5000, "ana", text("old"));
        limiter.forget_waiting("ana");
        assert_eq!(limiter.poll_due(20_000), None);
    }

    #[test]
    fn authors_are_bounded() {
        let mut limiter = Limiter::default();
        for number in 0..MAX_AUTHORS {
            limiter.handle_write(0, &number.to_string(), text("x"));
        }
        assert_eq!(limiter.handle_write(9999, "one more", text("x")), Admission::Refused);
        assert_eq!(limiter.handle_write(9999, "7", text("y")), Admission::Now(text("y")));
        let later = limiter.handle_write(10_000, "one more", text("x"));
        assert_eq!(later, Admission::Now(text("x")));
        assert_eq!(limiter.authors.len(), 2);
    }
}
