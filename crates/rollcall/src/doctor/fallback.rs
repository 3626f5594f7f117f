//! Whether the HTTP transports get through (docs/protocol.md section 5), and whether something
//! between keeps back what is streamed.

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::report::{Check, Finding};
use super::site::{Site, closed, root};
use super::websocket::ESTABLISHED;
use crate::server::new_session;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// `xhr_streaming`.
    Streaming,
    /// `xhr_polling`.
    Polling,
}

/// How an attempt went wrong.
enum Trouble {
    /// A request failed, or was answered with something else than 2xx.
    Refused(String),
    /// The server said that it closes the session, with a code and a reason.
    Closed(Option<u16>, String),
    /// What should come did not, while the answer stayed open.
    Silence,
    /// The answer ended before.
    Ended,
}

/// What a session hears: a stream that stays open, or one poll after the other.
struct Session<'a> {
    site: &'a Site,
    transport: Transport,
    /// The path of the session, without what is asked of it.
    path: String,
    stream: Option<Response>,
    heard: String,
}

/// Begins a session, subscribes to a channel in it and waits to hear so.
pub(super) async fn check(site: &Site, transport: Transport) -> Finding {
    match converse(site, transport).await {
        Ok(()) => transport.check().good("It gets through, and nothing is kept back."),
        Err(trouble) => transport.judge(trouble, site.account().is_some()),
    }
}

async fn converse(site: &Site, transport: Transport) -> Result<(), Trouble> {
    let mut session = Session::new(site, transport)?;
    session.hear(ESTABLISHED).await?;
    session.send(&json!({ "event": "pusher:subscribe", "data": { "channel": CHANNEL } })).await?;
    session.hear(SUBSCRIBED).await
}

impl Transport {
    fn check(self) -> Check {
        match self {
            Self::Streaming => Check::Streaming,
            Self::Polling => Check::Polling,
        }
    }

    /// The end of the path of a receive request.
    fn path(self) -> &'static str {
        match self {
            Self::Streaming => "xhr_streaming",
            Self::Polling => "xhr",
        }
    }

    fn judge(self, trouble: Trouble, has_key: bool) -> Finding {
        let check = self.check();
        match trouble {
            Trouble::Closed(..) if !has_key => {
                check.skipped("Its requests are answered; name an app with --key to try it.")
            }
            Trouble::Closed(code, reason) => closed(check, "It", code, &reason),
            Trouble::Silence if self == Self::Streaming => check.bad(
                "Something between keeps back what is streamed until the answer ends.",
                "Turn off the buffering of answers: in nginx proxy_buffering off, and no \
                 proxy_ignore_headers X-Accel-Buffering (docs/proxies.md). Until then clients \
                 fall back to polling.",
            ),
            Trouble::Silence => check.bad("A poll is not answered.", PASS_ON),
            Trouble::Ended => check.bad("An answer ends before it is whole.", PASS_ON),
            Trouble::Refused(why) => check.bad(format!("It does not get through: {why}."), PASS_ON),
        }
    }
}

impl<'a> Session<'a> {
    fn new(site: &'a Site, transport: Transport) -> Result<Self, Trouble> {
        let path = new_session(site.key());
        let path = path.map_err(|error| Trouble::Refused(error.to_string()))?;
        Ok(Self { site, transport, path, stream: None, heard: String::new() })
    }

    /// Waits until the session has heard `words`.
    async fn hear(&mut self, words: &str) -> Result<(), Trouble> {
        while !self.heard.contains(words) {
            let mut answer = match self.stream.take() {
                Some(stream) => stream,
                None => self.receive().await?,
            };
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    self.heard.push_str(&String::from_utf8_lossy(&chunk));
                    self.stream = Some(answer);
                }
                Ok(None) if self.transport == Transport::Streaming => {
                    return Err(self.closed().unwrap_or(Trouble::Ended));
                }
                Ok(None) => {}
                Err(error) if error.is_timeout() => return Err(Trouble::Silence),
                Err(error) => return Err(Trouble::Refused(root(&error))),
            }
            if let Some(closed) = self.closed() {
                return Err(closed);
            }
            if self.heard.len() > MAX_HEARD {
                return Err(Trouble::Refused("what comes is not Rollcall's".to_owned()));
            }
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Response, Trouble> {
        let path =
            format!("{}/{}?protocol=7&client=rollcall-doctor", self.path, self.transport.path());
        let request = self.site.post(&path).header(CONTENT_TYPE, "application/json");
        match request.send().await {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) => Err(refused(&path, &response)),
            // A proxy that keeps everything back keeps the head back as well.
            Err(error) if error.is_timeout() => Err(Trouble::Silence),
            Err(error) => Err(Trouble::Refused(root(&error))),
        }
    }

    async fn send(&self, message: &serde_json::Value) -> Result<(), Trouble> {
        let path = format!("{}/xhr_send", self.path);
        let body = json!([message.to_string()]).to_string();
        let request = self.site.post(&path).header(CONTENT_TYPE, "application/json").body(body);
        match request.send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(refused(&path, &response)),
            Err(error) => Err(Trouble::Refused(root(&error))),
        }
    }

    /// What the server said last, if that was a close.
    fn closed(&self) -> Option<Trouble> {
        let close = self.heard.lines().find_map(|line| line.strip_prefix("c["))?;
        let (code, reason) = close.trim_end_matches(']').split_once(',')?;
        Some(Trouble::Closed(code.parse().ok(), reason.to_owned()))
    }
}

fn refused(path: &str, response: &Response) -> Trouble {
    Trouble::Refused(format!("POST {path} is answered with {}", response.status().as_u16()))
}

const PASS_ON: &str = "What is in front must pass on POST requests below /app/ with their bodies, \
                       unchanged and uncached (docs/proxies.md).";

/// What nobody publishes to.
const CHANNEL: &str = "rollcall-doctor";

const SUBSCRIBED: &str = "subscription_succeeded";

const MAX_HEARD: usize = 256 * 1024;
