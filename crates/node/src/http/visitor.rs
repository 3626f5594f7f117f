//! Who sends a request, and whether others on its way could listen: the other end of the socket,
//! or what a trusted proxy says in `X-Forwarded-For` and `X-Forwarded-Proto`.
//!
//! Anybody can write these headers, so they count only as far as trusted proxies vouch for them:
//! each proxy appends who spoke to it, hence they are read from the right, up to the first address
//! that is not trusted.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName};
use rollcall_engine::Security;

use crate::config::TrustedProxies;

/// Who sends a request. Every request that the node serves carries one in its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    address: IpAddr,
    security: Security,
}

impl Visitor {
    /// Who speaks without TLS.
    pub fn over_tcp(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), security: Security::Plain }
    }

    /// Who speaks over TLS.
    pub fn over_tls(address: IpAddr) -> Self {
        Self { security: Security::Tls, ..Self::over_tcp(address) }
    }

    /// The visitor of a request. One that came by no socket of the node's is nobody in particular.
    pub fn of_request(extensions: &Extensions) -> Self {
        let nobody = || Self::over_tcp(Ipv4Addr::UNSPECIFIED.into());
        extensions.get().copied().unwrap_or_else(nobody)
    }

    /// The address, an IPv4 one as such.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether the request came by TLS.
    pub fn is_secure(&self) -> bool {
        self.security == Security::Tls
    }

    pub(crate) fn security(&self) -> Security {
        self.security
    }

    /// Who is behind the peer, if it is a proxy to be trusted. What it says of the way to it
    /// outweighs how it came here: the last stretch is its owner's.
    pub(crate) fn behind(self, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let (mut address, mut hops) = (self.address, 0);
        if !trusted.contains(address) {
            return self;
        }
        for forwarded in items_from_the_right(headers, &FORWARDED_FOR).map(parse_address) {
            // What no proxy of ours would write ends what is known.
            let Some(forwarded) = forwarded else { break };
            (address, hops) = (forwarded, hops + 1);
            if !trusted.contains(address) {
                break;
            }
        }
        Self { address, security: security(headers, hops).unwrap_or(self.security) }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(&parts.extensions))
    }
}

/// What the proxy says that the visitor spoke to. A chain appends to this header as to the other,
/// or its last proxy replaces it.
fn security(headers: &HeaderMap, hops: usize) -> Option<Security> {
    let protos = items_from_the_right(headers, &FORWARDED_PROTO);
    let proto = protos.take(hops.max(1)).last()?;
    let is_secure = ["https", "wss"].iter().any(|secure| proto.eq_ignore_ascii_case(secure));
    Some(if is_secure { Security::Tls } else { Security::Plain })
}

/// The items of a list that several lines may continue.
fn items_from_the_right<'a>(
    headers: &'a HeaderMap,
    name: &'a HeaderName,
) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().rev();
    lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).map(str::trim)
}

/// An address, with a port or without.
fn parse_address(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok().or_else(|| {
        let socket = text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
        socket.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
    });
    address.map(|address| address.to_canonical())
}

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// Peer, lines of `X-Forwarded-For`, who that is. Trusted are 10.0.0.0/8 and ::1.
    const VISITORS: [(&str, &[&str], &str); 15] = [
        ("192.0.2.1", &[], "192.0.2.1"),
        ("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
        ("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
        ("::1", &["2001:db8::5"], "2001:db8::5"),
        // Whoever asks wrote the first, the proxy the second.
        ("10.0.0.1", &["203.0.113.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", &["203.0.113.1", "198.51.100.7"], "198.51.100.7"),
        // Two proxies.
        ("10.0.0.1", &["203.0.113.1, 198.51.100.7 ,10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // With ports.
        ("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", &["[2001:db8::5]:4711"], "2001:db8::5"),
        ("10.0.0.1", &["[2001:db8::5]"], "2001:db8::5"),
        // What makes no sense is nobody's address.
        ("10.0.0.1", &["198.51.100.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.7,"], "10.0.0.1"),
    ];

    #[test]
    fn only_trusted_proxies_say_who_is_behind_them() {
        for (peer, lines, expected) in VISITORS {
            let visitor = visit(peer, lines, &[]);
            assert_eq!(visitor.address(), parse_address(expected).unwrap(), "{peer} {lines:?}");
        }
    }

    #[test]
    fn p11_only_trusted_proxies_say_that_tls_was_taken_off() {
        let chain = &["198.51.100.7, 10.0.0.2"][..];
        let table: [(&str, &[&str], &[&str], bool); 9] = [
            ("192.0.2.1", &["198.51.100.7"], &["https"], false),
            ("10.0.0.1", &["198.51.100.7"], &[], false),
            ("10.0.0.1", &["198.51.100.7"], &["https"], true),
            ("10.0.0.1", &["198.51.100.7"], &["http"], false),
            ("10.0.0.1", &[], &["WSS"], true),
            // Whoever asks wrote the first.
            ("10.0.0.1", &["198.51.100.7"], &["https, http"], false),
            // The outer proxy took it off, the inner says what it saw, or repeats it.
            ("10.0.0.1", chain, &["https, http"], true),
            ("10.0.0.1", chain, &["https"], true),
            ("10.0.0.1", chain, &["https, http, http"], false),
        ];
        for (peer, addresses, protos, secure) in table {
            let visitor = visit(peer, addresses, protos);
            assert_eq!(visitor.is_secure(), secure, "{peer} {addresses:?} {protos:?}");
        }
    }

    #[test]
    fn a_proxy_over_tls_still_says_how_it_was_reached() {
        let proxy = Visitor::over_tls("10.0.0.1".parse().unwrap());
        let plain = headers(&[("x-forwarded-proto", &["http"])]);
        assert!(!proxy.behind(&plain, &trusted()).is_secure());
        assert!(proxy.behind(&HeaderMap::new(), &trusted()).is_secure());
    }

    fn visit(peer: &str, addresses: &[&str], protos: &[&str]) -> Visitor {
        let headers = headers(&[("x-forwarded-for", addresses), ("x-forwarded-proto", protos)]);
        visitor(peer).behind(&headers, &trusted())
    }

    fn visitor(address: &str) -> Visitor {
        Visitor::over_tcp(address.parse().unwrap())
    }

    fn trusted() -> TrustedProxies {
        TrustedProxies::parse(&["10.0.0.0/8", "::1"]).unwrap()
    }

    fn headers(lists: &[(&'static str, &[&str])]) -> HeaderMap {
        let lines = lists.iter().flat_map(|(name, lines)| lines.iter().map(move |l| (*name, *l)));
        let parsed = lines.map(|(name, line)| {
            (HeaderName::from_static(name), HeaderValue::from_str(line).unwrap())
        });
        parsed.collect()
    }
}
