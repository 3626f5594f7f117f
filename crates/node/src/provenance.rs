//! Where a connection came from: what its request said that no machine needs and a console shows.
//!
//! Every connection has one for as long as it lives, so it is small: one box with the numbers and
//! one with all of its texts, each of which is cut at its bound.

use std::net::IpAddr;

use crate::handle::Caller;

/// Where a connection came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// When it was let in, in milliseconds since 1970.
    pub(crate) opened_at: i64,
    /// The address of who opened it.
    pub(crate) address: IpAddr,
    /// The origin, the client and its version, back to back.
    texts: Box<str>,
    origin_len: u8,
    client_len: u8,
}

impl Provenance {
    /// What a caller said of itself, that was let in at `opened_at`.
    pub(crate) fn of(caller: &Caller<'_>, opened_at: i64) -> Box<Self> {
        let origin = cut(caller.origin, MAX_ORIGIN);
        let client = cut(caller.client, MAX_CLIENT);
        let version = cut(caller.version, MAX_CLIENT);
        Box::new(Self {
            opened_at,
            address: caller.address,
            texts: [origin, client, version].concat().into(),
            origin_len: origin.len() as u8,
            client_len: client.len() as u8,
        })
    }

    /// The header `Origin`, if there was one that is text.
    pub(crate) fn origin(&self) -> Option<&str> {
        said(self.parts().0)
    }

    /// The parameter `client`, as it stood in the URL.
    pub(crate) fn client(&self) -> Option<&str> {
        said(self.parts().1)
    }

    /// The parameter `version`, as it stood in the URL.
    pub(crate) fn version(&self) -> Option<&str> {
        said(self.parts().2)
    }

    fn parts(&self) -> (&str, &str, &str) {
        let (origin, rest) = self.texts.split_at(usize::from(self.origin_len));
        let (client, version) = rest.split_at(usize::from(self.client_len));
        (origin, client, version)
    }
}

fn cut(text: Option<&str>, most: usize) -> &str {
    let text = text.unwrap_or_default();
    &text[..text.floor_char_boundary(most)]
}

fn said(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The most bytes of an origin that are kept; with a host name of the longest it may be cut.
const MAX_ORIGIN: usize = 128;

/// The most bytes of the name of a client, and of its version.
const MAX_CLIENT: usize = 32;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use rollcall_engine::Security;

    use super::*;

    fn caller<'a>(origin: Option<&'a str>, client: Option<&'a str>) -> Caller<'a> {
        Caller {
            key: "k",
            protocol: Some("7"),
            security: Security::Plain,
            address: Ipv4Addr::LOCALHOST.into(),
            origin,
            client,
            version: Some("8.4.0"),
        }
    }

    #[test]
    fn it_says_what_was_said_and_nothing_of_what_was_not() {
        let all = Provenance::of(&caller(Some("https://a.example"), Some("js")), 5);
        assert_eq!(all.origin(), Some("https://a.example"));
        assert_eq!((all.client(), all.version()), (Some("js"), Some("8.4.0")));
        let few = Provenance::of(&caller(None, None), 5);
        assert_eq!((few.origin(), few.client(), few.version()), (None, None, Some("8.4.0")));
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        // The bound is in the middle of a character.
        let (origin, client) = (format!("{}ä", "o".repeat(127)), "c".repeat(5_000));
        let kept = Provenance::of(&caller(Some(&origin), Some(&client)), 5);
        assert_eq!(kept.origin(), Some(&origin[..127]));
        assert_eq!(kept.client(), Some(&client[..32]));
        assert_eq!(kept.version(), Some("8.4.0"));
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<Provenance>() <= 48);
    }
}
