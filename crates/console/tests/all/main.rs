//! The tests of this crate from outside, in one program: each would link everything below it anew.

mod apps;
mod common;
mod doors;
mod restore;
