//! Errors in groups, as they are told (docs/console.md 2.6).

use rollcall_store::{ErrorGroupRow, UnixMillis};
use serde::Serialize;
use serde_json::Value;

/// Whose errors are those that belong to no app; no app has this id.
pub(crate) const OF_NO_APP: &str = "";

/// Errors that are alike.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorGroup {
    kind: String,
    code: Option<u16>,
    message: String,
    count: u64,
    first_at: UnixMillis,
    last_at: UnixMillis,
    /// The last of them, as the debug console showed it.
    sample: Option<Value>,
    /// The setting that would cure it, and what to set it to.
    setting: Option<Value>,
    suggested: Option<Value>,
}

impl From<ErrorGroupRow> for ErrorGroup {
    fn from(row: ErrorGroupRow) -> Self {
        let sample: Option<Value> = serde_json::from_str(&row.sample).ok();
        let of_sample = |key| sample.as_ref().and_then(|sample| sample.get(key).cloned());
        Self {
            setting: of_sample("setting"),
            suggested: of_sample("suggested"),
            sample,
            kind: row.kind,
            code: row.code,
            message: row.message,
            count: row.count,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}
