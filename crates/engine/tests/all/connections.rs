//! What an edge says of its connections, and what it counts for each of them.

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::Audience;
use rollcall_engine::{
    App, AppId, ChannelKey, ConnId, Edge, EdgeEffect, EdgeId, FromPartition, HttpTransport,
    Opening, Receive, ReceiveId, Security, SessionName, SubscriptionId, Time, ToPartition,
};
use rollcall_wire::auth::{Key, channel_signature};
use rollcall_wire::frame::Frame;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client;
use rollcall_wire::{ChannelName, CloseCode};

#[test]
fn a_connection_is_what_it_said_and_was_told() {
    let (mut edge, conn) = connected();
    let facts = edge.connection(conn).expect("it is open");
    assert_eq!((facts.socket, facts.user, facts.transport), (SOCKET, None, None));
    assert_eq!((facts.messages_in, facts.messages_out, facts.subscriptions), (0, 1, 0));

    subscribe(&mut edge, conn, "news", None);
    subscribe(&mut edge, conn, "presence-team", Some(r#"{"user_id":"ana"}"#));
    publish(&mut edge, "news");
    // The news, and what control frames there are, do not make it another user or message.
    let facts = edge.connection(conn).expect("it is open");
    assert_eq!((facts.user, facts.security), (Some("ana"), Security::Plain));
    assert_eq!((facts.messages_in, facts.messages_out, facts.subscriptions), (2, 4, 2));
    let of =
        edge.subscriptions(conn).map(|(key, user)| (key.name.as_str(), user.map(|u| u.as_str())));
    assert_eq!(of.collect::<Vec<_>>(), [("news", None), ("presence-team", Some("ana"))]);
}

#[test]
fn what_nobody_takes_is_pending_and_the_connection_is_slow() {
    let (mut edge, conn) = connected();
    subscribe(&mut edge, conn, "news", None);
    flush(&mut edge, usize::MAX);
    publish(&mut edge, "news");
    flush(&mut edge, 10);
    let facts = edge.connection(conn).expect("it is open");
    assert!(facts.pending_bytes > 0 && facts.is_slow, "{facts:?}");
    edge.handle_writable(Time::ZERO, conn);
    flush(&mut edge, usize::MAX);
    let facts = edge.connection(conn).expect("it is open");
    assert_eq!((facts.pending_bytes, facts.is_slow), (0, false));
}

#[test]
fn the_time_of_an_answer_is_that_from_the_first_ping_to_the_next_pong() {
    let (mut edge, conn) = connected();
    let rtt = |edge: &Edge| edge.connection(conn).expect("it is open").rtt;
    flush(&mut edge, usize::MAX);
    // A pong that nobody asked for is no answer.
    pong(&mut edge, at(100), conn);
    assert_eq!(rtt(&edge), None);

    edge.handle_look(at(200), conn);
    edge.handle_look(at(210), conn);
    assert_eq!(flush(&mut edge, usize::MAX), [0x89, 0], "one ping, however often it is looked at");
    pong(&mut edge, at(225), conn);
    assert_eq!(rtt(&edge), Some(Duration::from_millis(25)));
    pong(&mut edge, at(900), conn);
    assert_eq!(rtt(&edge), Some(Duration::from_millis(25)));

    // The probe of a silent connection counts as well.
    let silent = Time::after_start(Duration::from_millis(30_900));
    edge.handle_timeout(silent);
    pong(&mut edge, silent + Duration::from_millis(7), conn);
    assert_eq!(rtt(&edge), Some(Duration::from_millis(7)));
}

#[test]
fn a_look_that_is_not_answered_costs_nobody_the_connection() {
    let (mut edge, conn) = connected();
    edge.handle_look(at(29_000), conn);
    // Whoever is silent is probed at 30 s as ever, and has until 40 s.
    for second in [30, 39] {
        edge.handle_timeout(Time::after_start(Duration::from_secs(second)));
        assert!(edge.connection(conn).is_some(), "after {second} s");
    }
    edge.handle_timeout(Time::after_start(Duration::from_secs(40)));
    assert!(edge.connection(conn).is_none());
}

#[test]
fn over_http_nobody_is_pinged_and_the_transport_is_that_of_the_last_request() {
    let mut edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
    let receive = |id, transport| Receive {
        session: SessionName::new("key", "1", "abc"),
        id: ReceiveId(id),
        transport,
        security: Security::Plain,
    };
    let conn = edge
        .handle_session_opened(Time::ZERO, receive(1, HttpTransport::Streaming), opening())
        .conn;
    let transport = |edge: &Edge| edge.connection(conn).expect("it is open").transport;
    assert_eq!(transport(&edge), Some(HttpTransport::Streaming));
    edge.handle_receive(Time::ZERO, &receive(2, HttpTransport::Polling));
    assert_eq!(transport(&edge), Some(HttpTransport::Polling));
    let owed = edge.stats().deliveries;
    edge.handle_look(Time::ZERO, conn);
    assert_eq!(edge.stats().deliveries, owed);
}

#[test]
fn only_a_connection_of_the_app_is_found_and_closed_and_only_once() {
    let (mut edge, conn) = connected();
    let (mine, other) = (AppId::new("1"), AppId::new("2"));
    assert_eq!(edge.connections_of_app(&mine), [conn]);
    assert_eq!(edge.connections_of_app(&other), []);
    let code = CloseCode::Unauthorized;
    assert!(!edge.handle_disconnect(Time::ZERO, &other, SOCKET, code));
    assert!(!edge.handle_disconnect(Time::ZERO, &mine, SocketId::new(9, 9), code));
    assert_eq!(edge.find(&mine, SOCKET), Some(conn));
    assert!(edge.handle_disconnect(Time::ZERO, &mine, SOCKET, code));
    assert!(!edge.handle_disconnect(Time::ZERO, &mine, SOCKET, code));
    assert_eq!((edge.find(&mine, SOCKET), edge.socket_of(conn)), (None, None));
    assert_eq!(edge.connections_of_app(&mine), []);
    assert!(edge.connection(conn).is_none());
}

const SOCKET: SocketId = SocketId::new(1, 2);

fn connected() -> (Edge, ConnId) {
    let mut edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
    let conn = edge.handle_opened(Time::ZERO, opening());
    (edge, conn)
}

fn opening() -> Opening {
    let key = Key { key: "key".to_owned(), secret: "secret".to_owned() };
    let app = Arc::new(App::new("1", vec![key]));
    Opening { socket: SOCKET, app, protocol: Protocol::V7, security: Security::Plain }
}

fn at(millis: u64) -> Time {
    Time::after_start(Duration::from_millis(millis))
}

/// Subscribes, and lets in.
fn subscribe(edge: &mut Edge, conn: ConnId, channel: &str, member: Option<&str>) {
    let signature = channel_signature("secret", SOCKET, channel, member);
    let data = serde_json::json!({
        "channel": channel, "auth": format!("key:{signature}"), "channel_data": member,
    });
    let text = serde_json::json!({ "event": "pusher:subscribe", "data": data }).to_string();
    let mut bytes = Vec::new();
    client::write_text(&mut bytes, text.as_bytes(), [1, 2, 3, 4]);
    edge.handle_received(Time::ZERO, conn, &mut bytes);
    let frame = Frame::text(|out| out.extend_from_slice(b"{}"));
    let subscriptions = [joined(edge)].into_iter().collect();
    edge.handle_mail(Time::ZERO, FromPartition::Joined { subscriptions, frame, then: None });
}

/// The join that the edge wants carried.
fn joined(edge: &mut Edge) -> SubscriptionId {
    loop {
        let effect = edge.poll_effect().expect("it joins");
        if let EdgeEffect::ToPartition(ToPartition::Join(join)) = effect {
            return join.subscription;
        }
    }
}

fn publish(edge: &mut Edge, channel: &str) {
    let name = ChannelName::parse(channel, 164).expect("a legal name");
    let channel = ChannelKey { app: AppId::new("1"), name };
    let frame = Frame::text(|out| out.extend_from_slice(&[b'x'; 100]));
    let mail = FromPartition::Deliver { channel, frame, audience: Audience::All };
    edge.handle_mail(Time::ZERO, mail);
}

fn pong(edge: &mut Edge, now: Time, conn: ConnId) {
    let mut bytes = Vec::new();
    rollcall_wire::ws::client::write_pong(&mut bytes, b"", [1, 2, 3, 4]);
    edge.handle_received(now, conn, &mut bytes);
}

/// Writes what is pending, of which the socket takes `room` bytes; what it took.
fn flush(edge: &mut Edge, room: usize) -> Vec<u8> {
    let mut taken = Vec::new();
    while let Some(conn) = edge.poll_dirty(Time::ZERO) {
        let pending: Vec<u8> = edge.pending(conn).flatten().copied().collect();
        let n = pending.len().min(room);
        taken.extend_from_slice(&pending[..n]);
        edge.handle_wrote(Time::ZERO, conn, n);
    }
    taken
}
