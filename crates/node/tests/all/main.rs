//! The tests of this crate from outside, in one program: each would link everything below it anew.

mod app_stats;
mod apps;
mod console;
mod drain;
mod handle;
mod http_api;
mod http_queries;
mod journal;
mod metrics;
mod observe;
mod reserved;
mod settings;
mod support;
mod websocket;
