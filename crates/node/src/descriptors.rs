//! The system's limit on open files, which is one on connections.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the soft limit as far as this process may. What that comes to is worth knowing, but no
/// reason not to start.
pub(crate) fn raise_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}
