//! Presence members as `channel_data` describes them.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json;

/// One member, as its back end signed it.
#[derive(Clone, Debug)]
pub struct MemberData {
    /// Always a string, also where a number was given.
    pub user_id: String,
    /// The JSON object that the others see.
    pub user_info: Option<Box<RawValue>>,
    /// The `rev` of that object, if it has one that is a natural number: a lower one never
    /// replaces a higher one (`docs/status.md` 1).
    pub rev: Option<u64>,
}

/// What an app allows its members (`docs/protocol.md` 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberLimits {
    /// The longest user id, in characters.
    pub max_user_id_chars: usize,
    /// The largest member info, in bytes of its JSON text.
    pub max_info_bytes: usize,
}

/// Why a `channel_data` names no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberDataError {
    /// It is not the JSON text of an object.
    Malformed,
    /// `user_id` is missing, empty, or neither string nor number.
    NoUserId,
    /// `user_id` is over the limit.
    UserIdTooLong,
    /// `user_info` is something else than an object.
    InfoNotObject,
    /// `user_info` is over the limit.
    InfoTooBig,
}

impl Default for MemberLimits {
    fn default() -> Self {
        Self { max_user_id_chars: 128, max_info_bytes: 1024 }
    }
}

/// Parses the `channel_data` of a presence subscription.
pub fn parse_channel_data(
    text: &str,
    limits: &MemberLimits,
) -> Result<MemberData, MemberDataError> {
    let data: ChannelData<'_> = json::parse_object(text).ok_or(MemberDataError::Malformed)?;
    let user_id = data.user_id.and_then(user_id).ok_or(MemberDataError::NoUserId)?;
    if user_id.chars().count() > limits.max_user_id_chars {
        return Err(MemberDataError::UserIdTooLong);
    }
    if let Some(info) = data.user_info {
        check_info(info, limits)?;
    }
    Ok(MemberData {
        user_id,
        rev: data.user_info.and_then(revision),
        user_info: data.user_info.map(ToOwned::to_owned),
    })
}

/// The `rev` of a member info, if it is a natural number.
pub(crate) fn revision(user_info: &RawValue) -> Option<u64> {
    let info: Info<'_> = json::parse_object(user_info.get())?;
    info.rev?.get().parse().ok()
}

impl fmt::Display for MemberDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "channel_data supplied to presence subscription is not valid JSON",
            Self::NoUserId => "channel_data supplied to presence subscription has no user_id",
            Self::UserIdTooLong => "user_id supplied to presence subscription is too long",
            Self::InfoNotObject => {
                "user_info supplied to presence subscription is invalid - \
                 if supplied it must be a type of hash"
            }
            Self::InfoTooBig => "user_info supplied to presence subscription is too big",
        })
    }
}

impl std::error::Error for MemberDataError {}

/// A `null` counts as absent.
#[derive(Deserialize)]
struct ChannelData<'a> {
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    user_info: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Info<'a> {
    #[serde(borrow)]
    rev: Option<&'a RawValue>,
}

fn user_id(raw: &RawValue) -> Option<String> {
    let id = match json::string(raw) {
        Some(text) => text.into_owned(),
        None => number_as_javascript_prints_it(raw.get())?,
    };
    (!id.is_empty()).then_some(id)
}

/// pusher-js reads the same `channel_data` and looks itself up under the id that JavaScript makes
/// of the number, so `1.0` is member `1`. Whole numbers above 2^53 stay exact all the same:
/// JavaScript rounds them, and two people would become one.
fn number_as_javascript_prints_it(text: &str) -> Option<String> {
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer.to_string());
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some(ryu_js::Buffer::new().format_finite(number).to_owned())
}

/// Checks a member info against what an app allows.
pub(super) fn check_info(info: &RawValue, limits: &MemberLimits) -> Result<(), MemberDataError> {
    if !json::is_object(info.get()) {
        return Err(MemberDataError::InfoNotObject);
    }
    if info.get().len() > limits.max_info_bytes {
        return Err(MemberDataError::InfoTooBig);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
