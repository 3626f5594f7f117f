//! The tests of this crate from outside, in one program: each would link everything below it anew.

mod common;
mod contract;
mod limits;
mod live;
mod operators;
mod pages;
