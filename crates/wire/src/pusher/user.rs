//! Signed-in users as `user_data` describes them.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::member::{MemberDataError, MemberLimits, check_info, revision};
use crate::channel::MAX_USER_ID;
use crate::channel::is_user_id;
use crate::json;

/// The most users whose coming and going one user hears of (`docs/protocol.md` 4.4).
pub const MAX_WATCHED: usize = 100;

/// One user, as its back end signed it (`docs/protocol.md` 4.1).
#[derive(Clone, Debug)]
pub struct UserData {
    /// Who it is: a text that a user channel can be named after.
    pub id: String,
    /// What presence channels show of the user, unless a subscription brings its own.
    pub info: Result<Option<UserInfo>, MemberDataError>,
    /// Whom the user watches.
    pub watchlist: Watchlist,
}

/// What presence channels show of a signed-in user.
#[derive(Clone, Debug)]
pub struct UserInfo {
    /// The JSON object that the others see.
    pub json: Box<RawValue>,
    /// The `rev` of that object, if it has one.
    pub rev: Option<u64>,
}

/// Whom a user watches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watchlist {
    /// The first of the list, each once and in its order; without what can be no user's id.
    pub users: Vec<String>,
    /// Whether there were more than [`MAX_WATCHED`].
    pub was_cut: bool,
}

/// Why a `user_data` names no user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserDataError {
    /// It is not the JSON text of an object.
    Malformed,
    /// `id` is missing, empty or no string. Numbers too: pusher-js gives up on them silently.
    NoId,
    /// `id` holds characters that no channel name may, or too many of them.
    BadId,
}

/// Parses the `user_data` of a `pusher:signin`.
///
/// What is wrong with `user_info` is found out here and matters only to presence channels.
pub fn parse_user_data(text: &str, limits: &MemberLimits) -> Result<UserData, UserDataError> {
    let data: Fields<'_> = json::parse_object(text).ok_or(UserDataError::Malformed)?;
    let id = data.id.and_then(json::string).filter(|id| !id.is_empty());
    let id = id.ok_or(UserDataError::NoId)?;
    if !is_user_id(&id) {
        return Err(UserDataError::BadId);
    }
    let info = data.user_info.map(|info| user_info(info, limits)).transpose();
    let watchlist = data.watchlist.map(watchlist).unwrap_or_default();
    Ok(UserData { id: id.into_owned(), info, watchlist })
}

impl fmt::Display for UserDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("user_data supplied to sign-in is not valid JSON"),
            Self::NoId => f.write_str("user_data supplied to sign-in has no id that is a string"),
            Self::BadId => write!(
                f,
                "id supplied to sign-in may only hold letters, digits and _ - = @ , . ; \
                 and at most {MAX_USER_ID} of them"
            ),
        }
    }
}

impl std::error::Error for UserDataError {}

/// A `null` counts as absent.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    user_info: Option<&'a RawValue>,
    #[serde(borrow)]
    watchlist: Option<&'a RawValue>,
}

fn user_info(info: &RawValue, limits: &MemberLimits) -> Result<UserInfo, MemberDataError> {
    check_info(info, limits)?;
    Ok(UserInfo { json: info.to_owned(), rev: revision(info) })
}

