//! The life of sessions over HTTP under a clock of their own (docs/protocol.md 5.6, 5.7, 5.9). What
//! they say and hear is as over any other connection, and told by the transcripts of `rollcall-sim`.

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::message::{Audience, Departure};
use rollcall_engine::{
    App, ChannelKey, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId, FromPartition, HttpTransport,
    Opening, Receive, ReceiveId, Security, Sent, SessionName, Time, ToPartition,
};
use rollcall_wire::auth::Key;
use rollcall_wire::frame::Frame;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::{ChannelName, CloseCode, SocketId};

use HttpTransport::{Polling, Streaming};

/// One session of one edge, and a request that reads as fast as it is written to.
struct Session {
    edge: Edge,
    now: Time,
    app: Arc<App>,
    conn: Option<ConnId>,
    /// How the requests come.
    security: Security,
    requests: u64,
    /// What the requests were given that nobody asked for yet.
    heard: Vec<String>,
    /// The leaves that its end caused, by how long ago each began.
    left: Vec<Duration>,
}

impl Session {
    fn opened(transport: HttpTransport) -> Self {
        Self::opened_by(Security::Plain, transport)
    }

    fn opened_by(security: Security, transport: HttpTransport) -> Self {
        let key = Key { key: "k".to_owned(), secret: "s".to_owned() };
        let mut session = Self {
            edge: Edge::new(EdgeId(0), [1, 2, 3, 4]),
            now: Time::ZERO,
            app: Arc::new(App::new("1", vec![key])),
            conn: None,
            security,
            requests: 0,
            heard: Vec::new(),
            left: Vec::new(),
        };
        session.ask(transport);
        session.send(r#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#);
        session.heard.clear();
        session
    }

    /// A receive request arrives; says what the one before is given last, if it superseded one.
    fn ask(&mut self, transport: HttpTransport) -> &'static [u8] {
        self.requests += 1;
        let (id, security) = (ReceiveId(self.requests), self.security);
        let receive = Receive { session: name(), id, transport, security };
        let attached = self.edge.handle_receive(self.now, &receive).unwrap_or_else(|| {
            let opening = Opening {
                socket: SocketId::new(1, self.requests as u32),
                app: Arc::clone(&self.app),
                protocol: Protocol::V7,
                security,
            };
            self.edge.handle_session_opened(self.now, receive, opening)
        });
        self.conn = Some(attached.conn);
        self.settle();
        attached.farewell
    }

    /// The current request is gone.
    fn lose(&mut self) {
        self.edge.handle_receive_lost(self.now, &name(), ReceiveId(self.requests));
        self.settle();
    }

    fn send(&mut self, frame: &str) -> Sent {
        let frames: Vec<_> = (!frame.is_empty()).then(|| frame.to_owned()).into_iter().collect();
        let sent = self.edge.handle_sent(self.now, &name(), self.security, &frames);
        self.settle();
        sent
    }

    /// From now on the app takes only what comes over TLS.
    fn force_tls(&mut self) {
        let app = App { force_tls: true, ..App::clone(&self.app) };
        self.edge.handle_command(self.now, EdgeCommand::ReplaceApp(Arc::new(app)));
        self.settle();
    }

    /// An event for the channel, of so many characters.
    fn publish(&mut self, length: usize) {
        let channel = ChannelName::parse("news", 164).expect("a legal name");
        let channel = ChannelKey::new(&self.app, channel);
        let frame = Frame::text(|out| out.resize(out.len() + length, b'x'));
        let mail = FromPartition::Deliver { channel, frame, audience: Audience::All };
        self.edge.handle_mail(self.now, mail);
        self.settle();
    }

    fn wait(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.edge.poll_timeout().filter(|&next| next <= until) {
            self.now = self.now.max(next);
            self.edge.handle_timeout(self.now);
            self.settle();
        }
        self.now = until;
    }

    /// What was heard since this was asked last: kinds of lines, long ones by their length.
    fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.heard)
    }

    fn settle(&mut self) {
        loop {
            self.carry();
            let Some(conn) = self.edge.poll_dirty(self.now) else { return self.carry() };
            let slices: Vec<_> = self.edge.pending(conn).map(<[u8]>::to_vec).collect();
            let taken = slices.iter().map(Vec::len).sum();
            assert!(slices.iter().all(|line| line.ends_with(b"\n")), "lines are whole");
            self.heard.extend(slices.iter().map(|line| in_words(line)));
            self.edge.handle_wrote(self.now, conn, taken);
        }
    }

    fn carry(&mut self) {
        while let Some(effect) = self.edge.poll_effect() {
            match effect {
                EdgeEffect::ToPartition(ToPartition::Join(join)) => {
                    let frame = Frame::text(|out| out.extend_from_slice(b"joined"));
                    let subscriptions = std::iter::once(join.subscription).collect();
                    let mail = FromPartition::Joined { subscriptions, frame, then: None };
                    self.edge.handle_mail(self.now, mail);
                }
                EdgeEffect::ToPartition(ToPartition::Leave(leave)) => {
                    assert_eq!(leave.departure, Departure::Lost);
                    self.left.push(self.now - leave.lost_since.unwrap_or(self.now));
                }
                EdgeEffect::EndAnswer { .. } => self.heard.push("(end)".to_owned()),
                EdgeEffect::Hangup { .. } => self.heard.push("(hang-up)".to_owned()),
                _ => {}
            }
        }
    }
}

