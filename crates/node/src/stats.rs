//! The node's counters: one plain struct per shard and app, copied and summed when somebody asks, so
//! that counting touches nothing that threads share.

use std::collections::BTreeMap;
use std::time::Duration;

use rollcall_engine::{CodeCounts, EdgeStats, PartitionStats};

use crate::usage::Usage;

/// Counters of one shard, or the sum of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeStats {
    /// What the edges counted: connections, messages, bytes, errors, closes.
    pub edges: EdgeStats,
    /// What the partitions counted: channels, members, events.
    pub partitions: PartitionStats,
    /// How long turns took.
    pub turns: TurnTimes,
    /// Bytes in the mailboxes of the shards now, about.
    pub mailbox_bytes: u64,
}

/// What was counted of one app. Fields said to be *now* go up and down; all others count since the
/// node started, or since the app was added if that was later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppStats {
    /// Connections open now.
    pub connections: u64,
    /// The most connections that were open at once.
    pub connections_peak: u64,
    /// Subscriptions now, those that wait for their success included.
    pub subscriptions: u64,
    /// Channels occupied now: with a subscribed connection, or a member in its grace.
    pub channels: u64,
    /// Members of presence channels now, each once per channel, those in their grace included.
    pub members: u64,
    /// Bytes that connections are behind with reading, now.
    pub queue_bytes: u64,
    /// Text messages taken from clients.
    pub messages_in: u64,
    /// Frames queued for one connection each, control frames included.
    pub deliveries: u64,
    /// Bytes read from clients.
    pub bytes_in: u64,
    /// Bytes that connections took.
    pub bytes_out: u64,
    /// Events from back ends and from programs of this node, once per channel, heard or not.
    pub published: u64,
    /// Client events that were let through.
    pub client_events: u64,
    /// Members who joined, once per channel: as told to others, so that who is back within the grace
    /// has not.
    pub members_joined: u64,
    /// Members who left, in the same way.
    pub members_left: u64,
    /// Members whose info changed, in the same way.
    pub members_updated: u64,
    /// Errors told to clients in band (`pusher:error`), by code; none for those without. Codes that
    /// never were are not there.
    pub errors: BTreeMap<Option<u16>, u64>,
    /// Connections that the server closed, refusals at the door included, by close code.
    pub closes: BTreeMap<u16, u64>,
    /// Connections closed because they did not read.
    pub slow_readers: u64,
    /// Requests to the HTTP API that named the app, refused ones included.
    pub api_calls: u64,
    /// Those that were refused, by HTTP status.
    pub api_errors: BTreeMap<u16, u64>,
    /// Requests to endpoints of webhooks that were taken.
    pub webhooks_sent: u64,
    /// Attempts at endpoints of webhooks that failed.
    pub webhooks_failed: u64,
}

/// What the machines of a shard counted of one app, or the sum over shards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AppCounts {
    /// What edges counted.
    pub(crate) edges: EdgeStats,
    /// What partitions counted.
    pub(crate) partitions: PartitionStats,
}

/// How long turns took: from the first thing that came in until all that came of it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TurnTimes {
    /// How many turns took at most as long as the bound of that place in [`TURN_BOUNDS`], and
    /// longer than the bound before it; at the last place those beyond the last bound.
    pub counts: [u64; TURN_BOUNDS.len() + 1],
    /// All of them together.
    pub sum: Duration,
}

/// The upper bounds of the places of [`TurnTimes`].
pub const TURN_BOUNDS: [Duration; 12] = [
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(500),
];

impl NodeStats {
    /// Adds the counters of another shard.
    pub(crate) fn add(&mut self, shard: Self) {
        self.edges.add(shard.edges);
        self.partitions.add(shard.partitions);
        self.turns.add(shard.turns);
        self.mailbox_bytes += shard.mailbox_bytes;
    }
}

impl AppCounts {
    /// Adds what another shard counted.
    pub(crate) fn add(&mut self, other: Self) {
        self.edges.add(other.edges);
        self.partitions.add(other.partitions);
    }
}

impl AppStats {
    /// What the shards counted of an app, and what was counted elsewhere.
    pub(crate) fn new(counts: &AppCounts, usage: &Usage) -> Self {
        let AppCounts { edges, partitions } = counts;
        Self {
            connections: edges.connections,
            // A place is given back a moment after its connection was closed, and not before it.
            connections_peak: usage.connections.most().max(edges.connections),
            subscriptions: edges.subscriptions,
            channels: partitions.channels,
            members: partitions.members,
            queue_bytes: edges.queue_bytes,
            messages_in: edges.messages_in,
            deliveries: edges.deliveries,
            bytes_in: edges.bytes_in,
            bytes_out: edges.bytes_out,
            published: partitions.published,
            client_events: partitions.client_events,
            members_joined: partitions.presence.joined,
            members_left: partitions.presence.left,
            members_updated: partitions.presence.updated,
            errors: errors(edges),
            closes: by_code(&edges.closes),
            slow_readers: edges.slow_readers,
            api_calls: usage.api.calls(),
            api_errors: usage.api.refused(),
            webhooks_sent: usage.webhooks_sent.read(),
            webhooks_failed: usage.webhooks_failed.read(),
        }
    }
}

fn errors(edges: &EdgeStats) -> BTreeMap<Option<u16>, u64> {
    let with_code = by_code(&edges.errors.by_code).into_iter();
    let mut errors: BTreeMap<_, _> = with_code.map(|(code, count)| (Some(code), count)).collect();
    if edges.errors.without_code > 0 {
        errors.insert(None, edges.errors.without_code);
    }
    errors
}

/// Two codes are used for two reasons each, which are not told apart here.
fn by_code(counts: &CodeCounts) -> BTreeMap<u16, u64> {
    let mut sums = BTreeMap::new();
    for (code, count) in counts.iter().filter(|(_, count)| *count > 0) {
        *sums.entry(code.code()).or_default() += count;
    }
    sums
}

impl TurnTimes {
    /// How many turns there were.
    pub fn turns(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Counts a turn.
    pub(crate) fn count(&mut self, took: Duration) {
        self.counts[TURN_BOUNDS.partition_point(|&bound| bound < took)] += 1;
        self.sum += took;
    }

    fn add(&mut self, other: Self) {
        for (sum, more) in self.counts.iter_mut().zip(other.counts) {
            *sum += more;
        }
        self.sum += other.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_counted_at_the_first_bound_that_holds_it() {
        let mut times = TurnTimes::default();
        for micros in [0, 50, 51, 500_000, 500_001] {
            times.count(Duration::from_micros(micros));
        }
        assert_eq!((times.counts[0], times.counts[1], times.counts[11]), (2, 1, 1));
        assert_eq!((times.counts[12], times.turns()), (1, 5));
        assert_eq!(times.sum, Duration::from_micros(1_000_102));
    }
}
