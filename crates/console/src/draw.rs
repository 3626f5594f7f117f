//! Ids, keys and secrets of new apps, made of chance that is an argument.

use std::fmt::Write as _;

use rollcall_store::{KeyRow, UnixMillis};

/// How much chance an app's id takes.
pub const APP_ID_BYTES: usize = 8;

/// How much chance a key and its secret take.
pub const PAIR_BYTES: usize = 20;

/// Seven digits, the first not zero: what every SDK and every hosted app id looks like.
pub fn app_id(random: [u8; APP_ID_BYTES]) -> String {
    (1_000_000 + u64::from_be_bytes(random) % 9_000_000).to_string()
}

/// A key and its secret, twenty hexadecimal digits each.
pub fn key_pair(random: [u8; PAIR_BYTES], now: UnixMillis) -> KeyRow {
    let (key, secret) = random.split_at(PAIR_BYTES / 2);
    KeyRow { key: hex(key), secret: hex(secret), created_at: now }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_within_seven_digits() {
        for byte in [0, 255] {
            assert_eq!(app_id([byte; APP_ID_BYTES]).len(), 7);
        }
    }

    #[test]
    fn a_pair_is_twenty_hex_digits_each() {
        let pair = key_pair(std::array::from_fn(|i| i as u8), 5);
        assert_eq!(pair.key, "00010203040506070809");
        assert_eq!(pair.secret, "0a0b0c0d0e0f10111213");
    }
}
