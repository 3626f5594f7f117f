//! Server events: each function appends the JSON text of one event, without a frame header.
//!
//! `data` is a string that contains JSON, except in `pusher:error` (`docs/protocol.md` 0.3).

use crate::SocketId;
use crate::json::{Escaped, Sink, put_number, put_string};

/// The `type` of a `pusher:subscription_error` (`docs/protocol.md` 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionErrorKind {
    /// The signature is missing or wrong.
    AuthError,
    /// The channel is full.
    LimitReached,
    /// There can be no channel of that name.
    InvalidChannel,
    /// The `channel_data` makes no sense.
    InvalidData,
    /// It is our fault.
    ServerError,
}

impl SubscriptionErrorKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthError => "AuthError",
            Self::LimitReached => "LimitReached",
            Self::InvalidChannel => "InvalidChannel",
            Self::InvalidData => "InvalidData",
            Self::ServerError => "ServerError",
        }
    }

    /// The `status` on the wire, in HTTP's terms.
    pub fn status(self) -> u16 {
        match self {
            Self::AuthError => 401,
            Self::LimitReached => 403,
            Self::InvalidChannel | Self::InvalidData => 400,
            Self::ServerError => 500,
        }
    }
}

/// `pusher:connection_established`, the first event of every connection (1.3).
pub fn connection_established(out: &mut Vec<u8>, socket: SocketId, activity_timeout_secs: u64) {
    open(out, "pusher:connection_established", None);
    data(out, |inner| {
        inner.put(b"{\"socket_id\":\"");
        inner.put(socket.to_string().as_bytes());
        inner.put(b"\",\"activity_timeout\":");
        put_number(inner, activity_timeout_secs);
        inner.put(b"}");
    });
    close(out);
}

/// `pusher:pong`, the answer to `pusher:ping` (1.4).
pub fn pong(out: &mut Vec<u8>) {
    out.put(b"{\"event\":\"pusher:pong\",\"data\":\"{}\"}");
}

/// `pusher:ping`, for peers without control frames (1.4).
pub fn ping(out: &mut Vec<u8>) {
    out.put(b"{\"event\":\"pusher:ping\",\"data\":\"{}\"}");
}

/// `pusher:error`, the one event whose `data` is an object (1.6).
pub fn error(out: &mut Vec<u8>, code: Option<u16>, message: &str) {
    open(out, "pusher:error", None);
    out.put(b",\"data\":{\"code\":");
    match code {
        Some(code) => put_number(out, code.into()),
        None => out.put(b"null"),
    }
    out.put(b",\"message\":");
    put_string(out, message);
    out.put(b"}");
    close(out);
}

/// `pusher:subscription_error` (2.4).
pub fn subscription_error(
    out: &mut Vec<u8>,
    channel: &str,
    kind: SubscriptionErrorKind,
    message: &str,
) {
    open(out, "pusher:subscription_error", Some(channel));
    data(out, |inner| {
        inner.put(b"{\"type\":");
        put_string(inner, kind.name());
        inner.put(b",\"error\":");
        put_string(inner, message);
        inner.put(b",\"status\":");
        put_number(inner, kind.status().into());
        inner.put(b"}");
    });
    close(out);
}

/// `pusher_internal:subscription_succeeded` of a channel without members (2.4).
pub fn subscription_succeeded(out: &mut Vec<u8>, channel: &str) {
    open(out, "pusher_internal:subscription_succeeded", Some(channel));
    out.put(b",\"data\":\"{}\"");
    close(out);
}

/// `pusher_internal:subscription_succeeded` of a presence channel, with its roster (2.4).
///
/// `members` are ids and the JSON text of their infos; it is walked twice, once for `ids` and once
/// for `hash`, and yields `count` of them.
pub fn presence_succeeded<'m>(
    out: &mut Vec<u8>,
    channel: &str,
    members: impl Iterator<Item = (&'m str, Option<&'m str>)> + Clone,
    count: usize,
    serial: Option<u64>,
) {
    open(out, "pusher_internal:subscription_succeeded", Some(channel));
    data(out, |inner| {
        inner.put(b"{\"presence\":{\"count\":");
        put_number(inner, count as u64);
        inner.put(b",\"ids\":[");
        put_ids(inner, members.clone());
        inner.put(b"],\"hash\":{");
        put_hash(inner, members);
        inner.put(b"}");
        put_serial(inner, serial);
        inner.put(b"}}");
    });
    close(out);
}

/// `pusher:cache_miss`: a cache channel has nothing for who subscribes (2.7).
pub fn cache_miss(out: &mut Vec<u8>, channel: &str) {
    open(out, "pusher:cache_miss", Some(channel));
    out.put(b",\"data\":\"{}\"");
    close(out);
}

/// `pusher_internal:subscription_count` (2.8).
pub fn subscription_count(out: &mut Vec<u8>, channel: &str, count: usize) {
    open(out, "pusher_internal:subscription_count", Some(channel));
    data(out, |inner| {
        inner.put(b"{\"subscription_count\":");
        put_number(inner, count as u64);
        inner.put(b"}");
    });
    close(out);
}

/// `pusher_internal:member_added` (2.6).
pub fn member_added(
    out: &mut Vec<u8>,
    channel: &str,
    user_id: &str,
    user_info: Option<&str>,
    serial: Option<u64>,
) {
    member_event(out, "pusher_internal:member_added", channel, user_id, user_info, serial);
}

