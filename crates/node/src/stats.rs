//! The node's counters: one plain struct per shard, copied and summed when somebody asks, so that
//! counting touches nothing that threads share.

use std::time::Duration;

use rollcall_engine::{EdgeStats, PartitionStats};

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
