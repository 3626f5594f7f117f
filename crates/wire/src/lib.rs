//! Bytes to types and back: everything that crosses Rollcall's wire, and nothing that remembers.
//!
//! There is no state here beyond a half-received WebSocket message, and no I/O, clock or chance.
//! The rules come from `docs/protocol.md`; the machines that act on these types live in the engine.
//! Start with [`ws`] for frames, [`pusher`] for what they carry and [`auth`] for signatures.

pub mod api;
pub mod auth;
pub mod channel;
pub mod close;
pub mod errors;
pub mod fallback;
pub mod frame;
mod json;
pub mod protocol;
pub mod pusher;
pub mod socket;
pub mod webhook;
pub mod ws;

pub use channel::{ChannelKind, ChannelName, ChannelNameError};
pub use close::CloseCode;
pub use errors::ErrorKind;
pub use frame::Frame;
pub use protocol::Protocol;
pub use socket::{MalformedSocketId, SocketId};
