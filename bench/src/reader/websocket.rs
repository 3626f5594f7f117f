//! A subscriber over a WebSocket, or of the bare loop, which sends the same frames.

use std::io::Write;

use rollcall_wire::ws::{client, frame_len};

use super::read_some;
use crate::ledger::{Fault, Ledger};
use crate::stamp::{FRAME_LEN, Stamp};
use crate::tls::Stream;

type Result<T> = std::result::Result<T, Fault>;

/// A socket that frames come from.
pub(super) struct WebSocket {
    stream: Stream,
    /// Its number on its side.
    number: usize,
    /// The beginning of a frame.
    partial: Vec<u8>,
}

impl WebSocket {
    /// A subscriber of whom all but the messages has been read.
    pub(super) fn new(stream: Stream, number: usize) -> Self {
        Self { stream, number, partial: Vec::new() }
    }

    /// Reads all that there is; it is not heard of again before there is more.
    pub(super) fn read(&mut self, buffer: &mut [u8], ledger: &mut Ledger) -> Result<()> {
        while let Some(count) = read_some(&mut self.stream, buffer)? {
            self.take(&buffer[..count], ledger)?;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], ledger: &mut Ledger) -> Result<()> {
        if self.partial.is_empty() {
            let rest = self.take_frames(bytes, ledger)?;
            self.partial.extend_from_slice(rest);
            return Ok(());
        }
        let mut joined = std::mem::take(&mut self.partial);
        joined.extend_from_slice(bytes);
        let rest = self.take_frames(&joined, ledger)?;
        self.partial.extend_from_slice(rest);
        Ok(())
    }

    /// Takes whole frames and returns what is left.
    fn take_frames<'a>(&mut self, mut bytes: &'a [u8], ledger: &mut Ledger) -> Result<&'a [u8]> {
        while let Some((frame, rest)) =
            frame_len(bytes).and_then(|length| bytes.split_at_checked(length))
        {
            match frame[0] {
                PING => self.answer_ping(&frame[PING_HEADER..])?,
                _ => ledger.enter(self.number, Stamp::of_frame(frame).ok_or(Fault::Foreign)?)?,
            }
            bytes = rest;
        }
        Ok(bytes)
    }

    fn answer_ping(&mut self, payload: &[u8]) -> Result<()> {
        let mut pong = Vec::new();
        client::write_pong(&mut pong, payload, [0; 4]);
        self.stream.write_all(&pong).map_err(|_| Fault::CutOff)
    }
}

/// The first byte of a ping.
const PING: u8 = 0x89;

/// Its header, without a mask.
const PING_HEADER: usize = 2;

/// Frames are compared with the one of this length; others are foreign.
const _: () = assert!(FRAME_LEN > 126 + 4 && FRAME_LEN < 65_536);
