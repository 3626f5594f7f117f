//! What operators are told of what goes on: the live debug console, the record of errors, and the
//! check list of what worked (docs/console.md 2.5, 2.6, 2.8).
//!
//! Machines observe (`rollcall_engine::observe`), shards pass that on at the end of a turn, the
//! service side reports what it sees itself, and one task, the hub, tells whoever watches. While
//! nobody watches an app, only errors and first times of it are reported. Every step is bounded,
//! drops rather than waits, and counts what it drops.

mod cure;
mod event;
mod hub;
mod incidents;
mod note;
mod report;
mod tap;

pub use event::{Event, EventType};
pub use incidents::{Incident, Incidents};
pub use note::{Decision, Note};
pub use rollcall_engine::observe::First;
pub use rollcall_wire::errors::{ErrorKind, Side};
pub use tap::{Batch, Tap};

pub(crate) use event::type_of;
pub(crate) use hub::Hub;
pub(crate) use incidents::Listeners;
pub(crate) use note::Noted;
pub(crate) use report::{Report, Reporter, Sight};
pub(crate) use tap::{Queue, Taps};
