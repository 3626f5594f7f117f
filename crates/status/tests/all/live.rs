//! What reaches the sockets: statuses, the bridge, sign-out. The node serves on a real port.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::common::{APP_KEY, Browser, LOBBY, Server, Setup};
use rollcall_status::StatusStats;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message};

/// A server whose node serves, with its bridge running.
struct Live {
    server: Server,
    address: SocketAddr,
    /// The node stops when this goes.
    _stop: oneshot::Sender<()>,
}

impl Live {
    async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    async fn with(setup: Setup) -> Self {
        let mut server = Server::with(setup).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let node = server.node.take().expect("the node is not served yet");
        let router = server.app.router();
        tokio::spawn(node.serve(listener, router, async {
            let _: Result<(), _> = stopped.await;
        }));
        tokio::spawn(server.app.clone().run());
        Self { server, address, _stop: stop }
    }

    /// A socket of this browser's that is subscribed to the lobby, and the roster it was given.
    async fn join(&self, browser: &mut Browser) -> (Socket, Value) {
        let mut socket = Socket::open(self.address);
        let id = socket.event("pusher:connection_established")["socket_id"].clone();
        let answer = browser.authorize(id.as_str().expect("a text"), LOBBY).await;
        let signed = answer.json();
        socket.send(&json!({ "event": "pusher:subscribe", "data": {
            "channel": LOBBY, "auth": signed["auth"], "channel_data": signed["channel_data"],
        }}));
        let snapshot = socket.event("pusher_internal:subscription_succeeded");
        (socket, snapshot["presence"]["hash"].clone())
    }

    fn stats(&self) -> StatusStats {
        self.server.app.stats()
    }
}

/// A blocking WebSocket client: what arrives is asked for in order, and must arrive in time.
struct Socket(WebSocket<TcpStream>);

impl Socket {
    fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).expect("the node listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout can be set");
        let request = format!(
            "GET /app/{APP_KEY}?protocol=7 HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("the node reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the node answers");
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(WebSocket::from_raw_socket(stream, Role::Client, None))
    }

    fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).expect("the node reads");
    }

    /// Sends what the tutorial's page sends.
    fn client_status(&mut self, username: &str, status: &str) {
        self.send(&json!({ "event": "client-status-update", "channel": LOBBY,
            "data": { "username": username, "status": status } }));
    }

    /// The next text frame: the event's name and its data.
    fn next(&mut self) -> (String, Value) {
        self.next_or_close_code().unwrap_or_else(|code| panic!("closed: {code}"))
    }

    /// The next text frame, or the code with which the connection is closed before one comes.
    fn next_or_close_code(&mut self) -> Result<(String, Value), u16> {
        loop {
            match self.0.read().expect("a frame arrives in time") {
                Message::Text(text) => return Ok(decoded(&text)),
                Message::Close(frame) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                _ => {}
            }
        }
    }

    /// The next event, which must have this name.
    fn event(&mut self, name: &str) -> Value {
        let (got, data) = self.next();
        assert_eq!(got, name, "{data}");
        data
    }

    /// Reads on until an event of that name.
    fn until(&mut self, name: &str) -> Value {
        loop {
            let (got, data) = self.next();
            if got == name {
                return data;
            }
        }
    }

    /// Reads on until the connection is closed, and says with which code.
    fn close_code(&mut self) -> u16 {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(_) => {}
                Err(Error::ConnectionClosed) => panic!("closed without a code"),
                Err(error) => panic!("not closed: {error}"),
            }
        }
    }
}

