//! The two cookies: the web session `s` and the device key `k` (docs/status.md section 0, S10).

use rollcall_store::{DEVICE_KEY_MS, SESSION_ABSOLUTE_MS};
use rollcall_web::Cookie;

/// `s`: signed in.
pub(crate) const SESSION: Cookie = Cookie::new("s", "__Host-s", SESSION_ABSOLUTE_MS);

/// `k`: may sign in again.
pub(crate) const DEVICE_KEY: Cookie = Cookie::new("k", "__Host-k", DEVICE_KEY_MS);
