//! What operators are told by a running node, with real clients and back ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::support::{HANDSHAKE, TestNode, Told, app, key, read_head, signed, within};
use rollcall_engine::App;
use rollcall_node::observe::{Decision, Event, EventType, First, Incident, Incidents, Note, Tap};
use rollcall_wire::auth::Key;
use rollcall_wire::ws::client;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn the_whole_life_of_a_connection_is_seen_in_order() {
    for shards in [1, 2] {
        let node = TestNode::with_apps(shards, vec![App { client_events: true, ..app() }]).await;
        let mut tap = node.handle.tap("1001").unwrap();
        fence(&node).await;
        let (mut client, socket) = node.connect().await;
        let mut seen = vec![row(&next(&mut tap).await)];
        let channel = "presence-team";
        let member = json!({ "user_id": "ana", "user_info": { "name": "Ana" } });
        client.subscribe(channel, &socket, Some(&member)).await;
        client.event("pusher_internal:subscription_succeeded").await;
        seen.extend(rows(&mut tap, 3).await);
        let event = json!({ "event": "client-x", "channel": channel, "data": { "a": 1 } });
        client.send(&event).await;
        seen.extend(rows(&mut tap, 1).await);
        let body = json!({ "name": "e", "channel": channel, "data": "hello" });
        assert_eq!(node.publish(&body).await.0, 200);
        seen.extend(rows(&mut tap, 1).await);
        client.event("e").await;
        client
            .send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } }))
            .await;
        seen.extend(rows(&mut tap, 3).await);
        drop(client);
        seen.extend(rows(&mut tap, 1).await);

        let gone = "the client stopped sending without a close frame";
        let mut expected = [
            format!("connection {socket}"),
            "occupied presence-team".to_owned(),
            r#"member_added ana presence-team {"name":"Ana"}"#.to_owned(),
            format!("subscribed {socket} ana presence-team"),
            format!(r#"client_event {socket} ana presence-team client-x {{"a":1}}"#),
            "api_message presence-team e hello".to_owned(),
            format!("unsubscribed {socket} ana presence-team"),
            "vacated presence-team".to_owned(),
            "member_removed ana presence-team".to_owned(),
            format!("disconnection {socket} {gone}"),
        ];
        if shards > 1 {
            // Which of the two machines tells first is chance, if they are on different shards.
            for rows in [1..4, 6..9] {
                seen[rows.clone()].sort();
                expected[rows].sort();
            }
        }
        assert_eq!(seen, expected, "{shards} shards");
    }
}

#[tokio::test]
async fn an_error_is_told_with_its_cure_while_nobody_watches() {
    let strict = App { max_connections: 1, allowed_origins: vec![A.to_owned()], ..app() };
    let node = TestNode::with_apps(1, vec![strict]).await;
    let mut incidents = node.handle.incidents();
    let (mut client, socket) = node.connect().await;
    assert_eq!(first(&mut incidents).await, First::Connection);
    client.send(&json!({ "event": "client-x", "channel": "private-x", "data": 1 })).await;
    let (app, error) = error(&mut incidents).await;
    assert_eq!((app.as_deref(), error.socket.as_deref()), (Some("1001"), Some(&*socket)));
    let cured = json!({
        "n": error.n, "at": error.at, "type": "client_error", "socket": socket,
        "channel": "private-x", "event": "client-x", "kind": "client_events_off",
        "message": error.message, "setting": "client_events", "suggested": true,
    });
    assert_eq!(serde_json::to_value(&error).unwrap(), cured);

    node.open("/app/app-key?protocol=7").await;
    assert_eq!(cure(&mut incidents).await, json!(["over_quota", 4004, "max_connections", 2]));
    let _stranger = knock(&node, "https://b.example").await;
    let origins = json!([A, "https://b.example"]);
    let expected = json!(["origin_not_allowed", 4009, "allowed_origins", origins]);
    assert_eq!(cure(&mut incidents).await, expected);
    node.open("/app/nobody?protocol=7").await;
    assert_eq!(cure(&mut incidents).await, json!(["unknown_key", 4001, null, null]));
}

