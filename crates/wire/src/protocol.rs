//! The versions of the protocol that are spoken (docs/protocol.md 1.1).

use crate::close::CloseCode;

/// A version of the Pusher protocol; Java and .NET clients say 5, the others 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Wants a `pusher:error` before a coded close.
    V5,
    /// Adds nothing that a server sees.
    V6,
    /// Reads the close frame alone.
    V7,
}

impl Protocol {
    /// Reads the `protocol` parameter of the connection URL.
    ///
    /// # Errors
    ///
    /// 4008 where it is missing, 4007 where it is not one of ours.
    pub fn parse(parameter: Option<&str>) -> Result<Self, CloseCode> {
        match parameter {
            None | Some("") => Err(CloseCode::NoProtocol),
            Some("5") => Ok(Self::V5),
            Some("6") => Ok(Self::V6),
            Some("7") => Ok(Self::V7),
            Some(_) => Err(CloseCode::UnsupportedProtocol),
        }
    }

    /// Whether a coded close is preceded by a `pusher:error` frame.
    pub fn announces_close(self) -> bool {
        self == Self::V5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p5_p6_p7_versions() {
        for (parameter, expected) in [
            (Some("5"), Ok(Protocol::V5)),
            (Some("6"), Ok(Protocol::V6)),
            (Some("7"), Ok(Protocol::V7)),
            (Some("3"), Err(CloseCode::UnsupportedProtocol)),
            (Some("8"), Err(CloseCode::UnsupportedProtocol)),
            (Some("7.0"), Err(CloseCode::UnsupportedProtocol)),
            (Some("seven"), Err(CloseCode::UnsupportedProtocol)),
            (Some(""), Err(CloseCode::NoProtocol)),
            (None, Err(CloseCode::NoProtocol)),
        ] {
            assert_eq!(Protocol::parse(parameter), expected, "{parameter:?}");
        }
    }
}
