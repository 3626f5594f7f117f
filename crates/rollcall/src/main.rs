//! The program `rollcall`: reads the command line, builds the server or answers a question about
//! its apps, and turns every failure into one sentence and an exit code.
//!
//! Begin with `serve.rs`, which puts the node, the store, the status app and the console together. What the
//! options are is not decided here but in `rollcall_node::config`.

mod address;
mod apps;
mod catalogue;
mod certificate;
mod check;
mod cli;
mod code;
mod commands;
mod doctor;
mod edit_apps;
mod failure;
mod first_start;
mod follow;
mod judge;
mod licences;
mod log;
mod now;
mod pages;
#[cfg(test)]
mod reference;
mod restore;
mod running;
mod serve;
mod server;
mod show_secret;
mod signals;
mod tail;
mod token;
mod trigger;
mod unfit;
mod usage;
mod webhooks;
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
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    let outcome = runtime.block_on(carry_out(invocation));
    // A name that a slow name server is asked for, for a webhook, must not hold up the end.
    runtime.shutdown_background();
    outcome
}

async fn carry_out(Invocation { task, given }: &Invocation) -> Result<(), Failure> {
    if *task == Task::CheckConfig {
        return check::run(given).await;
    }
    let config = config::load(given)?;
    match task {
        Task::Serve | Task::CheckConfig => serve::run(&config).await,
        Task::Trigger(trigger) => trigger::run(&config, trigger).await,
        Task::Doctor(wish) => doctor::run(&config, wish).await,
        Task::Tail(wish) => tail::run(&config, wish).await,
        Task::ListApps(format) => apps::list(&config, *format).await,
        Task::ShowApp { id, secrets, format } => apps::show(&config, id, *secrets, *format).await,
        Task::AddApp { id, words, format } => edit_apps::add(&config, id, words, *format).await,
        Task::SetApp { id, words } => edit_apps::set(&config, id, words).await,
        Task::RemoveApp { id } => edit_apps::remove(&config, id).await,
        Task::ListWebhooks { app, format } => {
            webhooks::list(&config, app.as_deref(), *format).await
        }
        Task::ResendWebhooks(wish) => webhooks::resend(&config, wish).await,
        Task::DrawCode => code::run(&config).await,
        Task::OpenSession => token::run(&config).await,
        Task::Restore(file) => restore::run(&config, file).await,
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
