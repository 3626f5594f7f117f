//! What the library sends, byte for byte, to a server that keeps every request, and what it makes of
//! answers. The signatures are checked with the server's own code.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::net::TcpListener;
use std::time::Duration;

use rollcall_server::{Attributes, Client, Error, Event, Info};
use rollcall_wire::api::{BatchRequest, EventRequest, MemberPatch, PublishLimits};
use rollcall_wire::auth::{Key, RequestToVerify, verify_request};
use serde_json::{Value, json};
use support::{Answer, Request, Server};

/// Sends with `call` to a server that answers so, and returns the request that arrived, once its
/// signature is checked.
async fn sent(answer: &str, call: impl AsyncFnOnce(Client)) -> Request {
    let server = Server::start(Answer::ok(answer));
    call(client(&server.url)).await;
    let request = server.only_request();
    check_signature(&request);
    request
}

fn client(url: &str) -> Client {
    Client::builder("1001", "app-key", "app-secret").url(url).master_key([7; 32]).build().unwrap()
}

fn check_signature(request: &Request) {
    let keys = [Key { key: "app-key".into(), secret: "app-secret".into() }];
    let (path, query) = request.target.split_once('?').unwrap();
    let time = query.split_once("auth_timestamp=").unwrap().1.split('&').next().unwrap();
    let to_verify = RequestToVerify {
        method: &request.method,
        path,
        query,
        now_unix_secs: time.parse().unwrap(),
        path_prefix: "/push",
    };
    verify_request(&keys, &to_verify).unwrap().verify(request.body.as_bytes()).unwrap();
}

fn limits() -> PublishLimits {
    PublishLimits::default()
}

#[tokio::test]
async fn an_event_is_posted_as_the_server_reads_it() {
    let event = Event::new("moved", &json!({ "x": 1 })).unwrap().except("1.2");
    let request = sent("{}", async |client| {
        let asking = event.clone().asking(Info::default().user_count().subscription_count());
        client.publish(&["presence-a", "presence-b"], &asking).await.unwrap();
    })
    .await;
    assert_eq!(request.method, "POST");
    assert!(request.target.starts_with("/apps/1001/events?"), "{}", request.target);
    assert_eq!(request.header("content-type"), "application/json");
    assert!(request.header("x-pusher-library").starts_with("rollcall-server "));
    assert_eq!(
        request.body,
        r#"{"name":"moved","channels":["presence-a","presence-b"],"data":"{\"x\":1}","socket_id":"1.2","info":"user_count,subscription_count"}"#
    );
    EventRequest::parse(request.body.as_bytes(), &limits()).unwrap();
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_answers_one_for_each() {
    let batch = [
        ("a", Event::text("first", "1")),
        ("presence-b", Event::text("second", "not JSON").asking(Info::default().user_count())),
    ];
    let request = sent(r#"{"batch":[{},{"user_count":3}]}"#, async |client| {
        let answer = client.publish_batch(&batch).await.unwrap();
        assert_eq!(answer[0], Attributes::default());
        assert_eq!(answer[1].user_count, Some(3));
    })
    .await;
    assert!(request.target.starts_with("/apps/1001/batch_events?"), "{}", request.target);
    assert_eq!(
        request.body,
        r#"{"batch":[{"name":"first","channel":"a","data":"1"},{"name":"second","channel":"presence-b","data":"not JSON","info":"user_count"}]}"#
    );
    BatchRequest::parse(request.body.as_bytes(), &limits()).unwrap();
}

#[tokio::test]
async fn a_user_is_sent_to_by_their_channel() {
    let request = sent("{}", async |client| {
        client.send_to_user("ana", &Event::text("mail", "{}")).await.unwrap();
    })
    .await;
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["channels"], json!(["#server-to-user-ana"]));
}

