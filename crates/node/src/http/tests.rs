//! The HTTP surface of a node whose shards do not run.

use std::cell::Cell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::task::{Context, Waker};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use rollcall_engine::{App, EdgeCommand, Watched};
use rollcall_wire::auth::{Key, sign_request};
use tower::Service;

use super::router;
use crate::apps::Apps;
use crate::clock::Clock;
use crate::config::Front;
use crate::handle::{Metering, NodeHandle};
use crate::journal::Pen;
use crate::mail::{Inbox, Mail, Mailboxes};
use crate::socket_ids::SocketIds;
use crate::stats::NodeStats;

fn key() -> Key {
    Key { key: "app-key".to_owned(), secret: "app-secret".to_owned() }
}

/// A node without threads, whose mailbox takes one message before it is congested.
pub(super) fn idle_node() -> (NodeHandle, Vec<Inbox>) {
    let apps = Apps::new(vec![App::new("1", vec![key()])]).unwrap();
    let (mailboxes, inboxes) = Mailboxes::new(1, 1);
    let socket_ids = SocketIds::draw().unwrap();
    let (front, metering) = (Front::default(), Metering::new(0, None));
    let clock = Clock::start();
    let journal = Pen::dry(clock).account().clone();
    (NodeHandle::new(apps, mailboxes, journal, clock, socket_ids, front, metering), inboxes)
}

