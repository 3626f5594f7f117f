//! The courier with a real store and a real receiver: what is in the journal arrives, and what a
//! receiver sees of it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rollcall_engine::App;
use rollcall_engine::hooks::{HookClass, Webhook};
use rollcall_store::{DeliveryState, JournalEntry, NewOwedEvent, Store, Told};
use rollcall_wire::auth::{Key, verify_webhook, webhook_signature};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::{Node, NodeConfig};

/// What a receiver got.
#[derive(Debug)]
struct Got {
    path: String,
    id: String,
    headers: HeaderMap,
    body: String,
}

/// A receiver, which answers as it was told to, and then with 200.
struct Receiver {
    url: String,
    got: mpsc::UnboundedReceiver<Got>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

#[derive(Clone)]
enum Answer {
    Status(u16),
    Redirect,
    Never,
}

type Shared = (mpsc::UnboundedSender<Got>, Arc<Mutex<VecDeque<Answer>>>);

impl Receiver {
    async fn start(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, got) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.iter().cloned().collect::<VecDeque<_>>()));
        let shared: Shared = (tell, Arc::clone(&answers));
        let router = Router::new().fallback(take).with_state(shared);
        tokio::spawn(serve(listener, router));
        Self { url, got, answers }
    }

    async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.got.recv()).await.expect("a request in time").unwrap()
    }
}

