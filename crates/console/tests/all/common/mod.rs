//! A console on a running node, and browsers that talk to it in the same process.

#[path = "../../../../web/tests/common/browser.rs"]
mod browser;
#[path = "../../../../store/tests/all/common/mod.rs"]
mod scratch;

use std::ffi::OsString;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use axum::http::{Method, StatusCode};
use rollcall_console::{Code, Console, ConsoleSettings, Judge, Licence, LogTail, Objection};
use rollcall_node::config::{Config, Given, load, stored_app};
use rollcall_node::http::Visitor;
use rollcall_node::{Node, NodeConfig};
use rollcall_store::{AppRow, KeyRow, Store};
use rollcall_web::{Asset, Caching, Clock, Pages, PublicUrl};
use serde_json::{Value, json};
use tokio::sync::Notify;

pub(crate) use browser::{Answer, Browser};
pub(crate) use scratch::Scratch;

pub(crate) const PASSWORD: &str = "a good password";
pub(crate) const SECRET: &str = "0123456789abcdeff3a9";
const START: i64 = 1_700_000_000_000;

/// Everything that a test starts; its data goes when it is dropped.
pub(crate) struct Server {
    pub(crate) console: Console,
    pub(crate) store: Store,
    changed: Arc<Notify>,
    _node: Node,
    clock: Arc<AtomicI64>,
    scratch: Scratch,
}

/// What differs between the servers of tests.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) public_url: Option<&'static str>,
    pub(crate) path_prefix: &'static str,
    pub(crate) no_pages: bool,
}

/// The app 1001 is that of the status page and stays; 9 is the file's.
struct StrictJudge;

impl Judge for StrictJudge {
    fn may_change(&self, app: &str) -> Result<(), Objection> {
        match app {
            "9" => Err(Objection::Fixed("the app 9 is fixed".to_owned())),
            _ => Ok(()),
        }
    }

