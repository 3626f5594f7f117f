//! What is told beside the events: that they are a sample, or that some may be missing.

use reqwest::Url;
use serde_json::{Value, json};

use super::failure::Lost;
use super::sampling::Sample;

/// One of them.
#[derive(Debug)]
pub(super) enum Notice<'a> {
    /// Events are told from now on.
    Watching { app: &'a str, server: &'a Url },
    /// They are told again.
    WatchingAgain,
    /// They are not, and why; it is tried again.
    Lost(&'a Lost),
    /// More happened than was told.
    Sampling(Sample),
}

impl Notice<'_> {
    /// A sentence, for people.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Watching { app, server } => format!("watching the app {app} at {server}"),
            Self::WatchingAgain => {
                "watching again; what happened meanwhile is not shown".to_owned()
            }
            Self::Lost(lost) => format!("the server is lost, and tried again: {lost}"),
            Self::Sampling(Sample { seen, shown }) => {
                format!("this is a sample: {shown} of {seen} events of about a second")
            }
        }
    }

    /// A record for programs, in milliseconds since 1970; no event is of its type.
    pub(super) fn record(&self, at: i64) -> Value {
        let mut record = json!({
            "at": at,
            "type": "notice",
            "kind": self.kind(),
            "message": self.sentence(),
        });
        if let Self::Sampling(Sample { seen, shown }) = self {
            record["seen"] = (*seen).into();
            record["shown"] = (*shown).into();
        }
        record
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Watching { .. } | Self::WatchingAgain => "watching",
            Self::Lost(_) => "lost",
            Self::Sampling(_) => "sampling",
        }
    }
}
