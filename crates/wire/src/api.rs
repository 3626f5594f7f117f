//! What back ends say to the HTTP API: what they publish and change, in bodies, and what they ask, in
//! query strings (`docs/protocol.md` 6.3 to 6.5).

mod error;
mod info;
mod member;
mod publish;
mod query;

pub use error::ApiError;
pub use info::InfoRequest;
pub use member::MemberPatch;
pub use publish::{BatchRequest, EventRequest, PublishLimits};
pub use query::{ChannelQuery, ChannelsQuery, UsersQuery, parse_channel};
