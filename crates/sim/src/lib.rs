//! Nodes in one thread under a virtual clock, and the language in which the engine is tested.
//!
//! A [`World`] holds edges, partitions, the mail between them and sockets with bounded buffers. A
//! [`Stage`] puts clients on it that speak real bytes, sign with real keys and read frames, and
//! performs [`Command`]s. A transcript is text: commands, and under each what the clients heard;
//! [`check`] plays it and compares. A [`Model`] says what subscribers must hear, for commands that
//! were drawn at random.
//!
//! Nothing here reads a clock or draws chance that is not seeded. Start with `transcript.rs` for
//! the tests' side, with `world.rs` for the machines' side.

mod chance;
mod client;
mod command;
mod describe;
mod diff;
mod http;
mod journal;
mod link;
mod model;
mod post;
mod setting;
mod speech;
mod stage;
mod transcript;
mod words;
mod world;

pub use chance::Chance;
pub use client::Heard;
pub use command::{Action, Claim, Command, Except, Show};
pub use model::{Audit, Model};
pub use post::Delivery;
pub use setting::{Setting, default_app};
pub use stage::{Line, Stage, Staging};
pub use transcript::{check, play};
pub use words::ParseError;
pub use world::{Arrival, LinkId, World};
