//! One event, encoded once for each kind of transport and shared by everybody who gets it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::fallback::Line;
use crate::ws;

/// An encoded event; a clone shares the bytes.
#[derive(Clone)]
pub struct Frame(Arc<Encoded>);

struct Encoded {
    /// The WebSocket form, and before it what its header did not need of the room kept for it.
    buffer: Vec<u8>,
    start: usize,
    /// The form of the HTTP transports, once somebody needed it. A cell and not a second field, for
    /// most events have no such subscriber; shared, so that no two shards encode the same.
    line: OnceLock<Line>,
}

impl Frame {
    /// Encodes one text message: `write` appends its JSON, the frame header is put before it.
    pub fn text(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        // The header's length depends on the payload's, so the longest possible one is kept free
        // in front. What of it stays unused is cheaper than moving the payload.
        let mut buffer = Vec::with_capacity(ROOM);
        buffer.resize(ws::MAX_SERVER_HEADER, 0);
        write(&mut buffer);
        let header = ws::text_header(buffer.len() - ws::MAX_SERVER_HEADER);
        let start = ws::MAX_SERVER_HEADER - header.as_slice().len();
        buffer[start..ws::MAX_SERVER_HEADER].copy_from_slice(header.as_slice());
        Self(Arc::new(Encoded { buffer, start, line: OnceLock::new() }))
    }

    /// The bytes of the WebSocket form, header included.
    pub fn ws(&self) -> &[u8] {
        &self.0.buffer[self.0.start..]
    }

    /// The same bytes, shared.
    pub fn ws_bytes(&self) -> Bytes {
        Bytes::from_owner(self.clone())
    }

    /// The line of the HTTP transports, encoded when it is first asked for.
    pub fn line(&self) -> &Line {
        self.0.line.get_or_init(|| Line::message(self))
    }

    /// The JSON text without a header.
    pub fn json(&self) -> &[u8] {
        &self.0.buffer[ws::MAX_SERVER_HEADER..]
    }

    /// How many bytes the WebSocket form takes.
    pub fn len(&self) -> usize {
        self.0.buffer.len() - self.0.start
    }

    /// Whether it is the same frame, or a clone of it; one of the same bytes need not be.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Never: there is always a header.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        self.ws()
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.ws() == other.ws()
    }
}

impl Eq for Frame {}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({})", String::from_utf8_lossy(self.json()))
    }
}

/// Most events fit, so that encoding one allocates once.
const ROOM: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_the_writer_writes() {
        for len in [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 100_000] {
            let payload = vec![b'x'; len];
            let frame = Frame::text(|out| out.extend_from_slice(&payload));
            let mut expected = Vec::new();
            ws::write_text(&mut expected, &payload);
            assert!(frame.ws() == expected, "{len}");
            assert!(frame.json() == payload, "{len}");
            assert_eq!(ws::frame_len(frame.ws()), Some(frame.len()));
        }
    }

    #[test]
    fn a_clone_shares_the_bytes() {
        let frame = Frame::text(|out| out.extend_from_slice(b"{}"));
        assert_eq!(frame.ws().as_ptr(), frame.clone().ws().as_ptr());
        assert_eq!(frame.ws().as_ptr(), frame.ws_bytes().as_ptr());
        assert_eq!(frame.line().bytes().as_ptr(), frame.clone().line().bytes().as_ptr());
    }
}
