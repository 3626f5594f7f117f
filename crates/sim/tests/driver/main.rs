//! Commands drawn at random, thousands of lists of them, each played to a referee. A list that
//! fails is shrunk, and printed as a transcript that can be pasted as a test.
//!
//! `ROLLCALL_SIM_CASES` and `ROLLCALL_SIM_SEED` play more lists, or others.

mod draw;
mod hooks;
mod player;
mod referee;
mod watcher;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use draw::Play;
use referee::Referee;

const CASES: u64 = 2_000;

#[test]
fn c3_p66_p77_whatever_happens_every_client_hears_what_the_model_says() {
    let cases = setting("ROLLCALL_SIM_CASES").unwrap_or(CASES) as u32;
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&setting("ROLLCALL_SIM_SEED").unwrap_or(1).to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&draw::plays(), |play| Referee::watch(&play).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, play)) => panic!("{why}\n\nThe least that fails:\n\n{play}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn drawn_commands_print_as_the_lines_they_are_read_from() {
    use proptest::prelude::*;

    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&draw::plays(), |play: Play| {
        for command in play.commands {
            let read = rollcall_sim::Command::parse(&command.to_string());
            prop_assert_eq!(read, Ok(command));
        }
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
