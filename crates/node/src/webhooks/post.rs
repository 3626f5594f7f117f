//! One request to an endpoint, and what came of it.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use rollcall_store::UnixMillis;
use rollcall_wire::auth::{Key, webhook_signature};

use crate::clock::Clock;

/// What sends requests; it keeps connections open between them.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    client: Client,
    clock: Clock,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) url: String,
    pub(super) id: String,
    pub(super) key: Key,
    pub(super) body: Bytes,
}

/// A request that was made, and what came of it.
#[derive(Debug)]
pub(super) struct Attempt {
    /// When it began.
    pub(super) at: UnixMillis,
    pub(super) took: Duration,
    /// That of the body; empty if nothing was sent.
    pub(super) signature: String,
    /// The 2xx of an endpoint that took it.
    pub(super) result: Result<StatusCode, Problem>,
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
    pub(super) fn new(clock: Clock) -> Result<Self, reqwest::Error> {
        // Taken already if something else of the process has asked for it: it is the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .no_proxy()
            .user_agent(concat!("Rollcall/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: client.build()?, clock })
    }

    /// Sends a letter and waits for the answer, of which the status alone counts. Without one there
    /// is nobody to send it in the name of.
    pub(super) async fn send(self, letter: Option<Letter>) -> Attempt {
        let (at, began) = (self.clock.unix_millis(), self.clock.now());
        let (signature, result) = match letter {
            Some(letter) => {
                let signature = webhook_signature(&letter.key.secret, &letter.body);
                (signature.clone(), self.request(letter, signature).await)
            }
            None => (String::new(), Err(Problem::Unset)),
        };
        Attempt { at, took: self.clock.now() - began, signature, result }
    }

    async fn request(&self, letter: Letter, signature: String) -> Result<StatusCode, Problem> {
        let request = self
            .client
            .post(&letter.url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("X-Pusher-Key", letter.key.key)
            .header("X-Pusher-Signature", signature)
            .header(ID, letter.id)
            .body(letter.body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(answer.status()),
            Ok(answer) => Err(Problem::Status(answer.status())),
            Err(error) if error.is_timeout() => Err(Problem::Late),
            Err(error) => Err(Problem::Unreachable(error.without_url())),
        }
    }
}

impl Attempt {
    /// The status of the answer, if there was one.
    pub(super) fn status(&self) -> Option<u16> {
        match &self.result {
            Ok(status) | Err(Problem::Status(status)) => Some(status.as_u16()),
            Err(_) => None,
        }
    }

    /// How long it took until then, in ms.
    pub(super) fn took_ms(&self) -> u64 {
        u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX)
    }

    /// Why it was in vain, if it was.
    pub(super) fn problem(&self) -> Option<String> {
        self.result.as_ref().err().map(Problem::told)
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
