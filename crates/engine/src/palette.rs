//! The frames of one turn, which connections owe by where they lie.
//!
//! Frames lie back to back, so that what a connection is owed of a busy turn is one span, and one
//! slice for the kernel. A large frame, which is the roster of a large channel, is not copied: it
//! takes its place in the row, and its bytes stay where they are, also in the backlogs of those who
//! do not read it at once.

use std::ops::Range;

use rollcall_wire::frame::Frame;

/// From this length on a frame is kept by reference. Above any event that the default limits allow,
/// so that plain fan-out stays one slice; a roster gets there with some three hundred members.
const LARGE: usize = 32 * 1024;

/// A palette larger than this is given back at the end of its turn.
const KEPT_CAPACITY: usize = 1 << 20;

/// The frames of one turn.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    /// Those that are not large, back to back.
    bytes: Vec<u8>,
    /// Those that are, in their order.
    large: Vec<Large>,
    /// How long the large ones are together.
    large_len: usize,
}

/// Whole frames: where they lie in the row of all frames of the turn.
pub(crate) type Span = Range<usize>;

/// A part of a span.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<'a> {
    /// Frames that end with the turn.
    Small(&'a [u8]),
    /// A frame that can be kept by reference.
    Large(&'a Frame),
}

#[derive(Debug)]
struct Large {
    start: usize,
    /// How long the large frames before it are together.
    before: usize,
    frame: Frame,
}

impl Palette {
    /// Adds an encoded frame. The same large frame again, for others who get it, adds nothing.
    pub(crate) fn push(&mut self, frame: &Frame) -> Span {
        if frame.len() < LARGE {
            return self.write(|out| out.extend_from_slice(frame.ws()));
        }
        match self.large.last() {
            Some(last) if last.frame.is_same(frame) => last.start..last.start + frame.len(),
            _ => self.push_large(frame),
        }
    }

    /// Adds a frame that `encode` appends.
    pub(crate) fn write(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> Span {
        let start = self.len();
        encode(&mut self.bytes);
        start..self.len()
    }

    /// How many bytes the turn has by now.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() + self.large_len
    }

    /// All of it, if no frame is large; spans then are places in it.
    pub(crate) fn only_small(&self) -> Option<&[u8]> {
        self.large.is_empty().then_some(&self.bytes)
    }

    /// What lies in a span, in order.
    pub(crate) fn pieces(&self, span: Span) -> impl Iterator<Item = Piece<'_>> {
        let mut at = span.start;
        let mut next = self.large.partition_point(|large| large.start < at);
        std::iter::from_fn(move || {
            if at == span.end {
                return None;
            }
            let large = self.large.get(next);
            if let Some(large) = large.filter(|large| large.start == at) {
                next += 1;
                at += large.frame.len();
                return Some(Piece::Large(&large.frame));
            }
            let end = large.map_or(span.end, |large| large.start.min(span.end));
            let before = large.map_or(self.large_len, |large| large.before);
            let small = &self.bytes[at - before..end - before];
            at = end;
            Some(Piece::Small(small))
        })
    }

    /// Ends the turn.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_CAPACITY);
        self.large = Vec::new();
        self.large_len = 0;
    }

    fn push_large(&mut self, frame: &Frame) -> Span {
        let (start, before) = (self.len(), self.large_len);
        self.large.push(Large { start, before, frame: frame.clone() });
        self.large_len += frame.len();
        start..self.len()
    }
}

impl<'a> Piece<'a> {
    /// The bytes, for a socket.
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::Large(frame) => frame.ws(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Frame {
        Frame::text(|out| out.resize(out.len() + length, b'x'))
    }

    #[test]
    fn small_and_large_frames_lie_in_the_order_in_which_they_came() {
        for lengths in [[1, LARGE, 2, 3], [LARGE, LARGE + 1, 2, LARGE], [1, 2, 3, LARGE]] {
            let mut palette = Palette::default();
            let frames = lengths.map(frame);
            let spans = frames.each_ref().map(|frame| palette.push(frame));
            for from in 0..spans.len() {
                for to in from..spans.len() {
                    let span = spans[from].start..spans[to].end;
                    let found = palette.pieces(span).map(Piece::bytes).collect::<Vec<_>>();
                    let expected = frames[from..=to].iter().map(Frame::ws).collect::<Vec<_>>();
                    assert!(found.concat() == expected.concat(), "{lengths:?} {from} {to}");
                }
            }
        }
    }

    #[test]
    fn r11_a_roster_that_several_get_is_there_once_and_not_copied() {
        let mut palette = Palette::default();
        let roster = frame(LARGE);
        let spans = [palette.push(&roster), palette.push(&roster.clone())];
        assert_eq!(spans[0], spans[1]);
        assert_eq!((palette.len(), palette.bytes.len()), (roster.len(), 0));
        let piece = palette.pieces(spans[0].clone()).next().map(|piece| piece.bytes().as_ptr());
        assert_eq!(piece, Some(roster.ws().as_ptr()));
        palette.clear();
        assert_eq!(palette.push(&roster), 0..roster.len());
    }
}
