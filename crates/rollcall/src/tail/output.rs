//! Printing: events on standard output, notices beside them. It waits where nobody reads, so that
//! nothing piles up here.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::io::{AsyncWriteExt, Stderr, Stdout};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::notice::Notice;
use super::record;
use crate::cli::Format;
use crate::now::unix_millis;

/// Where it prints.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
    events: Stdout,
    notices: Stderr,
}

impl Output {
    pub(super) fn new(format: Format) -> Self {
        Self { format, events: tokio::io::stdout(), notices: tokio::io::stderr() }
    }

    /// How events are to be printed.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Prints lines.
    pub(super) async fn print(&mut self, lines: &str) -> io::Result<()> {
        self.events.write_all(lines.as_bytes()).await?;
        self.events.flush().await
    }

    /// Tells people on standard error, and programs among the events.
    pub(super) async fn tell(&mut self, notice: Notice<'_>) -> io::Result<()> {
        match self.format {
            Format::Json => {
                let record = notice.record(unix_millis()).to_string();
                self.print(&record::json_line(&record)).await
            }
            Format::Table => {
                let line = format!("rollcall: {}\n", notice.sentence());
                // Whoever closed standard error wants no notices.
                let _ = self.notices.write_all(line.as_bytes()).await;
                let _ = self.notices.flush().await;
                Ok(())
            }
        }
    }

    /// Waits a moment for what is under way.
    pub(super) async fn end(&mut self) {
        let _ = timeout(MOMENT, self.events.flush()).await;
    }
}

/// Waits until nobody reads standard output any more, such as `head` that has its lines. Of a file
/// that is never so.
pub(super) async fn unread() {
    // A thread of its own, which nobody waits for: the runtime watches only what it owns.
    if !matches!(spawn_blocking(wait_until_unread).await, Ok(Ok(()))) {
        std::future::pending().await
    }
}

fn wait_until_unread() -> io::Result<()> {
    let output = io::stdout();
    let mut watched = [PollFd::new(&output, PollFlags::empty())];
    loop {
        // Asked for nothing, it tells of nothing else.
        match poll(&mut watched, None) {
            Ok(1..) => return Ok(()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// How long a reader may take at the end.
const MOMENT: Duration = Duration::from_secs(1);
