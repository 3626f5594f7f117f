//! How often somebody may do what (docs/status.md S14).
//!
//! Everything here is a plain value that is told the time. A try that is refused counts for
//! nothing, so the wait it is told is true.

mod failures;
mod limiter;
mod place;
mod table;
mod window;

pub use limiter::{Limited, Limiter, Tries};
pub use place::Place;
pub use window::Rate;
