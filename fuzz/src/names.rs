//! Names that peers choose: channels, sockets, keys of the upgrade, versions of the protocol.

use rollcall_wire::protocol::Protocol;
use rollcall_wire::{ChannelKind, ChannelName, SocketId, ws};

use crate::input::Input;

/// Parses a text as each of them.
pub fn names(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let max_len = input.pick(&[164, 200, 10]);
    let Ok(text) = std::str::from_utf8(input.rest()) else { return };
    check_channel(text, max_len);
    check_socket(text);
    if let Some(accept) = ws::accept_key(text) {
        assert_eq!((text.trim().len(), accept.len()), (24, 28));
    }
    if Protocol::parse(Some(text)).is_ok() {
        assert_eq!(text.len(), 1);
    }
}

fn check_channel(text: &str, max_len: usize) {
    let name = match ChannelName::parse(text, max_len) {
        Ok(name) => name,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(name.as_str(), text);
    let kind = name.kind();
    assert!(kind == ChannelKind::User || text.chars().count() <= max_len);
    assert_eq!(kind == ChannelKind::User, text.starts_with('#'));
    assert_eq!(kind.is_presence(), text.starts_with("presence-"));
    let is_private = text.starts_with("private-") || text.starts_with("presence-");
    assert_eq!(kind.needs_auth(), is_private, "{text}");
    assert!(!kind.allows_client_events() || is_private);
}

/// What is printed is what is parsed, so that no two texts name one connection.
fn check_socket(text: &str) {
    if let Ok(Some(socket)) = SocketId::parse(text) {
        assert_eq!(socket.to_string(), text);
    }
}
