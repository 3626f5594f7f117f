//! Bodies of the HTTP API: what back ends publish and change (`docs/protocol.md` 6.3 and 6.4).

mod error;
mod info;
mod member;
mod publish;

pub use error::ApiError;
pub use info::InfoRequest;
pub use member::MemberPatch;
pub use publish::{BatchRequest, EventRequest, PublishLimits};
