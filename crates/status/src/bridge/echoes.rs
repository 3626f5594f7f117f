//! Tells a status that somebody typed from one that a page sends back because it was shown it
//! (docs/status.md 3.4 "Bridge", C4).
//!
//! The tutorial's page rewrites its list at each join, leave and mirrored change. If its field
//! had the focus, it loses it, and the blur sends the text that was last shown there, which may
//! be an older one.

use std::collections::{HashMap, VecDeque};

use crate::html;
use crate::published::without_tags;
use crate::text::StatusText;

/// The newest statuses of each author, and when pages last had a reason to rewrite their lists.
#[derive(Default)]
pub(crate) struct Echoes {
    authors: HashMap<String, Author>,
    rerendered_at: Option<i64>,
    uses: u64,
}

/// What a bridge write is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Something new.
    New,
    /// The current status, with no reason for a page to have sent it by itself.
    Unchanged,
    /// A recent status, right after pages rewrote their lists.
    Echo,
}

impl Echoes {
    /// A status that is stored under this revision is about to be shown as `text`.
    pub(crate) fn handle_status(&mut self, user: &str, rev: u64, text: &str) {
        self.uses += 1;
        let author = self.authors.entry(user.to_owned()).or_default();
        author.used = self.uses;
        author.handle_status(rev, text);
        if self.authors.len() > MAX_AUTHORS {
            self.forget_oldest();
        }
    }

    /// A frame was sent that makes the tutorial's page rewrite its list.
    pub(crate) fn handle_rerender(&mut self, now: i64) {
        self.rerendered_at = Some(now);
    }

    /// Judges a bridge write.
    pub(crate) fn judge(&self, now: i64, user: &str, text: &StatusText) -> Verdict {
        let Some(author) = self.authors.get(user) else {
            return Verdict::New;
        };
        let rerendered = self.rerendered_at.is_some_and(|at| now - at <= ECHO_MS);
        if rerendered && author.recent.iter().any(|recent| recent.shows(text)) {
            return Verdict::Echo;
        }
        match author.recent.back() {
            Some(current) if current.shows(text) => Verdict::Unchanged,
            _ => Verdict::New,
        }
    }

    /// The highest revision of the author's status that is known.
    pub(crate) fn newest_rev(&self, user: &str) -> Option<u64> {
        Some(self.authors.get(user)?.recent.back()?.rev)
    }

    fn forget_oldest(&mut self) {
        let oldest = self.authors.iter().min_by_key(|(_, author)| author.used);
        if let Some(user) = oldest.map(|(user, _)| user.clone()) {
            self.authors.remove(&user);
        }
    }
}

/// The newest statuses of one author, by revision.
#[derive(Default)]
struct Author {
    recent: VecDeque<Recent>,
    used: u64,
}

impl Author {
    /// Two writes may be noted in another order than they were stored in, so the revision
    /// decides which is the current one.
    fn handle_status(&mut self, rev: u64, text: &str) {
        let place = self.recent.partition_point(|recent| recent.rev < rev);
        if self.recent.get(place).is_some_and(|recent| recent.rev == rev) {
            return;
        }
        self.recent.insert(place, Recent::new(rev, text));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }
}

/// Both texts are kept with the look-alike for `<`: a page's field holds what was typed there
/// until it is shown again what was published.
struct Recent {
    rev: u64,
    text: String,
    /// What a page sends back that put `text` into `innerHTML`.
    as_markup: Option<String>,
}

impl Recent {
    fn new(rev: u64, text: &str) -> Self {
        let as_markup = StatusText::parse_leniently(&html::text_of_fragment(text));
        let as_markup = as_markup.map(|text| without_tags(text.as_str()).into_owned()).ok();
        Self { rev, text: without_tags(text).into_owned(), as_markup }
    }

    fn shows(&self, text: &StatusText) -> bool {
        let text = without_tags(text.as_str());
        self.text == text || self.as_markup.as_deref() == Some(&*text)
    }
}

const ECHO_MS: i64 = 2000;
const RECENT: usize = 5;
const MAX_AUTHORS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn ana_with(statuses: &[&str]) -> Echoes {
        let mut echoes = Echoes::default();
        for (rev, status) in (1..).zip(statuses) {
            echoes.handle_status("ana", rev, status);
        }
        echoes
    }

    fn judge(echoes: &Echoes, now: i64, text: &str) -> Verdict {
        echoes.judge(now, "ana", &StatusText::parse(text).unwrap())
    }

    #[test]
    fn c4_a_recent_status_right_after_a_rerender_is_an_echo() {
        let mut echoes = ana_with(&["one", "two", "three", "four", "five", "six"]);
        echoes.handle_rerender(10_000);
        let table = [
            (10_000, "six", Verdict::Echo),
            (10_000, "two", Verdict::Echo),
            (12_000, "two", Verdict::Echo),
            (12_001, "two", Verdict::New),
            (12_001, "six", Verdict::Unchanged),
            (10_000, "one", Verdict::New),
            (10_000, "seven", Verdict::New),
        ];
        for (now, text, verdict) in table {
            assert_eq!(judge(&echoes, now, text), verdict, "{now} {text}");
        }
        let other = StatusText::parse("six").unwrap();
        assert_eq!(echoes.judge(10_000, "bo", &other), Verdict::New);
    }

    #[test]
    fn c4_without_a_rerender_an_older_status_is_meant() {
        let echoes = ana_with(&["one", "two"]);
        assert_eq!(judge(&echoes, 0, "one"), Verdict::New);
        assert_eq!(judge(&echoes, 0, "two"), Verdict::Unchanged);
    }

    #[test]
    fn c4_markup_that_a_page_rendered_comes_back_as_its_text() {
        let mut echoes = ana_with(&["<b>busy</b> & tired", "free"]);
        echoes.handle_rerender(0);
        assert_eq!(judge(&echoes, 1, "busy & tired"), Verdict::Echo);
        assert_eq!(judge(&echoes, 1, "<b>busy</b> & tired"), Verdict::Echo);
    }

    #[test]
    fn c4_s5_what_was_typed_and_what_was_published_are_the_same_status() {
        let mut echoes = ana_with(&["1 \u{2039} 2", "free"]);
        echoes.handle_rerender(0);
        assert_eq!(judge(&echoes, 1, "1 < 2"), Verdict::Echo);
        assert_eq!(judge(&echoes, 1, "1 \u{2039} 2"), Verdict::Echo);
        assert_eq!(judge(&echoes, 1, "1 > 2"), Verdict::New);
    }

    #[test]
    fn c11_the_revision_tells_which_status_is_current() {
        let mut echoes = Echoes::default();
        echoes.handle_status("ana", 3, "newer");
        echoes.handle_status("ana", 2, "older");
        echoes.handle_status("ana", 3, "ignored");
        assert_eq!(judge(&echoes, 0, "newer"), Verdict::Unchanged);
        assert_eq!(judge(&echoes, 0, "older"), Verdict::New);
        assert_eq!((echoes.newest_rev("ana"), echoes.newest_rev("bo")), (Some(3), None));
    }

    #[test]
    fn authors_are_bounded_and_the_oldest_is_forgotten() {
        let mut echoes = ana_with(&["here"]);
        for number in 0..MAX_AUTHORS {
            echoes.handle_status(&number.to_string(), 1, "x");
        }
        assert_eq!(echoes.authors.len(), MAX_AUTHORS);
        assert_eq!(judge(&echoes, 0, "here"), Verdict::New);
    }
}