fn name() -> SessionName {
    SessionName::new("k", "1", "session0")
}

fn in_words(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
    match text.as_bytes() {
        [b'h', b'h', ..] => "prelude".to_owned(),
        _ if text.contains("connection_established") => "established".to_owned(),
        [b'a', ..] => format!("a {}", text.len()),
        _ => text,
    }
}

fn close(code: CloseCode) -> String {
    format!("c[{},\"{}\"]", code.code(), code.reason())
}

#[test]
fn p123_p124_a_session_begins_with_o_and_a_poll_ends_with_it() {
    let mut stream = Session::opened(Streaming);
    stream.edge.handle_receive_lost(stream.now, &name(), ReceiveId(1));
    stream.wait(8);
    stream.heard.clear();
    stream.ask(Streaming);
    assert_eq!(stream.heard(), ["prelude", "o", "established"], "it was forgotten");
    stream.lose();
    stream.wait(8);
    stream.heard.clear();
    stream.ask(Polling);
    assert_eq!(stream.heard(), ["o", "established", "(end)"]);
}

#[test]
fn p127_p130_p132_a_stream_lives_on_heartbeats_and_is_never_ended() {
    let mut stream = Session::opened(Streaming);
    for _ in 0..12 {
        stream.wait(25);
        assert_eq!(stream.heard(), ["h"]);
        stream.send("");
    }
    assert_eq!(stream.heard(), [""; 0], "p128 an empty send is not answered");
    stream.wait(34);
    assert_eq!(stream.heard(), ["h"]);
    stream.wait(1);
    assert_eq!(stream.heard(), [close(CloseCode::PongNotReceived), "(hang-up)".to_owned()]);
}

#[test]
fn p132_a_stream_that_may_be_silent_for_longer_than_a_heartbeat_is_missed_all_the_same() {
    let mut stream = Session::opened(Streaming);
    let app = App { strict_compat: true, ..App::clone(&stream.app) };
    stream.edge.handle_command(stream.now, EdgeCommand::ReplaceApp(Arc::new(app)));
    stream.wait(54);
    assert_eq!(stream.heard(), ["h", "h"]);
    stream.wait(1);
    assert_eq!(stream.heard(), [close(CloseCode::PongNotReceived), "(hang-up)".to_owned()]);
}

#[test]
fn p129_p130_p131_a_poll_is_held_for_25_s_and_ended_with_something() {
    let mut poll = Session::opened(Polling);
    for _ in 0..12 {
        poll.ask(Polling);
        poll.heard.clear();
        poll.ask(Polling);
        poll.wait(24);
        assert_eq!(poll.heard(), [""; 0]);
        poll.wait(1);
        assert_eq!(poll.heard(), ["h", "(end)"]);
    }
    poll.ask(Polling);
    poll.send("");
    assert_eq!(poll.heard(), ["h", "(end)"]);
    poll.send("");
    assert_eq!(poll.heard(), [""; 0]);
    poll.ask(Polling);
    assert_eq!(poll.heard(), ["h", "(end)"], "it was asked for between two polls");
}

#[test]
fn p133_after_262_144_units_a_stream_waits_for_its_client_and_loses_nothing() {
    let mut stream = Session::opened(Streaming);
    (0..40).for_each(|_| stream.publish(10_000));
    let before = stream.heard().len();
    assert_eq!(before, 26, "2 KiB, the first lines and 26 of 10,006 pass the mark");
    assert_eq!(stream.ask(Streaming), b"");
    assert_eq!(stream.heard().len(), 1 + 14, "a prelude, and what was left");
    (0..12).for_each(|_| stream.publish(10_000));
    assert_eq!(stream.heard().len(), 12);
    stream.publish(10_000);
    stream.wait(9);
    stream.publish(10_000);
    (0..10).for_each(|_| stream.publish(100));
    stream.heard.clear();
    stream.wait(1);
    assert_eq!(stream.heard().len(), 12, "it does not wait for ever");
}

