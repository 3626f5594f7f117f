//! What a console sees of an app's connections and channels, over real connections.

use std::future::poll_fn;
use std::net::IpAddr;
use std::task::Poll;

use crate::support::{Client, TestNode, Told, app, data, within};
use rollcall_engine::{App, PresenceSettings};
use rollcall_node::NodeConfig;
use rollcall_node::config::{Front, TrustedProxies};
use rollcall_node::handle::{
    ChannelSort, CloseWith, Connection, ConnectionSort, ConnectionsQuery, Except, Publication,
    PublishAsError, QueryError, RemoveMemberError, Transport,
};
use rollcall_wire::auth::Key;
use rollcall_wire::ws::client;
use serde_json::{Value, json};

const JS: &str = "/app/app-key?protocol=7&client=js&version=8.4.0&flash=false";

/// A node with a second app, behind a proxy that is trusted.
async fn node(shards: usize) -> TestNode {
    let other = App::new("1002", vec![Key { key: "other".into(), secret: "secret".into() }]);
    let grace = std::time::Duration::from_secs(60);
    let slow = App { presence: PresenceSettings { grace, ..PresenceSettings::default() }, ..app() };
    let trusted_proxies = TrustedProxies::parse(&["127.0.0.1"]).expect("an address");
    let front = Front { trusted_proxies, ..Front::default() };
    TestNode::with_config(NodeConfig { shards, front, ..NodeConfig::new(vec![slow, other]) }).await
}

/// A browser behind the proxy, and its socket id.
async fn browser(node: &TestNode, address: &str, origin: &str) -> (Client, String) {
    let headers =
        format!("X-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\nOrigin: {origin}\r\n");
    let mut client = node.open_as(JS, &headers, b"").await;
    let greeting = client.event("pusher:connection_established").await;
    let socket = data(&greeting)["socket_id"].as_str().expect("a socket id").to_owned();
    (client, socket)
}

async fn joined(node: &TestNode, channel: &str, member: Value) -> (Client, String) {
    let (mut client, socket) = node.connect().await;
    client.subscribe(channel, &socket, Some(&member)).await;
    client.event("pusher_internal:subscription_succeeded").await;
    (client, socket)
}

/// Leaves without saying that it is on purpose; the server knows it when it answers.
async fn refresh(mut client: Client) {
    let mut frame = Vec::new();
    client::write_close(&mut frame, 1001, "", [1, 2, 3, 4]);
    client.send_raw(&frame).await;
    while !matches!(client.told().await, Told::Close(..)) {}
}

async fn list(node: &TestNode, query: ConnectionsQuery) -> (usize, Vec<Connection>) {
    let connections = node.handle.connections("1001", query).await.expect("there is the app");
    (connections.total, connections.rows)
}

fn all() -> ConnectionsQuery {
    ConnectionsQuery { limit: usize::MAX, ..ConnectionsQuery::default() }
}

fn sockets(rows: &[Connection]) -> Vec<&str> {
    rows.iter().map(|row| row.socket.as_str()).collect()
}

#[tokio::test]
async fn a_connection_is_listed_with_where_it_came_from() {
    for shards in [1, 2] {
        let node = node(shards).await;
        let (_page, page) = browser(&node, "198.51.100.7", "https://shop.example").await;
        let (mut bot, bot_socket) = node.connect().await;
        bot.subscribe("presence-a", &bot_socket, Some(&json!({ "user_id": "ana" }))).await;
        bot.event("pusher_internal:subscription_succeeded").await;
        let _other = node.open("/app/other?protocol=7").await;

        let (total, rows) = list(&node, all()).await;
        assert_eq!((total, rows.len()), (2, 2), "those of the other app are not listed");
        let row = rows.iter().find(|row| row.socket == page).unwrap();
        assert_eq!(row.address, "198.51.100.7".parse::<IpAddr>().unwrap());
        assert_eq!(row.origin.as_deref(), Some("https://shop.example"));
        assert_eq!(
            (row.client.as_deref(), row.client_version.as_deref()),
            (Some("js"), Some("8.4.0"))
        );
        assert_eq!((row.transport, row.tls, row.user.as_deref()), (Transport::Ws, true, None));
        assert!(row.opened_at > 1_700_000_000_000, "{row:?}");
        assert_eq!((row.messages_in, row.messages_out, row.subscriptions), (0, 1, 0));

        let row = rows.iter().find(|row| row.socket == bot_socket).unwrap();
        assert_eq!((row.origin.as_deref(), row.client.as_deref(), row.tls), (None, None, false));
        assert_eq!((row.user.as_deref(), row.rtt_ms), (Some("ana"), None));
        assert_eq!((row.messages_in, row.messages_out, row.subscriptions), (1, 2, 1));
        assert_eq!((row.pending_bytes, row.slow), (0, false));
    }
}

