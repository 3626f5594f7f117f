//! Publishing as a back end does it: signed HTTP requests over one kept connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use rollcall_wire::auth::{Key, sign_request};

use crate::clock;
use crate::error::{BenchError, Result};
use crate::stamp::{CHANNEL, EVENT, Stamp};

/// Whoever makes a server send a message.
pub(crate) trait Publisher: Send {
    /// Has one message sent; returns when the server has taken the order.
    fn publish(&mut self, stamp: Stamp) -> Result<()>;
}

/// A back end with one connection to the server.
#[derive(Debug)]
pub(crate) struct HttpPublisher {
    socket: TcpStream,
    server: SocketAddr,
    /// What the paths of the app begin with.
    app: String,
    key: Key,
    answer: Vec<u8>,
}

impl HttpPublisher {
    /// Connects.
    pub(crate) fn connect(server: SocketAddr, app: &str, key: &Key) -> Result<Self> {
        let socket = TcpStream::connect(server)?;
        socket.set_nodelay(true)?;
        let app = format!("/apps/{app}");
        Ok(Self { socket, server, app, key: key.clone(), answer: Vec::new() })
    }

    /// Has an event sent to a channel.
    pub(crate) fn send(&mut self, channel: &str, data: &str) -> Result<()> {
        let body = format!(r#"{{"name":"{EVENT}","channel":"{channel}","data":"{data}"}}"#);
        self.request("POST", "/events", &body)
    }

    /// Asks about a channel. The answer is behind all that was sent to it: it has been delivered.
    pub(crate) fn await_delivered(&mut self, channel: &str) -> Result<()> {
        self.request("GET", &format!("/channels/{channel}"), "")
    }

    fn request(&mut self, method: &str, path: &str, body: &str) -> Result<()> {
        let path = format!("{}{path}", self.app);
        let now = clock::unix_seconds();
        let query = sign_request(&self.key, method, &path, "", body.as_bytes(), now);
        let request = format!(
            "{method} {path}?{query} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.server,
            body.len()
        );
        self.socket.write_all(request.as_bytes())?;
        match read_answer(&mut self.socket, &mut self.answer)? {
            200 => Ok(()),
            status => Err(BenchError::NotPublished(status)),
        }
    }
}

impl Publisher for HttpPublisher {
    fn publish(&mut self, stamp: Stamp) -> Result<()> {
        self.send(CHANNEL, &stamp.data())
    }
}

/// Reads a whole answer, and returns its status.
pub(crate) fn read_answer(socket: &mut TcpStream, answer: &mut Vec<u8>) -> Result<u16> {
    answer.clear();
    let mut buffer = [0; 2048];
    loop {
        let count = socket.read(&mut buffer)?;
        if count == 0 {
            return Err(BenchError::Ended("server"));
        }
        answer.extend_from_slice(&buffer[..count]);
        if let Some(status) = status_of_whole(answer) {
            return Ok(status);
        }
    }
}

/// The status of an answer, once all of its body is there.
fn status_of_whole(answer: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if body.len() < length.unwrap_or(0) {
        return None;
    }
    head.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_once_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        for cut in 0..answer.len() {
            assert_eq!(status_of_whole(&answer[..cut]), None, "{cut}");
        }
        assert_eq!(status_of_whole(answer), Some(200));
        assert_eq!(status_of_whole(b"HTTP/1.1 401 Unauthorized\r\n\r\n"), Some(401));
    }
}
