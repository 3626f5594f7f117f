//! What the HTTP API answers about channels, over real connections.

use crate::support::{Client, TestNode, app, data};
use rollcall_engine::App;
use rollcall_node::NodeConfig;
use rollcall_node::handle::QueryError;
use serde_json::{Value, json};

async fn get(node: &TestNode, path: &str) -> (u16, Value) {
    node.signed("GET", &format!("/apps/1001/channels{path}"), "").await
}

async fn joined(node: &TestNode, channel: &str, user: &str) -> Client {
    let (mut client, socket) = node.connect().await;
    client.subscribe(channel, &socket, Some(&json!({ "user_id": user }))).await;
    let joined = client.event("pusher_internal:subscription_succeeded").await;
    assert!(data(&joined)["presence"]["hash"].get(user).is_some());
    client
}

#[tokio::test]
async fn p167_p169_p171_queries_tell_what_is_so_on_every_shard() {
    for shards in [1, 2] {
        let node = TestNode::start(shards).await;
        assert_eq!(get(&node, "").await, (200, json!({ "channels": {} })));
        assert_eq!(get(&node, "/room").await, (200, json!({ "occupied": false })));
        assert_eq!(get(&node, "/presence-a/users").await, (200, json!({ "users": [] })));

        let (_room, _) = node.subscriber("room").await;
        let _tabs =
            (joined(&node, "presence-a", "ana").await, joined(&node, "presence-a", "ana").await);
        let _bob = joined(&node, "presence-a", "bob").await;
        let listed = json!({ "channels": { "presence-a": {}, "room": {} } });
        assert_eq!(get(&node, "").await, (200, listed));
        assert_eq!(get(&node, "/presence-a").await, (200, json!({ "occupied": true })));
        let users = json!({ "users": [{ "id": "ana" }, { "id": "bob" }] });
        assert_eq!(get(&node, "/presence-a/users").await, (200, users));
    }
}

#[tokio::test]
async fn p162_p166_a_publish_tells_what_it_was_asked_for() {
    let node = TestNode::start(2).await;
    let _ana = joined(&node, "presence-a", "ana").await;
    let event = json!({
        "name": "e", "data": "", "info": "user_count,subscription_count",
        "channels": ["presence-b", "room", "presence-a", "room"],
    });
    let told = json!({ "channels": {
        "presence-a": { "user_count": 1 }, "presence-b": { "user_count": 0 }, "room": {},
    }});
    assert_eq!(node.publish(&event).await, (200, told));
    let item = |channel: &str, info: &str| json!({ "name": "e", "data": "", "channel": channel, "info": info });
    let batch = json!({ "batch": [
        item("presence-a", ""), item("presence-a", "user_count"), item("room", "user_count"),
    ]});
    let told = json!({ "batch": [{}, { "user_count": 1 }, {}] });
    let answer = node.signed("POST", "/apps/1001/batch_events", &batch.to_string()).await;
    assert_eq!(answer, (200, told));
}

#[tokio::test]
async fn p172_a_query_to_an_app_that_is_unknown_or_off_is_refused() {
    let off = App { enabled: false, ..app() };
    let node = TestNode::with_apps(1, vec![off]).await;
    for path in ["", "/a", "/presence-a/users"] {
        assert_eq!(get(&node, path).await.0, 403, "{path}");
        let unknown = node.signed("GET", &format!("/apps/9{path}"), "").await;
        assert_eq!(unknown.0, 404, "{path}");
    }
}

#[tokio::test]
async fn apps_of_the_program_ask_by_the_handle() {
    let node =
        TestNode::with_config(NodeConfig { shards: 2, ..NodeConfig::new(vec![app()]) }).await;
    let _ana = joined(&node, "presence-a", "ana").await;
    let facts = node.handle.channel("1001", "presence-a").await.unwrap();
    assert_eq!((facts.occupied, facts.subscriptions), (true, 1));
    let listed = node.handle.channels("1001", "presence-").await.unwrap();
    assert_eq!((listed[0].name.as_str(), listed[0].users), ("presence-a", Some(1)));
    assert_eq!(node.handle.channels("1001", "x").await.unwrap(), []);
    assert_eq!(node.handle.channel("9", "a").await, Err(QueryError::UnknownApp));
    assert_eq!(node.handle.channel("1001", "a b").await, Err(QueryError::BadChannel));
}
