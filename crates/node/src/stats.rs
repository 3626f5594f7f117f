//! The node's counters: one plain struct per shard, copied and summed when somebody asks.

use rollcall_engine::EdgeStats;

/// Counters of the whole node, all since its start but the first two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// Connections open now.
    pub connections: u64,
    /// Live subscriptions now.
    pub subscriptions: u64,
    /// Messages taken from clients.
    pub messages_in: u64,
    /// Bytes read from clients.
    pub bytes_in: u64,
    /// Bytes that sockets took.
    pub bytes_out: u64,
    /// Frames queued for one connection each.
    pub deliveries: u64,
    /// Errors sent in band.
    pub errors: u64,
    /// Connections closed because they did not read.
    pub slow_readers: u64,
}

impl NodeStats {
    /// Adds the counters of one shard.
    pub(crate) fn add(&mut self, shard: EdgeStats) {
        self.connections += shard.connections;
        self.subscriptions += shard.subscriptions;
        self.messages_in += shard.messages_in;
        self.bytes_in += shard.bytes_in;
        self.bytes_out += shard.bytes_out;
        self.deliveries += shard.deliveries;
        self.errors += shard.errors;
        self.slow_readers += shard.slow_readers;
    }
}
