//! Asking the console: for the key of its live app, for a signature, and for the apps there are.

use std::cell::RefCell;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, Url};
use rollcall_console::debug_topic;
use rollcall_node::config::Config;
use serde_json::{Value, from_slice};

use super::failure::{Lost, TailError};
use crate::cli::Tail;
use crate::server;

/// The console of a server, and the app that is followed there.
#[derive(Debug)]
pub(super) struct Console<'a> {
    config: &'a Config,
    wish: &'a Tail,
    client: Client,
    base: RefCell<Url>,
}

/// How to listen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Live {
    /// The key of the live app.
    pub(super) key: String,
    /// The channel that tells of the app.
    pub(super) channel: String,
}

/// What came of asking for a signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// It.
    Auth(String),
    /// The server has no such app.
    NoApp,
}

impl<'a> Console<'a> {
    pub(super) fn new(config: &'a Config, wish: &'a Tail) -> Result<Self, TailError> {
        let base = server::base(config, wish.url.as_deref())?.into();
        let client = server::client(config, "tail", PATIENCE, SILENCE)?;
        Ok(Self { config, wish, client, base })
    }

    /// Looks where the server is by now: it may have been started elsewhere since.
    pub(super) fn find_again(&self) {
        // One that does not run says nothing, and may come back where it was.
        if let Ok(base) = server::base(self.config, self.wish.url.as_deref()) {
            self.base.replace(base);
        }
    }

    /// Where the server is; it ends with a slash.
    pub(super) fn base(&self) -> Url {
        self.base.borrow().clone()
    }

    /// The app that is followed.
    pub(super) fn app(&self) -> &str {
        &self.wish.app
    }

    /// A POST request of a path below the prefix.
    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.at(path))
    }

    /// How to listen; none if the session is over, or never was.
    pub(super) async fn live(&self, token: Option<&str>) -> Result<Option<Live>, Lost> {
        let request = authorized(self.client.get(self.at(SESSION)), token);
        let session = json(SESSION, request).await?;
        match session["signed_in"].as_bool() {
            Some(true) => {
                let live = &session["live"];
                let text = |name: &str| live[name].as_str().ok_or(Lost::Strange);
                let channel = format!("{}{}", text("channel_prefix")?, debug_topic(self.app()));
                Ok(Some(Live { key: text("key")?.to_owned(), channel }))
            }
            Some(false) => Ok(None),
            None => Err(Lost::Strange),
        }
    }

    /// A signature for a channel.
    pub(super) async fn sign(
        &self,
        token: Option<&str>,
        socket: &str,
        channel: &str,
    ) -> Result<Signed, Lost> {
        let fields = [("socket_id", socket), ("channel_name", channel)];
        let request = authorized(self.post(AUTH), token).form(&fields);
        let (status, body) = answer(request).await?;
        match status {
            200 => {
                let auth = body["auth"].as_str().ok_or(Lost::Strange)?;
                Ok(Signed::Auth(auth.to_owned()))
            }
            403 if body["error"] == "no_topic" => Ok(Signed::NoApp),
            status => Err(Lost::Answered { path: AUTH, status }),
        }
    }

    /// The ids of the apps that the server has.
    pub(super) async fn apps(&self, token: Option<&str>) -> Result<Vec<String>, Lost> {
        let cards = json(APPS, authorized(self.client.get(self.at(APPS)), token)).await?;
        let cards = cards["apps"].as_array().ok_or(Lost::Strange)?;
        let ids = cards.iter().filter_map(|card| card["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    fn at(&self, path: &str) -> Url {
        self.base.borrow().join(path).expect("paths of ours are relative URLs")
    }
}

/// Why a request failed.
pub(super) fn broken(error: &reqwest::Error) -> Lost {
    match error.is_timeout() {
        true => Lost::Silent,
        false => Lost::Unreachable(server::innermost(error)),
    }
}

fn authorized(request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

/// The body of an answer that has to be 200.
async fn json(path: &'static str, request: RequestBuilder) -> Result<Value, Lost> {
    match answer(request).await? {
        (200, Value::Null) => Err(Lost::Strange),
        (200, body) => Ok(body),
        (status, _) => Err(Lost::Answered { path, status }),
    }
}

/// The status of an answer, and its body; null if that is no JSON.
async fn answer(request: RequestBuilder) -> Result<(u16, Value), Lost> {
    let response = request.timeout(PATIENCE).send().await.map_err(|error| broken(&error))?;
    let status = response.status().as_u16();
    let body = read(response).await?;
    Ok((status, from_slice(&body).unwrap_or_default()))
}

async fn read(mut response: Response) -> Result<Vec<u8>, Lost> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BODY {
            return Err(Lost::Strange);
        }
    }
    Ok(body)
}

const SESSION: &str = "console/api/session";
const AUTH: &str = "console/api/live/auth";
const APPS: &str = "console/api/apps";

/// How long an answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// How long a stream may be silent; the server gives a sign of life every 25 s.
const SILENCE: Duration = Duration::from_secs(40);

/// Far more than the cards of all apps.
const MOST_BODY: usize = 16 << 20;
