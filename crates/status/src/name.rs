//! User names: what one may look like, and the keys by which two are the same
//! (docs/status.md section 0 "Names and accounts", S1, S13).

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::unicode;

/// A name that follows the rules, normalised. It is the `user_id` of the member.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameError {
    /// Nothing visible is left of it.
    Empty,
    /// More than [`MAX_GRAPHEMES`] or [`MAX_BYTES`].
    TooLong,
    /// A control or bidi character, or one that could be taken for markup.
    IllegalCharacter,
    /// A word that breaks clients when it is a key.
    Reserved,
}

impl UserName {
    /// Normalises to NFC, trims, collapses white space, then checks.
    ///
    /// NFC comes first because it can make a forbidden character out of one that is not:
    /// U+1FEF becomes the backtick.
    pub(crate) fn parse(text: &str) -> Result<Self, NameError> {
        let composed: String = text.nfc().collect();
        let name = unicode::collapse_whitespace(&composed);
        if name.chars().any(is_illegal) {
            return Err(NameError::IllegalCharacter);
        }
        if name.len() > MAX_BYTES || name.graphemes(true).count() > MAX_GRAPHEMES {
            return Err(NameError::TooLong);
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(NameError::Reserved);
        }
        match folded_first(&name).is_empty() {
            true => Err(NameError::Empty),
            false => Ok(Self(name)),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names stay out of logs (docs/status.md S15).
impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserName({} bytes)", self.0.len())
    }
}

/// The keys of a name, all different. Two names that share any of them are the same.
///
/// Capitals look like other letters than the small ones do: `I` is like `l`, Cyrillic `В` like
/// `B`. So the confusable skeleton (UTS 39) is taken both of the folded name, which finds `ALICE`
/// for `alice`, and of the name as it is written, which finds `AIice`.
/// Keys are stored, so a change of the Unicode tables that matters needs a migration.
pub(crate) fn keys(name: &str) -> Vec<String> {
    let mut keys = vec![folded_first(name), as_written(name)];
    keys.dedup();
    keys
}

/// NFKC, case folding, skeleton; folded once more, because the skeleton maps some signs to
/// capitals (`0` to `O`).
fn folded_first(name: &str) -> String {
    as_written(&caseless::default_case_fold_str(&compatible(name)))
}

/// NFKC, skeleton, case folding.
fn as_written(name: &str) -> String {
    let skeleton: String = unicode_security::skeleton(&compatible(name)).collect();
    unicode::collapse_whitespace(&caseless::default_case_fold_str(&skeleton))
}

fn compatible(name: &str) -> String {
    name.nfkc().collect()
}

fn is_illegal(c: char) -> bool {
    matches!(c, '<' | '>' | '&' | '"' | '`')
        || unicode::is_control(c)
        || unicode::is_bidi_override(c)
        || unicode::is_bidi_isolate(c)
        || unicode::is_bidi_mark(c)
}

const MAX_GRAPHEMES: usize = 64;
const MAX_BYTES: usize = 128;
/// As a member's id this one makes the stock client count three members and list two.
const RESERVED: [&str; 1] = ["__proto__"];

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, NameError> {
        UserName::parse(text).map(|name| name.0)
    }

    fn share_a_key(left: &str, right: &str) -> bool {
        let right = keys(right);
        keys(left).iter().any(|key| right.contains(key))
    }

    #[test]
    fn s1_names_that_look_alike_share_a_key() {
        let same = [
            ("alice", "ALICE"),
            ("alice", "ａｌｉｃｅ"),
            ("alice", "аlice"),
            ("alice", "al\u{200b}ice"),
            ("alice", "ali\u{ad}ce"),
            ("Straße", "STRASSE"),
            ("Zoé", "ZOE\u{301}"),
            ("ﬁlip", "filip"),
            ("b0b", "bOb"),
            ("modern", "modem"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ana b", "ana\u{3000}b"),
            ("scope", "ѕсоре"),
            // Capitals that look like other letters.
            ("Alice", "AIice"),
            ("Milo", "MiIo"),
            ("Bob", "Вob"),
            ("bob", "ВОВ"),
            ("Helen", "Нelen"),
            ("Paul", "ΡauI"),
            ("ALICE", "AIice"),
            ("BILL", "BlLL"),
        ];
        for (left, right) in same {
            assert!(share_a_key(left, right), "{left} and {right}");
        }
    }

    #[test]
    fn s1_different_names_have_different_keys() {
        let names = [
            "ana",
            "anna",
            "bo",
            "ana b",
            "anab",
            "Zoe",
            "Zoé",
            "李雷",
            "韩梅梅",
            "علي",
            "Alice",
            "Alicia",
            "Bob",
            "Rob",
            "Milo",
            "Mila",
            "Ilona",
            "Lena",
            "IVAN",
            "Иван",
            "Борис",
            "Γιάννης",
            "Maria",
            "Mario",
        ];
        for (index, left) in names.iter().enumerate() {
            for right in &names[index + 1..] {
                assert!(!share_a_key(left, right), "{left} and {right}");
            }
        }
    }

    #[test]
    fn s13_names_are_normalised() {
        let table = [
            ("Ana", "Ana"),
            ("  Ana \t\n B. ", "Ana B."),
            ("Zoe\u{301}", "Zoé"),
            ("ana\u{a0}\u{a0}b", "ana b"),
            ("constructor", "constructor"),
            ("me", "me"),
            ("toString", "toString"),
            ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
            ("O'Brien; $' {{x}}", "O'Brien; $' {{x}}"),
        ];
        for (text, name) in table {
            assert_eq!(parsed(text).as_deref(), Ok(name));
        }
    }

    #[test]
    fn s13_texts_that_are_no_names() {
        use NameError::{Empty, IllegalCharacter, Reserved, TooLong};
        let table = [
            ("", Empty),
            (" \t\n", Empty),
            ("\u{200b}\u{200d}", Empty),
            ("a\u{0}b", IllegalCharacter),
            ("a\u{7f}", IllegalCharacter),
            ("a\u{9b}", IllegalCharacter),
            ("\u{202e}ana", IllegalCharacter),
            ("ana\u{2066}", IllegalCharacter),
            ("ana\u{200f}", IllegalCharacter),
            ("ana\u{61c}", IllegalCharacter),
            ("<b>", IllegalCharacter),
            ("a\"b", IllegalCharacter),
            ("a`b", IllegalCharacter),
            ("a\u{1fef}b", IllegalCharacter),
            ("__proto__", Reserved),
            (" __proto__ ", Reserved),
        ];
        for (text, error) in table {
            assert_eq!(parsed(text), Err(error), "{text:?}");
        }
        assert_eq!(parsed(&"a".repeat(65)), Err(TooLong));
        assert_eq!(parsed(&"é".repeat(64)).map(|name| name.len()), Ok(128));
        assert_eq!(parsed(&"李".repeat(43)), Err(TooLong));
    }

    #[test]
    fn s15_debug_hides_the_name() {
        let name = UserName::parse("ana").unwrap();
        assert_eq!(format!("{name:?}"), "UserName(3 bytes)");
    }
}
