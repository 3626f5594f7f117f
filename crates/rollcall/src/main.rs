//! The program `rollcall`: reads the command line, builds the server or answers a question about
//! its apps, and turns every failure into one sentence and an exit code.
//!
//! Begin with `serve.rs`, which puts the node, the store and the status app together. What the
//! options are is not decided here but in `rollcall_node::config`.

mod apps;
mod catalogue;
mod cli;
mod failure;
mod first_start;
mod pages;
mod serve;
mod signals;
mod unfit;
mod usage;
mod welcome;

use std::env;
use std::process::ExitCode;

use rollcall_node::config;
use tokio::runtime;

use cli::{Invocation, Task};
use failure::Failure;
use usage::UsageError;

fn main() -> ExitCode {
    match cli::parse(env::args_os()) {
        Ok(invocation) => report(run(&invocation)),
        // `--help` and `--version` come as errors too, to be printed on standard output.
        Err(text) if !text.use_stderr() => {
            let _ = text.print();
            ExitCode::SUCCESS
        }
        Err(error) => report(Err(Failure::Usage(UsageError::new(error)))),
    }
}

fn run(invocation: &Invocation) -> Result<(), Failure> {
    for (name, meant) in config::misspelt_variables(&invocation.given) {
        eprintln!("rollcall: {name} is not an option and is ignored; did you mean {meant}?");
    }
    let config = config::load(&invocation.given)?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    match &invocation.task {
        Task::Serve => runtime.block_on(serve::run(&config)),
        Task::ListApps(format) => runtime.block_on(apps::list(&config, *format)),
        Task::ShowApp { id, secrets } => runtime.block_on(apps::show(&config, id, *secrets)),
    }
}

fn report(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("rollcall: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
