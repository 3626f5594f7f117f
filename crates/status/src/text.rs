//! The text of a status: plain, one line, bounded (docs/status.md S6).

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::unicode;

/// A status that follows the rules, normalised. It may be empty.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StatusText(String);

/// Why a text is no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextError {
    /// More than [`MAX_GRAPHEMES`] or [`MAX_BYTES`].
    TooLong,
    /// A control character, a bidi override or an isolate without its other half.
    IllegalCharacter,
}

impl StatusText {
    /// Normalises and refuses what the rules forbid: for somebody who is told why.
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        let composed: String = text.nfc().collect();
        let text = unicode::collapse_whitespace(&composed);
        if text.chars().any(is_illegal) || !unicode::isolates_are_balanced(&text) {
            return Err(TextError::IllegalCharacter);
        }
        Self::bounded(text)
    }

    /// Normalises and leaves out what the rules forbid: for the bridge, whose page has no place
    /// to show a refusal. What is too long is refused all the same, never cut.
    pub(crate) fn parse_leniently(text: &str) -> Result<Self, TextError> {
        let allowed = |c: &char| !is_illegal(*c) && !unicode::is_bidi_isolate(*c);
        let composed: String = text.chars().filter(allowed).nfc().collect();
        Self::bounded(unicode::collapse_whitespace(&composed))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }

    fn bounded(text: String) -> Result<Self, TextError> {
        let fits = text.len() <= MAX_BYTES && text.graphemes(true).count() <= MAX_GRAPHEMES;
        if fits { Ok(Self(text)) } else { Err(TextError::TooLong) }
    }
}

/// Statuses stay out of logs (docs/status.md S15).
impl fmt::Debug for StatusText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusText({} bytes)", self.0.len())
    }
}

fn is_illegal(c: char) -> bool {
    unicode::is_control(c) || unicode::is_bidi_override(c)
}

const MAX_GRAPHEMES: usize = 140;
const MAX_BYTES: usize = 560;

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Result<String, TextError> {
        StatusText::parse(text).map(StatusText::into_string)
    }

    fn lenient(text: &str) -> Result<String, TextError> {
        StatusText::parse_leniently(text).map(StatusText::into_string)
    }

    #[test]
    fn s6_statuses_are_normalised() {
        let table = [
            ("", ""),
            ("  in a\r\n\r\nmeeting\t", "in a meeting"),
            ("one\u{2028}two\u{85}three", "one two three"),
            ("cafe\u{301}", "café"),
            ("<b>&amp;</b> $& $' {{status}}", "<b>&amp;</b> $& $' {{status}}"),
            ("\u{2067}שלום\u{2069} ok", "\u{2067}שלום\u{2069} ok"),
            ("a\u{200f}b", "a\u{200f}b"),
        ];
        for (text, status) in table {
            assert_eq!(strict(text).as_deref(), Ok(status), "{text:?}");
        }
    }

    #[test]
    fn s6_what_the_rules_forbid_is_refused_or_left_out() {
        let table = [
            ("a\u{0}b", "ab"),
            ("a\u{1b}[0m", "a[0m"),
            ("\u{202e}evil", "evil"),
            ("a\u{202a}b\u{202c}", "ab"),
            ("a\u{2066}b", "ab"),
            ("a\u{2069}b\u{2066}", "ab"),
        ];
        for (text, left) in table {
            assert_eq!(strict(text), Err(TextError::IllegalCharacter), "{text:?}");
            assert_eq!(lenient(text).as_deref(), Ok(left), "{text:?}");
        }
    }

    #[test]
    fn s6_the_limits_are_graphemes_and_bytes() {
        let family = "👩‍👩‍👧‍👦";
        let table = [
            ("x".repeat(140), true),
            ("x".repeat(141), false),
            ("🦀".repeat(140), true),
            (family.repeat(22), true),
            (family.repeat(23), false),
            (format!("a{}", "\u{301}".repeat(400)), false),
        ];
        for (text, fits) in table {
            assert_eq!(strict(&text).is_ok(), fits, "{} bytes", text.len());
            assert_eq!(lenient(&text).is_ok(), fits, "{} bytes", text.len());
        }
    }
}
