//! A session over `xhr_streaming`, as pusher-js has them (docs/protocol.md section 5): one answer that
//! stays open and brings lines, another when that one is full, and a request for whatever is sent.

use std::collections::VecDeque;

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, from_str, json};
use tokio::time::timeout;

use super::console::{Console, PATIENCE, broken};
use super::failure::Lost;
use super::lines::Lines;
use crate::server::new_session;

/// A session of the live app.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    console: &'a Console<'a>,
    /// The path of the session, without what is asked of it.
    path: String,
    /// The answer that is read; none before the first and between two.
    answer: Option<Response>,
    lines: Lines,
    /// Whether the session was opened.
    is_open: bool,
    frames: VecDeque<Value>,
}

/// What a session hears.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// A frame.
    Frame(Value),
    /// A sign of life, which wants one back.
    Heartbeat,
}

impl<'a> Stream<'a> {
    /// One that is not connected yet.
    pub(super) fn new(console: &'a Console<'a>, key: &str) -> Result<Self, getrandom::Error> {
        let (path, lines) = (new_session(key)?, Lines::default());
        let frames = VecDeque::new();
        Ok(Self { console, path, answer: None, lines, is_open: false, frames })
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard, Lost> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Ok(Heard::Frame(frame));
            }
            match self.lines.take()? {
                Some(line) => {
                    if self.take(&line)? {
                        return Ok(Heard::Heartbeat);
                    }
                }
                None => self.read().await?,
            }
        }
    }

    /// Sends a frame.
    pub(super) async fn send(&self, frame: &Value) -> Result<(), Lost> {
        self.send_all(&json!([frame.to_string()])).await
    }

    /// Answers a heartbeat.
    pub(super) async fn send_sign_of_life(&self) -> Result<(), Lost> {
        self.send_all(&json!([])).await
    }

    async fn send_all(&self, frames: &Value) -> Result<(), Lost> {
        let request = self.console.post(&format!("{}/xhr_send", self.path));
        let request = request.header(CONTENT_TYPE, JSON).body(frames.to_string());
        let response = request.timeout(PATIENCE).send().await.map_err(|error| broken(&error))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(Lost::Answered { path: "xhr_send", status: status.as_u16() }),
        }
    }

    /// Reads on, in another answer if this one is full.
    async fn read(&mut self) -> Result<(), Lost> {
        if self.lines.is_full() {
            // Aborted first, as pusher-js does; the server holds back what comes meanwhile.
            self.answer = None;
        }
        let answer = match &mut self.answer {
            Some(answer) => answer,
            None => {
                let answer = self.receive().await?;
                self.lines = Lines::default();
                self.answer.insert(answer)
            }
        };
        match answer.chunk().await {
            Ok(Some(chunk)) => self.lines.push(&chunk),
            Ok(None) => return Err(Lost::Ended),
            Err(error) => return Err(broken(&error)),
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Response, Lost> {
        let version = env!("CARGO_PKG_VERSION");
        let query = format!("protocol=7&client=rollcall-tail&version={version}");
        let request = self.console.post(&format!("{}/xhr_streaming?{query}", self.path));
        let answer = timeout(PATIENCE, request.header(CONTENT_TYPE, JSON).send()).await;
        let response = answer.map_err(|_| Lost::Silent)?.map_err(|error| broken(&error))?;
        match response.status().as_u16() {
            200 => Ok(response),
            status => Err(Lost::Answered { path: "xhr_streaming", status }),
        }
    }

    /// Takes a line; whether it is a heartbeat.
    fn take(&mut self, line: &str) -> Result<bool, Lost> {
        let Some(kind) = line.chars().next() else { return Ok(false) };
        let rest = &line[kind.len_utf8()..];
        match kind {
            'o' if self.is_open => return Err(Lost::Forgotten),
            'o' => self.is_open = true,
            'c' => return Err(Lost::Closed(close_words(rest))),
            // Before a session is open, heartbeats are the prelude.
            _ if !self.is_open => {}
            'h' => return Ok(true),
            'a' => {
                let frames: Vec<String> = from_str(rest).map_err(|_| Lost::Strange)?;
                for frame in frames {
                    self.frames.push_back(parsed(&frame)?);
                }
            }
            'm' => {
                let frame: String = from_str(rest).map_err(|_| Lost::Strange)?;
                self.frames.push_back(parsed(&frame)?);
            }
            _ => {}
        }
        Ok(false)
    }
}

fn parsed(frame: &str) -> Result<Value, Lost> {
    from_str(frame).map_err(|_| Lost::Strange)
}

/// The code and the reason of a close.
fn close_words(array: &str) -> String {
    match from_str(array) {
        Ok((code, reason)) => {
            let (code, reason): (u16, String) = (code, reason);
            format!("{code} {reason}")
        }
        Err(_) => "without a code".to_owned(),
    }
}

const JSON: &str = "application/json";
