//! Settings of an app that the doors obey at once, while its connections stay (docs/protocol.md
//! item 190). What the machines obey is in the transcripts of `rollcall-sim`.

use crate::support::{Client, TestNode, Told, app, key};
use rollcall_engine::{App, Limits};
use rollcall_wire::auth::{Key, user_signature};
use rollcall_wire::ws::client;
use serde_json::{Value, json};

#[tokio::test]
async fn p10_p190_the_quota_of_connections_obeys_at_once_and_drops_nobody() {
    let node = TestNode::start(2).await;
    let (mut first, _) = node.connect().await;
    let (mut second, _) = node.connect().await;
    set(&node, App { max_connections: 2, ..app() });
    assert_eq!(refused(&node).await, 4004);
    set(&node, App { max_connections: 1, ..app() });
    assert_eq!(refused(&node).await, 4004);
    set(&node, App { max_connections: 3, ..app() });
    node.connect().await;
    is_there(&mut first).await;
    is_there(&mut second).await;
}

#[tokio::test]
async fn p190_the_origins_obey_at_once_and_drop_nobody() {
    let node = TestNode::start(1).await;
    let from = |origin| format!("/app/app-key?protocol=7 HTTP/1.1\r\nOrigin: {origin}\r\nX:");
    let mut before = node.open(&from("https://old.example")).await;
    before.event("pusher:connection_established").await;
    set(&node, App { allowed_origins: vec!["https://new.example".to_owned()], ..app() });
    let mut old = node.open(&from("https://old.example")).await;
    assert!(matches!(old.told().await, Told::Close(Some(4009), _)));
    node.open(&from("https://new.example")).await.event("pusher:connection_established").await;
    is_there(&mut before).await;
}

#[tokio::test]
async fn p52_p53_p190_keys_overlap_and_a_removed_one_stops_without_dropping_anybody() {
    let node = TestNode::start(2).await;
    let (mut old, socket) = node.connect().await;
    let newer = Key { key: "newer".to_owned(), secret: "newer-secret".to_owned() };
    set(&node, App { keys: vec![key(), newer.clone()], ..app() });
    let mut new = node.open("/app/newer?protocol=7").await;
    new.event("pusher:connection_established").await;
    node.connect().await;
    // Who came by one key may show signatures of the other.
    sign_in(&mut old, &socket, &newer, "ana").await;
    old.event("pusher:signin_success").await;
    assert_eq!(node.publish(&event()).await.0, 200);

    set(&node, App { keys: vec![newer], ..app() });
    assert_eq!(refused(&node).await, 4001);
    assert_eq!(node.publish(&event()).await.0, 400, "it is unknown");
    let (mut private, private_socket) = (old, socket);
    private.subscribe("private-a", &private_socket, None).await;
    private.event("pusher:subscription_error").await;
    private.event("pusher:error").await;
    is_there(&mut private).await;
    is_there(&mut new).await;
}

#[tokio::test]
async fn p190_a_suspended_app_answers_403_and_comes_back() {
    let node = TestNode::start(1).await;
    let (mut client, _) = node.connect().await;
    set(&node, App { enabled: false, ..app() });
    assert!(matches!(client.told().await, Told::Close(Some(4003), _)));
    assert_eq!(refused(&node).await, 4003);
    assert_eq!(node.publish(&event()).await.0, 403);
    assert_eq!(terminate(&node, "ana").await.0, 403);
    set(&node, app());
    node.connect().await;
    assert_eq!(node.publish(&event()).await.0, 200);
}

#[tokio::test]
async fn p190_limits_of_publishing_obey_at_once() {
    let node = TestNode::start(1).await;
    let published = |limits: Limits| {
        set(&node, App { limits, ..app() });
        async { node.publish(&event()).await.0 }
    };
    let limits = Limits::default();
    assert_eq!(published(Limits { payload_bytes: 3, ..limits.clone() }).await, 413);
    assert_eq!(published(Limits { payload_bytes: 4, ..limits.clone() }).await, 200);
    assert_eq!(published(Limits { channel_name: 3, ..limits.clone() }).await, 400);
    assert_eq!(published(Limits { event_name: 3, ..limits.clone() }).await, 400);
    assert_eq!(published(Limits { channels_per_publish: 1, ..limits.clone() }).await, 400);
    assert_eq!(published(limits).await, 200);
}

