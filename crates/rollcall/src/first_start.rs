//! The app that the status page uses: made once, at the first start, and found again afterwards.

use rollcall_console::{APP_ID_BYTES, PAIR_BYTES, app_id, key_pair};
use rollcall_node::config::Config;
use rollcall_store::{AppRow, UnixMillis};

/// What the app is called, and how it is found again.
pub(crate) const NAME: &str = "rollcall";

/// Whether the server has to make it before it can serve these apps.
pub(crate) fn is_due(config: &Config, rows: &[AppRow]) -> bool {
    let has_own = rows.iter().any(|row| row.name == NAME);
    !has_own && (config.status_app.is_none() || rows.is_empty())
}

/// An app with a fresh id, key and secret, drawn from `random`.
pub(crate) fn new_app(random: [u8; RANDOM_BYTES], now: UnixMillis) -> AppRow {
    let (id, pair) = random.split_at(APP_ID_BYTES);
    AppRow {
        id: app_id(id.try_into().expect("the first part is as long as an id takes")),
        name: NAME.to_owned(),
        settings_json: SETTINGS.to_owned(),
        keys: vec![key_pair(pair.try_into().expect("the rest is for a pair"), now)],
    }
}

/// The settings of the status page's app, with the keys of `[[apps]]`.
const SETTINGS: &str = r#"{
    "client_events": true,
    "member_updates": true,
    "mirror": true,
    "bridge": true,
    "presence": { "max_members": 10000, "grace_seconds": 10 }
}"#;

/// How much chance an app takes: its id, its key and its secret.
pub(crate) const RANDOM_BYTES: usize = APP_ID_BYTES + PAIR_BYTES;

#[cfg(test)]
mod tests {
    use std::array;

    use rollcall_node::config::stored_app;

    use super::*;

    #[test]
    fn the_app_has_a_digit_id_and_a_key_and_secret_of_twenty_hex_digits() {
        let app = new_app(array::from_fn(|i| i as u8), 5);
        assert!(app.id.len() == 7 && app.id.bytes().all(|b| b.is_ascii_digit()), "{}", app.id);
        assert_eq!(app.keys[0].key, "08090a0b0c0d0e0f1011");
        assert_eq!(app.keys[0].secret, "12131415161718191a1b");
        assert_eq!((app.name.as_str(), app.keys[0].created_at), ("rollcall", 5));
    }

    #[test]
    fn its_settings_are_those_the_status_page_needs() {
        let app = stored_app(&new_app([7; RANDOM_BYTES], 0)).expect("valid settings");
        assert!(app.client_events && app.member_updates && app.mirror && app.bridge);
        assert_eq!((app.presence.max_members, app.presence.grace.as_secs()), (10_000, 10));
    }
}
