//! The program from outside: what it prints, how it ends, and what it leaves on the disk.
//!
//! Each test runs the built binary in a directory of its own. What the server then serves is
//! tested where that is made, and in the black-box tests of the workspace.

mod apps;
mod check_config;
mod console;
mod data_and_app;
mod refusals;
mod serving;
mod support;
mod trigger;
mod webhooks;
