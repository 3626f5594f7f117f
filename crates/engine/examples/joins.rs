//! What it costs that many join a presence channel within one turn: `joins MEMBERS NEWCOMERS`.
//!
//! Run it under `valgrind --tool=callgrind` with newcomers and with none; the difference is what
//! the newcomers cost, in instructions, which no other program on the machine changes.

use std::sync::Arc;

use rollcall_engine::{
    App, Edge, EdgeEffect, EdgeId, Opening, Partition, PartitionEffect, PartitionIndex, Security,
    Time,
};
use rollcall_wire::auth::{Key, channel_signature};
use rollcall_wire::protocol::Protocol;
use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::client;

const CHANNEL: &str = "presence-lobby";

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse().unwrap_or_default());
    let (members, newcomers) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(1_000));
    let mut node = Node::new();
    let all: Vec<_> = (0..members + newcomers).map(|number| node.connect(number)).collect();
    let (there, coming) = all.split_at(members as usize);
    for joins in there.iter().cloned() {
        node.turn(vec![joins]);
    }
    let before = node.edge.stats();
    node.turn(coming.to_vec());
    let after = node.edge.stats();
    let (frames, bytes) =
        (after.deliveries - before.deliveries, after.bytes_out - before.bytes_out);
    println!("{newcomers} onto {members}: {frames} frames, {bytes} bytes");
}

/// One shard without sockets.
struct Node {
    app: Arc<App>,
    edge: Edge,
    partition: Partition,
}

/// A connection and the bytes with which it joins.
type Joining = (rollcall_engine::ConnId, Vec<u8>);

impl Node {
    fn new() -> Self {
        let mut app = App::new("1", vec![Key { key: "k".to_owned(), secret: "s".to_owned() }]);
        app.presence.max_members = 100_000;
        Self {
            app: Arc::new(app),
            edge: Edge::new(EdgeId(0), [1, 2, 3, 4]),
            partition: Partition::new(PartitionIndex(0), [1, 2, 3, 4]),
        }
    }

    fn connect(&mut self, number: u32) -> Joining {
        let socket = SocketId::new(1, number);
        let app = Arc::clone(&self.app);
        let conn = self.edge.handle_opened(
            Time::ZERO,
            Opening { socket, app, protocol: Protocol::V7, security: Security::Plain },
        );
        self.flush();
        let member = format!(
            r#"{{"user_id":"user-{number:05}","user_info":{{"username":"user-{number:05}","status":"here"}}}}"#
        );
        let signature = channel_signature("s", socket, CHANNEL, Some(&member));
        let data = serde_json::json!({
            "channel": CHANNEL, "auth": format!("k:{signature}"), "channel_data": member,
        });
        let text = serde_json::json!({ "event": "pusher:subscribe", "data": data }).to_string();
        let mut bytes = Vec::new();
        client::write_text(&mut bytes, text.as_bytes(), [1, 2, 3, 4]);
        (conn, bytes)
    }

    fn turn(&mut self, joining: Vec<Joining>) {
        for (conn, mut bytes) in joining {
            self.edge.handle_received(Time::ZERO, conn, &mut bytes);
            self.settle();
        }
        while self.partition.is_collecting() {
            self.partition.handle_turn_end();
            self.carry();
        }
        self.flush();
    }

    fn settle(&mut self) {
        while let Some(effect) = self.edge.poll_effect() {
            if let EdgeEffect::ToPartition(mail) = effect {
                self.partition.handle(Time::ZERO, mail);
            }
        }
        self.carry();
        if self.edge.is_turn_full() {
            self.flush();
        }
    }

    fn carry(&mut self) {
        while let Some(effect) = self.partition.poll_effect() {
            if let PartitionEffect::ToEdge(_, mail) = effect {
                self.edge.handle_mail(Time::ZERO, mail);
            }
        }
    }

    fn flush(&mut self) {
        while let Some(conn) = self.edge.poll_dirty(Time::ZERO) {
            let taken = self.edge.pending(conn).map(<[u8]>::len).sum();
            self.edge.handle_wrote(Time::ZERO, conn, taken);
        }
    }
}
