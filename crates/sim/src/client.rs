//! The client's half of a connection: it reads frames, answers pings and close frames.

use std::fmt;

use rollcall_wire::socket::SocketId;
use rollcall_wire::ws::{Message, WsError, client};

use crate::chance::Chance;
use crate::describe;
use crate::http::LineReader;
use crate::world::LinkId;

/// No server frame of a test comes near it.
const MAX_MESSAGE: usize = 64 << 20;

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) link: LinkId,
    /// The name that signatures are made for.
    pub(crate) socket: SocketId,
    /// Whether it answers what a WebSocket library answers by itself.
    pub(crate) manners: Manners,
    pub(crate) close_sent: bool,
    /// Whether the end of the socket was reported.
    pub(crate) ended: bool,
    reader: Reader,
    chance: Chance,
}

/// What makes sense of the bytes that it reads.
#[derive(Debug)]
enum Reader {
    Frames(client::Decoder),
    Lines(LineReader),
}

/// Whether a client answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Answers,
    Silent,
}

/// One thing that a client heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A text message, as it came.
    Frame(String),
    /// A control ping with its payload.
    Ping(Vec<u8>),
    /// A control pong with its payload.
    Pong(Vec<u8>),
    /// A close frame.
    Close {
        /// The code, if there was one.
        code: Option<u16>,
        /// The reason, perhaps empty.
        reason: String,
    },
    /// A binary message, which no server sends.
    Binary,
    /// Bytes that are no frame of a server.
    Garbled(WsError),
    /// A sign of life, over HTTP.
    Heartbeat,
    /// What is no line of a server, over HTTP.
    NoLine,
    /// The server shut the socket down.
    Eof,
    /// The server reset the socket.
    Reset,
}

impl Client {
    pub(crate) fn new(link: LinkId, socket: SocketId, seed: u32) -> Self {
        Self {
            link,
            socket,
            manners: Manners::Answers,
            close_sent: false,
            ended: false,
            reader: Reader::Frames(client::Decoder::new(MAX_MESSAGE)),
            chance: Chance::seeded(seed.into()),
        }
    }

    /// One whose connection is a session over HTTP.
    pub(crate) fn over_http(link: LinkId, socket: SocketId, seed: u32) -> Self {
        Self { reader: Reader::Lines(LineReader::default()), ..Self::new(link, socket, seed) }
    }

    /// Whether its connection is a session over HTTP.
    pub(crate) fn is_over_http(&self) -> bool {
        matches!(self.reader, Reader::Lines(_))
    }

    /// Reads what came over the connection.
    pub(crate) fn read(&mut self, mut bytes: &mut [u8]) -> Vec<Heard> {
        let mut heard = Vec::new();
        let decoder = match &mut self.reader {
            Reader::Lines(lines) => return lines.read(bytes),
            Reader::Frames(decoder) => decoder,
        };
        while !bytes.is_empty() {
            match decoder.decode(bytes) {
                Ok((taken, message)) => {
                    heard.extend(message.map(Heard::from));
                    bytes = &mut bytes[taken..];
                }
                Err(error) => {
                    heard.push(Heard::Garbled(error));
                    break;
                }
            }
        }
        heard
    }

    /// What it answers by itself.
    pub(crate) fn answer(&mut self, heard: &Heard) -> Option<Vec<u8>> {
        if self.manners == Manners::Silent {
            return None;
        }
        match heard {
            Heard::Ping(payload) => {
                Some(self.encode(|out, mask| client::write_pong(out, payload, mask)))
            }
            Heard::Close { code, .. } if !self.close_sent && !self.is_over_http() => {
                Some(self.close(*code))
            }
            _ => None,
        }
    }

    /// The bytes of a close frame.
    pub(crate) fn close(&mut self, code: Option<u16>) -> Vec<u8> {
        self.close_sent = true;
        self.encode(|out, mask| match code {
            Some(code) => client::write_close(out, code, "", mask),
            None => client::write(out, 0x88, b"", mask),
        })
    }

    /// The bytes of a text message.
    pub(crate) fn text(&mut self, text: &str) -> Vec<u8> {
        self.encode(|out, mask| client::write_text(out, text.as_bytes(), mask))
    }

    /// The bytes that `write` appends, with a mask of their own.
    pub(crate) fn encode(&mut self, write: impl FnOnce(&mut Vec<u8>, [u8; 4])) -> Vec<u8> {
        let mut out = Vec::new();
        let mask = self.chance.mask();
        write(&mut out, mask);
        out
    }
}

impl From<Message<'_>> for Heard {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Frame(text.to_owned()),
            Message::Binary => Self::Binary,
            Message::Ping(payload) => Self::Ping(payload.to_vec()),
            Message::Pong(payload) => Self::Pong(payload.to_vec()),
            Message::Close { code, reason } => Self::Close { code, reason: reason.to_owned() },
        }
    }
}

impl Heard {
    /// The channel that a frame is about.
    pub fn channel(&self) -> Option<String> {
        match self {
            Self::Frame(json) => describe::channel(json),
            _ => None,
        }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(json) => f.write_str(&describe::frame(json)),
            Self::Ping(payload) => write!(f, "ping{}", control(payload)),
            Self::Pong(payload) => write!(f, "control pong{}", control(payload)),
            Self::Close { code: Some(code), reason } if reason.is_empty() => {
                write!(f, "close {code}")
            }
            Self::Close { code: Some(code), reason } => write!(f, "close {code} {reason}"),
            Self::Close { code: None, .. } => f.write_str("close"),
            Self::Binary => f.write_str("binary"),
            Self::Heartbeat => f.write_str("heartbeat"),
            Self::NoLine => f.write_str("no line"),
            Self::Garbled(error) => write!(f, "garbled: {error}"),
            Self::Eof => f.write_str("eof"),
            Self::Reset => f.write_str("reset"),
        }
    }
}

fn control(payload: &[u8]) -> String {
    match payload {
        [] => String::new(),
        payload => format!(" {}", String::from_utf8_lossy(payload)),
    }
}