/// `pusher_internal:member_updated`, which stock clients ignore (`docs/status.md` 3.4).
pub fn member_updated(
    out: &mut Vec<u8>,
    channel: &str,
    user_id: &str,
    user_info: Option<&str>,
    serial: Option<u64>,
) {
    member_event(out, "pusher_internal:member_updated", channel, user_id, user_info, serial);
}

/// `pusher_internal:member_removed` (2.6).
pub fn member_removed(out: &mut Vec<u8>, channel: &str, user_id: &str, serial: Option<u64>) {
    open(out, "pusher_internal:member_removed", Some(channel));
    data(out, |inner| {
        inner.put(b"{\"user_id\":");
        put_string(inner, user_id);
        put_serial(inner, serial);
        inner.put(b"}");
    });
    close(out);
}

/// `pusher:signin_success`, with the `user_data` exactly as it came (4.1).
pub fn signin_success(out: &mut Vec<u8>, user_data: &str) {
    open(out, "pusher:signin_success", None);
    data(out, |inner| {
        inner.put(b"{\"user_data\":");
        put_string(inner, user_data);
        inner.put(b"}");
    });
    close(out);
}

/// `pusher_internal:watchlist_events`: who of those that a user watches is there and who is not; a
/// group without anybody is left out (4.4).
pub fn watchlist_events<'u>(
    out: &mut Vec<u8>,
    online: impl Iterator<Item = &'u str>,
    offline: impl Iterator<Item = &'u str>,
) {
    open(out, "pusher_internal:watchlist_events", None);
    data(out, |inner| {
        inner.put(b"{\"events\":[");
        let groups = put_group(inner, "online", online, 0);
        put_group(inner, "offline", offline, groups);
        inner.put(b"]}");
    });
    close(out);
}

/// Any event on a channel: published, or sent by a client (2.5 and 3). `event_data` arrives byte
/// for byte; `user_id` is the sender of a client event on a presence channel.
pub fn channel_event(
    out: &mut Vec<u8>,
    event: &str,
    channel: &str,
    event_data: &str,
    user_id: Option<&str>,
) {
    open(out, event, Some(channel));
    out.put(b",\"data\":");
    put_string(out, event_data);
    if let Some(user_id) = user_id {
        out.put(b",\"user_id\":");
        put_string(out, user_id);
    }
    close(out);
}

fn open(out: &mut Vec<u8>, event: &str, channel: Option<&str>) {
    out.put(b"{\"event\":");
    put_string(out, event);
    if let Some(channel) = channel {
        out.put(b",\"channel\":");
        put_string(out, channel);
    }
}

fn close(out: &mut Vec<u8>) {
    out.put(b"}");
}

/// Writes a `data` whose JSON text goes through `write`.
fn data(out: &mut Vec<u8>, write: impl FnOnce(&mut Escaped<'_, Vec<u8>>)) {
    out.put(b",\"data\":\"");
    write(&mut Escaped(out));
    out.put(b"\"");
}

fn member_event(
    out: &mut Vec<u8>,
    event: &str,
    channel: &str,
    user_id: &str,
    user_info: Option<&str>,
    serial: Option<u64>,
) {
    open(out, event, Some(channel));
    data(out, |inner| {
        inner.put(b"{\"user_id\":");
        put_string(inner, user_id);
        inner.put(b",\"user_info\":");
        put_info(inner, user_info);
        put_serial(inner, serial);
        inner.put(b"}");
    });
    close(out);
}

fn put_ids<'m, S: Sink>(sink: &mut S, members: impl Iterator<Item = (&'m str, Option<&'m str>)>) {
    for (at, (user_id, _)) in members.enumerate() {
        put_comma(sink, at);
        put_string(sink, user_id);
    }
}

fn put_hash<'m, S: Sink>(sink: &mut S, members: impl Iterator<Item = (&'m str, Option<&'m str>)>) {
    for (at, (user_id, user_info)) in members.enumerate() {
        put_comma(sink, at);
        put_string(sink, user_id);
        sink.put(b":");
        put_info(sink, user_info);
    }
}

/// Writes one group of users, if there is anybody in it; how many groups there are by now.
fn put_group<'u, S: Sink>(
    sink: &mut S,
    name: &str,
    users: impl Iterator<Item = &'u str>,
    groups: usize,
) -> usize {
    let mut users = users.peekable();
    if users.peek().is_none() {
        return groups;
    }
    put_comma(sink, groups);
    sink.put(b"{\"name\":");
    put_string(sink, name);
    sink.put(b",\"user_ids\":[");
    for (at, user) in users.enumerate() {
        put_comma(sink, at);
        put_string(sink, user);
    }
    sink.put(b"]}");
    groups + 1
}

fn put_comma<S: Sink>(sink: &mut S, at: usize) {
    if at > 0 {
        sink.put(b",");
    }
}

fn put_info<S: Sink>(sink: &mut S, user_info: Option<&str>) {
    sink.put(user_info.unwrap_or("null").as_bytes());
}

fn put_serial<S: Sink>(sink: &mut S, serial: Option<u64>) {
    if let Some(serial) = serial {
        sink.put(b",\"serial\":");
        put_number(sink, serial);
    }
}

#[cfg(test)]
mod tests;