#[tokio::test]
async fn connections_are_searched_sorted_and_cut() {
    for shards in [1, 2] {
        let node = node(shards).await;
        let (_a, a) = browser(&node, "198.51.100.7", "https://Shop.example").await;
        let (_b, b) = browser(&node, "2001:db8::5", "https://blog.example").await;
        let (mut c_client, c) = node.connect().await;
        for channel in ["one", "two"] {
            c_client.subscribe(channel, &c, None).await;
            c_client.event("pusher_internal:subscription_succeeded").await;
        }
        let (_d, d) = joined(&node, "presence-a", json!({ "user_id": "Zoe" })).await;
        let (_e, e) = joined(&node, "presence-a", json!({ "user_id": "Bo" })).await;

        for (search, found) in [
            ("shop", vec![&a]),
            ("BLOG.example", vec![&b]),
            ("2001:DB8", vec![&b]),
            (&c, vec![&c]),
            ("zoe", vec![&d]),
            ("nothing", vec![]),
        ] {
            let query = ConnectionsQuery { search: search.to_owned(), ..all() };
            let (total, rows) = list(&node, query).await;
            assert_eq!(
                (total, sockets(&rows)),
                (found.len(), found.iter().map(|s| s.as_str()).collect()),
                "{search}"
            );
        }
        let sorted = async |sort, limit| {
            let (total, rows) = list(&node, ConnectionsQuery { sort, limit, ..all() }).await;
            assert_eq!(total, 5);
            rows
        };
        let rows = sorted(ConnectionSort::Subscriptions, 1).await;
        assert_eq!(sockets(&rows), [&c]);
        let rows = sorted(ConnectionSort::MessagesIn, 1).await;
        assert_eq!(sockets(&rows), [&c]);
        let rows = sorted(ConnectionSort::User, 2).await;
        assert_eq!(sockets(&rows), [&e, &d]);
        let rows = sorted(ConnectionSort::OpenedAt, usize::MAX).await;
        assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row.opened_at)));
        let rows = sorted(ConnectionSort::Socket, usize::MAX).await;
        assert!(rows.is_sorted_by_key(|row| row.socket.clone()));
        assert!(sorted(ConnectionSort::OpenedAt, 0).await.is_empty());
    }
}

#[tokio::test]
async fn a_session_over_http_is_listed_as_one() {
    let node = node(2).await;
    let path = "/app/app-key/000/abcdefgh/xhr?protocol=7&client=js&version=8.4.0";
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 0\r\n\
         Origin: https://shop.example\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n"
    );
    let (status, body) = node.request(&request).await;
    assert!(status == 200 && body.contains("connection_established"), "{body}");
    let (_, rows) = list(&node, all()).await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.transport, row.tls), (Transport::XhrPolling, false));
    assert_eq!(row.address, "198.51.100.9".parse::<IpAddr>().unwrap());
    assert_eq!(
        (row.client.as_deref(), row.origin.as_deref()),
        (Some("js"), Some("https://shop.example"))
    );
    let looked = node.handle.connection("1001", &row.socket).await.unwrap().unwrap();
    assert_eq!(looked.connection.rtt_ms, None);
    assert!(node.handle.disconnect_of("1001", &row.socket, CloseWith::Unauthorized).await);
    assert_eq!(list(&node, all()).await.0, 0);
}

#[tokio::test]
async fn whoever_is_looked_at_is_pinged_and_the_next_look_knows_how_long_that_took() {
    let node = node(2).await;
    let (mut client, socket) = joined(&node, "presence-a", json!({ "user_id": "ana" })).await;
    let looked = node.handle.connection("1001", &socket).await.unwrap().unwrap();
    assert_eq!(looked.connection.rtt_ms, None);
    let subscriptions = serde_json::to_value(&looked.subscriptions).unwrap();
    assert_eq!(subscriptions, json!([{ "channel": "presence-a", "user": "ana" }]));

    let Told::Ping(payload) = client.told().await else { panic!("no ping") };
    let mut frame = Vec::new();
    client::write_pong(&mut frame, &payload, [1, 2, 3, 4]);
    client.send_raw(&frame).await;
    client.send(&json!({ "event": "pusher:ping" })).await;
    client.event("pusher:pong").await;
    let looked = node.handle.connection("1001", &socket).await.unwrap().unwrap();
    let rtt = looked.connection.rtt_ms.expect("it answered");
    assert!(rtt > 0.0 && rtt < 30_000.0, "{rtt}");
}

