//! A connection that joins and leaves without end must not cost others more than itself: each round
//! that reaches a partition encodes a roster and tells everybody in it.

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::{
    App, ConnId, Edge, EdgeEffect, EdgeId, Opening, Security, Time, ToPartition,
};
use rollcall_wire::auth::{Key, channel_signature};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client;

#[test]
fn a_join_that_is_taken_back_at_once_never_reaches_the_partition() {
    let (mut edge, conn) = connected();
    let rounds: Vec<String> = (0..100).flat_map(|_| [join(), leave()]).collect();
    receive(&mut edge, Time::ZERO, conn, &rounds);
    assert!(edge.poll_effect().is_none());

    receive(&mut edge, Time::ZERO, conn, &[join()]);
    assert!(matches!(edge.poll_effect(), Some(EdgeEffect::ToPartition(ToPartition::Join(_)))));
    receive(&mut edge, Time::ZERO, conn, &[leave()]);
    assert!(matches!(edge.poll_effect(), Some(EdgeEffect::ToPartition(ToPartition::Leave(_)))));
}

#[test]
fn a_connection_that_left_ten_times_in_a_second_is_not_read_for_the_rest_of_it() {
    let (mut edge, conn) = connected();
    for round in 0..10 {
        let now = Time::after_start(Duration::from_millis(round * 10));
        assert!(!edge.is_held(now, conn), "before round {round}");
        receive(&mut edge, now, conn, &[join()]);
        while edge.poll_effect().is_some() {}
        receive(&mut edge, now, conn, &[leave()]);
    }
    assert!(edge.is_held(Time::after_start(Duration::from_millis(999)), conn));
    assert!(!edge.is_held(Time::after_start(Duration::from_millis(1_000)), conn));
}

const SOCKET: (u32, u32) = (1, 2);
const CHANNEL: &str = "presence-team";
const CHANNEL_DATA: &str = r#"{"user_id":"ana"}"#;

fn connected() -> (Edge, ConnId) {
    let mut edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
    let app = Arc::new(App::new("1", vec![key()]));
    let socket = SocketId::new(SOCKET.0, SOCKET.1);
    let conn = edge.handle_opened(
        Time::ZERO,
        Opening { socket, app, protocol: Protocol::V7, security: Security::Plain },
    );
    (edge, conn)
}

fn key() -> Key {
    Key { key: "key".to_owned(), secret: "secret".to_owned() }
}

fn receive(edge: &mut Edge, now: Time, conn: ConnId, messages: &[String]) {
    let mut bytes = Vec::new();
    for message in messages {
        client::write_text(&mut bytes, message.as_bytes(), [1, 2, 3, 4]);
    }
    edge.handle_received(now, conn, &mut bytes);
}

fn join() -> String {
    let socket = SocketId::new(SOCKET.0, SOCKET.1);
    let signature = channel_signature("secret", socket, CHANNEL, Some(CHANNEL_DATA));
    let data = serde_json::json!({
        "channel": CHANNEL, "auth": format!("key:{signature}"), "channel_data": CHANNEL_DATA,
    });
    serde_json::json!({ "event": "pusher:subscribe", "data": data }).to_string()
}

fn leave() -> String {
    let data = serde_json::json!({ "channel": CHANNEL });
    serde_json::json!({ "event": "pusher:unsubscribe", "data": data }).to_string()
}