#[tokio::test]
async fn p190_the_quota_of_messages_obeys_at_once() {
    let node = TestNode::start(1).await;
    assert_eq!(node.publish(&event()).await.0, 200);
    set(&node, App { max_messages_per_day: 2, ..app() });
    assert_eq!(node.publish(&event()).await.0, 200, "what was sent before counts");
    let (status, refusal) = node.publish(&event()).await;
    assert_eq!(status, 403);
    assert!(refusal.to_string().contains("max_messages_per_day"), "{refusal}");
    set(&node, App { max_messages_per_day: 3, ..app() });
    let mut with_info = event();
    with_info["info"] = json!("user_count");
    with_info["channels"] = json!(["presence-a"]);
    assert_eq!(node.publish(&with_info).await.0, 403, "it counts twice");
    assert_eq!(node.publish(&event()).await.0, 200);
    set(&node, app());
    assert_eq!(node.publish(&with_info).await.0, 200);
}

#[tokio::test]
async fn p118_p190_who_has_not_authorized_takes_no_place_until_the_app_asks_no_longer() {
    let asking = || App {
        max_connections: 1,
        authorization_timeout: Some(std::time::Duration::from_secs(3600)),
        ..app()
    };
    let node = TestNode::with_apps(2, vec![asking()]).await;
    let (mut user, socket) = node.connect().await;
    assert_eq!(refused(&node).await, 4100, "those who have not authorized are bounded too");
    sign_in(&mut user, &socket, &key(), "ana").await;
    user.event("pusher:signin_success").await;
    let (mut late, late_socket) = node.connect().await;
    sign_in(&mut late, &late_socket, &key(), "bo").await;
    late.event("pusher:signin_success").await;
    assert!(matches!(late.told().await, Told::Close(Some(4004), _)));
    let mut goodbye = Vec::new();
    client::write_close(&mut goodbye, 4004, "", [1, 1, 1, 1]);
    late.send_raw(&goodbye).await;
    assert_eq!(late.told().await, Told::Eof);

    let (mut idle, _) = node.connect().await;
    set(&node, App { authorization_timeout: None, ..asking() });
    is_there(&mut idle).await;
    is_there(&mut user).await;
    assert_eq!(refused(&node).await, 4004);
    // Both places are given back: the one of the quota, and the one beyond it.
    drop((user, idle));
    while node.handle.stats().await.edges.connections > 0 {
        tokio::task::yield_now().await;
    }
    node.connect().await;
}

#[tokio::test]
async fn p111_p112_a_user_is_sent_away_wherever_it_is() {
    let node = TestNode::start(2).await;
    let mut users = Vec::new();
    for _ in 0..4 {
        let (mut client, socket) = node.connect().await;
        sign_in(&mut client, &socket, &key(), "ana").await;
        client.event("pusher:signin_success").await;
        users.push(client);
    }
    let (mut other, _) = node.connect().await;
    assert_eq!(terminate(&node, "ana").await, (200, json!({})));
    for client in &mut users {
        assert!(matches!(client.told().await, Told::Close(Some(4009), _)));
    }
    is_there(&mut other).await;
    assert_eq!(terminate(&node, "nobody").await, (200, json!({})));
    assert_eq!(terminate(&node, "what%20nobody%20can%20be").await, (200, json!({})));
}

fn set(node: &TestNode, app: App) {
    node.handle.replace_app(app).expect("one app");
}

fn event() -> Value {
    json!({ "name": "name", "channels": ["chan", "chap"], "data": "data" })
}

/// The code with which a newcomer is refused.
async fn refused(node: &TestNode) -> u16 {
    match node.open("/app/app-key?protocol=7").await.told().await {
        Told::Close(Some(code), _) => code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn is_there(client: &mut Client) {
    client.send(&json!({ "event": "pusher:ping" })).await;
    client.event("pusher:pong").await;
}

async fn sign_in(client: &mut Client, socket: &str, key: &Key, user: &str) {
    let user_data = json!({ "id": user }).to_string();
    let signature = user_signature(&key.secret, socket, &user_data);
    let auth = format!("{}:{signature}", key.key);
    let data = json!({ "auth": auth, "user_data": user_data });
    client.send(&json!({ "event": "pusher:signin", "data": data })).await;
}

async fn terminate(node: &TestNode, user: &str) -> (u16, Value) {
    let path = format!("/apps/1001/users/{user}/terminate_connections");
    node.signed("POST", &path, "{}").await
}
