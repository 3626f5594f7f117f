//! What may be done about the signed-in users of an app.

use std::fmt;

use rollcall_engine::{ChannelKey, EdgeCommand};

use super::NodeHandle;

/// Why a user is not sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminateError {
    /// There is no such app.
    UnknownApp,
    /// The shards have more to do than they hold; try again in a second.
    Busy,
}

impl NodeHandle {
    /// Closes all connections that are signed in as a user with 4009, wherever they are
    /// (docs/protocol.md 4.3). There need be none.
    ///
    /// # Errors
    ///
    /// There is no such app, or the shards have too much to do.
    pub fn terminate_user(&self, app: &str, user: &str) -> Result<(), TerminateError> {
        let app = self.tenant(app).ok_or(TerminateError::UnknownApp)?.app;
        if self.0.mailboxes.are_congested() {
            return Err(TerminateError::Busy);
        }
        // Nobody is signed in under an id that nobody can have.
        if let Some(channel) = ChannelKey::of_user(&app, user) {
            self.0.mailboxes.command_all(&EdgeCommand::TerminateUser { channel });
        }
        Ok(())
    }
}

impl fmt::Display for TerminateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::Busy => "the node has more to do than it holds; try again in a second",
        })
    }
}

impl std::error::Error for TerminateError {}
