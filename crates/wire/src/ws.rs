//! WebSocket frames (RFC 6455): what a client's bytes mean, and the bytes of what we say.
//!
//! The server half reads masked frames and writes unmasked ones; [`client`] is the other half, for
//! tests, simulations and benchmarks. No extension is negotiated, so reserved bits must be zero.
//! The HTTP upgrade itself happens elsewhere; only its [`accept_key`] is computed here.

pub mod client;
mod decode;
mod handshake;
mod header;
mod mask;
mod write;

pub use decode::{Decoder, Message, WsError};
pub use handshake::accept_key;
pub(crate) use write::{MAX_SERVER_HEADER, text_header};
pub use write::{frame_len, write_close, write_close_empty, write_ping, write_pong, write_text};
