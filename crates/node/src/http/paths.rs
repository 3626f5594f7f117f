//! One spelling for every path: without the prefix of the installation, and those of the HTTP
//! transports as the router knows them, for pusher-js puts `/pusher` before them unless it is told
//! otherwise, and doubles the slash when it is told `/` (docs/protocol.md 5.2 and 5.3).

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

use crate::config::PathPrefix;

/// Where a request below the prefix goes within the node; `None` for one that says so itself, and
/// for one that is not below it.
pub(crate) fn below(uri: &Uri, prefix: &PathPrefix) -> Option<Uri> {
    match prefix.as_str() {
        "" => None,
        _ => with_path(uri, prefix.strip(uri.path())?),
    }
}

/// The URI by which the router knows a request of a session; `None` for the one it has.
pub(crate) fn canonical(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let last = path.rsplit('/').next()?;
    if !matches!(last, "xhr" | "xhr_streaming" | "xhr_send") {
        return None;
    }
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.len() == 6 && segments[0] == PREFIX {
        segments.remove(0);
    }
    if segments.len() != 5 || segments[0] != "app" {
        return None;
    }
    with_path(uri, &format!("/{}", segments.join("/")))
}

fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

const PREFIX: &str = "pusher";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_every_spelling_of_a_session_is_one() {
        let table = [
            ("/pusher/app/k/1/s/xhr?t=1&n=2", "/app/k/1/s/xhr?t=1&n=2"),
            ("//app/k/1/s/xhr_streaming", "/app/k/1/s/xhr_streaming"),
            ("/pusher//app/k//1/s/xhr_send", "/app/k/1/s/xhr_send"),
            ("/app/k/1/s/xhr", "/app/k/1/s/xhr"),
        ];
        for (path, expected) in table {
            let found = canonical(&path.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), Some(expected), "{path}");
        }
        for path in ["/other/app/k/1/s/xhr", "/app/k/1/s", "//apps/1/events", "/pusher/app/k", "/"]
        {
            assert_eq!(canonical(&path.parse().unwrap()), None, "{path}");
        }
    }
}
