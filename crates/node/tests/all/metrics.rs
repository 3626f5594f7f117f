//! `/metrics` over real connections: the figures of a scripted load, and who may read them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use crate::support::{TestNode, app, within};
use rollcall_node::config::{self, Given, MetricsToken};
use rollcall_node::metrics::Counter;
use rollcall_node::{NodeConfig, NodeHandle};
use serde_json::json;

const LOCAL: &str = "Host: 127.0.0.1\r\n";

/// A scrape with these headers: the status and the body.
async fn scrape(node: &TestNode, headers: &str) -> (u16, String) {
    let request = format!("GET /metrics HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    node.request(&request).await
}

/// The value of each sample, by its name and labels.
async fn samples(node: &TestNode) -> BTreeMap<String, f64> {
    let (status, text) = scrape(node, LOCAL).await;
    assert_eq!(status, 200, "{text}");
    crate::support::samples(&text)
}

fn token(text: &str) -> MetricsToken {
    let given = Given { flags: [("metrics_token", text.into())].into(), variables: [].into() };
    config::load(&given).unwrap().metrics_token.unwrap()
}

#[tokio::test]
async fn the_figures_are_those_of_the_load() {
    let node = TestNode::start(2).await;
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
    room[2].send(&json!({ "event": "pusher:no-such-event", "data": {} })).await;
    room[2].event("pusher:error").await;

    let figures = samples(&node).await;
    for (name, expected) in [
        ("rollcall_connections", 3.),
        ("rollcall_subscriptions", 6.),
        ("rollcall_channels", 2.),
        ("rollcall_members", 2.),
        ("rollcall_draining", 0.),
        ("rollcall_shards", 2.),
        ("rollcall_queue_bytes", 0.),
        ("rollcall_messages_received_total", 7.),
        ("rollcall_events_published_total", 8.),
        ("rollcall_client_events_total", 0.),
        // Greetings, successes, one joined, the events, one error.
        ("rollcall_deliveries_total", (3 + 6 + 1 + 12 + 1).into()),
        ("rollcall_errors_total{code=\"none\",reason=\"\"}", 1.),
        ("rollcall_slow_readers_total", 0.),
        ("rollcall_http_requests_total{route=\"/app/{key}\",status=\"1xx\"}", 3.),
        ("rollcall_http_requests_total{route=\"/apps/{app}/events\",status=\"2xx\"}", 4.),
        ("rollcall_http_requests_total{route=\"/metrics\",status=\"2xx\"}", 0.),
    ] {
        assert_eq!(figures[name], expected, "{name}");
    }
    for name in ["rollcall_received_bytes_total", "rollcall_turn_duration_seconds_count"] {
        assert!(figures[name] > 0., "{name}");
    }
}

#[tokio::test]
async fn what_happened_to_connections_and_requests_is_counted_by_its_code() {
    let node = TestNode::start(1).await;
    node.open("/app/nobody?protocol=7").await.told().await;
    drop(node.connect().await);
    for (path, times) in [("/apps/1001/nothing", 2), ("/page", 3), ("/apps/9/events", 1)] {
        for _ in 0..times {
            let request = format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assert_eq!(node.request(&request).await.0, 404);
        }
    }
    while node.handle.stats().await.edges.connections > 0 {
        tokio::task::yield_now().await;
    }
    let figures = samples(&node).await;
    let close = "rollcall_closes_total{code=\"4001\",reason=\"No app has this key. Check the key \
                 and the host\"}";
    for (name, expected) in [
        (close, 1.),
        ("rollcall_connection_ends_total{how=\"eof\"}", 1.),
        ("rollcall_http_requests_total{route=\"other\",status=\"4xx\"}", 5.),
        ("rollcall_http_requests_total{route=\"/apps/{app}/events\",status=\"4xx\"}", 1.),
    ] {
        assert_eq!(figures[name], expected, "{name}");
    }
    let (again, more) =
        (samples(&node).await, "rollcall_http_requests_total{route=\"/metrics\",status=\"2xx\"}");
    assert_eq!(again[more], 1., "the scrape before this one");
}

#[tokio::test]
async fn without_a_token_only_this_machine_may_read() {
    let node = TestNode::start(1).await;
    for host in ["127.0.0.1", "127.0.0.1:9000", "localhost:9000", "LOCALHOST", "[::1]:9000"] {
        assert_eq!(scrape(&node, &format!("Host: {host}\r\n")).await.0, 200, "{host}");
    }
    for headers in [
        "Host: rollcall.example.com\r\n",
        "Host: localhost.example.com\r\n",
        "Host: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1\r\n",
        "Host: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\n",
        "Host: 127.0.0.1\r\nX-Real-IP: ::1\r\n",
        "Host: 127.0.0.1\r\nVia: 1.1 x\r\n",
        "Host: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n",
        "Host: 127.0.0.1\r\nX-Forwarded-For: 1.2.3.4\r\nAuthorization: Bearer x\r\n",
    ] {
        let (status, text) = scrape(&node, headers).await;
        assert_eq!(status, 403, "{headers}");
        assert!(text.contains("metrics_token") && !text.contains("rollcall_"), "{text}");
    }
    assert_eq!(node.request("GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").await.0, 403);
}

#[tokio::test]
async fn with_a_token_everybody_needs_it() {
    let secret = "t0ken-t0ken-t0ken";
    let config = NodeConfig {
        shards: 1,
        metrics_token: Some(token(secret)),
        ..NodeConfig::new(vec![app()])
    };
    assert!(!format!("{config:?}").contains(secret));
    let node = TestNode::with_config(config).await;
    for headers in [
        LOCAL.to_owned(),
        format!("{LOCAL}Authorization: Bearer {secret}x\r\n"),
        format!("{LOCAL}Authorization: Basic {secret}\r\n"),
        format!("{LOCAL}Authorization: {secret}\r\n"),
        format!("{LOCAL}Authorization: Bearer \r\n"),
    ] {
        let (status, text) = scrape(&node, &headers).await;
        assert_eq!(status, 401, "{headers}");
        assert!(text.contains("metrics_token") && !text.contains(secret), "{text}");
    }
    let from_afar =
        format!("Host: x\r\nForwarded: for=1.2.3.4\r\nauthorization: bearer {secret}\r\n");
    assert_eq!(scrape(&node, &from_afar).await.0, 200);
}

fn count_for(handle: &NodeHandle, label: &'static str, value: u64) {
    let counter = Counter {
        name: "rollcall_test_total",
        help: "Counts nothing.",
        label: Some(("of", label)),
        value,
    };
    handle.register_counters(move || vec![counter.clone()]);
}

#[tokio::test]
async fn what_apps_count_is_told_too() {
    let node = TestNode::start(1).await;
    count_for(&node.handle, "one", 1);
    count_for(&node.handle, "two", 2);
    let figures = samples(&node).await;
    assert_eq!(figures["rollcall_test_total{of=\"one\"}"], 1.);
    assert_eq!(figures["rollcall_test_total{of=\"two\"}"], 2.);
}

#[tokio::test]
async fn many_scrapes_at_once_are_all_answered() {
    let node = TestNode::start(2).await;
    let (mut client, _) = node.subscriber("room").await;
    let scrapes: Vec<_> = (0..200).map(|_| samples(&node)).collect();
    for figures in within(futures(scrapes)).await {
        assert_eq!(figures["rollcall_connections"], 1.);
    }
    let event = json!({ "name": "e", "channels": ["room"], "data": "" });
    assert_eq!(node.publish(&event).await.0, 200);
    client.event("e").await;
}

/// All of them at the same time, on this thread.
async fn futures<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|cx| {
        all.retain_mut(|future| match future.as_mut().poll(cx) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}