fn decoded(text: &str) -> (String, Value) {
    let frame: Value = serde_json::from_str(text).expect("frames are JSON");
    let data = match &frame["data"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        data => data.clone(),
    };
    (frame["event"].as_str().expect("events have names").to_owned(), data)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_r17_who_joins_later_sees_the_newest_status() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "first").await;
    let (_socket, _) = live.join(&mut ana).await;
    for n in 2..=5 {
        ana.save(&format!("status {n}"), &format!("m-{n}")).await;
    }
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (_, roster) = live.join(&mut bo).await;
    assert_eq!(roster["ana"]["status"], "status 5");
    assert_eq!(roster["ana"]["rev"], 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_c11_a_subscription_signed_before_a_change_brings_the_newer_status() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "first").await;
    let mut socket = Socket::open(live.address);
    let id = socket.event("pusher:connection_established")["socket_id"].clone();
    let signed = ana.authorize(id.as_str().unwrap(), LOBBY).await.json();
    ana.save("second", "m-1").await;
    socket.send(&json!({ "event": "pusher:subscribe", "data": {
        "channel": LOBBY, "auth": signed["auth"], "channel_data": signed["channel_data"],
    }}));
    let snapshot = socket.event("pusher_internal:subscription_succeeded");
    assert_eq!(snapshot["presence"]["hash"]["ana"]["status"], "second");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_r18_a_saved_status_reaches_others_and_all_my_tabs() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "first").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut one, _) = live.join(&mut ana).await;
    let (mut two, _) = live.join(&mut ana).await;
    let (mut other, _) = live.join(&mut bo).await;
    ana.save("second", "m-1").await;
    let change = other.event("pusher_internal:member_added");
    assert_eq!(
        (&change["user_id"], &change["user_info"]["status"]),
        (&json!("ana"), &json!("second"))
    );
    for tab in [&mut one, &mut two] {
        tab.event("pusher_internal:member_added");
        let roster = tab.event("pusher_internal:subscription_succeeded");
        assert_eq!(roster["presence"]["hash"]["ana"]["rev"], 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s4_a_forged_author_changes_nothing_and_is_counted() {
    let live = Live::start().await;
    let mut bob = live.server.signed_up("bob", "busy").await;
    let mut eve = live.server.signed_up("eve", "hi").await;
    let (mut bobs, _) = live.join(&mut bob).await;
    let (mut eves, _) = live.join(&mut eve).await;
    bobs.event("pusher_internal:member_added");
    eves.client_status("bob", "I resign");
    eves.client_status("eve", "own words");
    // Mail is in order: had the forged one had an effect, it would come first.
    let change = bobs.event("pusher_internal:member_added");
    assert_eq!(
        (&change["user_id"], &change["user_info"]["status"]),
        (&json!("eve"), &json!("own words"))
    );
    let update = bobs.event("client-status-update");
    assert_eq!(update, json!({ "username": "eve", "status": "own words" }));
    assert_eq!(bob.user().await["status"], "busy");
    let stats = live.stats();
    assert_eq!((stats.spoof_rejected, stats.bridge_writes), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s4_s5_a_bridged_status_is_stored_as_text_and_not_sent_to_its_author() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "first").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut anas, _) = live.join(&mut ana).await;
    let (mut bos, _) = live.join(&mut bo).await;
    anas.event("pusher_internal:member_added");
    anas.client_status("ana", "line1<div>line2<img src=x onerror=alert(1)></div>&lt;b&gt;");
    let update = bos.until("client-status-update");
    assert_eq!(update, json!({ "username": "ana", "status": "line1 line2 <b>" }));
    let user = ana.user().await;
    assert_eq!((&user["status"], &user["rev"]), (&json!("line1 line2 <b>"), &json!(2)));
    anas.event("pusher_internal:subscription_succeeded");
    // Her own connections hear of the next change, and of nothing in between.
    bo.save("bye", "m-1").await;
    let change = anas.event("pusher_internal:member_added");
    assert_eq!(change["user_info"]["status"], "bye");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s5_beside_custom_pages_no_status_can_become_an_element() {
    let custom_pages = Some(std::env::temp_dir());
    let live = Live::with(Setup { custom_pages, ..Setup::default() }).await;
    let refresh = |n| format!("<meta http-equiv=refresh content=\"{n};url=/logout\">");
    let shown = |n| refresh(n).replace('<', "\u{2039}");
    let mut ana = live.server.signed_up("ana", &refresh(0)).await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut bos, _) = live.join(&mut bo).await;
    let (mut anas, roster) = live.join(&mut ana).await;
    assert_eq!(roster["ana"]["status"], shown(0));
    assert_eq!(bos.event("pusher_internal:member_added")["user_info"]["status"], shown(0));

    ana.save(&refresh(1), "m-1").await;
    let change = bos.event("pusher_internal:member_added");
    assert_eq!(change["user_info"]["status"], shown(1));

    let typed = refresh(2).replace('<', "&lt;").replace('>', "&gt;");
    anas.client_status("ana", &typed);
    let change = bos.event("pusher_internal:member_added");
    assert_eq!(change["user_info"]["status"], shown(2));
    let update = bos.event("client-status-update");
    assert_eq!(update, json!({ "username": "ana", "status": shown(2) }));
    assert_eq!(ana.user().await["status"], refresh(2));

    // Her page sends back both what she typed and what it was shown.
    anas.client_status("ana", &typed);
    anas.client_status("ana", &shown(1));
    anas.client_status("ana", "done");
    assert_eq!(bos.until("client-status-update")["status"], "done");
    assert_eq!((live.stats().bridge_echoes, ana.user().await["rev"].clone()), (2, json!(4)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c3_c4_a_page_that_sends_back_what_it_was_shown_changes_nothing() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "one").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut anas, _) = live.join(&mut ana).await;
    ana.save("two", "m-1").await;
    anas.event("pusher_internal:subscription_succeeded");
    let (mut bos, _) = live.join(&mut bo).await;
    anas.event("pusher_internal:member_added");
    // Bo's joining made her page rewrite its list; its field's blur sends the older text.
    anas.client_status("ana", "one");
    anas.client_status("ana", "two");
    anas.client_status("ana", "three");
    assert_eq!(bos.until("client-status-update")["status"], "three");
    let stats = live.stats();
    assert_eq!((stats.bridge_echoes, stats.bridge_writes), (2, 1));
    // Long after any rewriting, she means it.
    live.server.advance(2001);
    anas.client_status("ana", "one");
    assert_eq!(bos.until("client-status-update")["status"], "one");
    assert_eq!(ana.user().await["rev"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_sign_out_closes_the_sockets_that_its_session_authorized() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "here").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut bos, _) = live.join(&mut bo).await;
    let (mut one, _) = live.join(&mut ana).await;
    let (mut two, _) = live.join(&mut ana).await;
    bos.event("pusher_internal:member_added");
    ana.post_form("/logout", "").await;
    assert_eq!((one.close_code(), two.close_code()), (4009, 4009));
    assert_eq!(bos.event("pusher_internal:member_removed")["user_id"], "ana");
    // Bo's own socket is still there.
    bo.save("still here", "m-1").await;
    let roster = bos.event("pusher_internal:subscription_succeeded");
    assert_eq!(roster["presence"]["hash"]["bo"]["status"], "still here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_signing_out_everywhere_closes_the_sockets_of_all_sessions() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "here").await;
    let mut copy = live.server.browser();
    copy.cookies = vec![("k".to_owned(), ana.cookie("k").unwrap().to_owned())];
    copy.register("ana", "there").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut bos, _) = live.join(&mut bo).await;
    let (mut one, _) = live.join(&mut ana).await;
    let (mut two, _) = live.join(&mut copy).await;
    bos.event("pusher_internal:member_added");
    ana.post_form("/api/me/sign-out-everywhere", "").await;
    assert_eq!((one.close_code(), two.close_code()), (4009, 4009));
    assert_eq!(bos.event("pusher_internal:member_removed")["user_id"], "ana");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_a_signature_on_its_way_is_worth_nothing_after_the_sign_out() {
    let live = Live::start().await;
    for path in ["/logout", "/api/me/sign-out-everywhere"] {
        let mut ana = live.server.browser();
        ana.register(&format!("ana of {path}"), "here").await;
        let mut socket = Socket::open(live.address);
        let id = socket.event("pusher:connection_established")["socket_id"].clone();
        let signed = ana.authorize(id.as_str().unwrap(), LOBBY).await.json();
        ana.post_form(path, "").await;
        socket.send(&json!({ "event": "pusher:subscribe", "data": {
            "channel": LOBBY, "auth": signed["auth"], "channel_data": signed["channel_data"],
        }}));
        // The shard may have read the subscription before it heard of the sign-out.
        match socket.next_or_close_code() {
            Ok((event, _)) if event == "pusher_internal:subscription_succeeded" => {
                assert_eq!(socket.close_code(), 4009, "{path}");
            }
            Ok((event, data)) => {
                assert_eq!(event, "pusher:subscription_error", "{path} {data}");
                assert!(data["error"].as_str().unwrap().contains("revoked"), "{data}");
            }
            Err(code) => assert_eq!(code, 4009, "{path}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_s9_changing_the_name_closes_the_old_names_sockets_and_signing_in_again_none() {
    let live = Live::start().await;
    let mut browser = live.server.signed_up("ana", "here").await;
    let (mut socket, _) = live.join(&mut browser).await;
    browser.register("ana", "again").await;
    let roster = socket.event("pusher_internal:subscription_succeeded");
    assert_eq!(roster["presence"]["hash"]["ana"]["status"], "again");
    let body = json!({ "username": "bo", "status": "new", "confirm": true });
    browser.post_json("/register", &body).await;
    assert_eq!(socket.close_code(), 4009);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_of_many_quick_statuses_is_never_lost() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "zero").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut anas, _) = live.join(&mut ana).await;
    let (mut bos, _) = live.join(&mut bo).await;
    for n in 1..=8 {
        anas.client_status("ana", &format!("status {n}"));
    }
    for n in 1..=5 {
        assert_eq!(bos.until("client-status-update")["status"], format!("status {n}"));
    }
    // The ninth event finds the clock moved, so that what waited is due at once.
    anas.client_status("eve", "a nudge that is refused");
    wait_until(|| live.stats().spoof_rejected == 1).await;
    live.server.advance(10_000);
    anas.client_status("eve", "another");
    assert_eq!(bos.until("client-status-update")["status"], "status 8");
    let stats = live.stats();
    assert_eq!((stats.bridge_writes, stats.bridge_coalesced), (6, 2));
    assert_eq!(ana.user().await["status"], "status 8");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_save_beats_a_bridged_status_that_waits() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "zero").await;
    let (mut anas, _) = live.join(&mut ana).await;
    for n in 1..=6 {
        anas.client_status("ana", &format!("status {n}"));
    }
    anas.client_status("eve", "refused, and so a sign that the six were handled");
    wait_until(|| live.stats().spoof_rejected == 1).await;
    ana.save("saved", "m-1").await;
    live.server.advance(10_000);
    anas.client_status("eve", "again");
    wait_until(|| live.stats().spoof_rejected == 2).await;
    anas.client_status("ana", "last");
    while ana.user().await["status"] != "last" {
        tokio::task::yield_now().await;
    }
    // The sign-up, five bridged, the saved one and the last: what waited was not written.
    assert_eq!(ana.user().await["rev"], 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s14_saves_and_the_bridge_share_the_users_limit() {
    let live = Live::start().await;
    let mut ana = live.server.signed_up("ana", "zero").await;
    let mut bo = live.server.signed_up("bo", "hi").await;
    let (mut anas, _) = live.join(&mut ana).await;
    let (mut bos, _) = live.join(&mut bo).await;
    for n in 1..=3 {
        anas.client_status("ana", &format!("bridged {n}"));
        assert_eq!(bos.until("client-status-update")["status"], format!("bridged {n}"));
    }
    for n in 4..=5 {
        assert_eq!(ana.save(&format!("saved {n}"), &format!("m-{n}")).await.status, 200);
    }
    assert_eq!(ana.save("saved 6", "m-6").await.seconds_to_wait(), 10);
    anas.client_status("ana", "bridged 7");
    anas.client_status("eve", "refused, and so a sign that the one before was handled");
    wait_until(|| live.stats().spoof_rejected == 1).await;
    assert_eq!(ana.user().await["status"], "saved 5");
    live.server.advance(10_000);
    anas.client_status("eve", "a nudge");
    assert_eq!(bos.until("client-status-update")["status"], "bridged 7");
}

/// Lets others run until `done`.
async fn wait_until(done: impl Fn() -> bool) {
    while !done() {
        tokio::task::yield_now().await;
    }
}
