//! A status as the channel is told of it: the stored text, or a harmless look of it while the
//! operator's own pages are served (docs/status.md section 0 "The tutorial's own page", S5).
//!
//! Such a page may put a status into `innerHTML`. Its content policy lets no script run, but no
//! policy governs `<meta http-equiv="refresh">`, by which a status could send every viewer away.

use std::borrow::Cow;

use rollcall_node::handle::Member;
use rollcall_store::StatusRow;
use serde::Serialize;

/// Whether what reads the channel may take a text for markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// The built-in page and programs, to which a status is text.
    OfText,
    /// Also pages of the operator's.
    OfMarkup,
}

/// What the channel is told of a status.
#[derive(Clone)]
pub(crate) struct Published {
    /// The text.
    pub(crate) text: String,
    /// The revision.
    pub(crate) rev: u64,
    updated_at: i64,
}

impl Published {
    pub(crate) fn new(status: &StatusRow, readers: Readers) -> Self {
        let text = match readers {
            Readers::OfText => status.text.clone(),
            Readers::OfMarkup => without_tags(&status.text).into_owned(),
        };
        Self { text, rev: status.rev, updated_at: status.updated_at }
    }

    /// The member as its subscription is signed.
    pub(crate) fn member(&self, name: &str) -> Member {
        Member { user_id: name.to_owned(), user_info: Some(self.member_info()) }
    }

    /// What others see of a member. A status has no character that JSON escapes but `"` and `\`,
    /// at most 140 of them, and as many that grow by two bytes, so this is under 1 kB.
    pub(crate) fn member_info(&self) -> String {
        let Self { text, rev, updated_at } = self;
        let info = MemberInfo { status: text, rev: *rev, updated_at: *updated_at };
        serde_json::to_string(&info).expect("texts and numbers always serialise")
    }
}

/// The text with a look-alike (U+2039) for the character without which no element can begin.
pub(crate) fn without_tags(text: &str) -> Cow<'_, str> {
    match text.contains('<') {
        true => text.replace('<', "\u{2039}").into(),
        false => text.into(),
    }
}

#[derive(Serialize)]
struct MemberInfo<'a> {
    status: &'a str,
    rev: u64,
    updated_at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::StatusText;

    #[test]
    fn s13_the_largest_member_info_is_within_1_kb() {
        let quotes = format!("{}{}", "\"".repeat(80), "\u{10ffff}".repeat(60));
        let tags = format!("{}a{}", "<".repeat(139), "\u{301}".repeat(210));
        for text in ["\"".repeat(140), "\\".repeat(140), "🦀".repeat(140), quotes, tags] {
            let text = StatusText::parse(&text).unwrap().into_string();
            let status = StatusRow { text, rev: u64::MAX, updated_at: i64::MIN };
            let info = Published::new(&status, Readers::OfMarkup).member_info();
            assert!(info.len() <= 1024, "{} bytes", info.len());
        }
    }

    #[test]
    fn s5_for_readers_of_markup_no_element_can_begin() {
        let text = "<meta http-equiv=refresh> & 1 < 2".to_owned();
        let status = StatusRow { text, rev: 1, updated_at: 0 };
        let of_markup = Published::new(&status, Readers::OfMarkup);
        assert_eq!(of_markup.text, "\u{2039}meta http-equiv=refresh> & 1 \u{2039} 2");
        assert_eq!(Published::new(&status, Readers::OfText).text, status.text);
    }
}
