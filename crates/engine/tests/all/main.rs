//! The tests of this crate from outside, in one program: each would link everything below it anew.

mod by_app;
mod churn;
mod connections;
mod http_bounds;
mod http_sessions;
mod sessions;
mod settings;