#[tokio::test]
async fn what_back_ends_do_wrong_is_told_of_their_app() {
    let node = TestNode::start(1).await;
    let mut incidents = node.handle.incidents();
    let request = signed("POST", "/apps/1001/events", "{}");
    for (request, kind, status) in [
        (request.clone(), "invalid_field", 400),
        (request.replace("auth_signature=", "auth_signature=0"), "wrong_signature", 401),
        (request.replace("auth_timestamp=1", "auth_timestamp=0"), "timestamp_expired", 401),
        (request.replace("auth_key=app-key", "auth_key=nobody"), "wrong_api_key", 400),
        (request.replace("auth_key=", "x="), "not_signed", 401),
        (signed("GET", "/apps/1001/nothing", ""), "unknown_path", 404),
    ] {
        assert_eq!(node.request(&request).await.0, status);
        let (app, error) = error(&mut incidents).await;
        let told = (app.as_deref(), error.kind.map(|kind| kind.name()), error.code, error.what);
        assert_eq!(told, (Some("1001"), Some(kind), Some(status), EventType::ApiError));
    }
    assert_eq!(node.request(&signed("GET", "/apps/7/channels", "")).await.0, 404);
    let (app, error) = error(&mut incidents).await;
    assert_eq!((app, error.kind.map(|kind| kind.name())), (None, Some("unknown_app")));
}

#[tokio::test]
async fn what_works_is_told_once_whatever_the_shard() {
    let node = TestNode::with_apps(2, vec![App { client_events: true, ..app() }]).await;
    let mut incidents = node.handle.incidents();
    let mut clients = Vec::new();
    for number in 0..4 {
        let (mut client, socket) = node.connect().await;
        let member = json!({ "user_id": format!("u{number}") });
        client.subscribe("presence-team", &socket, Some(&member)).await;
        client.event("pusher_internal:subscription_succeeded").await;
        clients.push(client);
    }
    let body = json!({ "name": "e", "channel": "presence-team", "data": "" });
    for _ in 0..2 {
        assert_eq!(node.publish(&body).await.0, 200);
    }
    let mut heard = Vec::new();
    for _ in First::ALL {
        heard.push(first(&mut incidents).await);
    }
    heard.sort();
    assert_eq!(heard, First::ALL);
    // Behind all of them comes the next thing that happens at all.
    clients[0].send(&json!({ "event": "nothing" })).await;
    assert_eq!(cure(&mut incidents).await[0], "unsupported_event");

    let mut late = node.handle.incidents();
    for what in First::ALL {
        assert_eq!(first(&mut late).await, what);
    }
}

#[tokio::test]
async fn of_a_flood_all_is_counted_and_a_sample_shown() {
    let limits =
        rollcall_engine::Limits { client_events_per_second: 100_000, ..Default::default() };
    let node = TestNode::with_apps(1, vec![App { client_events: true, limits, ..app() }]).await;
    let mut tap = node.handle.tap("1001").unwrap();
    fence(&node).await;
    let (mut client, _) = node.subscriber("private-x").await;
    rows(&mut tap, 3).await;
    let event = json!({ "event": "client-x", "channel": "private-x", "data": 1 });
    client.send_raw(&frames(&event, 2_000)).await;
    // What is not shown is told with the next that is, and errors are.
    client.send(&json!({ "event": "nothing" })).await;
    let shown = shown_of(&mut tap, 2_001).await;
    assert!(shown < 2_001, "{shown}");
}

