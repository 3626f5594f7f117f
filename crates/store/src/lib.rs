//! The embedded store: apps, accounts, web sessions, device keys, remembered mutations, operators of
//! the console, the record of changes and the node's journal in SQLite.
//!
//! It holds rows and nothing else: what a name may look like, when a session is asked for and what
//! a setting means belong to its users. Time comes as an argument, in milliseconds since 1970.
//! Start at [`Store::open`]; each table has one file of queries.

mod accounts;
mod apps;
mod apps_watch;
mod changes;
mod deliveries;
mod delivery_entries;
mod device_keys;
mod directory;
mod error;
mod errors;
mod firsts;
mod journal;
mod migrations;
mod mutations;
mod open;
mod operator_codes;
mod operator_sessions;
mod operators;
mod peek;
mod purge;
mod registration;
mod restore;
mod sessions;
mod stats;
mod status;

pub use accounts::{Account, AccountId, NAME_UNUSED_MS};
pub use apps::{AppRow, AppsEdit, KeyRow, WriteAppError};
pub use apps_watch::AppsWatch;
pub use changes::{ChangeKind, ChangeRow, NewChange};
pub use deliveries::{Delivery, DeliveryState, GIVEN_UP_MS, ListedDelivery, WaitingEvent};
pub use delivery_entries::{DeliveryEntry, MOST_GIVEN_UP};
pub use device_keys::{DEVICE_KEY_MS, NAMES_PER_DEVICE_KEY};
pub use directory::DataDirectory;
pub use error::{OpenError, StoreError};
pub use errors::{ERROR_MINUTE_MS, ErrorGroupRow, MOST_ERROR_GROUPS};
pub use journal::{
    CachedEvent, JournalEntry, NewOwedEvent, OwedEvent, OwedOfApp, Told, ToldClass, ToldRow,
};
pub use mutations::MUTATION_MS;
pub use open::Store;
pub use operator_codes::CODE_MS;
pub use operator_sessions::{
    Browsing, OperatorSession, OperatorSessionId, PROGRAM_SESSION_MS, SignedInAs,
};
pub use operators::{Operator, OperatorId, SetUp, SetUpError};
pub use peek::NextStart;
pub use registration::{
    Claimed, DeviceKey, Ground, OnOtherSession, RegisterError, Registered, Registration,
};
pub use restore::{Contents, Incoming, RestoreError, Staged};
pub use sessions::{
    SESSION_ABSOLUTE_MS, SESSION_IDLE_MS, SESSION_TOUCH_MS, SessionId, SignedIn, TokenHash,
};
pub use stats::StatsRow;
pub use status::{StatusRow, StatusWrite, Written};

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMillis = i64;
