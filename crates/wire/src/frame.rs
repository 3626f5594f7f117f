//! One event, encoded once and shared by everybody who gets it.

use bytes::Bytes;

use crate::ws;

/// An encoded event; a clone shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    ws: Bytes,
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
        Self { ws: Bytes::from(buffer).slice(start..) }
    }

    /// The bytes of the WebSocket form, header included.
    pub fn ws(&self) -> &[u8] {
        &self.ws
    }

    /// The same bytes, shared.
    pub fn ws_bytes(&self) -> Bytes {
        self.ws.clone()
    }

    /// The JSON text without a header.
    pub fn json(&self) -> &[u8] {
        let header = ws::text_header_len_of(&self.ws);
        &self.ws[header..]
    }

    /// How many bytes the WebSocket form takes.
    pub fn len(&self) -> usize {
        self.ws.len()
    }

    /// Whether it is the same frame, or a clone of it; one of the same bytes need not be.
    pub fn is_same(&self, other: &Self) -> bool {
        self.ws.as_ptr() == other.ws.as_ptr() && self.ws.len() == other.ws.len()
    }

    /// Never: there is always a header.
    pub fn is_empty(&self) -> bool {
        self.ws.is_empty()
    }
}

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
    }
}
