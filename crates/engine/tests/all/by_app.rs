//! What is counted of one app among others: that it is its own, and what becomes of it when the app
//! goes.

use std::sync::Arc;

use rollcall_engine::message::{Except, Member};
use rollcall_engine::{
    App, AppId, ChannelKey, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId, EdgeStats, Join,
    Opening, Partition, PartitionIndex, PartitionStats, Publish, Refusal, Security, Time,
    ToPartition, UserId, Visibility,
};
use rollcall_wire::channel::ChannelName;
use rollcall_wire::close::CloseCode;
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client;

#[test]
fn what_a_connection_does_counts_for_its_app_alone() {
    let mut edge = edge();
    let (one, two) = (listed("1"), listed("2"));
    let a = open(&mut edge, 1, &one);
    open(&mut edge, 2, &two);
    say(&mut edge, a, "nonsense");
    edge.handle_refused(Time::ZERO, refusal(Some(&two), CloseCode::OverQuota));
    edge.handle_refused(Time::ZERO, refusal(None, CloseCode::UnknownApp));
    let (of_one, of_two) = (of(&edge, &one), of(&edge, &two));
    assert_eq!((of_one.connections, of_one.messages_in, of_one.deliveries), (1, 1, 2));
    assert_eq!((of_one.errors.without_code, of_one.closes.of(CloseCode::OverQuota)), (1, 0));
    assert_eq!((of_two.connections, of_two.messages_in, of_two.deliveries), (1, 0, 2));
    assert_eq!(of_two.closes.of(CloseCode::OverQuota), 1);
    let all = edge.stats();
    assert_eq!((all.connections, all.messages_in, all.deliveries), (2, 1, 5));
    assert_eq!(all.closes.of(CloseCode::UnknownApp), 1, "which is no app's");
}

#[test]
fn what_is_left_of_an_app_that_goes_is_written_on_nobodys_account() {
    let mut edge = edge();
    let (one, two) = (listed("1"), listed("2"));
    let a = open(&mut edge, 1, &one);
    say(&mut edge, a, "nonsense");
    flush(&mut edge, 10);
    let before = edge.stats();
    assert!(before.queue_bytes > 0);

    edge.handle_command(Time::ZERO, EdgeCommand::RemoveApp(AppId::new("1")));
    open(&mut edge, 2, &two);
    edge.handle_writable(Time::ZERO, a);
    flush(&mut edge, usize::MAX);
    let after = edge.stats();
    assert_eq!(edge.stats_of(&AppId::new("1")), None);
    assert_eq!((after.messages_in, after.errors), (before.messages_in, before.errors));
    assert_eq!((after.connections, after.queue_bytes), (1, 0));
    assert!(after.bytes_out > before.bytes_out + of(&edge, &two).bytes_out);

    let late = open(&mut edge, 3, &one);
    assert_eq!(edge.stats_of(&AppId::new("1")), None, "it was on its way");
    edge.handle_command(Time::ZERO, EdgeCommand::ReplaceApp(Arc::clone(&one)));
    open(&mut edge, 4, &one);
    edge.handle_closed(Time::ZERO, late, rollcall_engine::Ending::Eof);
    let again = of(&edge, &one);
    assert_eq!((again.connections, again.messages_in, again.deliveries), (1, 0, 1));
}

#[test]
fn a_reserved_app_is_served_and_not_counted() {
    let mut edge = edge();
    let reserved = Arc::new(App { visibility: Visibility::Reserved, ..App::new("r", Vec::new()) });
    let conn = open(&mut edge, 1, &reserved);
    assert!(edge.pending(conn).next().is_some());
    say(&mut edge, conn, "nonsense");
    edge.handle_refused(Time::ZERO, refusal(Some(&reserved), CloseCode::OverQuota));
    flush(&mut edge, usize::MAX);
    edge.handle_command(Time::ZERO, EdgeCommand::Drain);
    assert_eq!((edge.stats(), edge.stats_by_app().count()), (EdgeStats::default(), 0));

    let mut partition = partition();
    publish(&mut partition, &reserved, "news");
    join(&mut partition, &reserved, "presence-a", 1);
    end_turn(&mut partition);
    let counted = (partition.stats(), partition.stats_by_app().count());
    assert_eq!(counted, (PartitionStats::default(), 0));
}

