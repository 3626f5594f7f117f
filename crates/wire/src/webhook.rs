//! What a webhook tells, as JSON (docs/protocol.md section 7). What is told, and when, is the engine's
//! business (`rollcall-engine`, `hooks.rs`).

use crate::SocketId;
use crate::json::{Sink, put_number, put_string};

/// What an event of a webhook says beyond its name and its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Details<'a> {
    /// Nothing.
    None,
    /// Who came or went.
    User(&'a str),
    /// A client event.
    Client {
        /// Its name.
        event: &'a str,
        /// Its data, as it reached subscribers.
        data: &'a str,
        /// Who sent it.
        socket: SocketId,
        /// Who the sender is, on a presence channel.
        user: Option<&'a str>,
    },
    /// How many connections are subscribed.
    Count(u64),
}

/// One event: a flat object of strings and numbers, since that is all that some receivers read.
pub fn event(out: &mut Vec<u8>, name: &str, channel: &str, details: Details<'_>) {
    out.put(b"{\"name\":");
    put_string(out, name);
    field(out, "channel", channel);
    match details {
        Details::None => {}
        Details::User(user) => field(out, "user_id", user),
        Details::Client { event, data, socket, user } => {
            field(out, "event", event);
            field(out, "data", data);
            field(out, "socket_id", &socket.to_string());
            if let Some(user) = user {
                field(out, "user_id", user);
            }
        }
        Details::Count(count) => {
            out.put(b",\"subscription_count\":");
            put_number(out, count);
        }
    }
    out.put(b"}");
}

fn field(out: &mut Vec<u8>, name: &str, value: &str) {
    out.put(b",\"");
    out.put(name.as_bytes());
    out.put(b"\":");
    put_string(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, channel: &str, details: Details<'_>) -> String {
        let mut out = Vec::new();
        event(&mut out, name, channel, details);
        String::from_utf8(out).unwrap()
    }

    fn socket() -> SocketId {
        SocketId::parse("1234.1234").unwrap().unwrap()
    }

    #[test]
    fn p177_p184_events_are_flat_objects_and_counts_are_numbers() {
        for (name, details, expected) in [
            ("channel_occupied", Details::None, r#"{"name":"channel_occupied","channel":"a"}"#),
            (
                "member_added",
                Details::User("10"),
                r#"{"name":"member_added","channel":"a","user_id":"10"}"#,
            ),
            (
                "subscription_count",
                Details::Count(3),
                r#"{"name":"subscription_count","channel":"a","subscription_count":3}"#,
            ),
        ] {
            assert_eq!(text(name, "a", details), expected);
        }
    }

    #[test]
    fn p182_a_client_event_has_its_data_as_text_and_a_user_only_if_there_is_one() {
        let client = |user| Details::Client {
            event: "client-typing",
            data: r#"{"on":true}"#,
            socket: socket(),
            user,
        };
        assert_eq!(
            text("client_event", "presence-room", client(Some("u1"))),
            r#"{"name":"client_event","channel":"presence-room","event":"client-typing","data":"{\"on\":true}","socket_id":"1234.1234","user_id":"u1"}"#
        );
        assert_eq!(
            text("client_event", "private-room", client(None)),
            r#"{"name":"client_event","channel":"private-room","event":"client-typing","data":"{\"on\":true}","socket_id":"1234.1234"}"#
        );
    }
}
