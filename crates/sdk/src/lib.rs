//! The library with which a Rust back end talks to Rollcall: it signs for browsers and calls the HTTP API.
//! It is not part of the server; the wire format of what it says is the `rollcall-wire` crate's.
