//! The library with which a Rust back end talks to Rollcall, or to any other server that speaks the
//! Pusher Channels HTTP API: it signs for browsers, publishes, asks who is there, and checks webhooks.
//!
//! It is no part of the server and holds no connection open. What its texts look like is the
//! business of the `rollcall-wire` crate, and the contract is `docs/protocol.md`.
//!
//! Start with [`Client::builder`], then [`Client::trigger`] and [`Client::authorize_channel`]:
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
//! # fn main() { canned("{}", async |canned| {
//! use rollcall_server::Client;
//! use serde_json::json;
//!
//! # let url = canned.url();
//! let client = Client::builder("1001", "app-key", "app-secret").url(url).build()?;
//! client.trigger("news", "headline", &json!({ "text": "Hello" })).await?;
//! # Ok(()) }) }
//! ```
//!
//! | what | how |
//! |---|---|
//! | let a browser subscribe | [`Client::authorize_channel`], [`Client::authorize_member`] |
//! | let a browser sign in | [`Client::authenticate_user`] |
//! | publish | [`Client::trigger`], [`Client::publish`], [`Client::publish_batch`], [`Client::send_to_user`] |
//! | ask | [`Client::channels`], [`Client::channel`], [`Client::users`] |
//! | act on people | [`Client::terminate_user`], [`Client::set_member_info`] |
//! | hear of what happens | [`Client::verify_webhook`] |

mod authorize;
mod builder;
mod client;
mod encrypt;
mod error;
mod event;
mod members;
mod now;
mod publish;
mod query;
mod request;
mod users;
mod webhook;

pub use authorize::{ChannelAuth, Member, User, UserAuth};
pub use builder::{BuildError, Builder};
pub use client::Client;
pub use error::{Error, Refusal, SignError};
pub use event::Event;
pub use query::{Attributes, Cached, Channel, Info};
pub use rollcall_wire::{ChannelNameError, MalformedSocketId};
pub use webhook::{Webhook, WebhookError, WebhookEvent};
