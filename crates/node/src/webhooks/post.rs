//! One request to an endpoint, and what came of it.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use rollcall_wire::auth::{Key, webhook_signature};

/// What sends requests; it keeps connections open between them.
#[derive(Debug, Clone)]
pub(super) struct Post(Client);

/// What is sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) key: Key,
    pub(super) body: Bytes,
}

/// Why an endpoint did not take a request.
#[derive(Debug)]
pub(super) enum Problem {
    /// It answered something else than 2xx.
    Status(StatusCode),
    /// It did not answer in time.
    Late,
    /// It could not be reached, or did not speak HTTP.
    Unreachable(reqwest::Error),
    /// Nobody wants it told any more.
    Unset,
}

impl Post {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // Taken already if something else of the process has asked for it: it is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .no_proxy()
            .user_agent(concat!("Rollcall/", env!("CARGO_PKG_VERSION")));
        client.build().map(Self)
    }

    /// Sends a letter and waits for the answer, of which the status alone counts.
    pub(super) async fn send(self, letter: Letter) -> Result<(), Problem> {
        let signature = webhook_signature(&letter.key.secret, &letter.body);
        let request = self
            .0
            .post(&letter.url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("X-Pusher-Key", letter.key.key)
            .header("X-Pusher-Signature", signature)
            .header(ID, letter.id)
            .body(letter.body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Problem::Status(answer.status())),
            Err(error) if error.is_timeout() => Err(Problem::Late),
            Err(error) => Err(Problem::Unreachable(error.without_url())),
        }
    }
}

impl Problem {
    /// One line for a list, without the URL, which the list has already.
    pub(super) fn told(&self) -> String {
        let told = match self {
            Self::Status(status) => format!("it answered {}", status.as_u16()),
            Self::Late => format!("it did not answer within {} s", TIMEOUT.as_secs()),
            Self::Unreachable(error) => root(error),
            Self::Unset => "the endpoint is not set any more".to_owned(),
        };
        told.chars().filter(|c| !c.is_control()).take(LONGEST_PROBLEM).collect()
    }
}

/// The innermost cause: the others only say that a request failed.
fn root(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

/// The same for each attempt at a delivery, so that a receiver can tell a repeat.
const ID: &str = "rollcall-webhook-id";

/// docs/protocol.md appendix C.
const TIMEOUT: Duration = Duration::from_secs(4);

const LONGEST_PROBLEM: usize = 200;
