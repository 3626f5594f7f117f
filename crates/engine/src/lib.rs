//! The machines of Rollcall: the [`Edge`] that holds connections and turns one message into many
//! queued frames, and the [`Partition`] that decides order and who is present.
//!
//! Both are plain values fed with events and a clock: `handle_*` puts something in, `poll_*` takes
//! out what has to be done about it. There is no I/O here, no clock, no chance, no thread and no
//! lock; sockets, mailboxes and timers are the shell's (`rollcall-node`), or the simulator's
//! (`rollcall-sim`).
//!
//! Read `message.rs` first (what the two machines tell each other), then `edge.rs` and
//! `partition.rs`.

pub mod app;
pub mod delivery;
pub mod edge;
pub mod hooks;
pub mod ids;
pub mod message;
pub mod observe;
pub mod partition;
pub mod stats;
pub mod time;

mod by_app;
mod cache;
mod fanout;
mod limits;
mod outbox;
mod palette;
mod receiver;
mod roster;
mod session;
mod timers;
mod untold;
mod users;

pub use app::{App, AppId, Limits, PresenceSettings, Quota, Visibility};
pub use edge::{
    Attached, ConnectionFacts, Edge, EdgeEffect, Ending, Hangup, Opening, Refusal, Security, Sent,
};
pub use hooks::{HookClass, HookEvent, Owed, Webhook};
pub use ids::{
    ChannelKey, ConnId, EdgeId, InterceptId, PARTITIONS, PartitionIndex, SubscriptionId, Ticket,
    UserId, WatchId,
};
pub use message::{
    Answer, ChannelFacts, ClientEvent, EdgeCommand, FromPartition, GraceEnd, Impersonation,
    Intercepted, Join, KeptEvent, LastEvent, Leave, ListedChannel, Member, MemberChange,
    MemberUpdate, Publish, ToPartition, UserStatus,
};
pub use observe::{Happening, Observation, Observations, Watched};
pub use partition::{MemberFacts, Partition, PartitionEffect, RosterFacts, Told};
pub use receiver::{HttpTransport, Receive, ReceiveId, SessionName};
pub use stats::{CodeCounts, EdgeStats, EndCounts, ErrorCounts, PartitionStats, PresenceCounts};
pub use time::Time;

/// Seeds of the hash maps of a machine.
///
/// A parameter, since the machines draw no randomness: the node draws one at start, so that nobody
/// outside can choose colliding channel names, and the simulator fixes one, so that runs repeat.
pub type HashSeed = [u64; 4];

pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, ahash::RandomState>;

pub(crate) fn hash_map<K, V>(seed: HashSeed) -> HashMap<K, V> {
    let [a, b, c, d] = seed;
    HashMap::with_hasher(ahash::RandomState::with_seeds(a, b, c, d))
}