#[tokio::test]
async fn only_a_connection_of_that_app_is_looked_at_and_closed() {
    let node = node(2).await;
    let (mut client, socket) = node.connect().await;
    let handle = &node.handle;
    assert_eq!(handle.connection("1002", &socket).await, Ok(None));
    assert_eq!(handle.connection("1001", "1.2").await, Ok(None));
    assert_eq!(handle.connection("1001", "no id").await, Ok(None));
    assert_eq!(handle.connection("9", &socket).await, Err(QueryError::UnknownApp));
    assert_eq!(handle.connections("9", all()).await, Err(QueryError::UnknownApp));

    for (app, socket) in [("1002", socket.as_str()), ("9", &socket), ("1001", "1.2"), ("1001", "x")]
    {
        assert!(
            !handle.disconnect_of(app, socket, CloseWith::Unauthorized).await,
            "{app} {socket}"
        );
    }
    assert!(handle.disconnect_of("1001", &socket, CloseWith::Unauthorized).await);
    assert!(!handle.disconnect_of("1001", &socket, CloseWith::Unauthorized).await);
    assert!(matches!(client.told().await, Told::Close(Some(4009), _)));
    assert_eq!(handle.connection("1001", &socket).await, Ok(None));
}

#[tokio::test]
async fn channels_are_a_table_in_every_order() {
    let node = node(2).await;
    let (mut client, socket) = node.connect().await;
    for channel in ["news", "private-cache-a", "private-encrypted-b"] {
        client.subscribe(channel, &socket, None).await;
        client.event("pusher_internal:subscription_succeeded").await;
        if channel.contains("cache") {
            client.event("pusher:cache_miss").await;
        }
    }
    let (_other, _) = node.subscriber("private-encrypted-b").await;
    let _ana = joined(&node, "presence-x", json!({ "user_id": "ana" })).await;

    let table = async |prefix, sort, limit| {
        let table = node.handle.channel_table("1001", prefix, sort, limit).await.unwrap();
        let names: Vec<_> = table.rows.iter().map(|row| row.name.clone()).collect();
        (table.total, names)
    };
    let names = ["news", "presence-x", "private-cache-a", "private-encrypted-b"];
    assert_eq!(table("", ChannelSort::Name, usize::MAX).await, (4, names.map(String::from).into()));
    let names = ["private-encrypted-b", "news", "presence-x"];
    assert_eq!(table("", ChannelSort::Subscribers, 3).await, (4, names.map(String::from).into()));
    assert_eq!(table("", ChannelSort::Members, 1).await, (4, vec!["presence-x".to_owned()]));
    assert_eq!(table("private-", ChannelSort::Name, 0).await, (2, vec![]));

    let table = node.handle.channel_table("1001", "pr", ChannelSort::Name, 2).await.unwrap();
    let expected = json!({ "total": 3, "channels": [
        { "name": "presence-x", "type": "presence", "cache": false, "subscribers": 1, "members": 1 },
        { "name": "private-cache-a", "type": "private", "cache": true, "subscribers": 1, "members": null },
    ]});
    assert_eq!(serde_json::to_value(&table).unwrap(), expected);
}

