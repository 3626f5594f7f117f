//! The node's HTTP surface: the WebSocket door, the HTTP API, `/up` and `/metrics`.
//!
//! Everything here speaks to the node through its handle; sockets leave through
//! [`upgrade`](self::upgrade) and are the shards' from then on.

mod accept;
mod answer;
mod attributes;
mod auth;
mod channels;
mod counts;
mod error;
mod event_body;
mod events;
mod members;
mod metrics;
mod observed;
mod paths;
mod patience;
mod places;
mod router;
mod sessions;
mod timeline;
mod upgrade;
mod users;
mod visitor;

pub(crate) use accept::{Acceptor, accept};
pub(crate) use answer::{PLACES as ANSWER_PLACES, PLACES_OF_ONE_APP as ANSWERS_OF_ONE_APP};
pub(crate) use counts::{RequestCounters, RequestCounts};
pub use event_body::{EventBody, EventBodyError};
pub use router::router;
pub use visitor::Visitor;

#[cfg(test)]
mod tests;