#[tokio::test]
async fn questions_are_asked_in_the_query() {
    let info = Info::default().user_count().cache();
    let channels =
        async |client: Client| drop(client.channels("presence-a&b", info).await.unwrap());
    let request = sent(r#"{"channels":{}}"#, channels).await;
    assert_eq!((&*request.method, &*request.body), ("GET", ""));
    let asked = "&filter_by_prefix=presence-a%26b&info=user_count,cache&";
    assert!(request.target.contains(asked), "{}", request.target);

    let all = async |client: Client| drop(client.channels("", Info::default()).await.unwrap());
    let request = sent(r#"{"channels":{}}"#, all).await;
    assert!(!request.target.contains("filter") && !request.target.contains("info"));

    let one = async |client: Client| {
        let cached = client.channel("cache-a;b", Info::default().cache()).await.unwrap();
        assert!(!cached.occupied);
        assert_eq!(cached.attributes.cache.unwrap().ttl, 7);
    };
    let request = sent(r#"{"occupied":false,"cache":{"data":"1","ttl":7}}"#, one).await;
    assert!(request.target.starts_with("/apps/1001/channels/cache-a%3Bb?"), "{}", request.target);

    let users =
        async |client: Client| assert!(client.users("presence-a").await.unwrap().is_empty());
    let request = sent(r#"{"users":[]}"#, users).await;
    assert!(request.target.starts_with("/apps/1001/channels/presence-a/users?"));
}

#[tokio::test]
async fn people_are_acted_on_by_their_encoded_ids() {
    let terminate = async |client: Client| client.terminate_user("ana/../é").await.unwrap();
    let request = sent("{}", terminate).await;
    assert!(
        request.target.starts_with("/apps/1001/users/ana%2F..%2F%C3%A9/terminate_connections?")
    );
    assert_eq!(request.body, "{}");

    let change = async |client: Client| {
        client.set_member_info("presence-a", "ana b", &json!({ "rev": 3 })).await.unwrap();
    };
    let request = sent("{}", change).await;
    assert_eq!(request.method, "PATCH");
    assert!(request.target.starts_with("/apps/1001/channels/presence-a/members/ana%20b?"));
    assert_eq!(MemberPatch::parse(request.body.as_bytes(), 100).unwrap().rev, Some(3));

    let clear = async |client: Client| client.clear_member_info("presence-a", "ana").await.unwrap();
    assert_eq!(sent("{}", clear).await.body, r#"{"user_info":null}"#);
}

#[tokio::test]
async fn a_prefix_is_part_of_the_path_and_not_of_what_is_signed() {
    let server = Server::start(Answer::ok("{}"));
    client(&format!("{}/push/", server.url)).trigger("a", "b", &1).await.unwrap();
    let request = server.only_request();
    assert!(request.target.starts_with("/push/apps/1001/events?"), "{}", request.target);
    check_signature(&request);
}

#[tokio::test]
async fn encrypted_data_leave_encrypted_and_alone() {
    let request = sent("{}", async |client| {
        let event = Event::text("secret", "plain words");
        let together = client.publish(&["private-encrypted-a", "b"], &event).await;
        assert!(matches!(together, Err(Error::NotAlone)));
        client.publish(&["private-encrypted-a"], &event).await.unwrap();
    })
    .await;
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let sealed: Value = serde_json::from_str(body["data"].as_str().unwrap()).unwrap();
    assert!(sealed["nonce"].is_string() && sealed["ciphertext"].is_string());
    assert!(!request.body.contains("plain words"));

    let plain = Client::builder("1", "key", "secret").build().unwrap();
    let error = plain.trigger("private-encrypted-a", "x", &1).await;
    assert!(matches!(error, Err(Error::NoMasterKey)));
    let batch = [("private-encrypted-cache-a", Event::text("x", "1"))];
    assert!(matches!(plain.publish_batch(&batch).await, Err(Error::NoMasterKey)));
}

#[tokio::test]
async fn a_refusal_tells_the_status_the_sentence_and_when_to_come_back() {
    let answer = Answer {
        status: "429 Too Many Requests",
        headers: "Retry-After: 7\r\n",
        body: r#"{"error":"too many requests"}"#.into(),
    };
    let server = Server::start(answer);
    let error = client(&server.url).trigger("a", "b", &1).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.status, &*refusal.message), (429, "too many requests"));
    assert_eq!(refusal.retry_after, Some(Duration::from_secs(7)));
    let told = "the server refuses it (429): too many requests; try again in 7 s";
    assert_eq!(error.to_string(), told);
}

#[tokio::test]
async fn what_is_no_channels_server_is_found_out() {
    for (status, headers, body) in [
        ("200 OK", "", "<html>".to_owned()),
        ("200 OK", "", r#"{"channels":[]}"#.to_owned()),
        ("200 OK", "", " ".repeat((64 << 20) + 1)),
    ] {
        let server = Server::start(Answer { status, headers, body });
        let error = client(&server.url).channels("", Info::default()).await.unwrap_err();
        assert!(matches!(error, Error::UnreadableAnswer), "{error}");
    }
    // A redirect would carry the signature elsewhere.
    let headers = "Location: http://127.0.0.1:1/\r\n";
    let server = Server::start(Answer { status: "302 Found", headers, body: String::new() });
    let error = client(&server.url).trigger("a", "b", &1).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 302);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_without_the_signature() {
    let server = Server::start(Answer::ok("{}"));
    let url = server.url.clone();
    drop(server);
    let error = client(&url).trigger("a", "b", &1).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)));
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(!format!("{error} {error:?}").contains("auth_signature"), "{error:?}");
}

#[tokio::test]
async fn why_a_server_was_not_reached_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let hasty = Client::builder("1001", "app-key", "app-secret").url(url);
    let hasty = hasty.timeout(Duration::from_millis(50)).build().unwrap();
    let error = hasty.trigger("a", "b", &1).await.unwrap_err();
    assert!(error.to_string().contains("in time"), "{error}");

    let plain = Server::start(Answer::ok("{}"));
    let secure = client(&plain.url.replace("http:", "https:"));
    let error = secure.trigger("a", "b", &1).await.unwrap_err();
    assert!(!error.to_string().contains("error sending request"), "{error}");
}

#[tokio::test]
async fn nothing_invalid_is_sent() {
    let server = Server::start(Answer::ok("{}"));
    let client = client(&server.url);
    for channel in ["", "a/b", "#other", &"x".repeat(201)] {
        assert!(matches!(client.trigger(channel, "e", &1).await, Err(Error::Channel(_))));
    }
    for user in ["", ".", ".."] {
        assert!(matches!(client.terminate_user(user).await, Err(Error::UserId)));
        let changed = client.set_member_info("presence-a", user, &json!({})).await;
        assert!(matches!(changed, Err(Error::UserId)));
    }
    let nobody = client.send_to_user("", &Event::text("e", "1")).await;
    assert!(matches!(nobody, Err(Error::UserId)));
    let unwritable = std::collections::BTreeMap::from([(vec![1], 1)]);
    assert!(matches!(client.trigger("a", "e", &unwritable).await, Err(Error::Data(_))));
    assert_eq!(server.requests().len(), 0);
}
