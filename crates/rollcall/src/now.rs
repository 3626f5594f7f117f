//! The time of day; the one place where the program reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use rollcall_store::UnixMillis;

/// Milliseconds since 1970, UTC.
#[expect(clippy::disallowed_methods, reason = "the program is the shell; rows carry their date")]
pub(crate) fn unix_millis() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis::try_from(since.as_millis()).unwrap_or(UnixMillis::MAX)
}
