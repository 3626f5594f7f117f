//! What is counted of each app: the figures of a scripted load, and that those of all apps come to
//! what the node and `/metrics` tell.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use crate::support::{Client, TestNode, Told, app};
use rollcall_engine::App;
use rollcall_node::stats::AppStats;
use rollcall_wire::auth::Key;
use serde_json::json;

#[tokio::test]
async fn every_figure_of_an_app_is_that_of_the_load_on_it() {
    let node = two_apps().await;
    let mut room = load(&node).await;
    let (mut guest, mut refused) = load_other(&node).await;
    let bytes = |clients: &[Client], count: fn(&Client) -> u64| clients.iter().map(count).sum();

    let stats = node.handle.app_stats().await;
    let expected = AppStats {
        connections: 3,
        connections_peak: 3,
        subscriptions: 4,
        channels: 2,
        members: 1,
        messages_in: 11,
        // Greetings, successes, one joined, the events, a client event, an error, one who left,
        // one who was updated, a pong.
        deliveries: 3 + 6 + 1 + 12 + 2 + 1 + 1 + 1 + 1,
        bytes_in: bytes(&room, |client| client.sent),
        bytes_out: bytes(&room, |client| client.received),
        published: 8,
        client_events: 1,
        members_joined: 2,
        members_left: 1,
        members_updated: 1,
        errors: [(None, 1)].into(),
        api_calls: 7,
        api_errors: [(400, 1), (401, 1)].into(),
        ..AppStats::default()
    };
    assert_eq!(stats["1001"], expected);
    let expected = AppStats {
        connections: 1,
        connections_peak: 1,
        subscriptions: 1,
        channels: 1,
        messages_in: 1,
        // A greeting, a success, a close frame.
        deliveries: 3,
        bytes_in: guest.sent,
        bytes_out: guest.received + refused.received,
        closes: [(4004, 1)].into(),
        ..AppStats::default()
    };
    assert_eq!(stats["1002"], expected);
    for app in ["1001", "1002"] {
        assert_eq!(node.handle.stats_of_app(app).await.unwrap(), stats[app]);
    }
    assert_eq!(node.handle.stats_of_app("9").await, None);
    agree(&stats, &samples(&node).await);
    for client in room.iter_mut().chain([&mut guest, &mut refused]) {
        assert!(client.has_read_all());
    }
}

