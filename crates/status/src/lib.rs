//! The status app: sign up, see who is here, change your status, live (docs/status.md).
//!
//! It is an HTTP router and a few background tasks on a [`NodeHandle`](rollcall_node::NodeHandle)
//! and a [`Store`](rollcall_store::Store). It knows nothing of sockets, frames or rosters: the
//! engine carries its statuses as member info. Start at [`StatusApp`]; the routes are in
//! `routes/`, the rules for texts in `name.rs` and `text.rs`.

mod app;
mod bridge;
mod cookies;
mod custom_pages;
mod failure;
mod html;
mod limits;
mod name;
mod navigation;
mod published;
mod routes;
mod sockets;
mod stats;
mod text;
mod unicode;

pub use app::{LOBBY, StatusApp, StatusSettings};
pub use limits::LimitSettings;
pub use stats::{LimitedStats, StatusStats};
