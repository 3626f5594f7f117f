//! Where a request comes from, as far as limits tell addresses apart. Which address that is, the
//! node finds out: behind a proxy that it does not trust, everybody has the proxy's.

use std::net::{IpAddr, Ipv4Addr};

/// An address, as far as it tells people apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// One address, behind which there may be a whole school.
    V4(Ipv4Addr),
    /// The first half of an address: the second is the subscriber's own to choose.
    V6(u64),
}

impl Place {
    /// Where an address is.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s14_ipv6_counts_by_the_first_half_and_mapped_ipv4_as_ipv4() {
        let place = |text: &str| Place::of(text.parse().unwrap());
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