#[tokio::test]
async fn a_peak_is_told_once_and_then_begins_anew() {
    let node = two_apps().await;
    let room = [node.connect().await, node.connect().await, node.connect().await];
    let peaks = |of_one| BTreeMap::from([("1001".to_owned(), of_one), ("1002".to_owned(), 0)]);
    assert_eq!(node.handle.take_connection_peaks(), peaks(3));
    drop(room);
    while node.handle.stats_of_app("1001").await.unwrap().connections > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(node.handle.take_connection_peaks(), peaks(3), "they were there after the first");
    // A place is given back when the socket is let go.
    while node.handle.take_connection_peaks() != peaks(0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(node.handle.stats_of_app("1001").await.unwrap().connections_peak, 3);
}

#[tokio::test]
async fn no_total_falls_when_an_app_is_removed() {
    let node = two_apps().await;
    let mut room = load(&node).await;
    let before = samples(&node).await;
    node.handle.remove_app("1001").unwrap();
    for client in &mut room {
        assert!(matches!(client.told().await, Told::Close(Some(4001), _)));
    }
    let after = samples(&node).await;
    let totals = before.iter().filter(|(name, _)| name.contains("_total"));
    for (name, count) in totals {
        assert!(after[name] >= *count, "{name}");
    }
    assert_eq!(after["rollcall_events_published_total"], 8.);
    assert_eq!(after["rollcall_connections"], 0.);
    assert_eq!(node.handle.app_stats().await.into_keys().collect::<Vec<_>>(), ["1002"]);

    node.handle.replace_app(app()).unwrap();
    assert_eq!(node.handle.stats_of_app("1001").await, Some(AppStats::default()));
}

/// Three clients of the app `1001` who have read all that they were told.
async fn load(node: &TestNode) -> Vec<Client> {
    let mut room = Vec::new();
    for n in 0..3 {
        let (mut client, socket) = node.subscriber("room").await;
        let member = json!({ "user_id": format!("user-{}", n % 2) });
        client.subscribe("presence-a", &socket, Some(&member)).await;
        client.event("pusher_internal:subscription_succeeded").await;
        room.push(client);
    }
    room[0].event("pusher_internal:member_added").await;
    for _ in 0..4 {
        let event = json!({ "name": "e", "channels": ["room", "nobody-here"], "data": "" });
        assert_eq!(node.publish(&event).await.0, 200);
    }
    for client in &mut room {
        for _ in 0..4 {
            client.event("e").await;
        }
    }
    whisper(&mut room).await;
    leave(&mut room).await;
    let path = "/apps/1001/channels/presence-a/members/user-0";
    let info = json!({ "user_info": { "at": "desk" } }).to_string();
    assert_eq!(node.signed("PATCH", path, &info).await.0, 200);
    room[0].event("pusher_internal:member_updated").await;
    assert_eq!(node.publish(&json!({ "name": 1 })).await.0, 400);
    let unsigned = "POST /apps/1001/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(node.request(unsigned).await.0, 401);
    room
}

/// A client event that is let through, and one that is not.
async fn whisper(room: &mut [Client]) {
    let event = |channel| json!({ "event": "client-e", "channel": channel, "data": {} });
    room[0].send(&event("presence-a")).await;
    for client in &mut room[1..] {
        client.event("client-e").await;
    }
    room[1].send(&event("room")).await;
    room[1].event("pusher:error").await;
}

/// A tab of somebody who stays leaves, and then the only one of somebody else.
async fn leave(room: &mut [Client]) {
    let leave = json!({ "event": "pusher:unsubscribe", "data": { "channel": "presence-a" } });
    room[2].send(&leave).await;
    room[2].send(&json!({ "event": "pusher:ping" })).await;
    room[2].event("pusher:pong").await;
    room[1].send(&leave).await;
    room[0].event("pusher_internal:member_removed").await;
}

/// A client of the app `1002` on a channel of the same name, and one for whom there is no place.
async fn load_other(node: &TestNode) -> (Client, Client) {
    let mut guest = node.open("/app/other-key?protocol=7").await;
    guest.event("pusher:connection_established").await;
    guest.send(&json!({ "event": "pusher:subscribe", "data": { "channel": "room" } })).await;
    guest.event("pusher_internal:subscription_succeeded").await;
    let mut refused = node.open("/app/other-key?protocol=7").await;
    assert!(matches!(refused.told().await, Told::Close(Some(4004), _)));
    (guest, refused)
}

/// `/metrics` tells the sums.
fn agree(stats: &BTreeMap<String, AppStats>, figures: &BTreeMap<String, f64>) {
    let sum = |count: fn(&AppStats) -> u64| stats.values().map(count).sum::<u64>() as f64;
    for (name, expected) in [
        ("rollcall_connections", sum(|app| app.connections)),
        ("rollcall_subscriptions", sum(|app| app.subscriptions)),
        ("rollcall_channels", sum(|app| app.channels)),
        ("rollcall_members", sum(|app| app.members)),
        ("rollcall_messages_received_total", sum(|app| app.messages_in)),
        ("rollcall_client_events_total", sum(|app| app.client_events)),
        ("rollcall_events_published_total", sum(|app| app.published)),
        ("rollcall_deliveries_total", sum(|app| app.deliveries)),
        ("rollcall_received_bytes_total", sum(|app| app.bytes_in)),
        ("rollcall_sent_bytes_total", sum(|app| app.bytes_out)),
        ("rollcall_presence_changes_total{change=\"joined\"}", sum(|app| app.members_joined)),
        ("rollcall_presence_changes_total{change=\"left\"}", sum(|app| app.members_left)),
        ("rollcall_presence_changes_total{change=\"updated\"}", sum(|app| app.members_updated)),
        ("rollcall_errors_total{code=\"none\",reason=\"\"}", 1.),
    ] {
        assert_eq!(figures[name], expected, "{name}");
    }
}

async fn samples(node: &TestNode) -> BTreeMap<String, f64> {
    let request = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let (status, text) = node.request(request).await;
    assert_eq!(status, 200, "{text}");
    crate::support::samples(&text)
}

/// A node with the apps `1001`, which takes client events, and `1002`, which takes one connection.
async fn two_apps() -> TestNode {
    let key = Key { key: "other-key".to_owned(), secret: "s".to_owned() };
    let other = App { max_connections: 1, ..App::new("1002", vec![key]) };
    TestNode::with_apps(2, vec![App { client_events: true, ..app() }, other]).await
}
