//! Each encoder, and the exact text that `docs/protocol.md` shows for it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

fn parsed(write: impl FnOnce(&mut Vec<u8>)) -> Value {
    serde_json::from_str(&written(write)).unwrap()
}

/// The JSON that is in the string that is `data`.
fn inner(event: &Value) -> Value {
    serde_json::from_str(event["data"].as_str().unwrap()).unwrap()
}

#[test]
fn p2_p4_connection_established_carries_its_data_as_a_string() {
    let socket = SocketId::new(123_456, 7_890_123);
    assert_eq!(
        written(|out| connection_established(out, socket, 120)),
        r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"123456.7890123\",\"activity_timeout\":120}"}"#
    );
}

#[test]
fn p18_a_pong_carries_an_empty_object_as_a_string() {
    assert_eq!(written(pong), r#"{"event":"pusher:pong","data":"{}"}"#);
    assert_eq!(written(ping), r#"{"event":"pusher:ping","data":"{}"}"#);
}

#[test]
fn p25_p33_an_error_carries_an_object_and_no_channel() {
    assert_eq!(
        written(|out| error(out, Some(4301), "Client event rejected due to rate limit")),
        r#"{"event":"pusher:error","data":{"code":4301,"message":"Client event rejected due to rate limit"}}"#
    );
    assert_eq!(
        written(|out| error(out, None, "Existing subscription to channel my-channel")),
        r#"{"event":"pusher:error","data":{"code":null,"message":"Existing subscription to channel my-channel"}}"#
    );
}

#[test]
fn p104_a_signin_success_echoes_the_user_data_as_it_came() {
    assert_eq!(
        written(|out| signin_success(out, r#"{"id":"u1"}"#)),
        r#"{"event":"pusher:signin_success","data":"{\"user_data\":\"{\\\"id\\\":\\\"u1\\\"}\"}"}"#
    );
    for user_data in [r#" { "id" : "u1" , "n":1.0 } "#, "{\"id\":\"\\u00e9\"}", "{\"id\":\"é\"}"] {
        let event = parsed(|out| signin_success(out, user_data));
        assert_eq!(inner(&event)["user_data"], user_data);
    }
}

#[test]
fn p114_watchlist_events_are_groups_of_ids_and_empty_ones_are_left_out() {
    let events = |online: &[&str], offline: &[&str]| {
        written(|out| watchlist_events(out, online.iter().copied(), offline.iter().copied()))
    };
    assert_eq!(
        events(&["u2"], &["u3"]),
        r#"{"event":"pusher_internal:watchlist_events","data":"{\"events\":[{\"name\":\"online\",\"user_ids\":[\"u2\"]},{\"name\":\"offline\",\"user_ids\":[\"u3\"]}]}"}"#
    );
    assert_eq!(
        events(&[], &["a", "b"]),
        r#"{"event":"pusher_internal:watchlist_events","data":"{\"events\":[{\"name\":\"offline\",\"user_ids\":[\"a\",\"b\"]}]}"}"#
    );
    assert_eq!(
        events(&[], &[]),
        r#"{"event":"pusher_internal:watchlist_events","data":"{\"events\":[]}"}"#
    );
}

#[test]
fn p36_a_success_carries_an_empty_object_and_the_channel() {
    assert_eq!(
        written(|out| subscription_succeeded(out, "my-channel")),
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"my-channel","data":"{}"}"#
    );
}

#[test]
fn p78_a_cache_miss_carries_an_empty_object_and_the_channel() {
    assert_eq!(
        written(|out| cache_miss(out, "cache-prices")),
        r#"{"event":"pusher:cache_miss","channel":"cache-prices","data":"{}"}"#
    );
}

#[test]
fn p88_a_subscription_count_is_a_number_in_a_string() {
    assert_eq!(
        written(|out| subscription_count(out, "my-channel", 3)),
        r#"{"event":"pusher_internal:subscription_count","channel":"my-channel","data":"{\"subscription_count\":3}"}"#
    );
}

#[test]
fn p56_a_subscription_error_has_type_error_and_status() {
    use SubscriptionErrorKind::*;
    assert_eq!(
        written(|out| subscription_error(out, "private-a", AuthError, "a \"b\"")),
        r#"{"event":"pusher:subscription_error","channel":"private-a","data":"{\"type\":\"AuthError\",\"error\":\"a \\\"b\\\"\",\"status\":401}"}"#
    );
    for kind in [AuthError, LimitReached, InvalidChannel, InvalidData, ServerError] {
        let event = parsed(|out| subscription_error(out, "c", kind, "why"));
        let expected = json!({ "type": kind.name(), "error": "why", "status": kind.status() });
        assert_eq!(inner(&event), expected);
    }
}

fn succeeded(members: &[(&str, Option<&str>)], serial: Option<u64>) -> String {
    let (iter, count) = (members.iter().copied(), members.len());
    written(|out| presence_succeeded(out, "presence-a", iter, count, serial))
}

#[test]
fn p57_p58_a_presence_success_has_count_ids_and_hash() {
    assert_eq!(
        succeeded(&[("u1", Some(r#"{"name":"Ada"}"#)), ("u2", None)], None),
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"presence-a","data":"{\"presence\":{\"count\":2,\"ids\":[\"u1\",\"u2\"],\"hash\":{\"u1\":{\"name\":\"Ada\"},\"u2\":null}}}"}"#
    );
    let empty: Value = serde_json::from_str(&succeeded(&[], Some(7))).unwrap();
    assert_eq!(
        inner(&empty),
        json!({ "presence": { "count": 0, "ids": [], "hash": {}, "serial": 7 } })
    );
}

#[test]
fn p61_p64_member_events_carry_their_data_as_a_string() {
    assert_eq!(
        written(|out| member_added(out, "presence-a", "u2", Some(r#"{"name":"Bob"}"#), None)),
        r#"{"event":"pusher_internal:member_added","channel":"presence-a","data":"{\"user_id\":\"u2\",\"user_info\":{\"name\":\"Bob\"}}"}"#
    );
    assert_eq!(
        written(|out| member_removed(out, "presence-a", "u2", None)),
        r#"{"event":"pusher_internal:member_removed","channel":"presence-a","data":"{\"user_id\":\"u2\"}"}"#
    );
}

#[test]
fn member_events_carry_the_serial_of_the_roster() {
    assert_eq!(
        written(|out| member_updated(out, "presence-a", "u2", Some("{}"), Some(12))),
        r#"{"event":"pusher_internal:member_updated","channel":"presence-a","data":"{\"user_id\":\"u2\",\"user_info\":{},\"serial\":12}"}"#
    );
    let event = parsed(|out| member_added(out, "presence-a", "u2", None, Some(0)));
    assert_eq!(inner(&event), json!({ "user_id": "u2", "user_info": null, "serial": 0 }));
    let event = parsed(|out| member_removed(out, "presence-a", "u2", Some(u64::MAX)));
    assert_eq!(inner(&event), json!({ "user_id": "u2", "serial": u64::MAX }));
}

#[test]
fn p37_an_event_has_event_channel_and_data_only() {
    assert_eq!(
        written(|out| channel_event(
            out,
            "new-message",
            "my-channel",
            r#"{"hello":"world"}"#,
            None
        )),
        r#"{"event":"new-message","channel":"my-channel","data":"{\"hello\":\"world\"}"}"#
    );
}

#[test]
fn p96_the_sender_of_a_client_event_is_named_at_the_top() {
    assert_eq!(
        written(|out| channel_event(
            out,
            "client-typing",
            "presence-room",
            r#"{"on":true}"#,
            Some("u1")
        )),
        r#"{"event":"client-typing","channel":"presence-room","data":"{\"on\":true}","user_id":"u1"}"#
    );
}

proptest! {
    #[test]
    fn p38_data_arrives_as_it_was(event: String, data: String, user: Option<String>) {
        let found = parsed(|out| channel_event(out, &event, "c", &data, user.as_deref()));
        let mut expected = json!({ "event": event, "channel": "c", "data": data });
        if let Some(user) = user {
            expected["user_id"] = user.into();
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_member_comes_through(ids in proptest::collection::btree_set(any::<String>(), 0..5), name: String) {
        let info = json!({ "name": name });
        let text = info.to_string();
        let members: Vec<_> = ids.iter().map(|id| (id.as_str(), Some(text.as_str()))).collect();
        let event: Value = serde_json::from_str(&succeeded(&members, None)).unwrap();
        let presence = &inner(&event)["presence"];
        prop_assert_eq!(&presence["ids"], &json!(ids));
        prop_assert_eq!(&presence["count"], &json!(ids.len()));
        for id in &ids {
            prop_assert_eq!(&presence["hash"][id], &info);
        }
    }

    #[test]
    fn any_message_of_an_error_comes_through(message: String, code: Option<u16>) {
        let found = parsed(|out| error(out, code, &message));
        prop_assert_eq!(&found["data"], &json!({ "code": code, "message": message }));
        let found = parsed(|out| {
            subscription_error(out, &message, SubscriptionErrorKind::ServerError, &message);
        });
        prop_assert_eq!(&inner(&found)["error"], &json!(message));
    }
}
