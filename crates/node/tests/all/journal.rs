//! What a node owes to back ends, written down before anybody sees it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use rollcall_engine::{App, AppId, HookClass, Webhook};
use rollcall_node::handle::{Except, Publication, PublishError};
use rollcall_node::{Journal, NodeConfig, NodeHandle};
use rollcall_store::{JournalEntry, NewOwedEvent, Store, Told};
use rollcall_wire::auth::Key;
use serde_json::Value;

use crate::support::{TestNode, app, within};

/// A store in a directory of its own, removed with it.
struct Scratch {
    directory: PathBuf,
    store: Store,
}

impl Scratch {
    async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollcall-journal-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let store = Store::open(&directory).await.unwrap();
        Self { directory, store }
    }

    /// A node that writes down here what it owes.
    async fn node(&self, apps: Vec<App>) -> TestNode {
        let journal = Some(Journal::open(self.store.clone()).await.unwrap());
        TestNode::with_config(NodeConfig { shards: 2, journal, ..NodeConfig::new(apps) }).await
    }

    /// What is owed: each event's name and channel.
    async fn owed(&self) -> Vec<String> {
        let events = self.store.owed_events(0, 1000).await.unwrap();
        let line = |event: rollcall_store::OwedEvent| {
            let json: Value = serde_json::from_str(&event.event).unwrap();
            assert_eq!(json["name"], event.name);
            assert_eq!(json["channel"], event.channel);
            assert_eq!(event.app_id, "1001");
            format!("{} {}", event.name, event.channel)
        };
        events.into_iter().map(line).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The app of the tests, with an endpoint for everything.
fn hooked() -> App {
    let url = "https://example.com/".to_owned();
    App { webhooks: vec![Webhook { url, classes: HookClass::ALL.to_vec() }], ..app() }
}

async fn stop(mut node: TestNode) {
    node.stop.take().unwrap().send(()).unwrap();
    node.served.await.unwrap().unwrap();
}

async fn publish(node: &NodeHandle, channel: &str) -> Result<(), PublishError> {
    node.publish("1001", publication(channel)).await
}

fn publication(channel: &str) -> Publication {
    let (channel, event) = (channel.to_owned(), "e".to_owned());
    Publication { channel, event, data: "x".repeat(10_000), except: Except::Nobody }
}

/// An event that tells nothing that lasts.
fn miss() -> JournalEntry {
    JournalEntry::Owed(NewOwedEvent {
        app: "1001".to_owned(),
        channel: "news".to_owned(),
        name: "cache_miss".to_owned(),
        event: "{}".to_owned(),
        time_ms: 0,
        told: Told::Nothing,
    })
}

#[tokio::test]
async fn p179_what_a_client_sees_was_written_down_before() {
    let scratch = Scratch::new().await;
    let node = scratch.node(vec![hooked()]).await;
    let (_first, _) = node.subscriber("news").await;
    assert_eq!(scratch.owed().await, ["channel_occupied news"]);
    let (_second, _) = node.subscriber("news").await;
    let (_third, _) = node.subscriber("other").await;
    assert_eq!(scratch.owed().await, ["channel_occupied news", "channel_occupied other"]);
    stop(node).await;
}

#[tokio::test]
async fn who_is_not_back_after_a_restart_is_told_once() {
    let scratch = Scratch::new().await;
    let node = scratch.node(vec![hooked()]).await;
    let (_client, _) = node.subscriber("news").await;
    let (_client, _) = node.subscriber("other").await;
    stop(node).await;

    let node = scratch.node(vec![hooked()]).await;
    let (_client, _) = node.subscriber("news").await;
    let mut written = node.handle.journal_written();
    written.changed().await.unwrap();
    let all = ["channel_occupied news", "channel_occupied other", "channel_vacated other"];
    assert_eq!(scratch.owed().await, all);
    stop(node).await;
}

#[tokio::test]
async fn what_nobody_asks_for_any_more_is_forgotten_at_the_start() {
    let scratch = Scratch::new().await;
    let node = scratch.node(vec![hooked()]).await;
    let (_client, _) = node.subscriber("news").await;
    stop(node).await;
    assert_eq!(scratch.store.told().await.unwrap().len(), 1);

    stop(scratch.node(vec![app()]).await).await;
    assert_eq!(scratch.store.told().await.unwrap(), []);
}

#[tokio::test]
async fn apps_without_webhooks_do_not_wait_for_a_journal_that_fails() {
    let scratch = Scratch::new().await;
    let node = scratch.node(vec![app()]).await;
    scratch.store.close().await;
    let (mut client, _) = node.subscriber("news").await;
    publish(&node.handle, "news").await.unwrap();
    client.event("e").await;
    stop(node).await;
}

#[tokio::test]
async fn while_the_journal_fails_its_apps_are_held_and_refused_when_it_is_full() {
    let scratch = Scratch::new().await;
    let node = scratch.node(vec![hooked()]).await;
    let (mut client, socket) = node.connect().await;
    scratch.store.close().await;
    client.subscribe("news", &socket, None).await;
    let mut published = 0;
    let refusal = loop {
        match publish(&node.handle, "news").await {
            Ok(()) => published += 1,
            Err(refusal) => break refusal,
        }
        if published % 100 == 0 {
            // The shard takes what was sent; only what it withholds counts.
            node.handle.stats().await;
        }
    };
    assert_eq!(refusal, PublishError::Busy);
    assert!(published > 1000, "refused after {published}");

    client.subscribe("other", &socket, None).await;
    let refused = client.event("pusher:subscription_error").await;
    assert_eq!(refused["channel"], "other");
    let body = serde_json::json!({"name": "e", "channel": "news", "data": ""});
    assert_eq!(node.publish(&body).await.0, 503);
    stop(node).await;
}

#[tokio::test]
async fn an_app_that_is_owed_too_much_is_refused_and_others_are_not() {
    let scratch = Scratch::new().await;
    scratch.store.write_journal(&vec![miss(); 200_000]).await.unwrap();
    let key = Key { key: "other-key".to_owned(), secret: "other-secret".to_owned() };
    let other = App { keys: vec![key], id: AppId::new("1002"), ..hooked() };
    let node = scratch.node(vec![hooked(), other]).await;
    // One more is too much.
    let (mut client, _) = node.subscriber("news").await;
    within(async {
        while publish(&node.handle, "nobody").await.is_ok() {
            node.handle.stats().await;
        }
    })
    .await;
    assert_eq!(publish(&node.handle, "nobody").await, Err(PublishError::Busy));
    let subscribe = r#"{"event":"pusher:subscribe","data":{"channel":"other"}}"#;
    client.send(&serde_json::from_str(subscribe).unwrap()).await;
    client.event("pusher:subscription_error").await;
    assert_eq!(node.handle.publish("1002", publication("news")).await, Ok(()));
    stop(node).await;
}
