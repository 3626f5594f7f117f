//! A node in this process, and clients that speak to it over loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use axum::Router;
use rollcall_engine::App;
use rollcall_node::{Node, NodeConfig, NodeHandle, ServeError};
use rollcall_wire::auth::{Key, channel_signature, sign_request};
use rollcall_wire::ws::{Message, client};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A node with the app of [`app`], listening on a port of its own.
pub(crate) struct TestNode {
    pub(crate) address: SocketAddr,
    pub(crate) handle: NodeHandle,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) served: JoinHandle<Result<(), ServeError>>,
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Event(Value),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Eof,
}

/// One WebSocket client.
pub(crate) struct Client {
    stream: TcpStream,
    decoder: client::Decoder,
    unread: Vec<u8>,
    /// Bytes of frames, this way and that.
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

pub(crate) const SECRET: &str = "app-secret";

/// The app `1001`, whose key is `app-key`.
pub(crate) fn app() -> App {
    App::new("1001", vec![key()])
}

pub(crate) fn key() -> Key {
    Key { key: "app-key".to_owned(), secret: SECRET.to_owned() }
}

impl TestNode {
    pub(crate) async fn start(shards: usize) -> Self {
        Self::with_apps(shards, vec![app()]).await
    }

    pub(crate) async fn with_apps(shards: usize, apps: Vec<App>) -> Self {
        Self::with_config(NodeConfig { shards, ..NodeConfig::new(apps) }).await
    }

    pub(crate) async fn with_config(config: NodeConfig) -> Self {
        let node = Node::start(config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let handle = node.handle();
        let stopped = async { stopped.await.unwrap() };
        let served = tokio::spawn(node.serve(listener, Router::new(), stopped));
        Self { address, handle, stop: Some(stop), served }
    }

    /// A client that was greeted, and its socket id.
    pub(crate) async fn connect(&self) -> (Client, String) {
        let mut client = self.open("/app/app-key?protocol=7").await;
        let greeting = client.event("pusher:connection_established").await;
        (client, data(&greeting)["socket_id"].as_str().unwrap().to_owned())
    }

    /// A client that hears `channel`.
    pub(crate) async fn subscriber(&self, channel: &str) -> (Client, String) {
        let (mut client, socket) = self.connect().await;
        client.subscribe(channel, &socket, None).await;
        client.event("pusher_internal:subscription_succeeded").await;
        (client, socket)
    }

    /// A client whose upgrade was completed.
    pub(crate) async fn open(&self, path: &str) -> Client {
        self.open_with(path, &[]).await
    }

    /// The same, with `early` in the same segment as the request.
    pub(crate) async fn open_with(&self, path: &str, early: &[u8]) -> Client {
        self.open_as(path, "", early).await
    }

    /// The same, with more headers: whole lines.
    pub(crate) async fn open_as(&self, path: &str, headers: &str, early: &[u8]) -> Client {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n{HANDSHAKE}{headers}\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(early);
        stream.write_all(&request).await.unwrap();
        let (head, unread) = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        let (decoder, received) = (client::Decoder::new(1 << 20), unread.len() as u64);
        Client { stream, decoder, unread, sent: early.len() as u64, received }
    }

    /// Publishes with a signed request.
    pub(crate) async fn publish(&self, body: &Value) -> (u16, Value) {
        self.signed("POST", "/apps/1001/events", &body.to_string()).await
    }

    /// A signed request to the HTTP API.
    pub(crate) async fn signed(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, body) = self.request(&signed(method, path, body)).await;
        (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("not JSON: {body}")))
    }

    /// One request on a connection of its own.
    pub(crate) async fn request(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        read_response(&mut stream).await
    }
}

/// A signed request as bytes of HTTP; the connection ends with it.
pub(crate) fn signed(method: &str, path: &str, body: &str) -> String {
    let query = sign_request(&key(), method, path, "", body.as_bytes(), unix_seconds());
    let length = body.len();
    format!(
        "{method} {path}?{query} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// The samples of metrics in text, by their names and labels.
pub(crate) fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

/// What the data of an event says, which is JSON in a string.
pub(crate) fn data(event: &Value) -> Value {
    serde_json::from_str(event["data"].as_str().unwrap()).unwrap()
}

/// Reads a response to the end of its connection: its status and its body.
pub(crate) async fn read_response(stream: &mut TcpStream) -> (u16, String) {
    let (head, mut body) = read_head(stream).await;
    within(stream.read_to_end(&mut body)).await.unwrap();
    (head[9..12].parse().unwrap(), String::from_utf8(body).unwrap())
}

impl Client {
    pub(crate) async fn subscribe(&mut self, channel: &str, socket: &str, member: Option<&Value>) {
        let member = member.map(Value::to_string);
        let signature = channel_signature(SECRET, socket, channel, member.as_deref());
        let data = json!({
            "channel": channel, "auth": format!("app-key:{signature}"), "channel_data": member,
        });
        self.send(&json!({ "event": "pusher:subscribe", "data": data })).await;
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        let mut frame = Vec::new();
        client::write_text(&mut frame, message.to_string().as_bytes(), [1, 2, 3, 4]);
        self.send_raw(&frame).await;
    }

    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        within(self.stream.write_all(bytes)).await.unwrap();
        self.sent += bytes.len() as u64;
    }

    /// The next event, which must have that name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        match self.told().await {
            Told::Event(event) if event["event"] == name => event,
            other => panic!("expected {name}, got {other:?}"),
        }
    }

    /// The next thing the server says.
    pub(crate) async fn told(&mut self) -> Told {
        loop {
            if let Some(told) = self.decode() {
                return told;
            }
            let mut chunk = vec![0; 64 * 1024];
            match within(self.stream.read(&mut chunk)).await {
                Ok(n) if n > 0 => {
                    self.received += n as u64;
                    self.unread.extend_from_slice(&chunk[..n]);
                }
                _ => return Told::Eof,
            }
        }
    }

    /// Whether nothing is left to read, for now.
    pub(crate) fn has_read_all(&mut self) -> bool {
        self.unread.is_empty() && self.decode().is_none()
    }

    /// Waits until the socket is broken, without reading from it.
    pub(crate) async fn is_reset(&self) {
        let error = within(self.stream.ready(tokio::io::Interest::ERROR)).await.unwrap();
        assert!(error.is_error());
    }

    fn decode(&mut self) -> Option<Told> {
        while !self.unread.is_empty() {
            let (consumed, message) = self.decoder.decode(&mut self.unread).unwrap();
            let told = message.map(|message| match message {
                Message::Text(text) => Told::Event(serde_json::from_str(text).unwrap()),
                Message::Ping(payload) => Told::Ping(payload.to_vec()),
                Message::Pong(payload) => Told::Pong(payload.to_vec()),
                Message::Close { code, reason } => Told::Close(code, reason.to_owned()),
                Message::Binary => panic!("unexpected {message:?}"),
            });
            self.unread.drain(..consumed);
            if told.is_some() {
                return told;
            }
        }
        None
    }
}

/// Fails a test that would otherwise hang.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("it happens in time")
}

/// Reads the head of a response, and what came with it.
pub(crate) async fn read_head(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return (String::from_utf8(bytes).unwrap(), rest);
        }
        let mut chunk = [0; 4096];
        let n = within(stream.read(&mut chunk)).await.unwrap();
        assert!(n > 0, "the connection ended within {:?}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&chunk[..n]);
    }
}

#[allow(clippy::disallowed_methods, reason = "signed requests carry the calendar's time")]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// The headers of a handshake.
pub(crate) const HANDSHAKE: &str = "Host: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