#[tokio::test]
async fn a_channel_tells_who_is_there_and_what_keeps_them() {
    for shards in [1, 2] {
        let node = node(shards).await;
        let ana = json!({ "user_id": "ana", "user_info": { "rev": 3, "n": 1 } });
        let (mut watching, first) = joined(&node, "presence-cache-a", ana.clone()).await;
        watching.event("pusher:cache_miss").await;
        let (_second_tab, second) = joined(&node, "presence-cache-a", ana).await;
        let (bo, _) = joined(&node, "presence-cache-a", json!({ "user_id": "bo" })).await;
        watching.event("pusher_internal:member_added").await;
        refresh(bo).await;
        let publication = Publication {
            channel: "presence-cache-a".to_owned(),
            event: "said".to_owned(),
            data: "hello".to_owned(),
            except: Except::Nobody,
        };
        node.handle.publish("1001", publication).await.unwrap();
        watching.event("said").await;

        let detail = node.handle.channel_detail("1001", "presence-cache-a").await.unwrap();
        let mut told = serde_json::to_value(&detail).unwrap();
        let kept = told["last_event"]["expires_in_ms"].take().as_u64().unwrap();
        assert!(kept > 1_700_000 && kept <= 1_800_000, "{kept}");
        let leaving = told["members"][1]["leaving_in_ms"].take().as_u64().unwrap();
        assert!(leaving > 20_000 && leaving <= 60_000, "{leaving}");
        let expected = json!({
            "name": "presence-cache-a", "type": "presence", "subscribers": 2, "members_total": 2,
            "members": [
                { "user": "ana", "info": { "rev": 3, "n": 1 }, "rev": 3,
                  "connections": [first, second], "leaving_in_ms": null },
                { "user": "bo", "info": null, "rev": null, "connections": [], "leaving_in_ms": null },
            ],
            "last_event": { "data": "hello", "expires_in_ms": null },
        });
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn a_channel_that_nobody_knows_has_nobody_on_it() {
    let node = node(1).await;
    let detail = node.handle.channel_detail("1001", "news").await.unwrap();
    let expected = json!({
        "name": "news", "type": "public", "subscribers": 0, "members_total": null,
        "members": null, "last_event": null,
    });
    assert_eq!(serde_json::to_value(&detail).unwrap(), expected);
    let unknown = node.handle.channel_detail("9", "news").await;
    assert_eq!(unknown, Err(QueryError::UnknownApp));
    let bad = node.handle.channel_detail("1001", "a b").await;
    assert_eq!(bad, Err(QueryError::BadChannel));
}

#[tokio::test]
async fn a_member_in_the_grace_is_let_go_at_once_and_a_connected_one_stays() {
    let node = node(2).await;
    let (mut ana, _) = joined(&node, "presence-a", json!({ "user_id": "ana" })).await;
    let (bo, _) = joined(&node, "presence-a", json!({ "user_id": "bo" })).await;
    ana.event("pusher_internal:member_added").await;
    let remove = |channel, user| node.handle.remove_member("1001", channel, user);
    assert_eq!(remove("presence-a", "bo").await, Err(RemoveMemberError::Connected));
    refresh(bo).await;
    assert_eq!(remove("presence-a", "bo").await, Ok(()));
    let removed = ana.event("pusher_internal:member_removed").await;
    assert_eq!(data(&removed)["user_id"], "bo");
    assert_eq!(remove("presence-a", "bo").await, Err(RemoveMemberError::NotAMember));
    assert_eq!(remove("news", "bo").await, Err(RemoveMemberError::NotAPresenceChannel));
    let unknown = node.handle.remove_member("9", "presence-a", "bo").await;
    assert_eq!(unknown, Err(RemoveMemberError::UnknownApp));
}

#[tokio::test]
async fn what_is_said_in_a_members_name_is_told_as_a_client_event() {
    let node = node(2).await;
    let (mut ana, socket) = joined(&node, "presence-a", json!({ "user_id": "ana" })).await;
    let say = |channel, event, data: &str, user| {
        node.handle.publish_as("1001", channel, event, data, user)
    };
    say("presence-a", "client-said", r#"{"n":1}"#, "bo").unwrap();
    let told = ana.event("client-said").await;
    let expected = json!({
        "event": "client-said", "channel": "presence-a", "data": r#"{"n":1}"#, "user_id": "bo",
    });
    assert_eq!(told, expected);
    ana.subscribe("private-a", &socket, None).await;
    ana.event("pusher_internal:subscription_succeeded").await;
    say("private-a", "client-said", "{}", "bo").unwrap();
    assert_eq!(ana.event("client-said").await.get("user_id"), None);
    let stats = node.handle.stats().await.partitions;
    assert_eq!((stats.published, stats.client_events), (0, 2));

    for channel in ["news", "private-encrypted-a", "presence a"] {
        let refused = say(channel, "client-said", "{}", "bo");
        assert_eq!(refused, Err(PublishAsError::NoClientEvents), "{channel}");
    }
    let big = "x".repeat(10_241);
    let long = format!("client-{}", "x".repeat(194));
    assert_eq!(say("private-a", "said", "{}", "bo"), Err(PublishAsError::BadEvent));
    assert_eq!(say("private-a", &long, "{}", "bo"), Err(PublishAsError::BadEvent));
    assert_eq!(say("private-a", "client-a", &big, "bo"), Err(PublishAsError::DataTooBig));
    assert_eq!(say("private-a", "client-a", "{}", ""), Err(PublishAsError::BadUser));
    let unknown = node.handle.publish_as("9", "private-a", "client-a", "{}", "bo");
    assert_eq!(unknown, Err(PublishAsError::UnknownApp));
}

#[tokio::test]
async fn lists_that_are_asked_for_at_once_are_all_made() {
    let node = node(2).await;
    let (_client, socket) = node.connect().await;
    let asked = (0..20).map(|_| {
        let handle = node.handle.clone();
        tokio::spawn(async move { handle.connections("1001", all()).await })
    });
    // One that is begun and that nobody waits for any more does not hold up the others.
    let mut given_up = Box::pin(node.handle.connections("1001", all()));
    poll_fn(|cx| Poll::Ready(given_up.as_mut().poll(cx).is_ready())).await;
    drop(given_up);
    for list in asked.collect::<Vec<_>>() {
        let list = within(list).await.unwrap().unwrap();
        assert_eq!(sockets(&list.rows), [&socket]);
    }
}