#[test]
fn the_channels_of_an_app_that_goes_are_nobodys_until_it_is_back() {
    let mut partition = partition();
    let (one, two) = (listed("1"), listed("2"));
    for app in [&one, &two] {
        join(&mut partition, app, "presence-a", 1);
        publish(&mut partition, app, "presence-a");
        publish(&mut partition, app, "nobody-here");
    }
    end_turn(&mut partition);
    let before = partition.stats();
    assert_eq!((before.channels, before.members, before.published), (2, 2, 4));
    assert_eq!(before.presence.joined, 2);

    partition.remove_app(&one.id);
    publish(&mut partition, &one, "nobody-here");
    assert_eq!(partition.stats(), PartitionStats { published: 5, ..before });
    assert_eq!(partition.stats_of(&one.id), None);
    let left = partition.stats_of(&two.id).expect("it did something");
    assert_eq!((left.channels, left.members, left.published), (1, 1, 2));

    partition.replace_app(&one);
    join(&mut partition, &one, "presence-a", 2);
    end_turn(&mut partition);
    let again = partition.stats_of(&one.id).expect("it is back");
    assert_eq!((again.channels, again.members, again.published), (1, 2, 0));
    assert_eq!(partition.stats().members, 3);
}

fn listed(id: &str) -> Arc<App> {
    Arc::new(App::new(id, Vec::new()))
}

fn edge() -> Edge {
    Edge::new(EdgeId(0), [1, 2, 3, 4])
}

fn partition() -> Partition {
    Partition::new(PartitionIndex(0), [1, 2, 3, 4])
}

fn of(edge: &Edge, app: &App) -> EdgeStats {
    edge.stats_of(&app.id).expect("it did something")
}

fn open(edge: &mut Edge, number: u32, app: &Arc<App>) -> ConnId {
    let (socket, app) = (SocketId::new(number, 1), Arc::clone(app));
    let opening = Opening { socket, app, protocol: Protocol::V7, security: Security::Plain };
    edge.handle_opened(Time::ZERO, opening)
}

fn refusal(app: Option<&Arc<App>>, code: CloseCode) -> Refusal {
    Refusal { app: app.cloned(), protocol: Some(Protocol::V7), code, reason: None }
}

fn say(edge: &mut Edge, conn: ConnId, text: &str) {
    let mut bytes = Vec::new();
    client::write_text(&mut bytes, text.as_bytes(), [1, 2, 3, 4]);
    edge.handle_received(Time::ZERO, conn, &mut bytes);
}

/// Writes what is pending; each socket takes so many bytes.
fn flush(edge: &mut Edge, room: usize) {
    while let Some(conn) = edge.poll_dirty(Time::ZERO) {
        let pending: usize = edge.pending(conn).map(<[u8]>::len).sum();
        edge.handle_wrote(Time::ZERO, conn, pending.min(room));
        while let Some(EdgeEffect::ToPartition(_) | EdgeEffect::Hangup { .. }) = edge.poll_effect()
        {
        }
    }
}

fn key(app: &App, name: &str) -> ChannelKey {
    ChannelKey::new(app, ChannelName::parse(name, 164).expect("it is a legal name"))
}

fn publish(partition: &mut Partition, app: &Arc<App>, channel: &str) {
    let (channel, app) = (key(app, channel), Arc::clone(app));
    let (event, data, except) = ("e".into(), "".into(), Except::Nobody);
    let publish = Publish { app, channel, event, data, except };
    partition.handle(Time::ZERO, ToPartition::Publish(publish));
}

fn join(partition: &mut Partition, app: &Arc<App>, channel: &str, user: u64) {
    let member = Member { user: UserId::new(&user.to_string()), info: None, rev: None };
    let join = Join {
        edge: EdgeId(0),
        conn: slotmap::KeyData::from_ffi(user).into(),
        subscription: slotmap::KeyData::from_ffi(user).into(),
        app: Arc::clone(app),
        channel: key(app, channel),
        member: Some(member),
    };
    partition.handle(Time::ZERO, ToPartition::Join(join));
}

fn end_turn(partition: &mut Partition) {
    while partition.is_collecting() {
        partition.handle_turn_end();
    }
    while partition.poll_effect().is_some() {}
}
