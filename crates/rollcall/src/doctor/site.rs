//! Where the server is, as clients see it: the URL that was given, or the server's own address, and
//! the path prefix that really leads to it.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, Url};
use rollcall_node::config::Config;
use rollcall_wire::CloseCode;

use super::report::{Check, Finding};
use super::{Account, DoctorError};
use crate::server;

/// A server that answers.
#[derive(Debug)]
pub(super) struct Site {
    client: Client,
    /// Ends with a slash.
    base: Url,
    account: Option<Account>,
}

/// What came of looking for one.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) finding: Finding,
    /// Where the other checks go on, if anything answers.
    pub(super) site: Option<Site>,
}

/// What answers at a URL.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Rollcall,
    /// It sends everybody elsewhere.
    Draining,
    /// Something else, by its status.
    Other(u16),
    /// Nothing, and why.
    Nothing(String),
}

impl Site {
    /// Looks for the server at `url`, or where it listens by its own options.
    pub(super) async fn find(
        config: &Config,
        url: Option<&str>,
        account: Option<Account>,
    ) -> Result<Found, DoctorError> {
        let base = server::base(config, url)?;
        let client = server::client(config, "doctor", PATIENCE, PATIENCE)?;
        let site = Self { client, base, account };
        Ok(match site.ask().await {
            Answer::Rollcall => site.good(),
            Answer::Draining => Found {
                finding: Check::Server.bad(
                    format!("Rollcall answers at {}, and is about to stop.", site.base),
                    "Start it again, or wait for the one that takes over.",
                ),
                site: Some(site),
            },
            Answer::Other(status) => site.elsewhere(config, status).await,
            Answer::Nothing(why) => Found { finding: unreachable(&site.base, &why), site: None },
        })
    }

    /// As whom the transports are tried, if anybody is known.
    pub(super) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The key to connect with. One that no app has still shows whether connections get through.
    pub(super) fn key(&self) -> &str {
        self.account.as_ref().map_or(NO_KEY, |account| &account.key)
    }

    /// A GET request of a path below the prefix.
    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.at(path))
    }

    /// A POST request of a path below the prefix.
    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.at(path))
    }

    /// An OPTIONS request of a path below the prefix.
    pub(super) fn options(&self, path: &str) -> RequestBuilder {
        self.client.request(reqwest::Method::OPTIONS, self.at(path))
    }

    fn at(&self, path: &str) -> Url {
        self.base.join(path).expect("paths of ours are relative URLs")
    }

    fn good(self) -> Found {
        let finding = Check::Server.good(format!("Rollcall answers at {}.", self.base));
        Found { finding, site: Some(self) }
    }

    async fn ask(&self) -> Answer {
        match self.get("up").send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                match (status, text(response).await.as_str()) {
                    (200, "up\n") => Answer::Rollcall,
                    (503, "draining\n") => Answer::Draining,
                    _ => Answer::Other(status),
                }
            }
            Err(error) => Answer::Nothing(root(&error)),
        }
    }

    /// Something answers, and it is not Rollcall: the prefix may be another.
    async fn elsewhere(mut self, config: &Config, status: u16) -> Found {
        let asked = self.base.clone();
        for base in others(&asked, &config.front.path_prefix.to_string()) {
            self.base = base;
            if self.ask().await == Answer::Rollcall {
                return Found { finding: wrong_prefix(&asked, &self.base), site: Some(self) };
            }
        }
        let finding = Check::Server.bad(
            format!("{asked}up is answered with {status}, and not by Rollcall."),
            "Check the host, the port and the path: what is in front must pass the whole path on, \
             and path_prefix must be the part that it keeps (docs/proxies.md).",
        );
        Found { finding, site: None }
    }
}

/// `what` gets through, and the server closes it at once.
pub(super) fn closed(check: Check, what: &str, code: Option<u16>, reason: &str) -> Finding {
    if code == Some(CloseCode::UnknownApp.code()) {
        return check.bad(
            format!("{what} gets through, and this server knows no app with that key."),
            "rollcall apps list, run on the server's machine with its --data and --config, lists \
             the apps and their keys; so does the page Keys of an app in the console.",
        );
    }
    let code = code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
    check.bad(
        format!("{what} gets through, and the server closes it: {code} {reason}"),
        "docs/close-codes.md says what the code stands for.",
    )
}

/// One line of why a request failed.
pub(super) fn root(error: &reqwest::Error) -> String {
    match error.is_timeout() {
        true => format!("there is no answer within {} s", PATIENCE.as_secs()),
        false => server::innermost(error),
    }
}

/// The body as text, as far as it comes; empty where it does not.
pub(super) async fn text(response: Response) -> String {
    response.text().await.unwrap_or_default()
}

/// The same server with other prefixes: that of the options here, and none, which always leads to
/// the server as well.
fn others(asked: &Url, prefix: &str) -> Vec<Url> {
    let with = |path: String| {
        let mut url = asked.clone();
        url.set_path(&path);
        url
    };
    let mut bases = vec![with(format!("{prefix}/")), with("/".to_owned())];
    bases.dedup();
    bases.into_iter().filter(|base| base != asked).collect()
}

fn wrong_prefix(asked: &Url, right: &Url) -> Finding {
    Check::Server.bad(
        format!("Rollcall answers at {right}, and not at {asked}: the path prefix is wrong."),
        format!(
            "Have clients use {right}, or start the server with --path-prefix {}.",
            asked.path().trim_end_matches('/')
        ),
    )
}

fn unreachable(base: &Url, why: &str) -> Finding {
    let advice = match base.scheme() {
        "https" if why.contains("certificate") || why.contains("Certificate") => {
            "Clients will refuse this certificate, too: it must name this host, be in date, and \
             come with its chain (docs/proxies.md)."
        }
        "https" => "Check that the server runs, that the port is that of TLS, and the firewall.",
        _ => "Check that the server runs, the host, the port and the firewall.",
    };
    Check::Server.bad(format!("Nothing can be asked at {base}: {why}."), advice)
}

/// How long one step may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What is tried where no key is known.
const NO_KEY: &str = "rollcall-doctor";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_prefixes_are_those_that_were_not_asked_for() {
        let others = |asked, prefix| {
            let urls = others(&Url::parse(asked).unwrap(), prefix);
            urls.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(others("http://a/x/", "/y"), "http://a/y/ http://a/");
        assert_eq!(others("http://a/x/", ""), "http://a/");
        assert_eq!(others("http://a/", ""), "");
        assert_eq!(others("http://a/y/", "/y"), "http://a/");
    }
}
