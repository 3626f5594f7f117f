//! Query strings, and the forms of them that the SDKs sign (`docs/protocol.md` 6.2). What the
//! parameters mean is `api/query.rs`.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The parameters of a request, percent-decoded, in the order of the wire.
pub(crate) struct Query {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What a `+` in a query stands for: itself, except where Java encoded a space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    IsPlus,
    IsSpace,
}

impl Query {
    /// Splits at `&` and at the first `=`; `;` separates nothing. Keys are lower-cased.
    pub(crate) fn parse(raw: &str, plus: Plus) -> Self {
        let pairs = raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(key, value)| {
                (percent_decode(key, plus).to_ascii_lowercase(), percent_decode(value, plus))
            })
            .collect();
        Self { pairs }
    }

    /// The first value of a parameter, if it is text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let (_, value) = self.pairs.iter().find(|(name, _)| name == key.as_bytes())?;
        std::str::from_utf8(value).ok()
    }

    /// Every parameter as text, in the order of the wire; what is no UTF-8 is replaced.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let text = String::from_utf8_lossy;
        self.pairs.iter().map(move |(key, value)| (text(key), text(value)))
    }

    /// The form of the documentation and of most SDKs: sorted by key, otherwise as on the wire.
    pub(super) fn literal(&self) -> Vec<u8> {
        let mut signed: Vec<_> = self.signed().collect();
        signed.sort_by_key(|&(key, _)| key);
        join(signed)
    }

    /// The form of PHP: `k[0]=a&k[1]=b` was signed as `k=a,b`.
    pub(super) fn comma_joined(&self) -> Vec<u8> {
        let mut values: BTreeMap<&[u8], Vec<u8>> = BTreeMap::new();
        for (key, value) in self.signed() {
            values
                .entry(array_name(key).unwrap_or(key))
                .and_modify(|joined| joined.extend([b",", value].concat()))
                .or_insert_with(|| value.to_vec());
        }
        join(values.iter().map(|(key, value)| (*key, value.as_slice())))
    }

    fn signed(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.pairs
            .iter()
            .filter(|(key, _)| key != UNSIGNED)
            .map(|(key, value)| (key.as_slice(), value.as_slice()))
    }
}

/// Decodes `%xx`; anything else, a stray `%` too, stands for itself, since Go and Node send values
/// unescaped.
pub(super) fn percent_decode(text: &str, plus: Plus) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(match (first, hex_byte(tail)) {
            (b'%', Some(byte)) => {
                rest = &tail[2..];
                byte
            }
            (b'+', _) if plus == Plus::IsSpace => b' ',
            _ => *first,
        });
    }
    decoded
}

fn hex_byte(bytes: &[u8]) -> Option<u8> {
    let mut byte = [0];
    hex::decode_to_slice(bytes.get(..2)?, &mut byte).ok()?;
    Some(byte[0])
}

/// The `k` of `k[]` or `k[7]`.
pub(crate) fn array_name(key: &[u8]) -> Option<&[u8]> {
    let open = key.iter().position(|&byte| byte == b'[')?;
    let index = key[open + 1..].strip_suffix(b"]")?;
    index.iter().all(u8::is_ascii_digit).then_some(&key[..open])
}

fn join<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut joined = Vec::new();
    for (key, value) in pairs {
        if !joined.is_empty() {
            joined.push(b'&');
        }
        joined.extend_from_slice(key);
        joined.push(b'=');
        joined.extend_from_slice(value);
    }
    joined
}

/// The one parameter that no signature covers: the signature.
const UNSIGNED: &[u8] = b"auth_signature";

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(raw: &str) -> String {
        String::from_utf8(Query::parse(raw, Plus::IsPlus).literal()).unwrap()
    }

    fn comma_joined(raw: &str) -> String {
        String::from_utf8(Query::parse(raw, Plus::IsPlus).comma_joined()).unwrap()
    }

    #[test]
    fn p151_p153_the_literal_form_is_sorted_decoded_and_lower_cased() {
        let table = [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("A=1&auth_signature=x&AUTH_SIGNATURE=y", "a=1"),
            ("k=a=b=c", "k=a=b=c"),
            ("k=a;b=c", "k=a;b=c"),
            ("k=a%3Db%26c%2Cd%40e", "k=a=b&c,d@e"),
            ("k&&l=", "k=&l="),
            ("k=100%&l=%zz&m=%4", "k=100%&l=%zz&m=%4"),
            ("k=a+b", "k=a+b"),
            ("%6B%5B%5D=b&k%5b%5d=a", "k[]=b&k[]=a"),
        ];
        for (raw, expected) in table {
            assert_eq!(literal(raw), expected, "{raw}");
        }
    }

    #[test]
    fn p152_arrays_are_joined_as_php_does() {
        let table = [
            ("k[]=a&k[]=b", "k=a,b"),
            ("k%5B0%5D=a&k%5B1%5D=b&b=1", "b=1&k=a,b"),
            ("k[a]=1&k[]x=2", "k[]x=2&k[a]=1"),
            ("k[0]=", "k="),
        ];
        for (raw, expected) in table {
            assert_eq!(comma_joined(raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_plus_is_a_space_only_from_java() {
        assert_eq!(percent_decode("a+b%2B", Plus::IsPlus), b"a+b+");
        assert_eq!(percent_decode("a+b%2B", Plus::IsSpace), b"a b+");
    }
}
