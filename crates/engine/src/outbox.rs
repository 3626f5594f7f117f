//! What one connection still owes its peer, and the palette that holds the frames of a turn.
//!
//! A frame enters the palette once per turn. What a connection owes is then a list of spans of the
//! palette, and spans that touch are one: a thousand subscribers of a busy channel each hold a
//! single span, and the kernel sees a single slice. Only what a socket did not take is copied, into
//! the backlog of that connection alone; so a slow reader pins no memory but its own, and exactly
//! as much as it is charged for.

use std::ops::Range;

use bytes::{Buf, BytesMut};
use rollcall_wire::frame::Frame;
use rollcall_wire::ws;
use smallvec::SmallVec;

/// The most slices that one vectored write takes (`IOV_MAX` on Linux).
const MAX_SLICES: usize = 1024;

/// A palette larger than this is given back at the end of its turn.
const KEPT_CAPACITY: usize = 1 << 20;

/// The frames of one turn, back to back.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    bytes: Vec<u8>,
}

/// Frames of a connection: where they lie in the palette.
pub(crate) type Span = Range<usize>;

/// What one connection still owes its peer.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Frames of this turn.
    spans: SmallVec<[Span; 1]>,
    /// Whether the connection is on the edge's list of those with something to write.
    pub(crate) dirty: bool,
    /// Whether the socket took less than it was given and has not become writable since.
    pub(crate) blocked: bool,
    /// What earlier turns left.
    backlog: Option<Box<Backlog>>,
}

/// What a socket did not take.
#[derive(Debug, Default)]
struct Backlog {
    bytes: BytesMut,
    /// How much of `bytes` is the rest of a frame whose beginning was written.
    cut: usize,
    /// What may be owed beyond the limit: the longest roster on its way. A joining member must not
    /// be taken for a slow reader because the channel is large.
    allowance: usize,
}

impl Palette {
    /// Adds an encoded frame.
    pub(crate) fn push(&mut self, frame: &Frame) -> Span {
        self.write(|out| out.extend_from_slice(frame.ws()))
    }

    /// Adds a frame that `encode` appends.
    pub(crate) fn write(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> Span {
        let start = self.bytes.len();
        encode(&mut self.bytes);
        start..self.bytes.len()
    }

    /// Adds a text frame for one connection, whose JSON `encode` appends.
    pub(crate) fn text(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> Span {
        self.push(&Frame::text(encode))
    }

    /// How many bytes the turn has by now.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Ends the turn.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_CAPACITY);
    }
}

impl Outbox {
    /// Owes one more frame of this turn.
    pub(crate) fn push(&mut self, span: Span) {
        match self.spans.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.spans.push(span),
        }
    }

    /// May owe `bytes` beyond its limit until it owes nothing.
    pub(crate) fn allow(&mut self, bytes: usize) {
        let backlog = self.backlog.get_or_insert_default();
        backlog.allowance = backlog.allowance.max(bytes);
    }

    /// All that is owed, oldest first, as far as one write takes it.
    pub(crate) fn slices<'a>(&'a self, palette: &'a Palette) -> impl Iterator<Item = &'a [u8]> {
        let backlog = self.backlog.iter().map(|backlog| &backlog.bytes[..]);
        let spans = self.spans.iter().map(|span| &palette.bytes[span.clone()]);
        backlog.filter(|bytes| !bytes.is_empty()).chain(spans).take(MAX_SLICES)
    }

    /// How many bytes are owed.
    pub(crate) fn owed(&self) -> usize {
        self.backlog_len() + self.spans.iter().map(|span| span.len()).sum::<usize>()
    }