#[tokio::test]
async fn of_what_the_service_side_sees_a_sample_is_shown_too() {
    let node = TestNode::start(1).await;
    let mut tap = node.handle.tap("1001").unwrap();
    // The task that shows them has its turn when they all are there: the test has one thread.
    (0..900).for_each(|_| node.handle.note("1001", status("x")));
    let message = "Too often.".to_owned();
    node.handle.note("1001", Note::RateLimit { user: None, message });
    let shown = shown_of(&mut tap, 901).await;
    assert!(shown < 901, "{shown}");
    assert_eq!(node.handle.dropped_observations(), 0);
}

#[tokio::test]
async fn of_many_errors_fifty_a_second_are_recorded_and_the_others_counted() {
    let node = TestNode::start(1).await;
    let mut incidents = node.handle.incidents();
    let (mut client, _) = node.connect().await;
    assert_eq!(first(&mut incidents).await, First::Connection);
    client.send_raw(&frames(&json!({ "event": "nothing" }), 500)).await;
    let (mut told, mut counted) = (0, 0);
    while told + counted < 500 {
        match within(incidents.recv()).await.unwrap() {
            Incident::Error { .. } => told += 1,
            Incident::Uncounted { app, errors } => {
                assert_eq!(app.as_deref(), Some("1001"));
                counted += errors;
            }
            other @ Incident::First { .. } => panic!("unexpected {other:?}"),
        }
    }
    assert!(told >= 50 && counted > 0, "{told} told, {counted} counted");
}

#[tokio::test]
async fn programs_tell_of_what_they_do() {
    let node = TestNode::start(1).await;
    let mut tap = node.handle.tap("1001").unwrap();
    node.handle.note("1001", status("away"));
    let auth = |decision| Note::Auth {
        user: Some("ana".to_owned()),
        socket: Some("1.1".to_owned()),
        channel: Some("presence-team".to_owned()),
        decision,
    };
    node.handle.note("1001", auth(Decision::Allowed));
    node.handle.note("1001", auth(Decision::Refused("not hers".to_owned())));
    let (user, message) = (Some("ana".to_owned()), "Too often.".to_owned());
    node.handle.note("1001", Note::RateLimit { user, message });
    let said = node.handle.publish_as("1001", "private-x", "client-x", "{}", "ana");
    assert_eq!(said, Ok(()));
    assert_eq!(
        rows(&mut tap, 5).await,
        [
            "status_change ana away",
            "auth 1.1 ana presence-team allowed",
            "auth 1.1 ana presence-team not hers",
            "rate_limit ana Too often.",
            "client_event ana private-x client-x {}",
        ]
    );
}

#[tokio::test]
async fn a_tap_ends_with_its_node_and_an_app_that_is_not_there_has_none() {
    let mut node = TestNode::start(1).await;
    assert!(node.handle.tap("7").is_none());
    let mut tap = node.handle.tap("1001").unwrap();
    node.stop.take().unwrap().send(()).unwrap();
    while within(tap.recv()).await.is_some() {}
    assert_eq!(within(node.handle.incidents().recv()).await, None);
    assert_eq!(within(node.handle.tap("1001").unwrap().recv()).await, None);
}

#[tokio::test]
async fn a_tap_ends_with_its_app_and_not_with_another() {
    let other = Key { key: "other".to_owned(), ..key() };
    let node = TestNode::with_apps(1, vec![app(), App::new("7", vec![other])]).await;
    let mut tap = node.handle.tap("1001").unwrap();
    node.handle.remove_app("7").unwrap();
    node.handle.note("1001", status("x"));
    assert_eq!(rows(&mut tap, 1).await, ["status_change ana x"]);
    node.handle.remove_app("1001").unwrap();
    while within(tap.recv()).await.is_some() {}
    assert!(node.handle.tap("1001").is_none());
    // One that comes with the same id is another app, and is watched anew.
    node.handle.replace_app(app()).unwrap();
    let mut anew = node.handle.tap("1001").unwrap();
    node.handle.note("1001", status("another"));
    assert_eq!(rows(&mut anew, 1).await, ["status_change ana another"]);
    assert_eq!(within(tap.recv()).await, None);
    drop(tap);
    node.handle.note("1001", status("y"));
    assert_eq!(rows(&mut anew, 1).await, ["status_change ana y"]);
}

