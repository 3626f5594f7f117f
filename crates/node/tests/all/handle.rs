//! What an app of this program may do with a node.

use crate::support::{TestNode, Told, app};
use rollcall_engine::App;
use rollcall_node::handle::{
    AuthorizeError, CloseWith, Except, Member, MemberChange, Publication, SetMemberInfoError,
};
use serde_json::json;

fn member(user: &str, info: &str) -> Member {
    Member { user_id: user.to_owned(), user_info: Some(info.to_owned()) }
}

#[tokio::test]
async fn what_it_signs_lets_a_client_in() {
    let node = TestNode::start(1).await;
    let (mut client, socket) = node.connect().await;
    let ana = member("ana", r#"{"status":"hi"}"#);
    let signed = node.handle.authorize_channel("1001", &socket, "presence-a", Some(&ana)).unwrap();
    let data = json!({
        "channel": "presence-a", "auth": signed.auth, "channel_data": signed.channel_data,
    });
    client.send(&json!({ "event": "pusher:subscribe", "data": data })).await;
    let success = client.event("pusher_internal:subscription_succeeded").await;
    assert!(success["data"].as_str().unwrap().contains(r#"{"status":"hi"}"#));
}

#[tokio::test]
async fn it_signs_nothing_that_would_be_refused() {
    let node = TestNode::start(1).await;
    let sign = |channel: &str, member: Option<&Member>| {
        node.handle.authorize_channel("1001", "1.2", channel, member).map(|_| ()).unwrap_err()
    };
    let ana = member("ana", "{}");
    assert_eq!(sign("room", None), AuthorizeError::NoAuthNeeded);
    assert_eq!(sign("private-a/b", None), AuthorizeError::BadChannel);
    assert_eq!(sign("presence-a", None), AuthorizeError::MemberMismatch);
    assert_eq!(sign("private-a", Some(&ana)), AuthorizeError::MemberMismatch);
    assert_eq!(sign("presence-a", Some(&member("ana", "[1]"))), AuthorizeError::BadInfo);
    let big = format!(r#"{{"x":"{}"}}"#, "y".repeat(1024));
    assert_eq!(sign("presence-a", Some(&member("ana", &big))), AuthorizeError::InfoTooBig);
}

#[tokio::test]
async fn intercepted_events_reach_the_app_and_nobody_else() {
    let node = TestNode::with_apps(2, vec![App { client_events: true, ..app() }]).await;
    let mut diverted = node.handle.intercept("1001", "private-a", "client-status").unwrap();
    let (mut sender, socket) = node.subscriber("private-a").await;
    let (mut other, _) = node.subscriber("private-a").await;
    for (event, n) in [("client-status", 1), ("client-status", 2), ("client-other", 3)] {
        let said = json!({ "event": event, "channel": "private-a", "data": { "n": n } });
        sender.send(&said).await;
    }
    for n in [1, 2] {
        let event = diverted.next().await.unwrap();
        assert_eq!((event.seq, event.socket.as_str()), (n, socket.as_str()));
        assert_eq!(event.data, format!(r#"{{"n":{n}}}"#));
    }
    other.event("client-other").await;
}

#[tokio::test]
async fn a_watch_tells_who_comes_and_goes() {
    let node = TestNode::start(2).await;
    let mut watch = node.handle.watch("1001", "presence-a").unwrap();
    let (mut client, socket) = node.connect().await;
    client.subscribe("presence-a", &socket, Some(&json!({ "user_id": "ana" }))).await;
    assert_eq!(watch.next().await, Some(MemberChange::Joined("ana".to_owned())));
    let leave = json!({ "event": "pusher:unsubscribe", "data": { "channel": "presence-a" } });
    client.send(&leave).await;
    assert_eq!(watch.next().await, Some(MemberChange::Left("ana".to_owned())));
}

#[tokio::test]
async fn it_publishes_to_all_but_a_member_and_changes_the_member() {
    let node = TestNode::start(2).await;
    let mut clients = Vec::new();
    for user in ["ana", "bo"] {
        let (mut client, socket) = node.connect().await;
        client.subscribe("presence-a", &socket, Some(&json!({ "user_id": user }))).await;
        client.event("pusher_internal:subscription_succeeded").await;
        clients.push((client, socket));
    }
    let [(mut ana, ana_socket), (mut bo, _)] = <[_; 2]>::try_from(clients).ok().unwrap();
    ana.event("pusher_internal:member_added").await;

    let except = Except::User("ana".to_owned());
    let publication = Publication {
        channel: "presence-a".to_owned(),
        event: "said".to_owned(),
        data: "{}".to_owned(),
        except,
    };
    node.handle.publish("1001", publication).await.unwrap();
    bo.event("said").await;

    let set = |user, rev| {
        let info = Some(format!(r#"{{"rev":{rev}}}"#));
        node.handle.set_member_info("1001", "presence-a", user, info, Some(rev))
    };
    set("ana", 2).await.unwrap();
    set("ana", 1).await.unwrap();
    assert_eq!(set("nobody", 1).await, Err(SetMemberInfoError::NotAMember));
    // Ana hears of the change next: neither what was published, nor the older revision after.
    let updated = ana.event("pusher_internal:member_updated").await;
    assert!(updated["data"].as_str().unwrap().contains(r#"{"rev":2}"#));

    node.handle.disconnect_member("1001", &ana_socket, "presence-a", "bo");
    node.handle.disconnect_member("1001", &ana_socket, "presence-a", "ana");
    assert!(matches!(ana.told().await, Told::Close(Some(4009), _)));
}

#[tokio::test]
async fn it_sends_a_connection_elsewhere() {
    let node = TestNode::start(2).await;
    let (mut client, socket) = node.connect().await;
    node.handle.disconnect(&socket, CloseWith::Reconnect);
    assert!(matches!(client.told().await, Told::Close(Some(4200), _)));
}

#[tokio::test]
async fn p190_new_settings_are_in_force_without_dropping_anybody() {
    let node = TestNode::start(2).await;
    let (mut client, _) = node.subscriber("private-a").await;
    let said = json!({ "event": "client-said", "channel": "private-a", "data": {} });
    client.send(&said).await;
    client.event("pusher:error").await;

    let (mut other, _) = node.subscriber("private-a").await;
    node.handle.replace_app(App { client_events: true, ..app() }).unwrap();
    // The counters are asked for behind the settings.
    assert_eq!(node.handle.stats().await.edges.connections, 2);
    client.send(&said).await;
    other.event("client-said").await;
}
