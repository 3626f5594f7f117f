//! How often somebody may do what (docs/status.md S14).
//!
//! Everything here is a plain value that is told the time. A try that is refused counts for
//! nothing, so the wait it is told is true.

mod failures;
mod place;
mod table;
mod window;

pub use failures::Failures;
pub use place::Place;
pub use table::{Entry, Size, Table};
pub use window::{Rate, Window};
