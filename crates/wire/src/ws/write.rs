//! Server frames: unmasked, unfragmented.

use super::header::MAX_CONTROL_PAYLOAD;

/// Appends a text frame.
pub fn write_text(out: &mut Vec<u8>, payload: &[u8]) {
    write(out, TEXT, payload);
}

/// Appends a ping; its payload is at most 125 bytes, the rest is cut.
pub fn write_ping(out: &mut Vec<u8>, payload: &[u8]) {
    write(out, PING, control_payload(payload));
}

/// Appends a pong; its payload is at most 125 bytes, the rest is cut.
pub fn write_pong(out: &mut Vec<u8>, payload: &[u8]) {
    write(out, PONG, control_payload(payload));
}

/// Appends a close frame. A reason over 123 bytes is cut between two characters
/// (`docs/protocol.md` 1.5).
pub fn write_close(out: &mut Vec<u8>, code: u16, reason: &str) {
    let reason = &reason[..reason.floor_char_boundary(MAX_CLOSE_REASON)];
    out.extend_from_slice(&[CLOSE, 2 + reason.len() as u8]);
    out.extend_from_slice(&code.to_be_bytes());
    out.extend_from_slice(reason.as_bytes());
}

/// Appends a close frame that gives no code.
pub fn write_close_empty(out: &mut Vec<u8>) {
    write(out, CLOSE, b"");
}

/// The whole length of the server frame that starts at `bytes[0]`; `None` while its header is
/// incomplete. Lets a half-written frame be completed before a queue is dropped.
pub fn frame_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        127 => {
            let length = u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
            usize::try_from(length).ok()?.checked_add(10)
        }
        126 => Some(usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)) + 4),
        &short => Some(usize::from(short) + 2),
    }
}

/// The longest header of a server frame.
pub(crate) const MAX_SERVER_HEADER: usize = 10;

/// A header on the stack.
pub(crate) struct ServerHeader {
    bytes: [u8; MAX_SERVER_HEADER],
    len: usize,
}

impl ServerHeader {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The header of a text frame with a payload of this length.
pub(crate) fn text_header(payload_len: usize) -> ServerHeader {
    header(TEXT, payload_len)
}

fn write(out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    out.extend_from_slice(header(first, payload.len()).as_slice());
    out.extend_from_slice(payload);
}

fn header(first: u8, payload_len: usize) -> ServerHeader {
    let mut bytes = [0; MAX_SERVER_HEADER];
    bytes[0] = first;
    let len = if payload_len < 126 {
        bytes[1] = payload_len as u8;
        2
    } else if let Ok(short) = u16::try_from(payload_len) {
        bytes[1] = 126;
        bytes[2..4].copy_from_slice(&short.to_be_bytes());
        4
    } else {
        bytes[1] = 127;
        bytes[2..].copy_from_slice(&(payload_len as u64).to_be_bytes());
        10
    };
    ServerHeader { bytes, len }
}

fn control_payload(payload: &[u8]) -> &[u8] {
    &payload[..payload.len().min(MAX_CONTROL_PAYLOAD)]
}

/// Final bit and opcode.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

const MAX_CLOSE_REASON: usize = MAX_CONTROL_PAYLOAD - 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        let table: [(usize, &[u8]); 6] = [
            (0, &[0x81, 0]),
            (125, &[0x81, 125]),
            (126, &[0x81, 126, 0, 126]),
            (65_535, &[0x81, 126, 0xff, 0xff]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (70_000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
        ];
        for (len, expected) in table {
            let mut out = Vec::new();
            write_text(&mut out, &vec![b'x'; len]);
            assert_eq!(&out[..expected.len()], expected, "{len}");
            assert_eq!(out.len(), expected.len() + len, "{len}");
            assert_eq!(frame_len(&out), Some(out.len()), "{len}");
            assert_eq!(frame_len(&out[..expected.len() - 1]), None, "{len}");
        }
    }

    #[test]
    fn p17_a_close_reason_never_exceeds_123_bytes() {
        for reason in ["x".repeat(123), "x".repeat(124), "é".repeat(100), "😀".repeat(31)] {
            let mut out = Vec::new();
            write_close(&mut out, 4100, &reason);
            assert!(out.len() <= 2 + 125, "{reason}");
            assert_eq!(usize::from(out[1]), out.len() - 2);
            assert_eq!(out[2..4], 4100u16.to_be_bytes());
            let sent = std::str::from_utf8(&out[4..]).unwrap();
            assert!(reason.starts_with(sent) && sent.len() > 119, "{sent}");
        }
    }

    #[test]
    fn control_frames_are_written_as_the_rfc_says() {
        let mut out = Vec::new();
        write_ping(&mut out, b"");
        write_pong(&mut out, b"ab");
        write_close_empty(&mut out);
        assert_eq!(out, [0x89, 0, 0x8a, 2, b'a', b'b', 0x88, 0]);
    }

    #[test]
    fn p19_a_pong_carries_at_most_125_bytes() {
        let mut out = Vec::new();
        write_pong(&mut out, &[7; 200]);
        assert_eq!(out.len(), 127);
    }
}
