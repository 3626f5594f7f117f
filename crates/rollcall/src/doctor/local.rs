//! This machine: whether it lets the server have as many connections as its apps may. A server that
//! runs here has said what its limit is; else it is that of a server started from here.

use rollcall_engine::Quota;
use rustix::process::{Resource, getrlimit};

use super::report::{Check, Finding};
use crate::catalogue::Catalogue;
use crate::running::Running;

/// Compares the limit on open files with the quotas of the apps.
pub(super) fn check(catalogue: Option<&Catalogue>, running: Option<&Running>) -> Option<Finding> {
    let (who, limit) = match running {
        Some(running) => ("The server", running.files),
        // It raises its soft limit to the hard one by itself.
        None => ("A server started from here", getrlimit(Resource::Nofile).maximum),
    };
    Some(judge(who, limit, &quotas(catalogue?)))
}

fn quotas(catalogue: &Catalogue) -> Vec<Quota> {
    catalogue.entries().iter().map(|entry| entry.app.quota()).collect()
}

/// No limit is none.
fn judge(who: &str, limit: Option<u64>, quotas: &[Quota]) -> Finding {
    let check = Check::Files;
    let Some(limit) = limit else {
        return check.good(format!("{who} may have any number of files open."));
    };
    let bounded = quotas.iter().filter_map(|quota| match quota {
        Quota::Unlimited => None,
        Quota::UpTo(most) => Some(u64::from(*most)),
    });
    let wanted: u64 = bounded.sum();
    let says = format!("{who} may have {limit} files open, and so fewer connections.");
    match wanted + RESERVE > limit {
        true if wanted > 0 => check.bad(
            format!("{says} The apps may have {wanted} connections by max_connections."),
            format!(
                "Raise the hard limit to {} or more and start it anew: {WHERE}.",
                wanted + RESERVE
            ),
        ),
        true => check.warning(says, format!("That is little: raise the hard limit, by {WHERE}.")),
        false if quotas.contains(&Quota::Unlimited) => {
            check.good(format!("{says} Apps without max_connections may use them all."))
        }
        false => check.good(format!("{says} The apps may have {wanted} connections.")),
    }
}

/// Where the limit is set.
const WHERE: &str =
    "LimitNOFILE= in a systemd unit, nofile in limits.conf, --ulimit of a container";

/// Files that are no clients' connections: the database, the log, back ends, runtimes.
const RESERVE: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_under_the_configured_connections_is_bad() {
        let quotas = [Quota::UpTo(600), Quota::UpTo(400)];
        let finding = judge("The server", Some(1024), &quotas);
        let advice = "Raise the hard limit to 1200 or more and start it anew: LimitNOFILE= in a \
                      systemd unit, nofile in limits.conf, --ulimit of a container.";
        let says = "The server may have 1024 files open, and so fewer connections. The apps may \
                    have 1000 connections by max_connections.";
        assert_eq!(finding, Check::Files.bad(says, advice));
    }

    #[test]
    fn room_for_all_is_good_and_so_is_no_limit() {
        let all = judge("The server", Some(1200), &[Quota::UpTo(1000)]);
        let says = "The server may have 1200 files open, and so fewer connections. The apps may \
                    have 1000 connections.";
        assert_eq!(all, Check::Files.good(says));
        let none = judge("The server", None, &[Quota::UpTo(1_000_000)]);
        let says = "The server may have any number of files open.";
        assert_eq!(none, Check::Files.good(says));
    }
}
