//! What a page that knows only Pusher sends as `client-status-update`.

use std::fmt;

use serde_json::Value;

use crate::html;
use crate::text::StatusText;

/// A status that a member sent for itself.
#[derive(PartialEq, Eq)]
pub(crate) struct Message {
    /// The member, as the engine knows it.
    pub(crate) user: String,
    /// What it is up to.
    pub(crate) text: StatusText,
}

/// Why a client event is no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageError {
    /// It names somebody else (docs/status.md S4).
    Spoofed,
    /// It has no member, is not `{"username","status"}`, or is too long.
    Malformed,
}

impl Message {
    /// Reads the event's data. `user` is the member that the socket joined as: the only author
    /// there can be, whatever the data says.
    pub(crate) fn parse(user: Option<&str>, data: &str) -> Result<Self, MessageError> {
        let user = user.ok_or(MessageError::Malformed)?;
        let data: Value = serde_json::from_str(data).map_err(|_| MessageError::Malformed)?;
        let text = |field: &str| data.get(field).and_then(Value::as_str);
        let (username, status) =
            text("username").zip(text("status")).ok_or(MessageError::Malformed)?;
        if username != user {
            return Err(MessageError::Spoofed);
        }
        let text = StatusText::parse_leniently(&html::text_of_fragment(status));
        let text = text.map_err(|_| MessageError::Malformed)?;
        Ok(Self { user: user.to_owned(), text })
    }
}

/// Names and statuses stay out of logs (docs/status.md S15).
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({:?})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(user: Option<&str>, data: &str) -> Result<String, MessageError> {
        Message::parse(user, data).map(|message| message.text.into_string())
    }

    #[test]
    fn s4_the_author_is_the_member_of_the_socket() {
        use MessageError::{Malformed, Spoofed};
        let table = [
            (Some("eve"), r#"{"username":"eve","status":"hi"}"#, Ok("hi")),
            (Some("eve"), r#"{"username":"bob","status":"hi"}"#, Err(Spoofed)),
            (Some("eve"), r#"{"username":"Eve","status":"hi"}"#, Err(Spoofed)),
            (Some("eve"), r#"{"username":"eve ","status":"hi"}"#, Err(Spoofed)),
            (Some("eve"), r#"{"status":"hi"}"#, Err(Malformed)),
            (Some("eve"), r#"{"username":["eve"],"status":"hi"}"#, Err(Malformed)),
            (Some("eve"), r#"{"username":"eve","status":7}"#, Err(Malformed)),
            (Some("eve"), r#"["eve","hi"]"#, Err(Malformed)),
            (Some("eve"), "hi", Err(Malformed)),
            (None, r#"{"username":"eve","status":"hi"}"#, Err(Malformed)),
        ];
        for (user, data, expect) in table {
            assert_eq!(parsed(user, data), expect.map(str::to_owned), "{user:?} {data}");
        }
    }

    #[test]
    fn s4_s5_markup_and_what_is_too_long_do_not_pass() {
        let data =
            r#"{"username":"eve","status":"one<div>two<img src=x onerror=alert(1)></div>\u202e"}"#;
        assert_eq!(parsed(Some("eve"), data).as_deref(), Ok("one two"));
        let long = format!(r#"{{"username":"eve","status":"{}"}}"#, "x".repeat(141));
        assert_eq!(parsed(Some("eve"), &long), Err(MessageError::Malformed));
    }
}
