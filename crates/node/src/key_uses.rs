//! When each key of an app was used last, and from where, so that an operator knows when nobody needs
//! an old one any more. It is counted from the start of the node.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The last use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The address of who connected or signed with it.
    pub from: IpAddr,
}

/// The last use of each key of one app. The threads that count here share what they do anyway, and
/// hold the lock for one look-up.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(Mutex<HashMap<String, KeyUse>>);

impl KeyUses {
    /// Notes a use of a key that the app has.
    pub(crate) fn note(&self, key: &str, latest: KeyUse) {
        let mut uses = self.lock();
        if let Some(known) = uses.get_mut(key) {
            *known = latest;
            return;
        }
        if uses.len() >= MOST_KEYS {
            let oldest = uses.iter().min_by_key(|(_, known)| known.at);
            let oldest = oldest.map(|(key, _)| key.clone()).unwrap_or_default();
            uses.remove(&oldest);
        }
        uses.insert(key.to_owned(), latest);
    }

    /// All of them, by key; of keys that are gone, too.
    pub(crate) fn read(&self) -> HashMap<String, KeyUse> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, KeyUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keys come and go; the uses of those that are gone make room for others.
const MOST_KEYS: usize = 100;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn at(at: i64) -> KeyUse {
        KeyUse { at, from: Ipv4Addr::LOCALHOST.into() }
    }

    #[test]
    fn the_last_use_counts_and_of_many_keys_the_oldest_is_forgotten() {
        let uses = KeyUses::default();
        uses.note("a", at(1));
        uses.note("b", at(2));
        uses.note("a", at(3));
        assert_eq!(uses.read()["a"], at(3));
        for number in 0..2 * MOST_KEYS {
            uses.note(&number.to_string(), at(4));
            uses.note("a", at(5));
        }
        let read = uses.read();
        assert_eq!((read.len(), read.contains_key("b")), (MOST_KEYS, false));
        assert_eq!(read["a"], at(5));
    }
}
