//! A status app on a running node, and browsers that talk to it in the same process.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use rollcall_node::config::stored_app;
use rollcall_node::http::Visitor;
use rollcall_node::{Node, NodeConfig};
use rollcall_status::{LimitSettings, StatusApp, StatusSettings};
use rollcall_store::{AppRow, KeyRow, Store};
use rollcall_web::{Asset, Caching, Clock, Pages, PublicUrl};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const APP_KEY: &str = "app-key";
pub(crate) const LOBBY: &str = rollcall_status::LOBBY;
const START: i64 = 1_700_000_000_000;

/// Everything that a test starts; its data goes when it is dropped.
pub(crate) struct Server {
    pub(crate) app: StatusApp,
    pub(crate) store: Store,
    pub(crate) node: Option<Node>,
    clock: Arc<AtomicI64>,
    scratch: Scratch,
}

/// What differs between the servers of tests.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) public_url: Option<&'static str>,
    pub(crate) path_prefix: &'static str,
    pub(crate) custom_pages: Option<PathBuf>,
    pub(crate) no_pages: bool,
    pub(crate) limits: LimitSettings,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        Self::on(Scratch::new(), setup).await
    }

    /// Starts again on the same data, as after a kill: nothing is closed first.
    pub(crate) async fn restart(self) -> Self {
        Self::on(self.scratch, Setup::default()).await
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    pub(crate) fn browser(&self) -> Browser {
        self.browser_at("127.0.0.1")
    }

    /// A browser at that address.
    pub(crate) fn browser_at(&self, address: &str) -> Browser {
        let visitor = Visitor::over_tcp(address.parse().expect("an address"));
        Browser { router: self.app.router(), cookies: Vec::new(), visitor }
    }

    /// A browser that came over TLS.
    pub(crate) fn secure_browser(&self) -> Browser {
        let visitor = Visitor::over_tls(Ipv4Addr::LOCALHOST.into());
        Browser { visitor, ..self.browser() }
    }

    /// A browser that has signed up.
    pub(crate) async fn signed_up(&self, name: &str, status: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.register(name, status).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        browser
    }

    async fn on(scratch: Scratch, setup: Setup) -> Self {
        let store = Store::open(scratch.path()).await.expect("a fresh directory opens");
        let app = stored_app(&app_row()).expect("the settings are right");
        let node = NodeConfig { shards: 1, ..NodeConfig::new(vec![app]) };
        let node = Node::start(node).expect("a node starts");
        let clock = Arc::new(AtomicI64::new(START));
        let read = Arc::clone(&clock);
        let settings = StatusSettings {
            app_id: "1001".to_owned(),
            public_url: setup.public_url.map(|url| PublicUrl::parse(url).expect("a valid URL")),
            path_prefix: setup.path_prefix.to_owned(),
            pages: if setup.no_pages { Pages::none() } else { Pages::new(page) },
            custom_pages: setup.custom_pages,
            limits: setup.limits,
            clock: Clock::new(move || read.load(Ordering::Relaxed)),
        };
        let app = StatusApp::new(node.handle(), store.clone(), settings);
        Self { app, store, node: Some(node), clock, scratch }
    }
}

fn app_row() -> AppRow {
    let key =
        KeyRow { key: APP_KEY.to_owned(), secret: "app-secret".to_owned(), created_at: START };
    let settings = r#"{"client_events":true,"member_updates":true,"mirror":true,"bridge":true}"#;
    AppRow {
        id: "1001".to_owned(),
        name: "rollcall".to_owned(),
        settings_json: settings.to_owned(),
        keys: vec![key],
    }
}

fn page(path: &str) -> Option<Asset> {
    let (bytes, caching): (&'static [u8], _) = match path {
        "status/index.html" => {
            (b"<!doctype html><title>Rollcall</title><a href=\"/x\">x</a>", Caching::Revalidate)
        }
        "assets/app-1a2b.js" => (b"export {}", Caching::Immutable),
        "favicon.svg" => (b"<svg/>", Caching::Revalidate),
        _ => return None,
    };
    Some(Asset::new(path, bytes.into(), caching))
}

/// A browser, or any other program with a jar of cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: Vec<(String, String)>,
    visitor: Visitor,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The status and the error's code.
    pub(crate) fn failure(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(json["success"], false, "{}", self.text);
        assert!(json["request_id"].as_str().is_some_and(|id| id.len() == 16), "{}", self.text);
        assert!(json["message"].is_string(), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        (self.status.as_u16(), json["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Checks that a limit refused, and returns for how many seconds.
    pub(crate) fn seconds_to_wait(&self) -> i64 {
        assert_eq!(self.failure(), (429, "too_many_requests".to_owned()));
        let seconds = self.json()["retry_after"].as_i64().expect("a whole number");
        assert_eq!(self.header("retry-after"), seconds.to_string());
        let message = self.json()["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains("Try again in "), "{message}");
        seconds
    }

    pub(crate) fn field(&self) -> String {
        self.json()["field"].as_str().unwrap_or_default().to_owned()
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, "").await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, &body.to_string()).await
    }

    pub(crate) async fn post_form(&mut self, path: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, body).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::PUT, path, &headers, &body.to_string()).await
    }

    pub(crate) async fn register(&mut self, name: &str, status: &str) -> Answer {
        let body = serde_json::json!({ "username": name, "status": status });
        self.post_json("/register", &body).await
    }

    pub(crate) async fn authorize(&mut self, socket: &str, channel: &str) -> Answer {
        self.post_form("/usersystem/auth", &format!("socket_id={socket}&channel_name={channel}"))
            .await
    }

    /// Saves a status under a mutation id.
    pub(crate) async fn save(&mut self, text: &str, mutation: &str) -> Answer {
        let body = serde_json::json!({ "text": text, "mutation_id": mutation });
        self.put("/api/me/status", &body).await
    }

    /// The user of `GET /api/session`.
    pub(crate) async fn user(&mut self) -> Value {
        self.get("/api/session").await.json()["user"].clone()
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let answer = self.get("/isLoggedIn").await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()["authenticated"].as_bool().expect("a bool")
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).extension(self.visitor);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:9000");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a valid request");
        let response = self.router.clone().oneshot(request).await.expect("routers never fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body in memory");
        self.keep_cookies(&parts.headers);
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().expect("a text");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.retain(|(key, _)| key != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// A directory of its own, removed when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollcall-status-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
