//! `rollcall tail`: prints what the console's debug page shows of an app, live.
//!
//! It is a program of the same machine: it writes itself a session into the database (`pass.rs`),
//! asks the console with it (`console.rs`), and is then an ordinary client of the app that carries
//! the console's live pages, over streaming HTTP (`stream.rs`, `lines.rs`). `follower.rs` puts that
//! together and comes back when the server does; `record.rs`, `notice.rs` and `sampling.rs` make the
//! words, `output.rs` prints them. What a filter means is in `rollcall_console`.

mod console;
mod failure;
mod follower;
mod lines;
mod notice;
mod output;
mod pass;
mod record;
mod sampling;
mod stream;

use rollcall_console::Filter;
use rollcall_node::config::Config;
use rollcall_store::Store;

use crate::cli::Tail;
use crate::failure::Failure;
use crate::signals::StopSignals;
use console::Console;
use follower::Follower;
use output::Output;
use pass::Pass;

pub(crate) use failure::TailError;

/// Prints until a signal, or until nobody reads what is printed.
pub(crate) async fn run(config: &Config, wish: &Tail) -> Result<(), Failure> {
    let filter = Filter::parse(&wish.filter);
    let filter =
        filter.map_err(|error| TailError::Filter { filter: wish.filter.clone(), error })?;
    if !Store::exists(&config.data)? {
        return Err(Failure::NoDatabase(config.data.clone()));
    }
    let stop = StopSignals::new().map_err(Failure::Runtime)?;
    let console = Console::new(config, wish)?;
    let mut pass = Pass::new(&config.data);
    let mut output = Output::new(wish.format);
    let follower = Follower::new(&console, &filter, &mut pass, &mut output);
    // The futures are dropped where they wait, so a signal also ends a write that nobody reads.
    let ended = tokio::select! {
        ended = follower.run() => ended,
        () = stop.recv() => Ok(()),
        () = output::unread() => Ok(()),
    };
    output.end().await;
    // What went wrong first is the reason; a session that stays ends by itself.
    let forgotten = pass.end().await;
    ended.and(forgotten)
}
