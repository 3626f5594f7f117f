//! A shard with links that count and stall, and one whose neighbour does not read its mail.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use rollcall_engine::{App, ChannelKey, ConnId, Opening, Publish, Security, ToPartition, message};
use rollcall_wire::auth::{Key, channel_signature};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::ws::client;
use rollcall_wire::{ChannelName, SocketId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::apps::Apps;
use crate::conn::{Link, ScriptedLink};
use crate::mail::Mail;

mod sends;

/// A shard without a thread.
struct Bench {
    shard: Rc<Shard>,
    mailboxes: Mailboxes,
    app: Arc<App>,
}

impl Bench {
    fn new() -> Self {
        let (mailboxes, mut inboxes) = Mailboxes::new(1, 1 << 20);
        let inbox = inboxes.remove(0);
        let clock = Clock::start();
        let shard = Rc::new(Shard::new(
            0,
            [1, 2, 3, 4],
            inbox,
            mailboxes.clone(),
            clock,
            Pen::dry(clock),
            Reporter::new().0,
        ));
        let key = Key { key: "k".to_owned(), secret: "s".to_owned() };
        Self { shard, mailboxes, app: Arc::new(App::new("1", vec![key])) }
    }

    /// A connection whose writes are counted, subscribed to `news`.
    fn subscriber(&self, number: u32) -> (ConnId, Rc<RefCell<ScriptedLink>>) {
        let (id, script) = self.connection(number);
        let mut subscribe = Vec::new();
        let text = br#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#;
        client::write_text(&mut subscribe, text, [1, 2, 3, 4]);
        self.shard.received(id, &mut subscribe);
        (id, script)
    }

    /// A connection that joins a presence channel.
    fn member(&self, number: u32) -> Rc<RefCell<ScriptedLink>> {
        let (id, script) = self.connection(number);
        let member = format!(r#"{{"user_id":"u{number}"}}"#);
        self.shard.received(id, &mut frame(&join(number, &member)));
        script
    }

    fn connection(&self, number: u32) -> (ConnId, Rc<RefCell<ScriptedLink>>) {
        let opening = Opening {
            socket: SocketId::new(1, number),
            app: Arc::clone(&self.app),
            protocol: Protocol::V7,
            security: Security::Plain,
        };
        let now = self.shard.clock.now();
        let id = self.shard.machines.borrow_mut().edge.handle_opened(now, opening);
        let script = Rc::<RefCell<ScriptedLink>>::default();
        let conn = Conn::new(Link::Scripted(Rc::clone(&script)), Papers::default());
        self.shard.conns.borrow_mut().insert(id, Rc::new(conn));
        (id, script)
    }

    /// Mail that publishes an event, which waits in the inbox.
    fn mail(&self, event: &str) {
        self.mailboxes.send(0, self.publish(event));
    }

    /// One turn in which these events are published.
    fn turn(&self, events: &[&str]) {
        let now = self.shard.clock.now();
        events.iter().for_each(|event| self.shard.take(now, self.publish(event)));
        self.shard.settle(now);
        self.shard.tell(now);
        self.shard.flush(now);
    }

    fn publish(&self, event: &str) -> Mail {
        let name = ChannelName::parse("news", 164).unwrap();
        Mail::ToPartition(ToPartition::Publish(Publish {
            app: Arc::clone(&self.app),
            channel: ChannelKey::new(&self.app, name),
            event: event.into(),
            data: "{}".into(),
            except: message::Except::Nobody,
        }))
    }
}

#[test]
fn a_turn_writes_once_to_each_connection_however_much_there_is() {
    let bench = Bench::new();
    let links: Vec<_> = (0..100).map(|number| bench.subscriber(number).1).collect();
    bench.turn(&[]);
    bench.turn(&["one", "two", "three"]);
    bench.turn(&["four"]);
    bench.turn(&[]);
    for link in links {
        let link = link.borrow();
        // The greeting and the success frame, three events, one event, nothing.
        assert_eq!(link.writes, 3);
        let text = String::from_utf8_lossy(&link.written);
        let places = ["established", "succeeded", "one", "two", "three", "four"]
            .map(|word| text.find(word).unwrap());
        assert!(places.is_sorted(), "{text}");
    }
}

#[test]
fn r11_joins_that_several_readers_bring_in_one_turn_are_told_once() {
    let bench = Bench::new();
    let mut links: Vec<_> = (0..3).map(|number| bench.member(number)).collect();
    bench.turn(&[]);
    links.push(bench.member(3));
    bench.turn(&[]);
    let told = |link: &Rc<RefCell<ScriptedLink>>, what: &str| {
        String::from_utf8_lossy(&link.borrow().written).matches(what).count()
    };
    let rosters: Vec<_> = links.iter().map(|link| told(link, "succeeded")).collect();
    let added: Vec<_> = links.iter().map(|link| told(link, "member_added")).collect();
    assert_eq!((rosters, added), (vec![1; 4], vec![1, 1, 1, 0]));
}

#[test]
fn a_request_that_nobody_listens_to_is_forgotten() {
    let bench = Bench::new();
    let channel = ChannelKey::new(&bench.app, ChannelName::parse("presence-a", 164).unwrap());
    let (queue, heard) = mpsc::channel(1);
    let id = rollcall_engine::WatchId(1);
    let request = ToPartition::Watch { id, channel };
    let lookout = crate::mail::Lookout { id, request, queue };
    let now = bench.shard.clock.now();
    bench.shard.take(now, Mail::Watch(Box::new(lookout)));
    drop(heard);
    assert!(bench.shard.machines.borrow().has_listeners());
    let _link = bench.member(1);
    bench.turn(&[]);
    assert!(!bench.shard.machines.borrow().has_listeners());
}

#[test]
fn a_stalled_connection_is_not_written_until_it_is_writable() {
    let bench = Bench::new();
    let (id, stalled) = bench.subscriber(1);
    let (_, other) = bench.subscriber(2);
    bench.turn(&[]);
    stalled.borrow_mut().room = Some(10);
    bench.turn(&["one"]);
    bench.turn(&["two"]);
    assert_eq!((stalled.borrow().writes, other.borrow().writes), (2, 3));

    stalled.borrow_mut().room = None;
    bench.shard.writable(id);
    bench.turn(&["three"]);
    assert_eq!(stalled.borrow().writes, 3);
    assert_eq!(stalled.borrow().written.len(), other.borrow().written.len());
}

#[test]
fn what_readers_bring_is_written_before_the_turn_when_it_is_too_much() {
    let bench = Bench::new();
    let (id, link) = bench.subscriber(1);
    bench.turn(&[]);
    let mut pings = Vec::new();
    while pings.len() < SCRATCH {
        client::write_ping(&mut pings, &[b'x'; 100], [1, 2, 3, 4]);
    }
    let writes = link.borrow().writes;
    bench.shard.received(id, &mut pings.clone());
    assert_eq!(link.borrow().writes, writes, "a little can wait for the turn");
    for _ in 0..400 {
        bench.shard.received(id, &mut pings.clone());
        assert!(!bench.shard.machines.borrow().edge.is_turn_full());
    }
    assert!(link.borrow().writes > writes);
}

#[test]
fn what_a_socket_says_or_its_end_does_not_overtake_mail_that_was_there_before() {
    let bench = Bench::new();
    let (_, listener) = bench.subscriber(1);
    let (leaving, _) = bench.connection(2);
    bench.turn(&[]);
    bench.mail("one");
    let (_, newcomer) = bench.subscriber(3);
    bench.turn(&[]);
    bench.mail("two");
    bench.shard.ended(leaving, Ending::Eof);
    bench.turn(&[]);
    let heard = |link: &RefCell<ScriptedLink>| {
        let text = String::from_utf8_lossy(&link.borrow().written).into_owned();
        ["one", "two"].map(|event| text.contains(event))
    };
    assert_eq!((heard(&listener), heard(&newcomer)), ([true, true], [false, true]));
    assert_eq!(bench.shard.inbox.borrow().held(), 0, "it is out of the account");
}

#[test]
fn much_mail_that_was_there_before_is_written_a_batch_at_a_time() {
    let bench = Bench::new();
    let (_, listener) = bench.subscriber(1);
    let (speaking, _) = bench.connection(2);
    bench.turn(&[]);
    let writes = listener.borrow().writes;
    (0..2 * BATCH).for_each(|_| bench.mail("one"));
    bench.shard.received(speaking, &mut frame("{}"));
    assert_eq!(listener.borrow().writes - writes, 2);
}

/// A client of a running shard whose neighbour does not run.
#[tokio::test]
async fn sockets_are_not_read_while_a_mailbox_is_congested() {
    let (mailboxes, mut inboxes) = Mailboxes::new(2, 4096);
    let neighbour = inboxes.pop().unwrap();
    let thread = start_first(&mailboxes, inboxes.pop().unwrap());
    let mut client = connect_to(&mailboxes, 0).await;

    let before = mailboxes.are_congested();
    let mut sent = 0;
    while !mailboxes.are_congested() {
        mailboxes.send(1, Mail::TellWhenEmpty(oneshot::channel().0));
        sent += 1;
    }
    let mut ping = Vec::new();
    client::write_ping(&mut ping, b"", [1, 2, 3, 4]);
    client.write_all(&ping).await.unwrap();
    assert_eq!((before, bytes_in(&mailboxes).await), (false, 0));

    neighbour.settle(sent * Mail::Stop.cost());
    assert_eq!(next_bytes(&mut client).await, PONG);
    mailboxes.send(0, Mail::Stop);
    thread.join().unwrap();
}

#[tokio::test]
async fn a_socket_that_churns_is_not_read_for_the_rest_of_the_second() {
    let (mailboxes, mut inboxes) = Mailboxes::new(1, 1 << 20);
    let thread = start_first(&mailboxes, inboxes.pop().unwrap());
    let mut client = connect_to(&mailboxes, 0).await;
    let rounds = presence_rounds(20);
    let clock = Clock::start();
    client.write_all(&rounds).await.unwrap();
    while bytes_in(&mailboxes).await < rounds.len() as u64 {}
    let mut ping = Vec::new();
    client::write_ping(&mut ping, b"", [1, 2, 3, 4]);
    client.write_all(&ping).await.unwrap();
    assert_eq!(next_bytes(&mut client).await, PONG);
    assert!(clock.now() - Time::ZERO >= Duration::from_secs(1));
    mailboxes.send(0, Mail::Stop);
    thread.join().unwrap();
}

#[test]
fn readers_that_wait_are_woken_when_it_is_time_and_not_before() {
    let bench = Bench::new();
    let woken = Arc::new(CountWakes::default());
    for _ in 0..3 {
        // As if something else had woken it meanwhile.
        bench.shard.wake_later(ConnId::default(), &Arc::clone(&woken).into());
    }
    let due = bench.shard.recheck.get().unwrap();
    bench.shard.wake_waiting(Time::ZERO);
    assert_eq!(woken.0.load(Ordering::Relaxed), 0);
    bench.shard.wake_waiting(due);
    assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    assert_eq!(bench.shard.recheck.get(), None);
}

#[derive(Default)]
struct CountWakes(AtomicUsize);

impl Wake for CountWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

const PONG: [u8; 2] = [0x8a, 0];

async fn next_bytes(client: &mut TcpStream) -> [u8; 2] {
    let mut bytes = [0; 2];
    client.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// Joins a presence channel and leaves it, so many times.
fn presence_rounds(rounds: usize) -> Vec<u8> {
    let leave = r#"{"event":"pusher:unsubscribe","data":{"channel":"presence-a"}}"#;
    let texts = [join(1, r#"{"user_id":"ana"}"#), leave.to_owned()];
    texts.iter().cycle().take(2 * rounds).flat_map(|text| frame(text)).collect()
}

/// What the socket of that number sends to join the presence channel.
fn join(number: u32, member: &str) -> String {
    let channel = "presence-a";
    let signature = channel_signature("s", SocketId::new(1, number), channel, Some(member));
    let member = member.replace('"', "\\\"");
    format!(
        r#"{{"event":"pusher:subscribe","data":{{"channel":"{channel}","auth":"k:{signature}","channel_data":"{member}"}}}}"#
    )
}

fn frame(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    client::write_text(&mut bytes, text.as_bytes(), [1, 2, 3, 4]);
    bytes
}

/// A thread for the first shard.
fn start_first(mailboxes: &Mailboxes, inbox: Inbox) -> thread::JoinHandle<()> {
    let (mailboxes, clock, seed) = (mailboxes.clone(), Clock::start(), [1, 2, 3, 4]);
    let (ended, _) = mpsc::channel(1);
    let (pen, reporter, restored) = (Pen::dry(clock), Reporter::new().0, Vec::new());
    start(ShardSetup { shard: 0, inbox, mailboxes, clock, pen, reporter, restored, seed, ended })
        .unwrap()
}

/// A socket that a shard has greeted; the greeting is read.
async fn connect_to(mailboxes: &Mailboxes, shard: usize) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let stream = listener.accept().await.unwrap().0.into_std().unwrap();
    let key = Key { key: "k".to_owned(), secret: "s".to_owned() };
    let apps = Apps::new(vec![App::new("1", vec![key])]).unwrap();
    let tenant = apps.of_id("1").unwrap();
    let opening = Opening {
        socket: SocketId::new(1, 1),
        app: Arc::clone(&tenant.app),
        protocol: Protocol::V7,
        security: Security::Plain,
    };
    let verdict = Verdict::Admit(opening, tenant.take_place().unwrap());
    let early = bytes::Bytes::new();
    let arrival = Arrival { stream, tls: None, early, verdict, provenance: None };
    mailboxes.send(shard, Mail::Arrival(Box::new(arrival)));
    let mut head = [0; 2];
    client.read_exact(&mut head).await.unwrap();
    let mut greeting = vec![0; usize::from(head[1])];
    client.read_exact(&mut greeting).await.unwrap();
    client
}

async fn bytes_in(mailboxes: &Mailboxes) -> u64 {
    let (asker, stats) = oneshot::channel();
    mailboxes.send(0, Mail::Count(asker));
    stats.await.unwrap().edges.bytes_in
}

#[test]
fn the_reader_of_an_idle_connection_is_small() {
    fn output_size<A, B, C, D, F>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }
    // It stands for every connection: no buffer, timer or socket may move into it.
    assert!(output_size(attend) <= 128, "{} bytes", output_size(attend));
}
