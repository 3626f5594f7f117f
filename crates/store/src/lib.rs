//! The embedded store: apps, accounts, web sessions, device keys and remembered mutations in SQLite.
//!
//! It holds rows and nothing else: what a name may look like, when a session is asked for and what
//! a setting means belong to its users. Time comes as an argument, in milliseconds since 1970.
//! Start at [`Store::open`]; each table has one file of queries.

mod apps;
mod error;
mod migrations;
mod open;

pub use apps::{AppRow, InsertAppError, KeyRow, NewApp};
pub use error::{OpenError, StoreError};
pub use open::Store;

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMillis = i64;
