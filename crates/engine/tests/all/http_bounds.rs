//! What bounds sessions over HTTP where no socket does: how many an edge has, and how many it
//! remembers that were closed.

use std::sync::Arc;

use rollcall_engine::{
    App, Edge, EdgeCommand, EdgeId, HttpTransport, Opening, Receive, ReceiveId, Security,
    SessionName, Time,
};
use rollcall_wire::auth::Key;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::{CloseCode, SocketId};

/// The most sessions of an edge.
const SESSIONS: u32 = 50_000;

/// The most closed ones that it remembers.
const TOMBSTONES: u32 = 10_000;

/// An edge whose sessions are numbered; all poll.
struct Polled {
    edge: Edge,
    app: Arc<App>,
}

impl Polled {
    fn new() -> Self {
        let key = Key { key: "k".to_owned(), secret: "s".to_owned() };
        let app = Arc::new(App::new("1", vec![key]));
        Self { edge: Edge::new(EdgeId(0), [1, 2, 3, 4]), app }
    }

    /// A session begins, or not; says what its first poll hears.
    fn open(&mut self, number: u32) -> String {
        let opening = Opening {
            socket: SocketId::new(1, number),
            app: Arc::clone(&self.app),
            protocol: Protocol::V7,
            security: Security::Plain,
        };
        self.edge.handle_session_opened(Time::ZERO, poll(number), opening);
        self.flush()
    }

    /// A session is closed while its client is between two polls.
    fn close(&mut self, number: u32) {
        let (socket, code) = (SocketId::new(1, number), CloseCode::Unauthorized);
        self.edge.handle_command(Time::ZERO, EdgeCommand::Disconnect { socket, code });
        self.flush();
    }

    /// What the next poll of a session hears that is closed; nothing if nobody knows it.
    fn last_word(&mut self, number: u32) -> Option<String> {
        self.edge.handle_receive(Time::ZERO, &poll(number))?;
        Some(self.flush())
    }

    fn flush(&mut self) -> String {
        let mut heard = Vec::new();
        while let Some(conn) = self.edge.poll_dirty(Time::ZERO) {
            let pending: Vec<u8> = self.edge.pending(conn).flatten().copied().collect();
            self.edge.handle_wrote(Time::ZERO, conn, pending.len());
            heard.extend(pending);
        }
        while self.edge.poll_effect().is_some() {}
        String::from_utf8_lossy(&heard).into_owned()
    }
}

#[test]
fn section_5_9_an_edge_that_has_all_the_sessions_it_may_refuses_the_next() {
    let mut polled = Polled::new();
    for number in 0..SESSIONS {
        let heard = polled.open(number);
        assert!(heard.contains("connection_established"), "{number}: {heard}");
    }
    assert_eq!(polled.open(SESSIONS), format!("o\n{}", close(CloseCode::OverCapacity)));
    assert_eq!(polled.edge.stats().connections, u64::from(SESSIONS));
    assert_eq!(polled.last_word(SESSIONS), None, "who was refused may try again");

    assert_eq!(polled.last_word(1), Some(String::new()), "who is there goes on");
    polled.close(0);
    assert!(polled.open(SESSIONS).contains("connection_established"), "there is a place");
}

#[test]
fn section_5_9_the_last_words_of_the_latest_ten_thousand_sessions_are_remembered() {
    const TOO_MANY: u32 = 50;
    let mut polled = Polled::new();
    for number in 0..TOMBSTONES + TOO_MANY {
        polled.open(number);
        polled.close(number);
    }
    assert!(polled.edge.awaits_visitors());
    let last_words: Vec<_> = (0..TOMBSTONES + TOO_MANY).map(|n| polled.last_word(n)).collect();
    let (forgotten, remembered) = last_words.split_at(TOO_MANY as usize);
    assert!(forgotten.iter().all(Option::is_none));
    let expected = close(CloseCode::Unauthorized);
    assert!(remembered.iter().all(|line| line.as_ref() == Some(&expected)));
    assert!(!polled.edge.awaits_visitors(), "everybody came, or is forgotten");
}

fn poll(number: u32) -> Receive {
    let session = SessionName::new("k", "1", &number.to_string());
    let (id, security) = (ReceiveId(number.into()), Security::Plain);
    Receive { session, id, transport: HttpTransport::Polling, security }
}

fn close(code: CloseCode) -> String {
    format!("c[{},\"{}\"]\n", code.code(), code.reason())
}
