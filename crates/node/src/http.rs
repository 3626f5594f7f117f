//! The node's HTTP surface: the WebSocket door, the HTTP API and `/up`.
//!
//! Everything here speaks to the node through its handle; sockets leave through
//! [`upgrade`](self::upgrade) and are the shards' from then on.

mod accept;
mod answer;
mod auth;
mod channels;
mod error;
mod events;
mod members;
mod places;
mod router;
mod upgrade;

pub(crate) use accept::{Acceptor, accept};
pub(crate) use answer::PLACES as ANSWER_PLACES;
pub use router::router;

#[cfg(test)]
mod tests;