#[test]
fn p134_p135_what_comes_while_nobody_asks_waits_for_who_does() {
    for transport in [Streaming, Polling] {
        let mut session = Session::opened(transport);
        session.ask(transport);
        session.lose();
        session.heard.clear();
        session.publish(10);
        session.wait(7);
        session.publish(20);
        assert_eq!(session.heard(), [""; 0]);
        session.ask(transport);
        let heard = session.heard();
        assert!(
            heard.contains(&"a 15".to_owned()) && heard.contains(&"a 25".to_owned()),
            "{heard:?}"
        );
        assert!(session.left.is_empty());
    }
}

#[test]
fn p136_who_does_not_come_back_left_when_the_request_was_lost() {
    let mut session = Session::opened(Streaming);
    session.wait(5);
    session.lose();
    session.wait(7);
    assert_eq!(session.left, []);
    session.wait(1);
    assert_eq!(session.left, [Duration::from_secs(8)]);
    assert_eq!(session.send("{}"), Sent::Unknown);
}

#[test]
fn p137_the_newest_request_is_the_one_that_counts() {
    let mut session = Session::opened(Streaming);
    assert_eq!(session.ask(Streaming), b"");
    session.edge.handle_receive_lost(session.now, &name(), ReceiveId(1));
    session.heard.clear();
    session.publish(10);
    assert_eq!(session.heard(), ["a 15"], "the end of an old one is no loss");
    assert_eq!(session.ask(Polling), b"");
    session.ask(Polling);
    session.heard.clear();
    assert_eq!(session.ask(Polling), b"h\n", "a poll has to say something");
}

#[test]
fn p189_who_asks_late_hears_the_close_again_until_it_is_forgotten() {
    let mut session = Session::opened(Polling);
    session.ask(Polling);
    session.heard.clear();
    (0..120).for_each(|_| session.publish(9_000));
    assert_eq!(session.heard(), ["(hang-up)"]);
    for _ in 0..2 {
        session.ask(Polling);
        let slow = close(CloseCode::SlowReader);
        assert_eq!(session.heard(), [slow, "(hang-up)".to_owned()]);
    }
    assert_eq!(session.send("{}"), Sent::Unknown);
    session.wait(8);
    session.ask(Polling);
    assert_eq!(session.heard(), ["o", "established", "(end)"]);
}

#[test]
fn p189_a_stream_that_is_read_may_owe_more_than_one_that_is_not() {
    let mut session = Session::opened(Streaming);
    (0..200).for_each(|_| session.publish(9_000));
    assert!(!session.heard().contains(&close(CloseCode::SlowReader)), "it reads");
    session.wait(6);
    session.publish(9_000);
    assert!(session.heard().contains(&close(CloseCode::SlowReader)), "it does not");
}

#[test]
fn p11_a_request_without_tls_is_told_that_the_app_forces_it_and_is_nothing_to_the_session() {
    for transport in [Streaming, Polling] {
        let mut session = Session::opened_by(Security::Tls, transport);
        // The first of two polls is answered at once, the second is held.
        (0..2).for_each(|_| assert_eq!(session.ask(transport), b""));
        session.force_tls();
        session.heard.clear();
        session.security = Security::Plain;
        assert_eq!(session.ask(transport), b"", "no request is superseded");
        let told = [close(CloseCode::TlsRequired), "(hang-up)".to_owned()];
        assert!(session.heard().ends_with(&told));
        session.lose();
        assert_eq!(session.send(r#"{"event":"pusher:ping"}"#), Sent::Insecure);
        session.publish(10);
        assert_eq!(session.heard()[0], "a 15", "who came over TLS goes on");
        session.security = Security::Tls;
        assert_eq!(session.send(r#"{"event":"pusher:ping"}"#), Sent::Taken);
    }
}

#[test]
fn p11_a_request_without_tls_keeps_no_session_that_needs_it() {
    let mut session = Session::opened_by(Security::Tls, Streaming);
    session.force_tls();
    session.lose();
    session.wait(5);
    session.security = Security::Plain;
    session.ask(Streaming);
    session.wait(3);
    assert_eq!(session.left, [Duration::from_secs(8)]);
}

#[test]
fn p11_an_app_that_begins_to_force_tls_judges_a_session_by_its_latest_request() {
    for (first, latest) in [(Security::Tls, Security::Plain), (Security::Plain, Security::Tls)] {
        let mut session = Session::opened_by(first, Streaming);
        session.security = latest;
        session.ask(Streaming);
        session.heard.clear();
        session.force_tls();
        let closed = [close(CloseCode::TlsRequired), "(hang-up)".to_owned()];
        let heard = session.heard();
        assert_eq!(heard == closed, latest == Security::Plain, "{heard:?}");
    }
}
