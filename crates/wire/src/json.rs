//! The little JSON that serde does not give us: escaping into another string, and objects only.
//!
//! Events are encoded by hand because their `data` is JSON inside a JSON string
//! (`docs/protocol.md` 0.3): a [`Sink`] that escapes lets the inner text be written straight into
//! the outer one, with no string in between.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// Where encoded bytes go: a buffer, or the inside of a string in a buffer.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// A sink whose bytes become the content of a JSON string of the sink below.
pub(crate) struct Escaped<'a, S: Sink>(pub(crate) &'a mut S);

impl<S: Sink> Sink for Escaped<'_, S> {
    fn put(&mut self, bytes: &[u8]) {
        let mut plain_from = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if NEEDS_ESCAPE[byte as usize] {
                self.0.put(&bytes[plain_from..at]);
                put_escape(self.0, byte);
                plain_from = at + 1;
            }
        }
        self.0.put(&bytes[plain_from..]);
    }
}

/// Writes `text` as a JSON string, quotes included.
pub(crate) fn put_string<S: Sink>(sink: &mut S, text: &str) {
    sink.put(b"\"");
    Escaped(sink).put(text.as_bytes());
    sink.put(b"\"");
}

/// Writes a number in decimal.
pub(crate) fn put_number<S: Sink>(sink: &mut S, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    sink.put(&digits[at..]);
}

/// Parses a JSON object. serde would take an array for a struct too, and the protocol does not.
pub(crate) fn parse_object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    if !is_object(text) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Whether a JSON text, known or about to be known as valid, is an object.
pub(crate) fn is_object(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{')
}

/// The content of a JSON string; `None` for any other value and for a string that is not Unicode.
pub(crate) fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw.get()).ok().map(Cow::Owned)
}

/// Like [`string`], but a lone surrogate escape, which no UTF-8 text can hold, becomes U+FFFD.
pub(crate) fn string_lossy(raw: &RawValue) -> Option<Cow<'_, str>> {
    string(raw).or_else(|| {
        let Bytes(bytes) = serde_json::from_str(raw.get()).ok()?;
        Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
    })
}

/// For `deserialize_with`: keeps a `null` apart from an absent key.
pub(crate) fn present<'de, D>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error>
where
    D: Deserializer<'de>,
{
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The bytes of a JSON string, lone surrogates included, as serde_json hands them out.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;
        impl Visitor<'_> for BytesVisitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(BytesVisitor)
    }
}

fn put_escape<S: Sink>(sink: &mut S, byte: u8) {
    match byte {
        b'"' => sink.put(b"\\\""),
        b'\\' => sink.put(b"\\\\"),
        b'\n' => sink.put(b"\\n"),
        b'\r' => sink.put(b"\\r"),
        b'\t' => sink.put(b"\\t"),
        _ => sink.put(&[
            b'\\',
            b'u',
            b'0',
            b'0',
            HEX_DIGITS[usize::from(byte >> 4)],
            HEX_DIGITS[usize::from(byte & 15)],
        ]),
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

const NEEDS_ESCAPE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 4294967295, u64::MAX] {
            let mut out = Vec::new();
            put_number(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }

    #[test]
    fn every_control_character_is_escaped() {
        for character in '\0'..='\u{80}' {
            let mut out = Vec::new();
            put_string(&mut out, &character.to_string());
            assert!(out.iter().all(|byte| *byte >= 0x20), "{character:?}");
            assert_eq!(serde_json::from_slice::<char>(&out).unwrap(), character);
        }
    }

    #[test]
    fn only_objects_are_objects() {
        for (text, expected) in [("{}", true), (" \r\n\t{}", true), ("[]", false), ("", false)] {
            assert_eq!(is_object(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_lone_surrogate_becomes_a_replacement() {
        let raw: &RawValue = serde_json::from_str(r#""a\ud800b""#).unwrap();
        assert_eq!(string(raw), None);
        let text = string_lossy(raw).unwrap();
        assert!(text.starts_with('a') && text.ends_with('b') && text.contains('\u{fffd}'));
    }

    proptest! {
        #[test]
        fn an_escaped_string_parses_to_itself(text in any::<String>()) {
            let mut once = Vec::new();
            put_string(&mut once, &text);
            prop_assert_eq!(&serde_json::from_slice::<String>(&once).unwrap(), &text);

            let mut twice = Vec::new();
            twice.put(b"\"");
            put_string(&mut Escaped(&mut twice), &text);
            twice.put(b"\"");
            let outer: String = serde_json::from_slice(&twice).unwrap();
            prop_assert_eq!(outer.as_bytes(), &once[..]);
        }
    }
}