async fn call(node: &NodeHandle, method: &str, path: &str, body: &str) -> Response {
    let now = node.unix_seconds();
    let query = sign_request(&key(), method, path, "", body.as_bytes(), now);
    let request = Request::builder().method(method).uri(format!("{path}?{query}"));
    let mut router = router(node.clone(), Router::new());
    router.call(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

#[tokio::test]
async fn while_a_mailbox_is_over_its_limit_http_answers_503() {
    let (node, _inboxes) = idle_node();
    let event = r#"{"name":"e","channel":"c","data":""}"#;
    assert_eq!(call(&node, "POST", "/apps/1/events", event).await.status(), StatusCode::OK);
    let patch = r#"{"user_info":{}}"#;
    for (method, path, body) in [
        ("POST", "/apps/1/events", event),
        ("PATCH", "/apps/1/channels/presence-c/members/ana", patch),
        ("GET", "/apps/1/channels", ""),
        ("GET", "/apps/1/channels/c", ""),
        ("GET", "/apps/1/channels/presence-c/users", ""),
    ] {
        let refused = call(&node, method, path, body).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    }
}

/// It has nothing to do with the app, which is there.
#[tokio::test]
async fn a_path_that_is_no_text_is_told_apart_from_an_unknown_app() {
    let (node, _inboxes) = idle_node();
    let answer = async |path| call(&node, "GET", path, "").await.status();
    for path in ["/apps/1/channels/%ff", "/apps/1/channels/%ff/users"] {
        assert_eq!(answer(path).await, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(answer("/apps/2/channels/a").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_is_refused_for_any_encoding_that_it_names() {
    let (node, _inboxes) = idle_node();
    let event = r#"{"name":"e","channel":"c","data":""}"#;
    let query =
        sign_request(&key(), "POST", "/apps/1/events", "", event.as_bytes(), node.unix_seconds());
    for (encodings, status) in [
        (&["identity"][..], StatusCode::OK),
        (&[""], StatusCode::OK),
        (&["Identity, identity"], StatusCode::OK),
        (&["identity", "gzip"], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (&["identity, br"], StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let request = Request::post(format!("/apps/1/events?{query}"));
        let request = encodings
            .iter()
            .fold(request, |request, encoding| request.header(header::CONTENT_ENCODING, *encoding));
        let (node, _inboxes) = idle_node();
        let answer = router(node, Router::new()).call(request.body(Body::from(event)).unwrap());
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), status, "{encodings:?}");
    }
}

#[tokio::test]
async fn when_the_bodies_under_way_take_all_room_http_answers_503() {
    let (node, _inboxes) = idle_node();
    let event = r#"{"name":"e","channel":"c","data":""}"#;
    let taken = node.body_room().available_permits() - event.len() + 1;
    let taken = node.body_room().try_acquire_many(taken.try_into().unwrap()).unwrap();
    let refused = call(&node, "POST", "/apps/1/events", event).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    drop(taken);
    let all = node.body_room().available_permits();
    assert_eq!(call(&node, "POST", "/apps/1/events", event).await.status(), StatusCode::OK);
    assert_eq!(node.body_room().available_permits(), all);
}

#[tokio::test]
async fn when_the_sends_under_way_take_all_room_http_answers_503() {
    let (node, inboxes) = idle_node();
    // Room for the body, but not for what its frames are.
    let taken = node.send_room().available_permits() - 100;
    let _taken = node.send_room().try_acquire_many(taken.try_into().unwrap()).unwrap();
    let refused = call(&node, "POST", "/app/app-key/1/abc/xhr_send", r#"["{}"]"#).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    assert_eq!(inboxes[0].held(), 0, "nothing was sent on");
    assert_eq!(node.send_room().available_permits(), 100);
}

#[test]
fn shards_are_told_when_the_first_begins_to_watch_an_app_and_when_the_last_has_gone() {
    let (node, mut inboxes) = idle_node();
    let mut orders = || {
        let (mut mail, mut cx) = (Vec::new(), Context::from_waker(Waker::noop()));
        let _ = inboxes[0].poll_take(&mut cx, &mut mail);
        let orders = mail.into_iter().map(|mail| match mail {
            Mail::Command(EdgeCommand::Observe(app, watched)) if app.as_str() == "1" => watched,
            other => panic!("unexpected {other:?}"),
        });
        orders.collect::<Vec<_>>()
    };
    let first = node.tap("1");
    assert_eq!(orders(), [Watched::Yes]);
    let second = node.tap("1");
    drop(first);
    assert_eq!(orders(), []);
    drop(second);
    assert_eq!(orders(), [Watched::No]);
}

#[tokio::test(start_paused = true)]
async fn an_app_takes_large_answers_from_its_share_of_them() {
    let (node, inboxes) = idle_node();
    let tenant = node.tenant("1").unwrap();
    let share = tenant.answers().available_permits().try_into().unwrap();
    let _unread = tenant.answers().try_acquire_many(share).unwrap();
    for path in ["/apps/1/channels", "/apps/1/channels/presence-c/users"] {
        let asking = tokio::time::timeout(Duration::from_secs(60), call(&node, "GET", path, ""));
        let refused = asking.await.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    }
    // It is asked for before anything is published: what is refused may be tried again.
    let event = r#"{"name":"e","channel":"cache-c","data":"","info":"cache"}"#;
    let asking = call(&node, "POST", "/apps/1/events", event);
    assert_eq!(asking.await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(inboxes[0].held(), 0, "nothing was published");
}

/// It tells of the signature, though there is neither room for its body nor a limit that allows it.
#[tokio::test]
async fn p149_the_signature_is_checked_before_the_body_is_kept() {
    let (node, _inboxes) = idle_node();
    let _taken = node.body_room().try_acquire_many(64 << 20).unwrap();
    let request = Request::post("/apps/1/events?auth_key=app-key&auth_version=1.0");
    let request = request.body(Body::from(vec![b' '; 4 << 20])).unwrap();
    let refused = router(node.clone(), Router::new()).call(request).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_fallback_has_what_the_engine_does_not_know() {
    let (node, _inboxes) = idle_node();
    let fallback = Router::new().route("/page", axum::routing::get(|| async { "a page" }));
    let mut router = router(node, fallback);
    for (path, status) in
        [("/page", StatusCode::OK), ("/nothing", StatusCode::NOT_FOUND), ("/up", StatusCode::OK)]
    {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        assert_eq!(router.call(request).await.unwrap().status(), status, "{path}");
    }
}

async fn scrape(node: &NodeHandle) -> Response {
    let near: SocketAddr = ([127, 0, 0, 1], 9000).into();
    let request = Request::get("/metrics").header(header::HOST, "localhost");
    let request = request.extension(ConnectInfo(near)).body(Body::empty()).unwrap();
    router(node.clone(), Router::new()).call(request).await.unwrap()
}

/// Answers what the shard is asked for, and says how often it was.
async fn counting_shard(mut inbox: Inbox, asked: &Cell<u32>) {
    loop {
        let mut batch = Vec::new();
        poll_fn(|cx| inbox.poll_take(cx, &mut batch)).await;
        for mail in batch {
            if let Mail::Count(asker) = mail {
                asked.set(asked.get() + 1);
                asker.send(NodeStats::default()).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn scrapes_that_wait_share_one_answer() {
    let (node, mut inboxes) = idle_node();
    let asked = Cell::new(0);
    let first = async {
        let (a, b, c, d) = tokio::join!(scrape(&node), scrape(&node), scrape(&node), scrape(&node));
        for answer in [a, b, c, d] {
            assert_eq!(answer.status(), StatusCode::OK);
        }
    };
    tokio::select! {
        () = counting_shard(inboxes.remove(0), &asked) => {}
        () = async {
            first.await;
            assert_eq!(asked.get(), 2, "one for the first, one for all who came after its beginning");
            assert_eq!(scrape(&node).await.status(), StatusCode::OK);
            assert_eq!(asked.get(), 3, "what was counted since is told");
        } => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_scrape_of_a_shard_that_does_not_answer_is_given_up() {
    let (node, _inboxes) = idle_node();
    let refused = scrape(&node).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
}
