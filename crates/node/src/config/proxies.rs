//! What an operator says of the proxies in front: which are trusted, and what path they put before
//! all others. What their headers say is read in `http/visitor.rs`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::setting::NotAllowed;
use super::types::PublicUrl;

/// What stands in front of the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Front {
    /// Where people reach the server, when that is not where it listens.
    pub public_url: Option<PublicUrl>,
    /// The path that all paths have in front.
    pub path_prefix: PathPrefix,
    /// Who may say where a request comes from.
    pub trusted_proxies: TrustedProxies,
}

/// The proxies whose forwarding headers count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedProxies(Vec<Network>);

/// A path before all paths: empty, or one that begins with a slash and does not end with one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathPrefix(String);

/// An address, or all that share its first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    /// IPv4 addresses as IPv6 maps them.
    address: Ipv6Addr,
    /// How many bits count, of 128.
    bits: u32,
}

impl TrustedProxies {
    /// Whether this is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = mapped(address);
        self.0.iter().any(|network| network.contains(address))
    }

    /// Reads addresses, and networks such as `10.0.0.0/8`.
    pub fn parse(texts: &[&str]) -> Result<Self, NotAllowed> {
        if texts.len() > MOST_PROXIES {
            return Err(NotAllowed);
        }
        texts.iter().map(|text| Network::parse(text)).collect::<Result<_, _>>().map(Self)
    }
}

impl PathPrefix {
    /// The path, which may be empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is behind the prefix, if a path has it; `/` if nothing is.
    pub fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        match path.strip_prefix(self.as_str())? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }

    /// Segments that mean what they say, in browsers, proxies and signatures alike: no escapes, no
    /// dots alone, and no slash at the end. The first is none of our own: where a proxy takes the
    /// prefix off, nobody could tell `/apps/1` below it from the prefix and `/1`.
    pub(super) fn parse(text: &str) -> Result<Self, NotAllowed> {
        let legal = |segment: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
            let is_dots = segment.bytes().all(|byte| byte == b'.');
            !is_dots && segment.bytes().all(plain)
        };
        let fits = match text.strip_prefix('/') {
            None => text.is_empty(),
            Some(segments) => text.len() <= LONGEST_PREFIX && segments.split('/').all(legal),
        };
        let fits = fits && !text.split('/').nth(1).is_some_and(|first| OWN.contains(&first));
        fits.then(|| Self(text.to_owned())).ok_or(NotAllowed)
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Network {
    fn contains(&self, address: Ipv6Addr) -> bool {
        // A shift by all bits is none in Rust.
        let differing = (self.address.to_bits() ^ address.to_bits()).leading_zeros();
        differing >= self.bits
    }

    fn parse(text: &str) -> Result<Self, NotAllowed> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotAllowed)?;
        let own_bits = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(own_bits), decimal)?;
        if bits > own_bits {
            return Err(NotAllowed);
        }
        Ok(Self { address: mapped(address), bits: bits + 128 - own_bits })
    }
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

fn decimal(text: &str) -> Result<u32, NotAllowed> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(NotAllowed)
}

/// Each request is compared with all of them.
const MOST_PROXIES: usize = 256;

const LONGEST_PREFIX: usize = 128;

/// What the paths of the node and of the status page begin with.
const OWN: [&str; 13] = [
    "api",
    "app",
    "apps",
    "assets",
    "console",
    "isLoggedIn",
    "logout",
    "metrics",
    "register",
    "timeline",
    "up",
    "users",
    "usersystem",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_what_shares_their_first_bits() {
        let table = [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.3", "::ffff:10.1.2.3", true),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("192.168.1.77/24", "192.168.1.1", true),
        ];
        for (network, address, contains) in table {
            let proxies = TrustedProxies::parse(&[network]).unwrap();
            assert_eq!(proxies.contains(address.parse().unwrap()), contains, "{network} {address}");
        }
        assert!(!TrustedProxies::default().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::1/129", "1.2.3/8"]
        {
            assert_eq!(TrustedProxies::parse(&[text]), Err(NotAllowed), "{text}");
        }
        let many = vec!["10.0.0.1"; MOST_PROXIES];
        assert!(TrustedProxies::parse(&many).is_ok());
        assert!(TrustedProxies::parse(&[many, vec!["10.0.0.2"]].concat()).is_err());
    }

    #[test]
    fn a_prefix_is_whole_segments() {
        let table = [
            ("/rt", "/rt/apps/1", Some("/apps/1")),
            ("/rt", "/rt", Some("/")),
            ("/rt", "/rt/", Some("/")),
            ("/rt", "/rt//app/k", Some("//app/k")),
            ("/rt", "/rtapps/1", None),
            ("/rt", "/apps/1", None),
            ("/a/b", "/a/b/c", Some("/c")),
            ("", "/c", Some("/c")),
        ];
        for (prefix, path, rest) in table {
            assert_eq!(PathPrefix::parse(prefix).unwrap().strip(path), rest, "{prefix} {path}");
        }
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        let long = format!("/{}", "x".repeat(LONGEST_PREFIX));
        for text in
            ["/", "rt", "/rt/", "//rt", "/a//b", "/a/../b", "/.", "/%41", "/a b", "/ä", &long]
        {
            assert_eq!(PathPrefix::parse(text), Err(NotAllowed), "{text}");
        }
        for text in ["/app", "/apps", "/apps/x", "/up", "/api", "/console"] {
            assert_eq!(PathPrefix::parse(text), Err(NotAllowed), "{text} is a path of ours");
        }
        for text in ["", "/application", "/x/apps", "/rollcall", "/pusher"] {
            assert!(PathPrefix::parse(text).is_ok(), "{text}");
        }
        assert!(PathPrefix::parse(&long[..LONGEST_PREFIX]).is_ok());
    }
}
