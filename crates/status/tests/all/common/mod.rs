//! A status app on a running node, and browsers that talk to it in the same process.

#[path = "../../../../web/tests/common/browser.rs"]
mod browser;
#[path = "../../../../store/tests/all/common/mod.rs"]
mod scratch;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::{Method, StatusCode};
use rollcall_node::config::stored_app;
use rollcall_node::http::Visitor;
use rollcall_node::{Node, NodeConfig};
use rollcall_status::{LimitSettings, StatusApp, StatusSettings};
use rollcall_store::{AppRow, KeyRow, Store};
use rollcall_web::{Asset, Caching, Clock, Pages, PublicUrl};
use serde_json::Value;

pub(crate) use browser::{Answer, Browser};
pub(crate) use scratch::Scratch;

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
        Browser::new(self.app.router(), visitor)
    }

    /// A browser that came over TLS.
    pub(crate) fn secure_browser(&self) -> Browser {
        let visitor = Visitor::over_tls(Ipv4Addr::LOCALHOST.into());
        Browser::new(self.app.router(), visitor)
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

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, "").await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    pub(crate) async fn post_form(&mut self, path: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, body.to_owned()).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::PUT, path, &headers, body.to_string()).await
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
}
