//! Fuzz targets: plain functions over bytes, each of which panics if something that must hold does
//! not.
//!
//! The bytes are either what a peer could send, or a list of operations on one of the machines; any
//! bytes are a legal input. `tests/seeded.rs` runs every target with inputs of a seeded generator,
//! on stable Rust, as part of the tests. `cargo-fuzz/` lets libFuzzer look for inputs of its own;
//! its manifest says how.
//!
//! ```text
//! cargo test -p rollcall-fuzz --profile fuzz
//! ROLLCALL_FUZZ_INPUTS=10000000 ROLLCALL_FUZZ_SEED=7 cargo test -p rollcall-fuzz --profile fuzz
//! ```

mod api_bodies;
mod corpus;
mod edge_operations;
mod fallback_bodies;
mod generator;
mod http_requests;
mod input;
mod names;
mod partition_operations;
mod pusher_message;
mod query_strings;
mod session_operations;
mod ws_decoder;

pub use api_bodies::api_bodies;
pub use corpus::corpus;
pub use edge_operations::edge_operations;
pub use fallback_bodies::fallback_bodies;
pub use generator::Generator;
pub use http_requests::http_requests;
pub use names::names;
pub use partition_operations::partition_operations;
pub use pusher_message::pusher_message;
pub use query_strings::query_strings;
pub use session_operations::session_operations;
pub use ws_decoder::ws_decoder;

/// A fuzz target.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of its function.
    pub name: &'static str,
    /// Takes any bytes; panics if something is wrong.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 10] = [
    Target { name: "ws_decoder", run: ws_decoder },
    Target { name: "pusher_message", run: pusher_message },
    Target { name: "names", run: names },
    Target { name: "http_requests", run: http_requests },
    Target { name: "api_bodies", run: api_bodies },
    Target { name: "query_strings", run: query_strings },
    Target { name: "fallback_bodies", run: fallback_bodies },
    Target { name: "edge_operations", run: edge_operations },
    Target { name: "session_operations", run: session_operations },
    Target { name: "partition_operations", run: partition_operations },
];
