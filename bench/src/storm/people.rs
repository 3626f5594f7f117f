//! The people of a storm: their names, what is told about them, and how they ask to be let in.

use std::fmt;

use rollcall_wire::auth::{Key, channel_signature};
use rollcall_wire::ws::client;

/// The lobby of the status page (docs/status.md section 0, "Rooms").
pub(crate) const LOBBY: &str = "presence-whatsup-members";

/// The most people there can be, so that all names are of one length.
pub(crate) const MAX_PEOPLE: usize = 10_000;

/// Somebody, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Person(pub(crate) usize);

impl Person {
    /// Reads a user id.
    pub(crate) fn of_user_id(id: &str) -> Option<Self> {
        let digits = id.strip_prefix(NAME).filter(|digits| digits.len() == NAME_DIGITS)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok().map(Self))?
    }

    /// What others see, as the status app says it: with it a `member_added` has the length of the
    /// bare loop's frames.
    pub(crate) fn info(self) -> String {
        let moment = FIRST_SIGN_UP + self.0;
        format!(r#"{{"status":"{STATUS}","rev":1,"updated_at":{moment}}}"#)
    }

    /// The frame that asks for the lobby, signed as the status app signs it for this socket.
    pub(crate) fn subscription(self, socket: &str, key: &Key) -> Vec<u8> {
        let data = format!(r#"{{"user_id":"{self}","user_info":{}}}"#, self.info());
        let signature = channel_signature(&key.secret, socket, LOBBY, Some(&data));
        let quoted = data.replace('"', "\\\"");
        let text = format!(
            r#"{{"event":"pusher:subscribe","data":{{"channel":"{LOBBY}","auth":"{}:{signature}","channel_data":"{quoted}"}}}}"#,
            key.key,
        );
        framed(&text)
    }
}

/// The frame that asks for a public channel.
pub(crate) fn public_subscription(channel: &str) -> Vec<u8> {
    framed(&format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{channel}"}}}}"#))
}

fn framed(text: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    client::write_text(&mut frame, text.as_bytes(), MASK);
    frame
}

/// The user id.
impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}{:0NAME_DIGITS$}", self.0)
    }
}

/// A status as people write them.
const STATUS: &str = "Reading chapter 7, back at half past two; until then ask whatever you would like of chapter 6.";

const NAME: &str = "person ";
const NAME_DIGITS: usize = 4;
const _: () = assert!(10_usize.pow(NAME_DIGITS as u32) == MAX_PEOPLE);

/// In milliseconds of the calendar; everybody signed up at another moment.
const FIRST_SIGN_UP: usize = 1_700_000_000_000;

const MASK: [u8; 4] = [1, 2, 3, 4];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_names_its_person() {
        assert_eq!(Person::of_user_id(&Person(42).to_string()), Some(Person(42)));
        for id in ["person 42", "person 00042", "person +042", "person", ""] {
            assert_eq!(Person::of_user_id(id), None, "{id}");
        }
    }
}
