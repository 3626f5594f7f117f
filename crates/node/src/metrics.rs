//! The metrics of a node: what there is to tell (`table.rs`), how it is written (`text.rs`), and the
//! page about it (`docs.rs`). Who may read them is decided by HTTP; what is counted, where it
//! happens.

mod docs;
mod snapshot;
mod table;
mod text;

pub use docs::metrics_markdown;
pub use snapshot::Counter;
pub(crate) use snapshot::Snapshot;
pub(crate) use text::{CONTENT_TYPE, write};
