//! The name of one connection, as clients and server SDKs see it.

use std::fmt;

/// A socket id: `a.b`, two decimal halves of at most ten digits (`docs/protocol.md` 1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId {
    a: u32,
    b: u32,
}

/// Somebody gave a socket id that is not two runs of digits with a dot between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedSocketId;

impl SocketId {
    /// The id with these halves; whoever draws them makes them random and unique.
    pub const fn new(a: u32, b: u32) -> Self {
        Self { a, b }
    }

    /// Parses what a publisher or an auth request names.
    ///
    /// Any text of the form `^\d+\.\d+$` is a legal id, but only those a Rollcall would print can
    /// name a connection: `Ok(None)` is an id that nobody has, which is accepted and ignored
    /// (`docs/protocol.md` 6.3).
    pub fn parse(text: &str) -> Result<Option<Self>, MalformedSocketId> {
        let (a, b) = text.split_once('.').ok_or(MalformedSocketId)?;
        Ok(match (half(a)?, half(b)?) {
            (Some(a), Some(b)) => Some(Self { a, b }),
            _ => None,
        })
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.a, self.b)
    }
}

impl fmt::Debug for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketId({self})")
    }
}

impl fmt::Display for MalformedSocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("socket_id must be two numbers with a dot between them, like 123.456")
    }
}

impl std::error::Error for MalformedSocketId {}

fn half(digits: &str) -> Result<Option<u32>, MalformedSocketId> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MalformedSocketId);
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Ok(None);
    }
    Ok(digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_parses_back() {
        for id in [SocketId::new(0, 0), SocketId::new(123456, 7890123), SocketId::new(u32::MAX, 1)]
        {
            assert_eq!(SocketId::parse(&id.to_string()), Ok(Some(id)));
        }
    }

    #[test]
    fn p3_halves_have_at_most_ten_digits() {
        assert_eq!(SocketId::new(u32::MAX, u32::MAX).to_string(), "4294967295.4294967295");
    }

    #[test]
    fn an_id_that_nobody_has_is_well_formed() {
        for text in ["4294967296.1", "01.1", "1.00", "1.99999999999999999999999999"] {
            assert_eq!(SocketId::parse(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn a_malformed_id_is_refused() {
        for text in
            ["", ".", "1", "1.", ".1", "1.2.3", "1.-2", "+1.2", "a.b", "1.2 ", "1\n.2", "١.٢"]
        {
            assert_eq!(SocketId::parse(text), Err(MalformedSocketId), "{text:?}");
        }
    }
}
