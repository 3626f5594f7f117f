//! What the `tidy` test reads of the workspace: its source files and its packages.
//! The rules themselves are in `tests/tidy.rs`; the black-box suites beside it are JavaScript.

pub mod licence;
pub mod packages;
pub mod parts;
pub mod sources;
