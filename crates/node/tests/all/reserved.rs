//! An app of the program's own: it serves its clients, and nobody else can see that it is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use crate::support::{Client, TestNode, Told, app, data};
use rollcall_engine::App;
use rollcall_node::handle::{AppCredentials, Except, Publication};
use rollcall_node::observe::Incident;
use rollcall_wire::auth::Key;
use serde_json::json;

#[tokio::test]
async fn its_traffic_is_in_no_figure() {
    let node = TestNode::start(2).await;
    let before = (figures(&node).await, node.handle.stats().await.edges);
    let live = node.handle.reserve_app("Console").unwrap();
    let mut page = watch(&node, &live).await;
    tell(&node, &live).await;
    page.event("pulse").await;
    page.send(&json!({ "event": "nonsense", "data": {} })).await;
    page.event("pusher:error").await;
    let mut other = node.open(&format!("/app/{}?protocol=4", live.key)).await;
    assert!(matches!(other.told().await, Told::Close(Some(4007), _)));

    assert_eq!((figures(&node).await, node.handle.stats().await.edges), before);
    assert_eq!(node.handle.app_stats().await.into_keys().collect::<Vec<_>>(), ["1001"]);
    assert_eq!(node.handle.take_connection_peaks().into_keys().collect::<Vec<_>>(), ["1001"]);
    assert_eq!(node.handle.stats_of_app(&live.id).await, None);
}

#[tokio::test]
async fn its_own_program_reaches_it_and_the_http_api_does_not() {
    let node = TestNode::start(2).await;
    let live = node.handle.reserve_app("Console").unwrap();
    let _page = watch(&node, &live).await;
    let channels = node.handle.channels(&live.id, "").await.unwrap();
    assert_eq!(channels.len(), 1);
    assert_eq!(node.handle.app(&live.id), Some(live.clone()));

    let strange = format!("/apps/{}/channels", live.id);
    let (status, body) = node.signed("GET", &strange, "").await;
    assert_eq!((status, body), node.signed("GET", "/apps/nobody/channels", "").await);
    let by_key = |key: &str| {
        format!(
            "POST /users/u/terminate_connections?auth_key={key} HTTP/1.1\r\nHost: x\r\n\
             Connection: close\r\n\r\n"
        )
    };
    let answer = node.request(&by_key(&live.key)).await;
    assert_eq!(answer, node.request(&by_key("nobody")).await);
}

#[tokio::test]
async fn it_stays_whatever_becomes_of_the_others() {
    let node = TestNode::start(2).await;
    let live = node.handle.reserve_app("Console").unwrap();
    let again = node.handle.reserve_app("Console").unwrap();
    assert_ne!((&live.id, &live.key), (&again.id, &again.key));
    let mut page = watch(&node, &live).await;
    let taken = |key: &str| vec![Key { key: key.to_owned(), secret: "s".to_owned() }];
    node.handle.replace_apps(vec![App::new("2", taken("k"))]).unwrap();
    node.handle.replace_app(app()).unwrap();
    node.handle.remove_app(&live.id).unwrap();
    node.handle.replace_app(App::new(&live.id, taken("x"))).unwrap_err();
    node.handle.replace_app(App::new("3", taken(&live.key))).unwrap_err();
    tell(&node, &live).await;
    page.event("pulse").await;
    watch(&node, &live).await;
}

#[tokio::test]
async fn its_clients_may_not_send_events() {
    let node = TestNode::start(1).await;
    let live = node.handle.reserve_app("Console").unwrap();
    let mut page = watch(&node, &live).await;
    page.send(&json!({ "event": "client-e", "channel": "private-pulse-1", "data": {} })).await;
    page.event("pusher:error").await;
}

#[tokio::test]
async fn operators_are_told_nothing_of_it() {
    let node = TestNode::start(2).await;
    let live = node.handle.reserve_app("Console").unwrap();
    assert!(node.handle.tap(&live.id).is_none());
    let mut incidents = node.handle.incidents();
    let mut page = watch(&node, &live).await;
    tell(&node, &live).await;
    page.event("pulse").await;
    page.send(&json!({ "event": "nonsense", "data": {} })).await;
    page.event("pusher:error").await;
    let mut other = node.open(&format!("/app/{}?protocol=4", live.key)).await;
    assert!(matches!(other.told().await, Told::Close(Some(4007), _)));
    let plain = format!("GET /app/{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", live.key);
    assert_eq!(node.request(&plain).await.0, 426);

    // Whatever would have been told comes before the connection of another app.
    node.handle.stats().await;
    node.connect().await;
    let told = incidents.recv().await;
    assert!(matches!(&told, Some(Incident::First { app, .. }) if app == "1001"), "{told:?}");
}

/// A page that hears a channel of the app, as the console signs for it.
async fn watch(node: &TestNode, live: &AppCredentials) -> Client {
    let mut page = node.open(&format!("/app/{}?protocol=7", live.key)).await;
    let greeting = data(&page.event("pusher:connection_established").await);
    let socket = greeting["socket_id"].as_str().unwrap();
    let signed = node.handle.authorize_channel(&live.id, socket, "private-pulse-1", None).unwrap();
    let data = json!({ "channel": "private-pulse-1", "auth": signed.auth });
    page.send(&json!({ "event": "pusher:subscribe", "data": data })).await;
    page.event("pusher_internal:subscription_succeeded").await;
    page
}

async fn tell(node: &TestNode, live: &AppCredentials) {
    let publication = Publication {
        channel: "private-pulse-1".to_owned(),
        event: "pulse".to_owned(),
        data: "{}".to_owned(),
        except: Except::Nobody,
    };
    node.handle.publish(&live.id, publication).await.unwrap();
}

/// What `/metrics` tells, less what this question changes itself and how busy the shards are.
async fn figures(node: &TestNode) -> BTreeMap<String, f64> {
    let request = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let (status, text) = node.request(request).await;
    assert_eq!(status, 200, "{text}");
    let mut figures = crate::support::samples(&text);
    let moves = |name: &str| {
        ["_turn_duration_", "_mailbox_bytes", "route=\"/metrics\""]
            .iter()
            .any(|part| name.contains(part))
    };
    figures.retain(|name, _| !moves(name));
    figures
}
