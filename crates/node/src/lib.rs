//! The shell around the machines: threads, mailboxes, sockets and HTTP.
//!
//! Nothing here decides what a frame says or who is present; that is `rollcall-engine`. This crate
//! carries bytes to the machines and back: each shard thread ([`runtime`] starts them) drives one
//! edge and its share of the partitions, and everybody else (HTTP, the status app, tests) reaches
//! them through a [`NodeHandle`].
//!
//! Read `mail.rs` first (what crosses a thread), then `shard.rs` (the loop) and `conn.rs` (one
//! socket).

pub mod apps;
pub mod config;
pub mod handle;
pub mod http;
pub mod metrics;
pub mod observe;
pub mod runtime;
pub mod stats;
pub mod tls;
pub mod webhooks;

mod clock;
mod conn;
mod descriptors;
mod journal;
mod key_uses;
mod machines;
mod mail;
mod pipe;
mod provenance;
mod questions;
mod sends;
mod sessions;
mod shard;
mod socket_ids;
mod survey;
mod tally;
mod usage;

pub use apps::AppsError;
pub use handle::NodeHandle;
pub use journal::Journal;
pub use key_uses::KeyUse;
pub use runtime::{Node, NodeConfig, ServeError, StartError};
pub use webhooks::Webhooks;
