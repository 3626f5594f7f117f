//! Client messages: whatever is accepted can be acted on, and what is relayed is what was said.

use std::collections::BTreeMap;

use rollcall_wire::pusher::{self, ClientMessage, MemberLimits};
use serde_json::Value;
use serde_json::value::RawValue;

/// Parses a text message, and the same text as a `channel_data`.
pub fn pusher_message(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match pusher::parse(text) {
        Ok(message) => check_message(&message),
        Err(error) => check_error(&error.to_string()),
    }
    check_member(text);
}

fn check_message(message: &ClientMessage<'_>) {
    match message {
        ClientMessage::Subscribe { channel, channel_data, .. } => {
            assert!(!channel.is_empty());
            check_member(channel_data.as_deref().unwrap_or_default());
        }
        ClientMessage::Unsubscribe { channel } => assert!(!channel.is_empty()),
        ClientMessage::ClientEvent { event, channel, data } => {
            assert!(event.starts_with("client-"));
            check_relay(event, channel.as_deref().unwrap_or("private-x"), *data);
        }
        ClientMessage::Unsupported { event } => {
            assert!(!event.starts_with("client-"));
            check_error(event);
        }
        ClientMessage::Ping | ClientMessage::Pong | ClientMessage::Signin { .. } => {}
    }
}

/// Data reaches subscribers as a string: the content of a string, or else the JSON text.
fn check_relay(event: &str, channel: &str, data: Option<&RawValue>) {
    let relayed = pusher::client_event_data(data);
    let json = encoded(|out| pusher::channel_event(out, event, channel, &relayed, Some(event)));
    assert_eq!(json["event"], event);
    assert_eq!(json["channel"], channel);
    assert_eq!(json["user_id"], event);
    assert_eq!(json["data"], *relayed);
    let Some(data) = data else { return };
    match serde_json::from_str::<Value>(data.get()) {
        Ok(Value::String(text)) => assert_eq!(text, *relayed),
        Ok(_) => assert_eq!(data.get(), relayed),
        // A lone surrogate is legal JSON and no Unicode, a huge number is legal and no number.
        Err(_) => assert!(data.get().contains("\\u") || data.get().contains(['e', 'E', '9'])),
    }
}

fn check_member(text: &str) {
    let limits = MemberLimits { max_user_id_chars: 16, max_info_bytes: 64 };
    let member = match pusher::parse_channel_data(text, &limits) {
        Ok(member) => member,
        Err(error) => return check_error(&error.to_string()),
    };
    let (id, info) = (&*member.user_id, member.user_info.as_deref().map(RawValue::get));
    assert!((1..=16).contains(&id.chars().count()));
    assert!(info.is_none_or(|info| info.len() <= 64 && info.trim_start().starts_with('{')));
    assert!(
        member.rev.is_none()
            || info.is_some_and(|info| info.contains("rev") || info.contains('\\'))
    );

    let added = encoded(|out| pusher::member_added(out, "presence-x", id, info, Some(1)));
    let added = inner(&added);
    assert_eq!(text_of(&added["user_id"]), id);
    assert_eq!(added["user_info"].get(), info.unwrap_or("null"));
    let members = [(id, info)];
    let roster = encoded(|out| {
        pusher::presence_succeeded(out, "presence-x", members.into_iter(), 1, None);
    });
    let presence = fields(inner(&roster)["presence"].get());
    assert_eq!(fields(presence["hash"].get())[id].get(), info.unwrap_or("null"));
}

fn check_error(text: &str) {
    assert_eq!(encoded(|out| pusher::error(out, None, text))["data"]["message"], text);
}

/// The event that `encode` writes, which must be JSON.
fn encoded(encode: impl FnOnce(&mut Vec<u8>)) -> Value {
    let mut out = Vec::new();
    encode(&mut out);
    serde_json::from_slice(&out).expect("an event is JSON")
}

/// The JSON inside of the `data` string. Values stay raw: member infos are passed on as they came,
/// and may have numbers and surrogates that are legal JSON and that nobody here can hold.
fn inner(event: &Value) -> BTreeMap<String, Box<RawValue>> {
    fields(event["data"].as_str().expect("data is a string"))
}

fn fields(json: &str) -> BTreeMap<String, Box<RawValue>> {
    serde_json::from_str(json).expect("it is an object")
}

fn text_of(json: &RawValue) -> String {
    serde_json::from_str(json.get()).expect("it is a string")
}