#[tokio::test]
async fn a_node_that_nobody_watches_any_more_tells_nothing() {
    let node = TestNode::start(1).await;
    let first_tap = node.handle.tap("1001").unwrap();
    let second_tap = node.handle.tap("1001").unwrap();
    drop(second_tap);
    fence(&node).await;
    drop(first_tap);
    let (mut client, _) = node.connect().await;
    client.send(&json!({ "event": "pusher:ping", "data": {} })).await;
    assert!(matches!(client.told().await, Told::Event(event) if event["event"] == "pusher:pong"));
    let mut tap = node.handle.tap("1001").unwrap();
    node.handle.note("1001", status("x"));
    assert_eq!(rows(&mut tap, 1).await, ["status_change ana x"]);
}

const A: &str = "https://a.example";

fn status(status: &str) -> Note {
    Note::StatusChange { user: "ana".to_owned(), status: status.to_owned() }
}

/// The same message many times, for one write.
fn frames(message: &Value, many: usize) -> Vec<u8> {
    let mut frames = Vec::new();
    let text = message.to_string();
    (0..many).for_each(|_| client::write_text(&mut frames, text.as_bytes(), [1, 2, 3, 4]));
    frames
}

/// A page of that origin wants in.
async fn knock(node: &TestNode, origin: &str) -> TcpStream {
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    let path = "/app/app-key?protocol=7";
    let request = format!("GET {path} HTTP/1.1\r\n{HANDSHAKE}Origin: {origin}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    read_head(&mut stream).await;
    stream
}

/// Waits until the shards know that somebody watches: what they are asked is mail behind it.
async fn fence(node: &TestNode) {
    node.handle.stats().await;
}

async fn next(tap: &mut Tap) -> Event {
    let mut batch = within(tap.recv()).await.unwrap();
    assert_eq!(batch.events.len(), 1, "{:?}", batch.events);
    batch.events.remove(0)
}

/// How many of so many events are shown.
async fn shown_of(tap: &mut Tap, all: u64) -> u64 {
    let (mut shown, mut seen) = (0, 0);
    while seen < all {
        let batch = within(tap.recv()).await.unwrap();
        assert_eq!(batch.lost, 0);
        shown += batch.events.len() as u64;
        seen += batch.seen;
    }
    assert_eq!(seen, all);
    shown
}

/// That many rows, and not more.
async fn rows(tap: &mut Tap, many: usize) -> Vec<String> {
    let mut rows = Vec::new();
    while rows.len() < many {
        rows.extend(within(tap.recv()).await.unwrap().events.iter().map(row));
    }
    assert_eq!(rows.len(), many, "{rows:?}");
    rows
}

fn row(event: &Event) -> String {
    let Value::Object(event) = serde_json::to_value(event).unwrap() else { panic!("no object") };
    let fields = ["type", "socket", "user", "channel", "event", "data", "message"];
    let texts = fields.iter().filter_map(|field| event.get(*field)?.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

async fn error(incidents: &mut Incidents) -> (Option<String>, Event) {
    loop {
        match within(incidents.recv()).await.unwrap() {
            Incident::Error { app, event } => return (app, *event),
            Incident::First { .. } => {}
            other @ Incident::Uncounted { .. } => panic!("unexpected {other:?}"),
        }
    }
}

async fn first(incidents: &mut Incidents) -> First {
    match within(incidents.recv()).await.unwrap() {
        Incident::First { what, .. } => what,
        other => panic!("unexpected {other:?}"),
    }
}

/// Kind, code, setting and suggestion of the next error.
async fn cure(incidents: &mut Incidents) -> Value {
    let (_, event) = error(incidents).await;
    json!([event.kind.map(|kind| kind.name()), event.code, event.setting, event.suggested])
}
