//! The console: where an operator makes apps, takes their keys and switches settings
//! (docs/console.md).
//!
//! It is an HTTP router on a [`NodeHandle`](rollcall_node::NodeHandle) and a
//! [`Store`](rollcall_store::Store). What it changes it writes into the store, with a record of the
//! change in the same transaction, and whoever follows the store puts it in force; so a change of the
//! console and one of the command line are the same. Start at [`Console`]; the routes are in
//! `routes/`.

mod apps;
mod backup;
mod changing;
mod codes;
mod console;
mod draw;
mod error_groups;
mod escape;
mod failure;
mod filter;
mod history;
mod incidents;
mod judge;
mod limits;
mod live;
mod log_tail;
mod network;
mod operator_name;
mod passwords;
mod process;
mod pulse;
mod record;
mod recording;
mod routes;
mod settings;
mod signed_in;
mod visitors;

pub use codes::Code;
pub use console::{Console, ConsoleSettings, Licence};
pub use draw::{APP_ID_BYTES, PAIR_BYTES, app_id, key_pair};
pub use filter::{Filter, FilterError, FilterProblem};
pub use judge::{Judge, Objection};
pub use live::debug_topic;
pub use log_tail::LogTail;
pub use record::{By, record, restore_details};
pub use recording::Recording;
