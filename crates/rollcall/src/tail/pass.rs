//! The session of this program: a token that it writes into the database itself, which is good for
//! twelve hours, and takes out again when it ends (docs/console.md section 1).

use std::path::{Path, PathBuf};

use rollcall_store::Store;
use rollcall_web::Token;

use crate::failure::Failure;
use crate::now::unix_millis;

/// The session, if there is one. The database is open only while it is written.
pub(super) struct Pass {
    data: PathBuf,
    token: Option<Token>,
}

impl Pass {
    /// None yet.
    pub(super) fn new(data: &Path) -> Self {
        Self { data: data.to_owned(), token: None }
    }

    /// The text of its token.
    pub(super) fn token(&self) -> Option<String> {
        self.token.as_ref().map(Token::text)
    }

    /// Opens a new one in place of the one before.
    pub(super) async fn renew(&mut self) -> Result<(), Failure> {
        self.end().await?;
        let token = Token::random().map_err(Failure::Random)?;
        let hash = token.hash();
        // Known before it is written: whoever is ended meanwhile takes it out.
        self.token = Some(token);
        let store = Store::open(&self.data).await?;
        let opened = store.open_program_session(&hash, unix_millis()).await;
        store.close().await;
        Ok(opened?)
    }

    /// Ends it, if there is one.
    pub(super) async fn end(&mut self) -> Result<(), Failure> {
        let Some(token) = self.token.take() else { return Ok(()) };
        // A database that is gone took the session along, and must not be made anew.
        if !Store::exists(&self.data)? {
            return Ok(());
        }
        let store = Store::open(&self.data).await?;
        let ended = store.end_operator_session(&token.hash()).await;
        store.close().await;
        Ok(ended?)
    }
}
