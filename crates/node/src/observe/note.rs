//! What the programs on a node tell operators of their own.

use rollcall_engine::observe::Excerpt;
use rollcall_wire::errors::ErrorKind;

use super::{Event, EventType};

/// Something that a program on the node did or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Somebody's status changed.
    StatusChange {
        /// Whose.
        user: String,
        /// What it is now, as JSON or text.
        status: String,
    },
    /// A subscription was signed, or was not.
    Auth {
        /// Who asked, as far as that is known.
        user: Option<String>,
        /// For which connection.
        socket: Option<String>,
        /// For which channel.
        channel: Option<String>,
        /// What came of it.
        decision: Decision,
    },
    /// Somebody did something more often than is allowed.
    RateLimit {
        /// Who, as far as that is known.
        user: Option<String>,
        /// What was told.
        message: String,
    },
    /// An operator sent a client event in the name of somebody else.
    Impersonated {
        /// In whose name.
        user: String,
        /// Where.
        channel: String,
        /// The event's name.
        event: String,
        /// The event's data.
        data: String,
    },
}

/// What came of a request for a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It was given.
    Allowed,
    /// It was not, for this reason.
    Refused(String),
}

/// What a note says, and whether it is recorded while nobody watches.
pub(crate) enum Noted {
    Event(Event),
    Error(Event),
}

impl From<Note> for Noted {
    fn from(note: Note) -> Self {
        match note {
            Note::StatusChange { user, status } => {
                let event = Event::new(EventType::StatusChange).with_data(Excerpt::of(&status));
                Self::Event(Event { user: Some(user), ..event })
            }
            Note::Auth { user, socket, channel, decision } => {
                let event = match decision {
                    Decision::Allowed => {
                        let message = Some("allowed".to_owned());
                        Event { message, ..Event::new(EventType::Auth) }
                    }
                    Decision::Refused(why) => {
                        Event::error(EventType::Auth, ErrorKind::AuthRefused, why)
                    }
                };
                let [user, socket, channel] = [user, socket, channel].map(|text| text.map(short));
                Self::Event(Event { user, socket, channel, ..event })
            }
            Note::RateLimit { user, message } => {
                let event = Event::error(EventType::RateLimit, ErrorKind::StatusRate, message);
                Self::Error(Event { user, ..event })
            }
            Note::Impersonated { user, channel, event, data } => Self::Event(Event {
                user: Some(user),
                channel: Some(channel),
                event: Some(event),
                impersonated: true,
                ..Event::new(EventType::ClientEvent).with_data(Excerpt::of(&data))
            }),
        }
    }
}

/// A name that somebody may have made up.
fn short(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
    name
}

const MAX_NAME_BYTES: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_somebody_made_up_is_cut() {
        let (user, socket) = (None, None);
        let (channel, decision) = (Some("é".repeat(9_000)), Decision::Allowed);
        let Noted::Event(event) = Note::Auth { user, socket, channel, decision }.into() else {
            panic!("it is no error");
        };
        assert_eq!(event.channel.unwrap().len(), MAX_NAME_BYTES);
    }
}
