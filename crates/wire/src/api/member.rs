//! The signed change of one member's info (`docs/status.md` 3.4, rule 5 of carrying it).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ApiError;
use crate::{json, pusher};

/// The body of `PATCH /apps/{id}/channels/{channel}/members/{user}`.
#[derive(Clone, Debug)]
pub struct MemberPatch {
    /// The JSON object that the others will see; `None` takes it away.
    pub user_info: Option<Box<RawValue>>,
    /// The `rev` of that object, as in [`pusher::MemberData`].
    pub rev: Option<u64>,
}

impl MemberPatch {
    /// Parses a body, with the app's limit on the info's JSON text.
    pub fn parse(body: &[u8], max_info_bytes: usize) -> Result<Self, ApiError> {
        let text = std::str::from_utf8(body).map_err(|_| ApiError::MalformedBody)?;
        let fields: Fields<'_> = json::parse_object(text).ok_or(ApiError::MalformedBody)?;
        let info = fields.user_info.ok_or(ApiError::MissingField { field: "user_info" })?;
        if info.get() == "null" {
            return Ok(Self { user_info: None, rev: None });
        }
        if !json::is_object(info.get()) {
            let expected = "an object or null";
            return Err(ApiError::WrongType { field: "user_info", expected });
        }
        if info.get().len() > max_info_bytes {
            return Err(ApiError::InfoTooBig { max: max_info_bytes });
        }
        Ok(Self { user_info: Some(info.to_owned()), rev: pusher::revision(info) })
    }
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default, deserialize_with = "json::present")]
    user_info: Option<&'a RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<(Option<String>, Option<u64>), ApiError> {
        MemberPatch::parse(body.as_bytes(), 64)
            .map(|patch| (patch.user_info.map(|info| info.get().to_owned()), patch.rev))
    }

    #[test]
    fn an_object_or_null_is_taken() {
        let table = [
            (
                r#"{"user_info":{"status":"hi","rev":7}}"#,
                Some(r#"{"status":"hi","rev":7}"#),
                Some(7),
            ),
            (r#"{"user_info":{"rev":-1}}"#, Some(r#"{"rev":-1}"#), None),
            (r#" {"user_info": {} , "more":1}"#, Some("{}"), None),
            (r#"{"user_info":null}"#, None, None),
        ];
        for (body, info, rev) in table {
            assert_eq!(parse(body), Ok((info.map(str::to_owned), rev)), "{body}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let wrong = ApiError::WrongType { field: "user_info", expected: "an object or null" };
        let big = format!(r#"{{"user_info":{{"a":"{}"}}}}"#, "x".repeat(57));
        let table = [
            ("", ApiError::MalformedBody),
            ("[]", ApiError::MalformedBody),
            ("{", ApiError::MalformedBody),
            ("{}", ApiError::MissingField { field: "user_info" }),
            (r#"{"user_info":1}"#, wrong.clone()),
            (r#"{"user_info":"{}"}"#, wrong.clone()),
            (r#"{"user_info":[]}"#, wrong),
            (&big, ApiError::InfoTooBig { max: 64 }),
        ];
        for (body, error) in table {
            assert_eq!(error.status(), 400);
            assert_eq!(parse(body), Err(error), "{body}");
        }
        assert_eq!(
            MemberPatch::parse(b"{\"user_info\":\"\xff\"}", 64).unwrap_err(),
            ApiError::MalformedBody
        );
    }
}