async fn serve(listener: TcpListener, router: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn take(
    State((tell, answers)): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let id = headers["rollcall-webhook-id"].to_str().unwrap().to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let _ = tell.send(Got { path: uri.path().to_owned(), id, headers, body });
    let answer = answers.lock().unwrap().pop_front();
    match answer {
        None => "ok".into_response(),
        Some(Answer::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Answer::Redirect) => Redirect::temporary("/elsewhere").into_response(),
        Some(Answer::Never) => std::future::pending().await,
    }
}

/// A node, a courier and a store, which outlives both.
struct Post {
    node: Node,
    webhooks: Webhooks,
    store: Store,
    directory: PathBuf,
}

impl Post {
    async fn start(apps: Vec<App>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollcall-webhooks-{}-{number}", std::process::id());
        Self::start_in(std::env::temp_dir().join(name), apps).await
    }

    async fn start_in(directory: PathBuf, apps: Vec<App>) -> Self {
        let store = Store::open(&directory).await.unwrap();
        let node = Node::start(NodeConfig { shards: 1, ..NodeConfig::new(apps) }).unwrap();
        let webhooks = Webhooks::start(node.handle(), store.clone()).unwrap();
        Self { node, webhooks, store, directory }
    }

    async fn owe(&self, app: &str, events: &[(&str, &str)]) {
        let entry = |&(name, channel): &(&str, &str)| {
            JournalEntry::Owed(NewOwedEvent {
                app: app.to_owned(),
                channel: channel.to_owned(),
                name: name.to_owned(),
                event: event(name, channel),
                time_ms: 7,
                told: Told::Nothing,
            })
        };
        let entries: Vec<_> = events.iter().map(entry).collect();
        self.store.write_journal(&entries).await.unwrap();
        self.node.handle().tell_of_owed();
    }

    /// Ends as if the process did, and says where the store is.
    async fn stop(self) -> PathBuf {
        self.webhooks.stop().await;
        self.store.close().await;
        self.node.handle().stop();
        self.directory
    }

    /// Waits until a look at the store says so.
    async fn settles(&self, states: &[DeliveryState]) {
        let look = async {
            loop {
                let listed = self.store.deliveries(None, 100).await.unwrap();
                if listed.iter().map(|listed| listed.state).eq(states.iter().copied()) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, look).await.expect("it settles");
    }

    /// Waits until the log of app 1, as a console lists it, is as it should be.
    async fn logged(&self, is_so: impl Fn(&[WebhookDelivery]) -> bool) -> Vec<WebhookDelivery> {
        let look = async {
            loop {
                let listed = self.store.deliveries(Some("1"), 100).await.unwrap();
                let rows = self.node.handle().webhook_log("1", listed);
                if is_so(&rows) {
                    return rows;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, look).await.expect("it is logged")
    }
}

fn event(name: &str, channel: &str) -> String {
    format!(r#"{{"name":"{name}","channel":"{channel}"}}"#)
}

fn app(id: &str, batching: bool, webhooks: &[(&str, &[HookClass])]) -> App {
    let key = |key: &str| Key { key: format!("{key}-{id}"), secret: format!("secret-of-{key}") };
    let webhook = |&(url, classes): &(&str, &[HookClass])| Webhook {
        url: url.to_owned(),
        classes: classes.to_vec(),
    };
    App {
        webhooks: webhooks.iter().map(webhook).collect(),
        webhook_batching: batching,
        ..App::new(id, vec![key("old"), key("new")])
    }
}

fn states(rows: &[WebhookDelivery]) -> Vec<WebhookState> {
    rows.iter().map(|row| row.state).collect()
}

fn events_of(got: &Got) -> String {
    let (_, events) = got.body.split_once(",\"events\":").unwrap();
    events.strip_suffix('}').unwrap().to_owned()
}

#[tokio::test]
async fn p177_p178_p187_a_request_is_signed_with_the_oldest_key_and_is_plain_json() {
    let mut receiver = Receiver::start(&[]).await;
    let url = format!("{}/hooks?a=b", receiver.url);
    let post = Post::start(vec![app("1", true, &[(&url, &HookClass::ALL)])]).await;
    post.owe("1", &[("channel_occupied", "a"), ("member_added", "b")]).await;
    let got = receiver.next().await;
    assert_eq!(got.path, "/hooks");
    assert_eq!(got.headers["content-type"], "application/json");
    assert_eq!(got.headers["x-pusher-key"], "old-1");
    let signature = webhook_signature("secret-of-old", got.body.as_bytes());
    assert_eq!(got.headers["x-pusher-signature"], signature);
    let events = format!("[{},{}]", event("channel_occupied", "a"), event("member_added", "b"));
    assert_eq!(events_of(&got), events);
    assert!(got.body.starts_with("{\"time_ms\":1"), "{}", got.body);
    post.settles(&[]).await;
    let counts = post.node.handle().webhook_counts();
    assert_eq!((counts.delivered, counts.events, counts.failed), (1, 2, 0));
    post.stop().await;
}

#[tokio::test]
async fn trap16_an_endpoint_gets_what_it_asked_for_and_that_is_what_is_signed() {
    let (mut all, mut some) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let classes = &[HookClass::Presence][..];
    let endpoints = [(&*all.url, &HookClass::ALL[..]), (&*some.url, classes)];
    let post = Post::start(vec![app("1", true, &endpoints)]).await;
    post.owe("1", &[("channel_occupied", "a"), ("member_added", "a"), ("cache_miss", "b")]).await;
    let got = some.next().await;
    assert_eq!(events_of(&got), format!("[{}]", event("member_added", "a")));
    let signature = webhook_signature("secret-of-old", got.body.as_bytes());
    assert_eq!(got.headers["x-pusher-signature"], signature);
    assert_eq!(events_of(&all.next().await).matches("name").count(), 3);
    post.stop().await;
}

#[tokio::test]
async fn p185_anything_but_2xx_is_repeated_with_the_same_id_and_body_and_no_redirect_is_followed() {
    let answers = [Answer::Redirect, Answer::Status(500), Answer::Status(201)];
    let mut receiver = Receiver::start(&answers).await;
    let post = Post::start(vec![app("1", false, &[(&receiver.url, &HookClass::ALL)])]).await;
    post.owe("1", &[("channel_occupied", "a"), ("channel_vacated", "a")]).await;
    let first = receiver.next().await;
    for _ in 0..2 {
        let again = receiver.next().await;
        assert_eq!((&again.id, &again.body, &*again.path), (&first.id, &first.body, "/"));
    }
    let next = receiver.next().await;
    assert_ne!(next.id, first.id);
    assert_eq!(events_of(&next), format!("[{}]", event("channel_vacated", "a")));
    post.settles(&[]).await;
    assert_eq!(post.node.handle().webhook_counts().failed, 2);
    let stats = post.node.handle().stats_of_app("1").await.unwrap();
    assert_eq!((stats.webhooks_sent, stats.webhooks_failed), (2, 2));
    post.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_hangs_holds_up_neither_another_app_nor_another_endpoint() {
    let hanging = vec![Answer::Never; 100];
    let mut silent = Receiver::start(&hanging).await;
    let (mut own, mut other) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    let classes = &HookClass::ALL[..];
    let post = Post::start(vec![
        app("1", false, &[(&silent.url, classes), (&own.url, classes)]),
        app("2", false, &[(&other.url, classes)]),
    ])
    .await;
    let channels: Vec<_> = (0..20).map(|n| format!("c{n}")).collect();
    let events: Vec<_> = channels.iter().map(|c| ("channel_occupied", c.as_str())).collect();
    post.owe("1", &events).await;
    post.owe("2", &events).await;
    for _ in &events {
        assert!(!events_of(&own.next().await).is_empty());
        assert_eq!(other.next().await.headers["x-pusher-key"], "old-2");
    }
    for _ in 0..8 {
        silent.next().await;
    }
    assert!(silent.got.try_recv().is_err(), "eight requests are under way and no more");
    post.stop().await;
}

#[tokio::test]
async fn an_app_that_is_behind_is_passed_over_and_taken_up_again_where_it_was_left() {
    let mut slow = Receiver::start(&vec![Answer::Never; 8]).await;
    let mut other = Receiver::start(&[]).await;
    let classes = &HookClass::ALL[..];
    let apps = ["1", "2"].into_iter().zip([&slow.url, &other.url]);
    let post = Post::start(apps.map(|(id, url)| app(id, false, &[(url, classes)])).collect()).await;
    let padding = "x".repeat(100_000);
    let channels: Vec<_> = (0..400).map(|n| format!("c{n}-{padding}")).collect();
    let events: Vec<_> = channels.iter().map(|c| ("channel_occupied", c.as_str())).collect();
    for some in events.chunks(100) {
        post.owe("1", some).await;
    }
    post.owe("2", &[("channel_occupied", "a")]).await;
    assert_eq!(other.next().await.headers["x-pusher-key"], "old-2");
    let waiting = post.node.handle().webhook_counts().waiting_bytes;
    assert!((30 << 20..34 << 20).contains(&waiting), "{waiting}");
    assert!(!post.store.owed_events(0, 1000).await.unwrap().is_empty(), "the rest waits");
    let mut arrived = std::collections::HashSet::new();
    while arrived.len() < 400 {
        arrived.insert(events_of(&slow.next().await));
    }
    post.stop().await;
}

#[tokio::test]
async fn what_had_not_arrived_goes_on_with_the_same_id_after_a_restart() {
    let mut receiver = Receiver::start(&vec![Answer::Never; 3]).await;
    let apps = || vec![app("1", false, &[(&receiver.url, &HookClass::ALL)])];
    let post = Post::start(apps()).await;
    let events = [("channel_occupied", "a"), ("channel_vacated", "a"), ("channel_occupied", "b")];
    post.owe("1", &events).await;
    let before = [receiver.got.recv().await.unwrap(), receiver.got.recv().await.unwrap()];
    let apps = apps();
    let directory = post.stop().await;
    receiver.answers.lock().unwrap().clear();

    let post = Post::start_in(directory, apps).await;
    let mut after = vec![receiver.next().await, receiver.next().await];
    after.sort_by(|a, b| a.id.cmp(&b.id));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.id, &before.body), (&after.id, &after.body));
    }
    let last = receiver.next().await;
    assert_eq!(events_of(&last), format!("[{}]", event("channel_vacated", "a")));
    post.settles(&[]).await;
    post.stop().await;
}

#[tokio::test]
async fn what_an_endpoint_that_is_gone_was_owed_is_listed_and_sent_when_it_is_back() {
    let mut receiver = Receiver::start(&[Answer::Status(500)]).await;
    let with = app("1", false, &[(&receiver.url, &HookClass::ALL)]);
    let post = Post::start(vec![with.clone()]).await;
    post.owe("1", &[("channel_occupied", "a"), ("channel_vacated", "a")]).await;
    let first = receiver.next().await;
    post.settles(&[DeliveryState::Waiting]).await;
    post.node.handle().replace_app(App { webhooks: Vec::new(), ..with.clone() }).unwrap();
    post.settles(&[DeliveryState::GivenUp, DeliveryState::GivenUp]).await;
    let listed = post.store.deliveries(Some("1"), 5).await.unwrap();
    assert_eq!(listed[0].problem, "the endpoint is not set any more");
    assert_eq!(post.node.handle().webhook_counts().given_up, 2);

    post.node.handle().replace_app(with).unwrap();
    assert_eq!(post.store.resend(Some(&first.id), None).await.unwrap(), 1);
    let again = receiver.next().await;
    assert_eq!((&again.id, events_of(&again)), (&first.id, events_of(&first)));
    assert_ne!(again.body, first.body, "its time is new");
    post.settles(&[DeliveryState::GivenUp]).await;
    post.stop().await;
}

#[tokio::test]
async fn what_a_receiver_would_refuse_for_its_age_has_a_new_time_after_a_restart() {
    let mut receiver = Receiver::start(&[Answer::Status(500)]).await;
    let apps = vec![app("1", false, &[(&receiver.url, &HookClass::ALL)])];
    let post = Post::start(apps.clone()).await;
    post.owe("1", &[("channel_occupied", "a")]).await;
    let id = receiver.next().await.id;
    let directory = post.stop().await;
    let store = Store::open(&directory).await.unwrap();
    let old = rollcall_store::DeliveryEntry::Renewed { id: id.clone(), time_ms: 5 };
    store.write_deliveries(&[old]).await.unwrap();
    store.close().await;

    let post = Post::start_in(directory, apps).await;
    let again = receiver.next().await;
    assert_eq!(again.id, id);
    assert!(again.body.starts_with("{\"time_ms\":1"), "{}", again.body);
    post.stop().await;
}

#[tokio::test]
async fn the_log_says_of_each_delivery_what_was_sent_and_what_came_of_the_last_attempt() {
    let mut receiver = Receiver::start(&[Answer::Status(500), Answer::Status(201)]).await;
    let post = Post::start(vec![app("1", true, &[(&receiver.url, &HookClass::ALL)])]).await;
    post.owe("1", &[("channel_occupied", "a"), ("member_added", "a")]).await;
    let got = receiver.next().await;
    let failed = post.logged(|rows| rows.iter().any(|row| row.at.is_some())).await.remove(0);
    assert_eq!(failed.state, WebhookState::Waiting);
    assert_eq!((failed.attempts, failed.status), (1, Some(500)));
    assert_eq!(failed.problem.as_deref(), Some("it answered 500"));
    let wait = failed.next_attempt_at.unwrap() - failed.at.unwrap();
    assert!((1000..1000 + 30_000).contains(&wait), "a second after it failed: {wait}");

    receiver.next().await;
    let arrived = post.logged(|rows| states(rows) == [WebhookState::Delivered]).await.remove(0);
    assert_eq!((arrived.attempts, arrived.status, arrived.problem), (2, Some(201), None));
    assert_eq!((arrived.next_attempt_at, arrived.body_cut), (None, false));
    assert!(arrived.at > failed.at && arrived.took_ms.is_some());
    assert_eq!((&arrived.id, &arrived.body), (&got.id, &got.body));
    assert_eq!(arrived.url, receiver.url);
    assert_eq!(arrived.events, ["channel_occupied", "member_added"]);
    assert_eq!(got.headers["x-pusher-signature"], arrived.signature);
    assert!(post.node.handle().webhook_log("2", Vec::new()).is_empty());
    post.stop().await;
}

#[tokio::test]
async fn the_log_follows_what_is_given_up_and_sent_again() {
    let mut receiver = Receiver::start(&[Answer::Status(500)]).await;
    let with = app("1", false, &[(&receiver.url, &HookClass::ALL)]);
    let post = Post::start(vec![with.clone()]).await;
    post.owe("1", &[("channel_occupied", "a"), ("channel_vacated", "a")]).await;
    let first = receiver.next().await;
    post.logged(|rows| rows.iter().any(|row| row.status == Some(500))).await;
    post.node.handle().replace_app(App { webhooks: Vec::new(), ..with.clone() }).unwrap();
    let rows = post.logged(|rows| states(rows) == [WebhookState::GivenUp; 2]).await;
    for row in &rows {
        assert_eq!(row.problem.as_deref(), Some("the endpoint is not set any more"));
        // Only one of them was ever tried.
        assert_eq!(row.at.is_some(), row.id == first.id);
        assert_eq!((row.next_attempt_at, row.signature.is_empty()), (None, row.id != first.id));
    }

    post.node.handle().replace_app(with).unwrap();
    assert_eq!(post.store.resend(Some(&first.id), None).await.unwrap(), 1);
    let again = receiver.next().await;
    let is_there = |row: &WebhookDelivery| row.state == WebhookState::Delivered;
    let rows = post.logged(|rows| rows.iter().any(is_there)).await;
    let row = rows.iter().find(|row| is_there(row)).unwrap();
    assert_eq!((&row.id, &row.body, row.attempts), (&first.id, &again.body, 1));
    assert_ne!(row.body, first.body, "its time is new");
    post.stop().await;
}

#[tokio::test]
async fn a_test_is_a_webhook_like_any_other_but_is_nothing_owed() {
    let mut receiver = Receiver::start(&[Answer::Status(202), Answer::Status(500)]).await;
    let post = Post::start(vec![app("1", true, &[])]).await;
    let url = format!("{}/new", receiver.url);
    let sent = post.node.handle().test_webhook("1", &url).await.unwrap();
    assert_eq!((sent.status, &sent.error), (Some(202), &None));
    let got = receiver.next().await;
    assert_eq!((&*got.path, &got.body), ("/new", &sent.body));
    let keys = app("1", true, &[]).keys;
    let header = |name: &str| got.headers[name].to_str().unwrap();
    assert_eq!(header("x-pusher-signature"), sent.signature);
    assert_eq!(
        verify_webhook(&keys, header("x-pusher-key"), &sent.signature, got.body.as_bytes()),
        Ok(())
    );
    assert_eq!(events_of(&got), format!("[{}]", event("channel_occupied", "rollcall-test")));
    assert!(got.body.starts_with("{\"time_ms\":1"), "{}", got.body);

    let refused = post.node.handle().test_webhook("1", &url).await.unwrap();
    assert_eq!((refused.status, refused.error.as_deref()), (Some(500), Some("it answered 500")));
    assert_ne!(receiver.next().await.id, got.id);
    assert!(receiver.got.try_recv().is_err(), "it is not repeated");
    assert!(post.node.handle().webhook_log("1", Vec::new()).is_empty());
    assert_eq!(post.node.handle().webhook_counts(), WebhookCounts::default());
    post.stop().await;
}

#[tokio::test]
async fn a_test_that_reaches_nobody_says_why() {
    let post = Post::start(vec![app("1", true, &[])]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let sent = post.node.handle().test_webhook("1", &url).await.unwrap();
    assert_eq!(sent.status, None);
    assert!(sent.error.unwrap().contains("refused"));
    post.stop().await;
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_gets_no_test() {
    let post = Post::start(vec![app("1", true, &[])]).await;
    let node = post.node.handle();
    for url in ["", "/hook", "ftp://a/", "file:///etc/passwd", "http://me:pw@a/", "http://a/#b"] {
        assert_eq!(node.test_webhook("1", url).await, Err(TestSendError::BadUrl), "{url}");
    }
    assert_eq!(node.test_webhook("3", "http://a/").await, Err(TestSendError::UnknownApp));
    post.stop().await;
    let idle = Node::start(NodeConfig { shards: 1, ..NodeConfig::new(vec![app("1", true, &[])]) });
    let idle = idle.unwrap();
    let test = idle.handle().test_webhook("1", "http://a/").await;
    assert_eq!(test, Err(TestSendError::NotDelivering));
    idle.handle().stop();
}

#[tokio::test]
async fn an_app_has_one_test_at_a_time_and_one_that_is_broken_off_keeps_no_place() {
    let mut silent = Receiver::start(&[Answer::Never]).await;
    let post = Post::start(vec![app("1", true, &[]), app("2", true, &[])]).await;
    let (node, url) = (post.node.handle(), silent.url.clone());
    let first = tokio::spawn({
        let (node, url) = (node.clone(), url.clone());
        async move { node.test_webhook("1", &url).await }
    });
    silent.next().await;
    assert_eq!(node.test_webhook("1", &url).await, Err(TestSendError::Busy));
    assert_eq!(node.test_webhook("2", &url).await.unwrap().status, Some(200));
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(node.test_webhook("1", &url).await.unwrap().status, Some(200));
    post.stop().await;
}

/// More than anything here takes, for machines that have other things to do.
const PATIENCE: Duration = Duration::from_secs(30);
