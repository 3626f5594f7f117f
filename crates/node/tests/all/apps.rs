//! Apps that come, go and exchange keys while others stay connected.

use crate::support::{Client, TestNode, Told, app, key};
use rollcall_engine::App;
use rollcall_wire::auth::Key;
use serde_json::json;

#[tokio::test]
async fn p8_p172_p190_a_removed_app_is_unknown_and_others_do_not_notice() {
    let node = TestNode::with_apps(2, vec![app(), other()]).await;
    let (mut client, _) = node.connect().await;
    let mut witness = greeted(&node, "other-key").await;
    node.handle.remove_app("1001").unwrap();
    assert!(matches!(client.told().await, Told::Close(Some(4001), _)));
    let late = node.open("/app/app-key?protocol=7").await.told().await;
    assert!(matches!(late, Told::Close(Some(4001), _)), "{late:?}");
    let event = json!({ "name": "e", "channel": "a", "data": "" });
    assert_eq!(node.publish(&event).await.0, 404);
    witness.send(&json!({ "event": "pusher:ping" })).await;
    witness.event("pusher:pong").await;
    node.handle.remove_app("1001").expect("it is gone already");
}

#[tokio::test]
async fn p190_apps_exchange_their_keys_and_their_connections_stay() {
    let node = TestNode::with_apps(2, vec![app(), other()]).await;
    let (mut client, _) = node.connect().await;
    let swapped = vec![
        App { keys: other().keys, ..app() },
        App { keys: vec![key()], client_events: true, ..other() },
    ];
    node.handle.replace_apps(swapped).unwrap();
    assert_eq!(node.handle.app("1001").unwrap().key, "other-key");
    assert_eq!(node.handle.app("1002").unwrap().key, "app-key");
    client.send(&json!({ "event": "pusher:ping" })).await;
    client.event("pusher:pong").await;
    greeted(&node, "app-key").await;

    let clash = vec![app(), App { keys: vec![key()], ..other() }];
    node.handle.replace_apps(clash).unwrap_err();
    assert_eq!(node.handle.app("1001").unwrap().key, "other-key", "nothing is half applied");
}

#[tokio::test]
async fn the_use_of_a_key_is_known_and_of_one_that_was_refused_is_not() {
    let two = App { keys: vec![key(), other().keys.remove(0)], ..app() };
    let node = TestNode::with_apps(1, vec![two.clone()]).await;
    let used = || {
        let mut keys: Vec<_> = node.handle.key_uses("1001").into_keys().collect();
        keys.sort();
        keys
    };
    let event = json!({ "name": "e", "channel": "a", "data": "" });
    let unsigned =
        "GET /apps/1001/channels?auth_key=app-key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(node.request(unsigned).await.0, 401);
    node.handle.replace_app(App { enabled: false, ..two.clone() }).unwrap();
    let refused = node.open("/app/app-key?protocol=7").await.told().await;
    assert!(matches!(refused, Told::Close(Some(4003), _)), "{refused:?}");
    assert_eq!(used(), [""; 0]);

    node.handle.replace_app(two).unwrap();
    greeted(&node, "other-key").await;
    assert_eq!(used(), ["other-key"]);
    assert_eq!(node.publish(&event).await.0, 200);
    assert_eq!(used(), ["app-key", "other-key"]);
    assert!(node.handle.key_uses("1001")["app-key"].from.is_loopback());
}

async fn greeted(node: &TestNode, key: &str) -> Client {
    let mut client = node.open(&format!("/app/{key}?protocol=7")).await;
    client.event("pusher:connection_established").await;
    client
}

fn other() -> App {
    App::new("1002", vec![Key { key: "other-key".to_owned(), secret: "s".to_owned() }])
}
