//! What the machines count: plain structs without atomics, one for each app, copied when somebody
//! asks and summed over the shards. Fields said to be *now* go up and down; all others count since
//! the start.

use rollcall_wire::close::CloseCode;

use crate::by_app::Counters;
use crate::edge::Ending;

/// Counters of an edge, or the sum of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EdgeStats {
    /// Connections open now.
    pub connections: u64,
    /// Subscriptions now, those that wait for their partition included.
    pub subscriptions: u64,
    /// Users that connections are signed in as, or watch, now. Known of whole edges alone, not of
    /// their apps.
    pub users: u64,
    /// Bytes that sockets did not take when they were written, now.
    pub queue_bytes: u64,
    /// Text messages taken from clients.
    pub messages_in: u64,
    /// Bytes read from clients.
    pub bytes_in: u64,
    /// Bytes that sockets took.
    pub bytes_out: u64,
    /// Frames queued for one connection each, control frames included.
    pub deliveries: u64,
    /// Errors sent in band (`pusher:error`).
    pub errors: ErrorCounts,
    /// Close frames that this side began with, refusals at the door included.
    pub closes: CodeCounts,
    /// How connections ended that this side did not close.
    pub ends: EndCounts,
    /// Connections closed because they did not read.
    pub slow_readers: u64,
}

/// Counters of a partition, or the sum of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartitionStats {
    /// Channels occupied now: with a subscribed connection, or a member in its grace.
    pub channels: u64,
    /// Members of presence channels now, each counted once per channel however many connections
    /// they have; those in their grace included.
    pub members: u64,
    /// Events from back ends and from the node's own programs, one per channel, heard or not.
    pub published: u64,
    /// Client events that edges let through, diverted ones included.
    pub client_events: u64,
    /// What changed in rosters, as told to subscribers.
    pub presence: PresenceCounts,
}

/// Changes of rosters as they are told, heard or not: who comes and goes within a turn, or is back
/// within the grace, is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PresenceCounts {
    /// Members who joined, once per channel.
    pub joined: u64,
    /// Members who left, once per channel.
    pub left: u64,
    /// Members whose info changed, once per channel.
    pub updated: u64,
}

/// Errors sent in band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorCounts {
    /// With `code: null`.
    pub without_code: u64,
    /// With a code.
    pub by_code: CodeCounts,
}

/// Ends of connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndCounts {
    /// The peer sent a close frame.
    pub closed: u64,
    /// The peer stopped sending without one.
    pub eof: u64,
    /// Reading or writing failed.
    pub failed: u64,
}

/// A counter for each close code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CodeCounts([u64; CloseCode::ALL.len()]);

impl CodeCounts {
    /// How many there were of one code.
    pub fn of(&self, code: CloseCode) -> u64 {
        self.0[code as usize]
    }

    /// How many there were of each code, zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (CloseCode, u64)> {
        CloseCode::ALL.into_iter().zip(self.0)
    }

    pub(crate) fn count(&mut self, code: CloseCode) {
        self.0[code as usize] += 1;
    }

    fn add(&mut self, other: Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

impl EndCounts {
    pub(crate) fn count(&mut self, how: Ending) {
        match how {
            Ending::Eof => self.eof += 1,
            Ending::Failed => self.failed += 1,
        }
    }
}

impl EdgeStats {
    /// Adds the counters of another edge.
    pub fn add(&mut self, other: Self) {
        self.connections += other.connections;
        self.subscriptions += other.subscriptions;
        self.users += other.users;
        self.queue_bytes += other.queue_bytes;
        self.messages_in += other.messages_in;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.deliveries += other.deliveries;
        self.errors.without_code += other.errors.without_code;
        self.errors.by_code.add(other.errors.by_code);
        self.closes.add(other.closes);
        self.ends.closed += other.ends.closed;
        self.ends.eof += other.ends.eof;
        self.ends.failed += other.ends.failed;
        self.slow_readers += other.slow_readers;
    }

    /// A connection is behind with so much more, or less.
    pub(crate) fn queue(&mut self, change: i64) {
        self.queue_bytes = self.queue_bytes.wrapping_add_signed(change);
    }
}

impl PartitionStats {
    /// Adds the counters of another partition.
    pub fn add(&mut self, other: Self) {
        self.channels += other.channels;
        self.members += other.members;
        self.published += other.published;
        self.client_events += other.client_events;
        self.presence.add(other.presence);
    }
}

impl PresenceCounts {
    /// Adds other changes.
    pub(crate) fn add(&mut self, other: Self) {
        self.joined += other.joined;
        self.left += other.left;
        self.updated += other.updated;
    }
}

impl Counters for EdgeStats {
    fn add(&mut self, other: Self) {
        self.add(other);
    }
}

impl Counters for PartitionStats {
    fn add(&mut self, other: Self) {
        self.add(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_counter_of_its_own() {
        for (place, code) in CloseCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, place);
            let mut counts = CodeCounts::default();
            counts.count(code);
            assert_eq!(counts.iter().filter(|&(_, count)| count == 1).count(), 1);
            assert_eq!(counts.of(code), 1);
        }
    }
}
