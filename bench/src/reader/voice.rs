//! What all sessions over HTTP say, by send requests on one connection: each once the one before was
//! answered.
//!
//! They share it so that what a session costs is not hidden by a connection that only spoke once.

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Registry, Token};

use super::answer::Answer;
use super::{connect, read_some};
use crate::error::Result;
use crate::ledger::Fault;

/// The connection, and what waits for it.
pub(super) struct Voice {
    server: SocketAddr,
    token: Token,
    /// There is none before something is said, and the server closes it when nothing is for long.
    socket: Option<TcpStream>,
    /// To what was said last, if it has not come.
    answer: Option<Answer>,
    waiting: VecDeque<Words>,
}

/// What one session says.
#[derive(Debug)]
struct Words {
    path: String,
    body: String,
}

impl Voice {
    /// Nothing is said yet.
    pub(super) fn new(server: SocketAddr, token: Token) -> Self {
        Self { server, token, socket: None, answer: None, waiting: VecDeque::new() }
    }

    /// Says something in the session that has this path, when its turn comes.
    pub(super) fn say(&mut self, session: &str, body: &str) {
        let (path, body) = (format!("{session}/xhr_send"), body.to_owned());
        self.waiting.push_back(Words { path, body });
    }

    /// Sends what waits, if nothing is under way.
    pub(super) fn speak(&mut self, registry: &Registry) -> Result<()> {
        if self.answer.is_some() {
            return Ok(());
        }
        let Some(words) = self.waiting.pop_front() else { return Ok(()) };
        let socket = match &mut self.socket {
            Some(socket) => socket,
            none => none.insert(connect(self.server, registry, self.token)?),
        };
        self.answer = Some(Answer::expect(NO_CONTENT));
        // The kernel has room for so little: nothing else is under way there.
        Ok(socket.write_all(words.request(self.server).as_bytes())?)
    }

    /// Reads all that there is.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<()> {
        while let Some(socket) = &mut self.socket {
            match (read_some(socket, buffer), &mut self.answer) {
                (Ok(None), _) => return Ok(()),
                (Ok(Some(count)), Some(answer)) => {
                    answer.take(&buffer[..count], |_| Err(Fault::Foreign))?;
                }
                (Ok(Some(_)), None) => return Err(Fault::Foreign.into()),
                (Err(fault), Some(_)) => return Err(fault.into()),
                (Err(_), None) => self.socket = None,
            }
            self.answer.take_if(|answer| answer.is_over());
        }
        Ok(())
    }

    /// What waits, each as a line.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> Vec<String> {
        self.waiting.iter().map(|words| format!("{} {}", words.path, words.body)).collect()
    }
}

impl Words {
    fn request(&self, server: SocketAddr) -> String {
        let Self { path, body } = self;
        format!(
            "POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The status of an answer to what was said.
const NO_CONTENT: u16 = 204;