    /// Whether nothing is owed.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.backlog_len() == 0
    }

    /// The socket took `n` bytes of the slices.
    pub(crate) fn took(&mut self, n: usize, palette: &Palette) {
        if n >= self.owed() {
            self.spans.clear();
            self.backlog = None;
            return;
        }
        self.put_off(palette);
        self.backlog.get_or_insert_default().advance(n);
        self.blocked = true;
    }

    /// Keeps what this turn added beyond the turn, since the socket takes nothing now.
    pub(crate) fn put_off(&mut self, palette: &Palette) {
        if self.spans.is_empty() {
            return;
        }
        let backlog = self.backlog.get_or_insert_default();
        for span in self.spans.drain(..) {
            backlog.bytes.extend_from_slice(&palette.bytes[span]);
        }
    }

    /// Whether earlier turns left more than `limit` bytes, rosters on their way aside.
    pub(crate) fn is_over(&self, limit: usize) -> bool {
        let allowance = self.backlog.as_ref().map_or(0, |backlog| backlog.allowance);
        self.backlog_len() > limit.saturating_add(allowance)
    }

    /// Forgets all that is owed but the rest of a frame whose beginning the peer has.
    pub(crate) fn drop_queue(&mut self) {
        self.spans.clear();
        if let Some(backlog) = &mut self.backlog {
            // A copy, to give back the memory of what is forgotten.
            backlog.bytes = BytesMut::from(&backlog.bytes[..backlog.cut]);
        }
    }

    /// How many bytes earlier turns left.
    pub(crate) fn backlog_len(&self) -> usize {
        self.backlog.as_ref().map_or(0, |backlog| backlog.bytes.len())
    }
}

impl Backlog {
    /// Drops `n` written bytes and finds out how much of the frame they end in is left.
    fn advance(&mut self, n: usize) {
        let mut boundary = self.cut;
        while boundary < n {
            let rest = &self.bytes[boundary..];
            boundary += ws::frame_len(rest).unwrap_or(rest.len());
        }
        self.bytes.advance(n);
        self.cut = boundary - n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Owes text frames of the given lengths, each in a turn's palette of its own making.
    fn owing(lengths: &[usize]) -> (Outbox, Palette) {
        let mut palette = Palette::default();
        let mut outbox = Outbox::default();
        for &length in lengths {
            let span = palette.text(|out| out.resize(out.len() + length, b'x'));
            outbox.push(span);
        }
        (outbox, palette)
    }

    fn bytes(outbox: &Outbox, palette: &Palette) -> Vec<u8> {
        outbox.slices(palette).flatten().copied().collect()
    }

    #[test]
    fn spans_that_touch_are_one_slice() {
        let (outbox, palette) = owing(&[10, 200, 70_000]);
        assert_eq!(outbox.slices(&palette).count(), 1);
        assert_eq!(outbox.owed(), palette.len());
    }

    #[test]
    fn whatever_a_socket_takes_the_rest_follows_byte_for_byte() {
        for taken in 0..=600 {
            let (mut outbox, palette) = owing(&[5, 300, 130, 9]);
            let before = bytes(&outbox, &palette);
            outbox.took(taken, &palette);
            let rest = bytes(&outbox, &Palette::default());
            assert_eq!(rest, before[taken.min(before.len())..], "after {taken}");
        }
    }

    #[test]
    fn p189_a_dropped_queue_completes_the_frame_that_was_begun() {
        // Frames of 7, 304, 134 and 11 bytes with their headers.
        for (taken, kept) in [(0, 0), (1, 6), (7, 0), (8, 303), (311, 0), (312, 133), (445, 0)] {
            let (mut outbox, palette) = owing(&[5, 300, 130, 9]);
            outbox.took(taken, &palette);
            outbox.drop_queue();
            assert_eq!(outbox.owed(), kept, "after {taken}");
        }
    }

    #[test]
    fn the_cut_is_right_after_several_short_writes() {
        let (mut outbox, palette) = owing(&[5, 300, 130, 9]);
        for taken in [3, 3, 2, 303, 1] {
            outbox.took(taken, &palette);
        }
        outbox.drop_queue();
        assert_eq!(outbox.owed(), 133);
    }

    #[test]
    fn a_roster_on_its_way_does_not_count_against_the_limit() {
        let (mut outbox, palette) = owing(&[5_000]);
        outbox.allow(5_004);
        outbox.took(100, &palette);
        assert!(!outbox.is_over(100));
        let mut next = Palette::default();
        let span = next.text(|out| out.resize(out.len() + 400, b'y'));
        outbox.push(span);
        outbox.put_off(&next);
        assert!(outbox.is_over(100));
    }
}
