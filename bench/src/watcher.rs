//! An operator who watches the app of a benchmark: a client of the console's live channel, as the
//! page of the debug console is, but that it draws nothing.
//!
//! It sets up the console of a fresh server, signs itself in and reads in a thread of its own, so
//! that what it is told costs the server all that it costs for a browser.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use rollcall_wire::ws::{client, frame_len};
use serde_json::{Value, json};

use crate::error::{BenchError, Result};
use crate::handshake::{self, Room};
use crate::publisher;

/// Somebody who watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher {
    socket: TcpStream,
    /// How much was told to have happened.
    seen: Arc<AtomicU64>,
    reading: Option<JoinHandle<io::Result<()>>>,
}

/// A client of the console's API.
struct Console {
    server: SocketAddr,
    cookie: String,
}

impl Watcher {
    /// Makes itself the operator with the code that the server printed, and watches an app.
    pub(crate) fn begin(server: SocketAddr, code: &str, app: &str) -> Result<Self> {
        let mut console = Console { server, cookie: String::new() };
        let operator = json!({ "code": code, "name": "Benchmark", "password": PASSWORD });
        let session = console.ask("setup", &operator)?;
        let key = session["live"]["key"].as_str().ok_or(BenchError::NotWatched)?;
        let (mut socket, name) = handshake::open(server, key, Room::Usual)?;
        let channel = format!("private-debug-{app}");
        let signed =
            console.ask("live/auth", &json!({ "socket_id": name, "channel_name": channel }))?;
        let subscription = json!({ "channel": channel, "auth": signed["auth"] });
        let subscription = json!({ "event": "pusher:subscribe", "data": subscription });
        handshake::listen(&mut socket, &subscription.to_string())?;
        let (seen, reader) = (Arc::<AtomicU64>::default(), socket.try_clone()?);
        let reading = thread::spawn({
            let seen = Arc::clone(&seen);
            move || read(reader, &seen)
        });
        Ok(Self { socket, seen, reading: Some(reading) })
    }

    /// How much happened in the app by what was told, shown or only counted; an error if it is
    /// nothing, or if the server hung up.
    pub(crate) fn seen(&self) -> Result<u64> {
        let reads = self.reading.as_ref().is_some_and(|reading| !reading.is_finished());
        match self.seen.load(Ordering::Relaxed) {
            seen if seen > 0 && reads => Ok(seen),
            _ => Err(BenchError::NotWatched),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The server may have ended before.
        let _ = self.socket.shutdown(Shutdown::Both);
        let _ = self.reading.take().map(JoinHandle::join);
    }
}

impl Console {
    /// Asks, and keeps the session that the answer may open.
    fn ask(&mut self, path: &str, body: &Value) -> Result<Value> {
        let (body, mut socket) = (body.to_string(), TcpStream::connect(self.server)?);
        let request = format!(
            "POST /console/api/{path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.server,
            self.cookie,
            body.len()
        );
        socket.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        let status = publisher::read_answer(&mut socket, &mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(BenchError::NotWatched)?;
        if let Some(cookie) = cookie_in(head) {
            cookie.clone_into(&mut self.cookie);
        }
        match serde_json::from_str(body) {
            Ok(value) if status == 200 => Ok(value),
            _ => Err(BenchError::NotWatched),
        }
    }
}

/// Reads until the connection ends, and counts what is told.
fn read(mut socket: TcpStream, seen: &AtomicU64) -> io::Result<()> {
    let (mut unread, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let count = socket.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        unread.extend_from_slice(&buffer[..count]);
        while let Some(length) = frame_len(&unread).filter(|&length| length <= unread.len()) {
            let frame: Vec<u8> = unread.drain(..length).collect();
            match frame[0] {
                PING => socket.write_all(&pong(&frame))?,
                _ => drop(seen.fetch_add(seen_in(&frame), Ordering::Relaxed)),
            }
        }
    }
}

fn pong(ping: &[u8]) -> Vec<u8> {
    let mut pong = Vec::new();
    client::write_pong(&mut pong, payload(ping), [0; 4]);
    pong
}

/// How much happened according to a frame.
fn seen_in(frame: &[u8]) -> u64 {
    let told = || -> Option<u64> {
        let event: Value = serde_json::from_slice(payload(frame)).ok()?;
        let data: Value = serde_json::from_str(event["data"].as_str()?).ok()?;
        data["seen"].as_u64()
    };
    told().unwrap_or(0)
}

/// What a whole frame of the server holds.
fn payload(frame: &[u8]) -> &[u8] {
    match frame[1] {
        127 => &frame[10..],
        126 => &frame[4..],
        _ => &frame[2..],
    }
}

fn cookie_in(head: &str) -> Option<&str> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("set-cookie").then_some(value)
    })?;
    value.split(';').next().map(str::trim)
}

/// The first byte of a ping.
const PING: u8 = 0x89;

/// Of a server that nobody else reaches and that is gone in a minute.
const PASSWORD: &str = "correct horse battery";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_found_in_a_frame_of_any_length() {
        for ballast in [0, 200, 70_000] {
            let data = json!({ "seen": 7, "events": "x".repeat(ballast) }).to_string();
            let text = json!({ "event": "events", "data": data }).to_string();
            let mut frame = vec![0x81];
            match text.len() {
                length @ 0..126 => frame.push(length as u8),
                length @ 126..65_536 => {
                    frame.push(126);
                    frame.extend_from_slice(&(length as u16).to_be_bytes());
                }
                length => {
                    frame.push(127);
                    frame.extend_from_slice(&(length as u64).to_be_bytes());
                }
            }
            frame.extend_from_slice(text.as_bytes());
            assert_eq!(frame_len(&frame), Some(frame.len()));
            assert_eq!(seen_in(&frame), 7);
        }
        assert_eq!(seen_in(b"\x81\x02{}"), 0);
    }

    #[test]
    fn a_session_is_found_in_the_head_of_an_answer() {
        let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; HttpOnly\r\nX: y";
        assert_eq!(cookie_in(head), Some("a=b"));
        assert_eq!(cookie_in("HTTP/1.1 200 OK"), None);
    }
}
