//! Settings that reach an edge while connections are open, as far as no transcript can show it.

use std::sync::Arc;

use rollcall_engine::{App, ConnId, Edge, EdgeCommand, EdgeId, Opening, Security, Time};
use rollcall_wire::auth::Key;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client;

#[test]
fn the_size_of_a_message_obeys_on_open_connections() {
    let mut edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
    let conn = open(&mut edge, app(10_240));
    let payload = vec![b'x'; 200_000];

    edge.handle_command(Time::ZERO, EdgeCommand::ReplaceApp(app(100_000)));
    let told = told_after(&mut edge, conn, &payload);
    assert!(told.contains("Invalid message format"), "it was read to its end: {told}");

    edge.handle_command(Time::ZERO, EdgeCommand::ReplaceApp(app(10_240)));
    let told = told_after(&mut edge, conn, &payload);
    assert!(told.contains("Message too big"), "{told}");
}

#[test]
fn settings_that_were_replaced_count_for_a_connection_that_was_on_its_way() {
    let mut edge = Edge::new(EdgeId(0), [1, 2, 3, 4]);
    let patient = App { activity_timeout: std::time::Duration::from_secs(77), ..(*app(1)).clone() };
    edge.handle_command(Time::ZERO, EdgeCommand::ReplaceApp(Arc::new(patient)));
    let conn = open(&mut edge, app(1));
    assert!(told(&mut edge, conn).contains(r#"activity_timeout\":77"#));
}

fn app(payload_bytes: usize) -> Arc<App> {
    let key = Key { key: "key".to_owned(), secret: "secret".to_owned() };
    let mut app = App::new("1", vec![key]);
    app.limits.payload_bytes = payload_bytes;
    Arc::new(app)
}

fn open(edge: &mut Edge, app: Arc<App>) -> ConnId {
    let socket = SocketId::new(1, 2);
    edge.handle_opened(
        Time::ZERO,
        Opening { socket, app, protocol: Protocol::V7, security: Security::Plain },
    )
}

/// What a connection is told when it sends a text.
fn told_after(edge: &mut Edge, conn: ConnId, text: &[u8]) -> String {
    let mut bytes = Vec::new();
    client::write_text(&mut bytes, text, [1, 2, 3, 4]);
    edge.handle_received(Time::ZERO, conn, &mut bytes);
    told(edge, conn)
}

fn told(edge: &mut Edge, conn: ConnId) -> String {
    let mut out = Vec::new();
    while edge.poll_dirty(Time::ZERO).is_some() {
        out.extend(edge.pending(conn).flatten());
        edge.handle_wrote(Time::ZERO, conn, out.len());
    }
    String::from_utf8_lossy(&out).into_owned()
}
