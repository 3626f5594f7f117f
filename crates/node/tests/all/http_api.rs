//! The HTTP API over real connections.

use std::time::Duration;

use crate::support::{TestNode, Told, app, read_response, signed};
use rollcall_engine::App;
use rollcall_node::NodeConfig;
use rollcall_wire::auth::Key;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

#[tokio::test]
async fn p34_p37_p157_p161_a_signed_event_reaches_the_subscribers_of_every_shard() {
    for shards in [1, 2] {
        let node = TestNode::start(shards).await;
        let (mut a, _) = node.subscriber("room").await;
        let (mut b, _) = node.subscriber("room").await;
        let (mut other, _) = node.subscriber("hall").await;
        let event = json!({ "name": "said", "channels": ["room", "hall", "room"], "data": "{}" });
        assert_eq!(node.publish(&event).await, (200, json!({})));
        for (client, channel) in [(&mut a, "room"), (&mut b, "room"), (&mut other, "hall")] {
            let expected = json!({ "event": "said", "channel": channel, "data": "{}" });
            assert_eq!(client.told().await, Told::Event(expected));
        }
    }
}

#[tokio::test]
async fn p163_p164_the_excluded_socket_hears_nothing_and_nobody_hears_twice() {
    let node = TestNode::start(2).await;
    let (mut a, excluded) = node.subscriber("room").await;
    let (mut b, _) = node.subscriber("room").await;
    for (name, socket) in [("one", excluded.as_str()), ("two", "99.99")] {
        let event = json!({
            "name": name, "channels": ["room", "room"], "data": "", "socket_id": socket,
        });
        assert_eq!(node.publish(&event).await.0, 200);
    }
    b.event("one").await;
    b.event("two").await;
    a.event("two").await;
}

#[tokio::test]
async fn p165_a_batch_is_published_in_order_or_not_at_all() {
    let node = TestNode::start(2).await;
    let (mut client, _) = node.subscriber("room").await;
    let event = |name: &str| json!({ "name": name, "channel": "room", "data": "" });
    let bad = json!({ "batch": [event("lost"), event("pusher:no")] }).to_string();
    assert_eq!(node.signed("POST", "/apps/1001/batch_events", &bad).await.0, 400);
    let good = json!({ "batch": [event("one"), event("two")] }).to_string();
    assert_eq!(node.signed("POST", "/apps/1001/batch_events", &good).await, (200, json!({})));
    client.event("one").await;
    client.event("two").await;
}

