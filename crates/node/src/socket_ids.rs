//! Names for connections: unique on the node by construction, and not to be guessed.

use std::sync::atomic::{AtomicU32, Ordering};

use rollcall_wire::SocketId;

/// Hands out socket ids (docs/protocol.md 1.3).
///
/// The first half is a counter behind a random permutation, so four thousand million connections
/// in a row have different ids without anybody keeping a list. The second half is random, so that
/// two nodes, or two runs of one, do not meet.
#[derive(Debug)]
pub(crate) struct SocketIds {
    next: AtomicU32,
    offset: u32,
    factor: u32,
}

impl SocketIds {
    /// Draws a permutation.
    pub(crate) fn draw() -> Result<Self, getrandom::Error> {
        // An odd factor can be undone modulo 2^32; that makes it a permutation.
        let factor = getrandom::u32()? | 1;
        Ok(Self { next: AtomicU32::new(0), offset: getrandom::u32()?, factor })
    }

    /// The next id.
    pub(crate) fn next(&self) -> SocketId {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        // Drawing a number failed at the start or not at all; and the first half alone is unique.
        SocketId::new(self.permute(count), getrandom::u32().unwrap_or(count))
    }

    fn permute(&self, count: u32) -> u32 {
        let mixed = count.wrapping_add(self.offset).wrapping_mul(self.factor);
        (mixed ^ (mixed >> 16)).wrapping_mul(SPREAD)
    }
}

/// Odd, with its bits spread evenly: neighbours do not stay neighbours.
const SPREAD: u32 = 0x9e37_79b1;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn p3_the_first_half_alone_never_repeats() {
        let ids = SocketIds::draw().expect("the system has random numbers");
        let halves: HashSet<u32> = (0..100_000).map(|count| ids.permute(count)).collect();
        assert_eq!(halves.len(), 100_000);
    }

    #[test]
    fn p3_ids_are_unique_and_parse() {
        let ids = SocketIds::draw().expect("the system has random numbers");
        let drawn: HashSet<SocketId> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(drawn.len(), 10_000);
        assert!(drawn.iter().all(|id| SocketId::parse(&id.to_string()) == Ok(Some(*id))));
    }
}
