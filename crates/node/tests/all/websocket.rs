//! Connections, from the door to their shard and back out.

use crate::support::{Client, HANDSHAKE, TestNode, Told, app, data, read_head};
use rollcall_engine::App;
use rollcall_wire::auth::Key;
use rollcall_wire::ws::client;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn p1_p2_p4_p14_the_greeting_is_the_first_frame() {
    for shards in [1, 2] {
        let node = TestNode::start(shards).await;
        let mut client = node.open("/app/app-key?protocol=7&client=js&flash=false&x=%F0").await;
        let greeting = client.event("pusher:connection_established").await;
        let data = data(&greeting);
        assert_eq!(data["activity_timeout"], 30);
    }
}

#[tokio::test]
async fn p19_what_comes_in_one_segment_with_the_handshake_is_not_lost() {
    let node = TestNode::start(1).await;
    let mut early = Vec::new();
    client::write_ping(&mut early, b"early", [9, 8, 7, 6]);
    let mut client = node.open_with("/app/app-key?protocol=7", &early).await;
    client.event("pusher:connection_established").await;
    assert_eq!(client.told().await, Told::Pong(b"early".to_vec()));
}

async fn refused(client: &mut Client, code: u16) -> String {
    match client.told().await {
        Told::Close(Some(given), reason) if given == code => reason,
        other => panic!("expected a close with {code}, got {other:?}"),
    }
}

#[tokio::test]
async fn p6_p7_p8_p9_a_refusal_completes_the_upgrade_and_then_closes() {
    let key = Key { key: "off-key".to_owned(), secret: "s".to_owned() };
    let off = App { enabled: false, ..App::new("1002", vec![key]) };
    let node = TestNode::with_apps(2, vec![app(), off]).await;
    for (path, code) in [
        ("/app/app-key?protocol=3", 4007),
        ("/app/app-key?protocol=8", 4007),
        ("/app/app-key", 4008),
        ("/app/nobody?protocol=7", 4001),
        ("/app/nobody?protocol=8", 4007),
        ("/app/off-key?protocol=7", 4003),
    ] {
        let mut client = node.open(path).await;
        let reason = refused(&mut client, code).await;
        assert!(!reason.is_empty() && reason.len() <= 123, "{path}: {reason}");
    }
}

#[tokio::test]
async fn p12_a_handshake_at_an_unknown_path_closes_4005() {
    let node = TestNode::start(1).await;
    for path in ["/socket?protocol=7", "/apps/1001/events?protocol=7", "/up?protocol=7", "/apps/x"]
    {
        refused(&mut node.open(path).await, 4005).await;
    }
}

#[tokio::test]
async fn p13_protocol_5_hears_the_error_before_the_close() {
    let node = TestNode::start(1).await;
    let mut client = node.open("/app/nobody?protocol=5").await;
    let error = client.event("pusher:error").await;
    assert_eq!(error["data"]["code"], 4001);
    refused(&mut client, 4001).await;
}

#[tokio::test]
async fn p17_a_long_key_makes_no_long_reason() {
    let node = TestNode::start(1).await;
    let mut client = node.open(&format!("/app/{}?protocol=7", "k".repeat(2000))).await;
    assert!(refused(&mut client, 4001).await.len() <= 123);
}

#[tokio::test]
async fn p10_a_place_in_the_quota_is_given_back() {
    let node = TestNode::with_apps(2, vec![App { max_connections: 1, ..app() }]).await;
    let (mut first, _) = node.connect().await;
    refused(&mut node.open("/app/app-key?protocol=7").await, 4004).await;

    let mut goodbye = Vec::new();
    client::write_close(&mut goodbye, 1000, "", [1, 1, 1, 1]);
    first.send_raw(&goodbye).await;
    assert_eq!(first.told().await, Told::Close(Some(1000), String::new()));
    assert_eq!(first.told().await, Told::Eof);
    node.connect().await;
}

#[tokio::test]
async fn an_origin_that_the_app_does_not_allow_is_refused() {
    let picky = App { allowed_origins: vec!["https://good.example".to_owned()], ..app() };
    let node = TestNode::with_apps(1, vec![picky]).await;
    node.connect().await;
    let with_origin =
        |origin| format!("/app/app-key?protocol=7 HTTP/1.1\r\nOrigin: {origin}\r\nX:");
    let mut good = node.open(&with_origin("https://GOOD.example")).await;
    good.event("pusher:connection_established").await;
    for evil in ["https://evil.example", "https://good.example\u{fe}", ""] {
        refused(&mut node.open(&with_origin(evil)).await, 4009).await;
    }
}