#[tokio::test]
async fn p149_p156_no_handler_runs_for_a_request_that_is_not_signed() {
    let other_key = Key { key: "other-key".to_owned(), secret: "other-secret".to_owned() };
    let off_key = Key { key: "off-key".to_owned(), secret: crate::support::SECRET.to_owned() };
    let apps = vec![
        app(),
        App::new("1002", vec![other_key]),
        App { enabled: false, ..App::new("1003", vec![off_key]) },
    ];
    let node = TestNode::with_apps(1, apps).await;
    let (mut client, _) = node.subscriber("room").await;
    let body = json!({ "name": "e", "channel": "room", "data": "1" }).to_string();
    let good = signed("POST", "/apps/1001/events", &body);
    let off = signed("POST", "/apps/1003/events", &body).replace("app-key", "off-key");
    for (request, status) in [
        (signed("POST", "/apps/9/events", &body), 404),
        (signed("POST", "/apps/1002/events", &body), 400),
        (good.replace("auth_version=1.0", "auth_version=2.0"), 401),
        (good.replace("\"data\":\"1\"", "\"data\":\"2\""), 401),
        (good.replace("auth_signature=", "auth_signature=0"), 401),
        ("POST /apps/1001/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".into(), 401),
        (off, 401),
    ] {
        let (given, answer) = node.request(&request).await;
        assert_eq!(given, status, "{request}\n{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!(node.request(&good).await.0, 200);
    assert_eq!(client.event("e").await["data"], "1");
}

#[tokio::test]
async fn p158_p159_limits_have_their_status() {
    let node = TestNode::start(1).await;
    let names = |n: usize| (0..n).map(|i| format!("c{i}")).collect::<Vec<_>>();
    let event = |channels: Vec<String>, bytes: usize| json!({ "name": "e", "channels": channels, "data": "é".repeat(bytes / 2) });
    for (event, status) in [
        (event(names(100), 2), 200),
        (event(names(101), 2), 400),
        (event(names(1), 10_240), 200),
        (event(names(1), 10_242), 413),
        (event(names(1), 8 << 20), 413),
    ] {
        assert_eq!(node.publish(&event).await.0, status);
    }
}

#[tokio::test]
async fn p173_a_body_may_come_in_many_segments() {
    let node = TestNode::start(1).await;
    let body = json!({ "name": "e", "channel": "room", "data": "1" }).to_string();
    let request = signed("POST", "/apps/1001/events", &body);
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in request.as_bytes() {
        stream.write_all(&[*byte]).await.unwrap();
    }
    assert_eq!(read_response(&mut stream).await, (200, "{}".to_owned()));
}

const MEMBER: &str = "/apps/1001/channels/presence-room/members/ana%20b";

async fn patch(node: &TestNode, path: &str, body: &Value) -> u16 {
    // SDKs sign the path as they know it, before it is encoded.
    let (plain, body) = (path.replace("%20", " "), body.to_string());
    let request = signed("PATCH", &plain, &body).replacen(&plain, path, 1);
    node.request(&request).await.0
}

#[tokio::test]
async fn a_back_end_changes_what_others_see_of_a_member() {
    let node = TestNode::start(2).await;
    let (mut ana, socket) = node.connect().await;
    let member = json!({ "user_id": "ana b", "user_info": { "status": "old", "rev": 1 } });
    ana.subscribe("presence-room", &socket, Some(&member)).await;
    ana.event("pusher_internal:subscription_succeeded").await;

    let new = json!({ "user_info": { "status": "new", "rev": 2 } });
    assert_eq!(patch(&node, MEMBER, &new).await, 200);
    let updated = ana.event("pusher_internal:member_updated").await;
    assert!(updated["data"].as_str().unwrap().contains("new"), "{updated}");
}

#[tokio::test]
async fn a_member_that_cannot_be_changed_has_its_status() {
    let off = App { member_updates: false, ..app() };
    let node = TestNode::with_apps(1, vec![app()]).await;
    let info = json!({ "user_info": {} });
    assert_eq!(patch(&node, MEMBER, &info).await, 404);
    assert_eq!(patch(&node, "/apps/1001/channels/room/members/ana", &info).await, 400);
    assert_eq!(patch(&node, MEMBER, &json!({ "user_info": 1 })).await, 400);
    assert_eq!(patch(&node, MEMBER, &json!({ "user_info": { "x": "y".repeat(1024) } })).await, 400);
    let strict = TestNode::with_apps(1, vec![off]).await;
    assert_eq!(patch(&strict, MEMBER, &info).await, 403);
}

#[tokio::test]
async fn unknown_paths_and_methods_of_the_api_answer_in_json() {
    let node = TestNode::start(1).await;
    for (request, status) in [("GET /apps/1001/nothing", 404), ("GET /apps/1001/events", 405)] {
        let request = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let (given, body) = node.request(&request).await;
        assert_eq!(given, status);
        assert!(serde_json::from_str::<Value>(&body).unwrap()["error"].is_string());
    }
}

/// The clock of this runtime jumps to the next deadline whenever nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_ends_its_connection() {
    let node = TestNode::start(1).await;
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    assert_eq!(seconds_until_end(&mut stream, b"GET /up HTTP/1.1\r\nHost: te").await, 10);
    // One that says nothing is no better.
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    assert_eq!(seconds_until_end(&mut stream, b"").await, 10);
}

/// Pools keep connections for a minute or so.
#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_its_next_request_but_not_for_half_of_one() {
    let node = TestNode::start(1).await;
    let whole = b"GET /up HTTP/1.1\r\nHost: test\r\n\r\n";
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    answer_to(&mut stream, whole).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    answer_to(&mut stream, whole).await;
    assert_eq!(seconds_until_end(&mut stream, b"").await, 75);
    let mut stream = TcpStream::connect(node.address).await.unwrap();
    answer_to(&mut stream, whole).await;
    assert_eq!(seconds_until_end(&mut stream, b"GET /up HT").await, 10);
}

/// Sends a request and takes the answer, which comes in one piece.
async fn answer_to(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).await.expect("it is open");
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await.expect("it is open");
    assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK\r\n"));
}

/// Sends what is given and awaits the end, for as long as it takes by the clock of the runtime.
async fn seconds_until_end(stream: &mut TcpStream, beginning: &[u8]) -> u64 {
    stream.write_all(beginning).await.expect("it is open");
    let start = Instant::now();
    let _ = stream.read_to_end(&mut Vec::new()).await;
    start.elapsed().as_secs()
}

#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_out() {
    let config = NodeConfig { shards: 1, max_unfinished: 8, ..NodeConfig::new(vec![app()]) };
    let node = TestNode::with_config(config).await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(TcpStream::connect(node.address).await.unwrap());
    }
    // Well before the silent ones are out of time.
    let up = node.request("GET /up HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (status, _) = tokio::time::timeout(Duration::from_secs(5), up).await.unwrap();
    assert_eq!(status, 200);
    let ended = tokio::time::timeout(Duration::from_secs(1), silent[0].read(&mut [0])).await;
    assert_eq!(ended.expect("the oldest is ended").unwrap(), 0);
}