    fn judge(
        &self,
        rows: &[AppRow],
        old: Option<&AppRow>,
        new: Option<&AppRow>,
    ) -> Result<(), Objection> {
        assert!(old.is_none_or(|old| rows.contains(old)), "it is shown the apps as they are");
        match (old, new) {
            (Some(old), None) if old.id == "1001" => {
                Err(Objection::StatusApp(None, "the status page uses the app 1001".to_owned()))
            }
            (_, Some(new)) if new.name == "taken" => {
                Err(Objection::Other("no app may be called so".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn judge_all(&self, rows: &[AppRow]) -> Result<(), Objection> {
        match rows.iter().any(|row| row.id == "9") {
            true => Err(Objection::Other("the app 9 is in the database too".to_owned())),
            false => Ok(()),
        }
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// A server with an operator, and the operator's browser.
    pub(crate) async fn signed_in() -> (Self, Browser) {
        let server = Self::start().await;
        let mut browser = server.browser();
        let answer = browser.set_up(&server.code().await, "ana").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        (server, browser)
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).await.expect("a fresh directory opens");
        let row = app_row();
        store.insert_app(&row, START).await.expect("there is no app yet");
        let app = stored_app(&row).expect("the settings are right");
        let config = config(&scratch, setup.path_prefix);
        let apps = [vec![app], config.apps.clone()].concat();
        let node = NodeConfig { shards: 1, ..NodeConfig::new(apps) };
        let node = Node::start(node).expect("a node starts");
        let clock = Arc::new(AtomicI64::new(START));
        let (read, changed) = (Arc::clone(&clock), Arc::new(Notify::new()));
        let log = LogTail::default();
        log.push("INFO a line of the log\n");
        let settings = ConsoleSettings {
            config,
            status_app: "1001".to_owned(),
            judge: Arc::new(StrictJudge),
            changed: Arc::clone(&changed),
            drain: Arc::default(),
            public_url: setup.public_url.map(|url| PublicUrl::parse(url).expect("a valid URL")),
            pages: if setup.no_pages { Pages::none() } else { Pages::new(page) },
            clock: Clock::new(move || read.load(Ordering::Relaxed)),
            version: "0.0.0",
            log,
            licences: vec![Licence { name: "serde", version: "1.0.0", licence: "MIT" }],
        };
        let console = Console::new(node.handle(), store.clone(), settings);
        let console = console.expect("there is chance");
        Self { console, store, changed, _node: node, clock, scratch }
    }

    /// A fresh one-time code, as the server's terminal shows it.
    pub(crate) async fn code(&self) -> String {
        let code = Code::draw().expect("there is chance");
        self.store.replace_code(&code.hash(), self.now()).await.expect("the store works");
        code.to_string()
    }

    /// Whether whoever follows the store was told of a change since this was asked last.
    pub(crate) async fn told_the_follower(&self) -> bool {
        let mut told = pin!(self.changed.notified());
        poll_fn(|context| Poll::Ready(told.as_mut().poll(context).is_ready())).await
    }

    /// The names of the files in the data directory, in order.
    pub(crate) fn files(&self) -> Vec<OsString> {
        let files = std::fs::read_dir(self.scratch.path()).expect("it is there");
        let mut names: Vec<_> = files.map(|file| file.expect("it is there").file_name()).collect();
        names.sort();
        names
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
        Browser::new(self.console.router(), visitor)
    }

    /// Its data directory.
    pub(crate) fn data(&self) -> &Path {
        self.scratch.path()
    }

    /// The app of that id, as it is stored.
    pub(crate) async fn row(&self, id: &str) -> Option<AppRow> {
        let rows = self.store.apps().await.expect("the store works");
        rows.into_iter().find(|row| row.id == id)
    }
}

fn app_row() -> AppRow {
    let (key, secret) = ("app-key".to_owned(), SECRET.to_owned());
    AppRow {
        id: "1001".to_owned(),
        name: "Demo".to_owned(),
        settings_json: r#"{"mirror":true}"#.to_owned(),
        keys: vec![KeyRow { key, secret, created_at: START }],
    }
}

/// The longest id that an app can have, of what takes most room in the name of a channel.
pub(crate) fn longest_id() -> String {
    "\u{1f3ad}".repeat(128)
}

/// A configuration whose file declares two apps, one from its third line on.
fn config(scratch: &Scratch, path_prefix: &str) -> Config {
    let file = scratch.path().join("rollcall.toml");
    let text = format!(
        "path_prefix = {path_prefix:?}\nlog = \"off\"\n[[apps]]\nid = \"9\"\nname = \"Fixed\"\n\
         keys = [{{ key = \"file-key\", secret = \"file-secret\" }}]\nclient_events = true\n\
         [[apps]]\nid = {:?}\nkeys = [{{ key = \"long-key\", secret = \"long-secret\" }}]\n",
        longest_id()
    );
    std::fs::write(&file, text).expect("a scratch file can be written");
    let mut given = Given::default();
    given.flags.insert("config", file.into());
    given.flags.insert("data", scratch.path().into());
    given.flags.insert("metrics_token", "a-very-secret-token".into());
    load(&given).expect("the file is right")
}

fn page(path: &str) -> Option<Asset> {
    let bytes: &'static [u8] = b"<!doctype html><title>Console</title><a href=\"/x\">x</a>";
    (path == "console/index.html").then(|| Asset::new(path, bytes.into(), Caching::Revalidate))
}

impl Answer {
    /// The body of a success.
    pub(crate) fn good(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        self.json()
    }

    /// The field at fault, and the error's code.
    pub(crate) fn bad_field(&self) -> (String, String) {
        let (status, code) = self.failure();
        assert_eq!(status, 422, "{}", self.text);
        (self.field(), code)
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, &api(path), &[], "").await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> Answer {
        self.send_json(Method::PATCH, path, body).await
    }

    pub(crate) async fn delete(&mut self, path: &str, body: Value) -> Answer {
        self.send_json(Method::DELETE, path, body).await
    }

    pub(crate) async fn set_up(&mut self, code: &str, name: &str) -> Answer {
        self.post("setup", json!({ "code": code, "name": name, "password": PASSWORD })).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("sign-in", json!({ "name": name, "password": password })).await
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("session").await.good()["signed_in"].as_bool().expect("a bool")
    }

    async fn send_json(&mut self, method: Method, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(method, &api(path), &headers, body.to_string()).await
    }
}

fn api(path: &str) -> String {
    format!("/console/api/{path}")
}
