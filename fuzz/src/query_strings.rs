//! Query strings of the HTTP API: however a parameter is spelt, it means the same.

use rollcall_wire::ChannelName;
use rollcall_wire::api::{ApiError, ChannelQuery, ChannelsQuery, UsersQuery};

use crate::input::Input;

/// Parses a query string as each query does, as it is and in other spellings.
pub fn query_strings(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let name = input.pick(&CHANNELS);
    let channel = ChannelName::parse(name, 164).expect("it is a legal name");
    let Ok(raw) = std::str::from_utf8(input.rest()) else { return };
    for spelling in [&*encoded(raw), &*format!("&&{raw}&"), &*other_case(raw)] {
        assert_eq!(ChannelsQuery::parse(spelling), ChannelsQuery::parse(raw), "{spelling}");
        assert_eq!(
            ChannelQuery::parse(spelling, &channel),
            ChannelQuery::parse(raw, &channel),
            "{spelling}"
        );
        assert_eq!(
            UsersQuery::parse(spelling, &channel),
            UsersQuery::parse(raw, &channel),
            "{spelling}"
        );
    }
    check_list(ChannelsQuery::parse(raw));
    check_one(ChannelQuery::parse(raw, &channel), &channel);
    if let Err(error) = UsersQuery::parse(raw, &channel) {
        check_error(&error);
    }
}

fn check_list(query: Result<ChannelsQuery, ApiError>) {
    match query {
        Ok(ChannelsQuery { prefix, info }) => {
            assert!(!info.subscription_count && !info.cache);
            assert!(!info.user_count || prefix.starts_with("presence-"), "{prefix}");
        }
        Err(error) => check_error(&error),
    }
}

fn check_one(query: Result<ChannelQuery, ApiError>, channel: &ChannelName) {
    match query {
        Ok(ChannelQuery { info }) => {
            assert!(!info.user_count || channel.kind().is_presence());
            assert!(!info.cache || channel.kind().is_cache());
        }
        Err(error) => check_error(&error),
    }
}

/// What is told of a parameter is a piece of it: an error is no echo.
fn check_error(error: &ApiError) {
    assert_eq!(error.status(), 400);
    assert!((1..=MOST_TOLD).contains(&error.to_string().chars().count()), "{error}");
}

/// The same with every byte of every name and value in its encoding.
fn encoded(raw: &str) -> String {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        format!("{}={}", encoded_bytes(name), encoded_bytes(value))
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded_bytes(text: &str) -> String {
    let mut encoded = String::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%').then(|| tail.get(..2).and_then(hex)).flatten();
        rest = if code.is_some() { &tail[2..] } else { tail };
        encoded.push_str(&format!("%{:02x}", code.unwrap_or(*first)));
    }
    encoded
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// The same with upper-case names, which are no others.
fn other_case(raw: &str) -> String {
    let pairs = raw.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{}={value}", name.to_ascii_uppercase()),
        None => pair.to_ascii_uppercase(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

const CHANNELS: [&str; 5] =
    ["room", "presence-x", "cache-x", "presence-cache-x", "private-encrypted-x"];

/// The characters of the longest sentence: ten names of 200 bytes at most, and what is said of them.
const MOST_TOLD: usize = 2_200;
