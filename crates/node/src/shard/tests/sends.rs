//! What sessions over HTTP send while they are not listened to, under times of their own.

use std::net::Ipv4Addr;

use rollcall_engine::{EdgeCommand, HttpTransport, Receive, ReceiveId, SessionName};
use tokio::sync::Semaphore;
use tokio::sync::oneshot::Receiver;

use super::*;
use crate::handle::Caller;
use crate::mail::{Newcomer, SendRefusal, Sending};
use crate::pipe::{PipeBody, pipe};
use crate::provenance::Provenance;
use crate::sends::{MAX_BYTES, MAX_SENDS};

type Outcome = Result<(), SendRefusal>;

/// A session with a stream, on a shard of its own.
struct Speaker {
    bench: Bench,
    stream: PipeBody,
}

impl Speaker {
    fn new() -> Self {
        let bench = Bench::new();
        let stream = open(&bench, 1);
        Self { bench, stream }
    }

    /// It is not listened to from the beginning on, for a second.
    fn held() -> Self {
        let speaker = Self::new();
        let leave = r#"{"event":"pusher:unsubscribe","data":{"channel":"presence-a"}}"#;
        let round = [join(1, r#"{"user_id":"ana"}"#), leave.to_owned()];
        let rounds = round.iter().cycle().take(20).cloned().collect();
        let mut churned = speaker.send_frames(Time::ZERO, rounds);
        assert_eq!(churned.try_recv(), Ok(Ok(())));
        speaker
    }

    /// Says something that is answered with an error that repeats it.
    fn send(&self, now: Time, word: &str) -> Receiver<Outcome> {
        self.send_frames(now, vec![format!(r#"{{"event":"{word}"}}"#)])
    }

    fn send_frames(&self, now: Time, frames: Vec<String>) -> Receiver<Outcome> {
        let (answer, outcome) = oneshot::channel();
        let cost = frames.iter().map(String::len).sum::<usize>();
        let room = Arc::new(Semaphore::new(cost)).try_acquire_many_owned(cost as u32).unwrap();
        let (session, security) = (name(), Security::Plain);
        let sending = Sending { session, security, frames, room, answer };
        self.take(now, Mail::Send(Box::new(sending)));
        outcome
    }

    fn take(&self, now: Time, mail: Mail) {
        self.bench.shard.take(now, mail);
    }

    /// A turn at that moment, without mail.
    fn turn(&self, now: Time) {
        self.bench.shard.resume_sends(now);
        self.bench.shard.flush(now);
        self.bench.shard.wake_waiting(now);
    }

    /// Which of these words the stream has repeated since this was asked last, in its order.
    fn heard(&mut self, words: &[&'static str]) -> Vec<&'static str> {
        let text = self.stream.take_text();
        let place = |word: &&str| text.find(&format!("socket: {word}\\"));
        let mut heard: Vec<_> =
            words.iter().copied().filter(|word| place(word).is_some()).collect();
        heard.sort_by_key(place);
        heard
    }
}

#[test]
fn section_5_8_sends_that_find_a_session_held_are_taken_in_their_order() {
    let mut speaker = Speaker::held();
    let mut outcomes = vec![speaker.send(at(100), "one"), speaker.send(at(200), "two")];
    speaker.turn(at(990));
    assert_eq!(speaker.heard(&WORDS), [""; 0]);
    assert!(outcomes.iter_mut().all(|outcome| outcome.try_recv().is_err()), "they wait");

    outcomes.push(speaker.send(at(1_000), "three"));
    speaker.turn(at(1_001));
    assert_eq!(speaker.heard(&WORDS), WORDS, "what is said as the hold ends overtakes nothing");
    assert!(outcomes.iter_mut().all(|outcome| outcome.try_recv() == Ok(Ok(()))));
    assert_eq!(speaker.bench.shard.recheck.get(), None, "nobody looks for nothing");
}

#[test]
fn a_held_session_that_sends_more_than_may_wait_is_told_so_and_nothing_of_it_is_taken() {
    let mut speaker = Speaker::held();
    let waiting: Vec<_> = (0..MAX_SENDS).map(|_| speaker.send(at(1), "one")).collect();
    assert_eq!(speaker.send(at(1), "two").try_recv(), Ok(Err(SendRefusal::Busy)));
    speaker.turn(at(1_000));
    assert_eq!(speaker.heard(&WORDS), ["one"]);
    for mut outcome in waiting {
        assert_eq!(outcome.try_recv(), Ok(Ok(())));
    }
    assert_eq!(speaker.send(at(1_000), "three").try_recv(), Ok(Ok(())));
}

#[test]
fn what_a_held_session_sends_is_bounded_in_bytes_too_but_for_the_first() {
    let speaker = Speaker::held();
    let text = |length| vec!["x".repeat(length)];
    let mut large = speaker.send_frames(at(1), text(MAX_BYTES + 1));
    assert!(large.try_recv().is_err(), "it waits");
    assert_eq!(speaker.send(at(1), "one").try_recv(), Ok(Err(SendRefusal::Busy)));

    let speaker = Speaker::held();
    let half = || speaker.send_frames(at(1), text(MAX_BYTES / 2)).try_recv();
    assert!(half().is_err() && half().is_err(), "they wait");
    assert_eq!(half(), Ok(Err(SendRefusal::Busy)));
}

#[test]
fn p140_what_waits_when_its_session_ends_is_not_taken() {
    let mut speaker = Speaker::held();
    let mut outcomes = [speaker.send(at(1), "one"), speaker.send(at(1), "two")];
    let (socket, code) = (SocketId::new(1, 1), CloseCode::Unauthorized);
    speaker.take(at(2), Mail::Command(EdgeCommand::Disconnect { socket, code }));
    speaker.turn(at(12));
    for outcome in &mut outcomes {
        assert_eq!(outcome.try_recv(), Ok(Err(SendRefusal::Unknown)));
    }
    assert_eq!(speaker.heard(&WORDS), [""; 0]);
}

#[test]
fn what_waits_for_a_session_that_ended_is_not_for_the_next_of_that_name() {
    let mut speaker = Speaker::held();
    let mut outcome = speaker.send(at(1), "one");
    speaker.take(at(2), Mail::ReceiveLost(name(), ReceiveId(1)));
    // The grace of the session.
    speaker.bench.shard.machines.borrow_mut().handle_timeout(at(8_002));
    speaker.stream = open(&speaker.bench, 2);
    assert_eq!(outcome.try_recv(), Ok(Err(SendRefusal::Unknown)));
    speaker.turn(at(8_003));
    assert_eq!(speaker.heard(&WORDS), [""; 0]);
}

#[test]
fn what_a_session_sends_while_a_mailbox_is_congested_waits_as_sockets_do() {
    let mut speaker = Speaker::new();
    let (mailboxes, mut sent) = (speaker.bench.shard.mailboxes.clone(), 0);
    while !mailboxes.are_congested() {
        mailboxes.send(0, Mail::Stop);
        sent += Mail::Stop.cost();
    }
    let mut outcome = speaker.send(at(1), "one");
    speaker.turn(at(11));
    assert!(outcome.try_recv().is_err(), "it waits");
    speaker.bench.shard.inbox.borrow().settle(sent);
    speaker.turn(at(21));
    assert_eq!(outcome.try_recv(), Ok(Ok(())));
    assert_eq!(speaker.heard(&WORDS), ["one"]);
}

const WORDS: [&str; 3] = ["one", "two", "three"];

fn at(millis: u64) -> Time {
    Time::after_start(Duration::from_millis(millis))
}

fn name() -> SessionName {
    SessionName::new("k", "1", "abc")
}

/// The session begins, with the socket of that number.
fn open(bench: &Bench, number: u32) -> PipeBody {
    let id = ReceiveId(number.into());
    let (transport, security) = (HttpTransport::Streaming, Security::Plain);
    let receive = Receive { session: name(), id, transport, security };
    let (pipe, stream) = pipe(&receive, &bench.shard.mailboxes);
    let apps = Apps::new(vec![App::clone(&bench.app)]).unwrap();
    let opening = Opening {
        socket: SocketId::new(1, number),
        app: Arc::clone(&bench.app),
        protocol: Protocol::V7,
        security,
    };
    let permit = apps.of_id("1").unwrap().take_place().unwrap();
    let caller = Caller {
        key: "k",
        protocol: Some("7"),
        security,
        address: Ipv4Addr::LOCALHOST.into(),
        origin: None,
        client: None,
        version: None,
    };
    let (verdict, provenance) = (Verdict::Admit(opening, permit), Provenance::of(&caller, 0));
    let newcomer = Newcomer { receive, pipe, verdict, provenance };
    bench.shard.take(Time::ZERO, Mail::OpenSession(Box::new(newcomer)));
    stream
}
