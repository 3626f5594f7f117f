//! The tests of this crate from outside, in one program: each would link everything below it anew.

mod authorization;
mod cache;
mod client_events;
mod connection;
mod counters;
mod counting;
mod errors;
mod grace;
mod journal;
mod liveness;
mod member_updates;
mod observations;
mod operations;
mod presence;
mod private;
mod public;
mod queries;
mod settings;
mod storm;
mod thousand;
mod users;
mod watchlists;
mod webhooks;