#[tokio::test]
async fn a_browser_that_opens_the_endpoint_is_told_what_it_is_for() {
    let node = TestNode::start(1).await;
    let get = "GET /app/app-key HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    let (status, body) = node.request(get).await;
    assert_eq!(status, 426);
    assert!(body.contains("WebSocket") && body.contains("new Pusher"), "{body}");
}

#[tokio::test]
async fn only_get_becomes_a_websocket() {
    let node = TestNode::start(1).await;
    for path in ["/app/app-key?protocol=7", "/elsewhere"] {
        let request = format!("HEAD {path} HTTP/1.1\r\n{HANDSHAKE}\r\n");
        let mut stream = TcpStream::connect(node.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let (head, _) = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 405 "), "{head}");
        assert!(head.contains("allow: GET\r\n"), "{head}");
    }
}

#[tokio::test]
async fn p57_p60_p64_members_on_all_shards_see_the_same() {
    for shards in [1, 2] {
        let node = TestNode::start(shards).await;
        let mut clients = Vec::new();
        for user in 0..6 {
            let (mut client, socket) = node.connect().await;
            let member = json!({ "user_id": user, "user_info": { "n": user } });
            client.subscribe("presence-room", &socket, Some(&member)).await;
            let success = client.event("pusher_internal:subscription_succeeded").await;
            let data = data(&success);
            assert_eq!(data["presence"]["count"], user + 1);
            for other in &mut clients {
                added(other, user).await;
            }
            clients.push(client);
        }
        let mut goodbye = Vec::new();
        client::write_close(&mut goodbye, 1000, "", [1, 1, 1, 1]);
        clients[0].send_raw(&goodbye).await;
        for client in &mut clients[1..] {
            let removed = client.event("pusher_internal:member_removed").await;
            let data = data(&removed);
            assert_eq!(data["user_id"], "0");
        }
    }
}

async fn added(client: &mut Client, user: i32) {
    let added = client.event("pusher_internal:member_added").await;
    let data = data(&added);
    assert_eq!(data["user_id"], user.to_string());
}

#[tokio::test]
async fn p94_client_events_cross_shards() {
    let node = TestNode::with_apps(2, vec![App { client_events: true, ..app() }]).await;
    let (mut sender, _) = node.subscriber("private-room").await;
    let (mut here, _) = node.subscriber("private-room").await;
    let (mut there, _) = node.subscriber("private-room").await;
    let said = json!({ "event": "client-said", "channel": "private-room", "data": { "n": 1 } });
    sender.send(&said).await;
    for client in [&mut here, &mut there] {
        assert_eq!(client.event("client-said").await["data"], r#"{"n":1}"#);
    }
}

/// More than the kernel buffers between two sockets of this machine.
const FLOOD: usize = 4000;

#[tokio::test]
async fn p189_who_does_not_read_is_closed_and_the_others_hear_everything() {
    let limited = App { max_pending_bytes: 64 * 1024, ..app() };
    let node = TestNode::with_apps(1, vec![limited]).await;
    let (mut slow, _) = node.subscriber("news").await;
    let (mut quick, _) = node.subscriber("news").await;
    let data = "x".repeat(10_000);
    for n in 0..FLOOD {
        let event = json!({ "name": format!("e{n}"), "channel": "news", "data": data });
        assert_eq!(node.publish(&event).await.0, 200);
        quick.event(&format!("e{n}")).await;
        if node.handle.stats().await.edges.slow_readers > 0 {
            break;
        }
    }
    assert_eq!(node.handle.stats().await.edges.slow_readers, 1);
    let mut heard = 0;
    loop {
        match slow.told().await {
            Told::Event(event) => assert_eq!(event["event"], format!("e{heard}")),
            Told::Close(Some(4100), _) => break,
            other => panic!("{other:?} after {heard} events"),
        }
        heard += 1;
    }
}

#[tokio::test]
async fn p22_p189_a_peer_that_takes_not_even_its_close_is_reset() {
    let limited = App { max_pending_bytes: 64 * 1024, ..app() };
    let node = TestNode::with_apps(1, vec![limited]).await;
    let (slow, _) = node.subscriber("news").await;
    let data = "x".repeat(10_000);
    while node.handle.stats().await.edges.slow_readers == 0 {
        let event = json!({ "name": "e", "channel": "news", "data": data });
        assert_eq!(node.publish(&event).await.0, 200);
    }
    // Reset, not shut down: what the kernel held for the peer is gone with the connection.
    slow.is_reset().await;
}
