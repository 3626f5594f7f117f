//! Names of things that cross between the machines: who, where, and which one of several.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use rollcall_wire::channel::ChannelName;
use slotmap::new_key_type;

use crate::app::AppId;

/// How many partitions a node's channels are spread over.
pub const PARTITIONS: u8 = 64;

/// One shard's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeId(pub u16);

new_key_type! {
    /// A connection of one edge.
    ///
    /// Slots are used again; a generation in the key tells a connection from the one that had its
    /// slot before.
    pub struct ConnId;

    /// One subscription of one connection: a new one each time it subscribes.
    pub struct SubscriptionId;
}

/// One of the [`PARTITIONS`] slices of all channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionIndex(pub u8);

/// Ties an [`Answer`](crate::Answer) to its question; chosen by who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// A standing request to divert a client event; chosen by who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InterceptId(pub u64);

/// A standing request to hear who joins and leaves; chosen by who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WatchId(pub u64);

/// The identity of a member or of a signed-in user, always text (docs/protocol.md 2.6).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Arc<str>);

/// A channel of an app.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChannelKey {
    /// The tenant.
    pub app: AppId,
    /// The channel's name, unique in the app.
    pub name: ChannelName,
}

impl UserId {
    /// Wraps an id that was checked against the app's limits.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for UserId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ChannelKey {
    /// The partition that owns the channel.
    ///
    /// FNV-1a, because every node of every version must agree on it; it need not resist chosen
    /// names, which could only crowd one partition of one's own app.
    pub fn partition(&self) -> PartitionIndex {
        let bytes = self.app.as_str().bytes().chain([0]).chain(self.name.as_str().bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The low bits of FNV depend on few input bits; fold the high ones in.
        PartitionIndex(((hash ^ (hash >> 32)) % u64::from(PARTITIONS)) as u8)
    }
}
