//! The client's half of a WebSocket, for tests, simulations and benchmarks.

use super::header::{MAX_CONTROL_PAYLOAD, Sender};
use super::{Message, WsError, mask};

/// Turns a server's bytes into messages; see [`super::Decoder`].
#[derive(Debug)]
pub struct Decoder(super::Decoder);

impl Decoder {
    /// A decoder of a server's frames that refuses messages of more than `max_message` bytes.
    pub fn new(max_message: usize) -> Self {
        Self(super::Decoder::reading_from(Sender::Server, max_message))
    }

    /// As [`super::Decoder::decode`].
    pub fn decode<'a>(
        &'a mut self,
        input: &'a mut [u8],
    ) -> Result<(usize, Option<Message<'a>>), WsError> {
        self.0.decode(input)
    }
}

/// Appends a masked text frame.
pub fn write_text(out: &mut Vec<u8>, payload: &[u8], mask: [u8; 4]) {
    write(out, 0x81, payload, mask);
}

/// Appends a masked binary frame.
pub fn write_binary(out: &mut Vec<u8>, payload: &[u8], mask: [u8; 4]) {
    write(out, 0x82, payload, mask);
}

/// Appends a masked ping; its payload is at most 125 bytes, the rest is cut.
pub fn write_ping(out: &mut Vec<u8>, payload: &[u8], mask: [u8; 4]) {
    write(out, 0x89, &payload[..payload.len().min(MAX_CONTROL_PAYLOAD)], mask);
}

/// Appends a masked pong; its payload is at most 125 bytes, the rest is cut.
pub fn write_pong(out: &mut Vec<u8>, payload: &[u8], mask: [u8; 4]) {
    write(out, 0x8a, &payload[..payload.len().min(MAX_CONTROL_PAYLOAD)], mask);
}

/// Appends a masked close frame.
pub fn write_close(out: &mut Vec<u8>, code: u16, reason: &str, mask: [u8; 4]) {
    let mut payload = code.to_be_bytes().to_vec();
    let reason = &reason[..reason.floor_char_boundary(MAX_CONTROL_PAYLOAD - 2)];
    payload.extend_from_slice(reason.as_bytes());
    write(out, 0x88, &payload, mask);
}

/// Appends a frame with any first byte, legal or not: final bit, reserved bits and opcode.
pub fn write(out: &mut Vec<u8>, first: u8, payload: &[u8], mask: [u8; 4]) {
    out.push(first);
    if payload.len() < 126 {
        out.push(0x80 | payload.len() as u8);
    } else if let Ok(short) = u16::try_from(payload.len()) {
        out.push(0x80 | 126);
        out.extend_from_slice(&short.to_be_bytes());
    } else {
        out.push(0x80 | 127);
        out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
    }
    out.extend_from_slice(&mask);
    let start = out.len();
    out.extend_from_slice(payload);
    mask::apply(&mut out[start..], mask, 0);
}