/// Whatever nobody can be signed in as is never online, so it is left out and nothing is refused.
fn watchlist(list: &RawValue) -> Watchlist {
    let list: Vec<&RawValue> = serde_json::from_str(list.get()).unwrap_or_default();
    let mut users: Vec<String> = Vec::new();
    for id in list.iter().take(MAX_WATCHED).filter_map(|id| json::string(id)) {
        if is_user_id(&id) && !users.iter().any(|known| *known == id) {
            users.push(id.into_owned());
        }
    }
    Watchlist { users, was_cut: list.len() > MAX_WATCHED }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<UserData, UserDataError> {
        parse_user_data(text, &MemberLimits::default())
    }

    #[test]
    fn p104_all_that_a_back_end_says_of_a_user() {
        let user = parse(
            r#"{"id":"u1","user_info":{"name":"Ada","rev":3},"watchlist":["u2","u3"],"other":[1]}"#,
        )
        .unwrap();
        assert_eq!(user.id, "u1");
        let info = user.info.unwrap().unwrap();
        assert_eq!((info.json.get(), info.rev), (r#"{"name":"Ada","rev":3}"#, Some(3)));
        assert_eq!(user.watchlist.users, ["u2", "u3"]);
        assert!(!user.watchlist.was_cut);
    }

    #[test]
    fn p104_an_id_is_enough() {
        for text in [r#"{"id":"0"}"#, r#" {"id":"0","user_info":null,"watchlist":null}"#] {
            let user = parse(text).unwrap();
            assert_eq!(user.id, "0");
            assert!(user.info.unwrap().is_none());
            assert_eq!(user.watchlist, Watchlist::default());
        }
    }

    #[test]
    fn p107_trap29_an_id_is_a_string_that_is_not_empty() {
        for text in [
            "{}",
            r#"{"id":""}"#,
            r#"{"id":null}"#,
            r#"{"id":1}"#,
            r#"{"id":["u"]}"#,
            r#"{"id":true}"#,
            r#"{"ID":"u"}"#,
        ] {
            assert_eq!(parse(text).unwrap_err(), UserDataError::NoId, "{text}");
        }
        for text in ["", "u1", r#"["u1"]"#, r#"{"id":"u1""#, "null"] {
            assert_eq!(parse(text).unwrap_err(), UserDataError::Malformed, "{text}");
        }
    }

    #[test]
    fn p107_an_id_has_the_characters_of_a_channel_and_at_most_200() {
        let id = |id: &str| parse(&format!(r#"{{"id":"{id}"}}"#)).map(|user| user.id);
        assert_eq!(id("a-Z_0=@,.;").unwrap(), "a-Z_0=@,.;");
        assert!(id(&"u".repeat(200)).is_ok());
        for bad in [&"u".repeat(201), "a b", "a/b", "a#b", "ü", "a\\n"] {
            assert_eq!(id(bad).unwrap_err(), UserDataError::BadId, "{bad}");
        }
    }

    #[test]
    fn p74_what_is_wrong_with_the_info_does_not_keep_a_user_from_signing_in() {
        let info = |info: &str| {
            parse(&format!(r#"{{"id":"u1","user_info":{info}}}"#)).unwrap().info.map(|_| ())
        };
        assert_eq!(info("{}"), Ok(()));
        assert_eq!(info("[]"), Err(MemberDataError::InfoNotObject));
        let big = format!(r#"{{"a":"{}"}}"#, "x".repeat(1024));
        assert_eq!(info(&big), Err(MemberDataError::InfoTooBig));
    }

    #[test]
    fn p116_the_first_hundred_of_a_watchlist_count() {
        let of = |ids: Vec<String>| {
            let list = serde_json::to_string(&ids).unwrap();
            parse(&format!(r#"{{"id":"u1","watchlist":{list}}}"#)).unwrap().watchlist
        };
        let ids = |count| (0..count).map(|n: i32| format!("w{n}")).collect::<Vec<_>>();
        assert_eq!(of(ids(100)), Watchlist { users: ids(100), was_cut: false });
        assert_eq!(of(ids(101)), Watchlist { users: ids(100), was_cut: true });
    }

    #[test]
    fn what_nobody_can_be_is_left_out_of_a_watchlist() {
        let of = |list: &str| {
            parse(&format!(r#"{{"id":"u1","watchlist":{list}}}"#)).unwrap().watchlist.users
        };
        assert_eq!(of(r#"["a",1,null,"b c","","a","b",["d"]]"#), ["a", "b"]);
        for list in ["{}", r#""a""#, "7", "[]"] {
            assert!(of(list).is_empty(), "{list}");
        }
    }
}
