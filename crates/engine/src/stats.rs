//! What an edge counts: one plain struct per shard, summed on read.

/// Counters of one edge, all since its start but the first two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EdgeStats {
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
