//! A request that an operator has made, to see whether an endpoint takes it. Nothing is owed, so
//! it is neither repeated nor written down nor counted.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rollcall_engine::{App, AppId};
use rollcall_store::UnixMillis;
use serde::Serialize;

use super::post::{Letter, Post};
use crate::config::webhook_url;

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestSend {
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long it took, in ms.
    pub took_ms: u64,
    /// Why it did not arrive: anything but a 2xx in time.
    pub error: Option<String>,
    /// What it was signed with.
    pub signature: String,
    /// What was sent.
    pub body: String,
}

/// Why nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSendError {
    /// There is no such app.
    UnknownApp,
    /// No endpoint can have that URL.
    BadUrl,
    /// Another test of the app is under way.
    Busy,
    /// The node delivers no webhooks.
    NotDelivering,
}

/// What sends tests, one of an app at a time.
#[derive(Debug, Default)]
pub(crate) struct TestSends {
    post: OnceLock<Post>,
    under_way: Mutex<HashSet<AppId>>,
}

/// A test under way, until it is dropped.
#[derive(Debug)]
struct Turn<'a> {
    sends: &'a TestSends,
    app: &'a AppId,
}

impl TestSends {
    /// Webhooks are delivered from now on, and so may tests be.
    pub(super) fn begin(&self, post: Post) {
        // Only the first of a node counts; another would do the same.
        let _ = self.post.set(post);
    }

    /// Sends a test in the name of `app`; its time is `now`, and no other has its `name`.
    pub(crate) async fn send(
        &self,
        app: &App,
        url: &str,
        now: UnixMillis,
        name: u64,
    ) -> Result<TestSend, TestSendError> {
        let url = webhook_url(url).map_err(|_| TestSendError::BadUrl)?;
        // An app without a key is not served.
        let key = app.keys.first().cloned().ok_or(TestSendError::UnknownApp)?;
        let post = self.post.get().cloned().ok_or(TestSendError::NotDelivering)?;
        let _turn = self.take_turn(&app.id).ok_or(TestSendError::Busy)?;
        let body = body(now);
        // Receivers remember ids for minutes, and names are given anew by the next run.
        let id = format!("test-{now}-{name}");
        let letter = Letter { url, id, key, body: body.clone().into() };
        let attempt = post.send(Some(letter)).await;
        Ok(TestSend {
            status: attempt.status(),
            took_ms: attempt.took_ms(),
            error: attempt.problem(),
            signature: attempt.signature,
            body,
        })
    }

    fn take_turn<'a>(&'a self, app: &'a AppId) -> Option<Turn<'a>> {
        let is_free = self.lock().insert(app.clone());
        // Made only for who has it: dropping it gives the turn back.
        is_free.then(|| Turn { sends: self, app })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<AppId>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.sends.lock().remove(self.app);
    }
}

impl fmt::Display for TestSendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownApp => "there is no such app",
            Self::BadUrl => {
                "the URL must be an http:// or https:// URL of at most 2048 bytes, without a user \
                 and without a fragment"
            }
            Self::Busy => "a test of this app is under way; wait until it has ended",
            Self::NotDelivering => "this server delivers no webhooks",
        })
    }
}

impl std::error::Error for TestSendError {}

/// A webhook like any other, so that verifiers and handlers take it, of a channel that says what it
/// is.
fn body(time_ms: UnixMillis) -> String {
    format!(
        r#"{{"time_ms":{time_ms},"events":[{{"name":"channel_occupied","channel":"rollcall-test"}}]}}"#
    )
}
