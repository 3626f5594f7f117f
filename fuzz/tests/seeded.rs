//! Every fuzz target with 200,000 inputs of the seeded generator.
//!
//! `ROLLCALL_FUZZ_INPUTS` and `ROLLCALL_FUZZ_SEED` ask for more, or others. A failure is shortened
//! and printed so that it can be pasted among the [`REGRESSIONS`].

use std::panic::{self, AssertUnwindSafe};

use rollcall_fuzz::{Generator, TARGETS, Target, corpus};

#[test]
fn ws_decoder() {
    run("ws_decoder");
}

#[test]
fn pusher_message() {
    run("pusher_message");
}

#[test]
fn names() {
    run("names");
}

#[test]
fn http_requests() {
    run("http_requests");
}

#[test]
fn api_bodies() {
    run("api_bodies");
}

#[test]
fn query_strings() {
    run("query_strings");
}

#[test]
fn fallback_bodies() {
    run("fallback_bodies");
}

#[test]
fn edge_operations() {
    run("edge_operations");
}

#[test]
fn session_operations() {
    run("session_operations");
}

#[test]
fn partition_operations() {
    run("partition_operations");
}

#[test]
fn what_failed_once_does_not_fail_again() {
    for (name, input) in REGRESSIONS {
        (target(name).run)(input);
    }
}

/// A target without a libFuzzer wrapper, or the other way round, is forgotten.
#[test]
fn every_target_has_a_libfuzzer_wrapper() {
    let manifest = include_str!("../cargo-fuzz/Cargo.toml");
    let named = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let named: Vec<_> = named.map(|file| file.trim_end_matches(".rs\"")).collect();
    assert_eq!(named, TARGETS.map(|target| target.name));
}

#[test]
fn a_target_that_fails_is_told_by_its_shortest_input() {
    let fails_on_seven = |bytes: &[u8]| bytes.contains(&7);
    assert_eq!(shortened(&[1, 2, 7, 3, 7, 4, 5, 6], fails_on_seven), [7]);
}

/// Inputs that once found something, and the target that they belong to.
const REGRESSIONS: &[(&str, &[u8])] = &[("edge_operations", b"\x06\x00\r\x0c\x07\x00\t\x02\x0b\x00\x0e\x01\t\x05\x07\x03\x0f\x0b\x01\x0f\t\x08\x01\x0e\x0e\x08\x0b\x0c\x0b\n\x04\x0c\x05\r\n\x03\r\r\t\x00\x01\x01\x05\x00\x04\x04\n\x04\x06\x0c\x02\x0f\x03\x04\n\x03\x00\x0e\x06\x06\x07\x07\x06\x06\t\x0c\x07\n\x05\t\x00\x08\x03\x00\x05\x0f\x06\x02\t\x05\x08\x00\n\x0f\x0e\x05\x00\t\x0b\x03")];

fn run(name: &str) {
    let target = target(name);
    let corpus = corpus(name);
    let mut generator = Generator::new(number("ROLLCALL_FUZZ_SEED", 1));
    for count in 0..number("ROLLCALL_FUZZ_INPUTS", 200_000) {
        let input = generator.input(&corpus);
        if fails(target, &input) {
            let input = quietly(|| shortened(&input, |shorter| fails(target, shorter)));
            eprintln!("input {count} of {name}: b\"{}\"", input.escape_ascii());
            (target.run)(&input);
        }
    }
}

fn target(name: &str) -> Target {
    TARGETS.into_iter().find(|target| target.name == name).expect("there is such a target")
}

fn fails(target: Target, input: &[u8]) -> bool {
    panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err()
}

/// Without the message of each panic; the last run, outside, prints its own.
fn quietly<T>(act: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = act();
    panic::set_hook(hook);
    result
}

/// Takes away pieces, large ones first, for as long as what is left fails.
fn shortened(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut input = input.to_vec();
    let mut piece = input.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        while at < input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..(at + piece).min(input.len()));
            if fails(&shorter) {
                input = shorter;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    input
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().expect("it is a number"),
        Err(_) => default,
    }
}
