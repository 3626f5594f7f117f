//! What one connection still owes its peer.
//!
//! A frame enters the palette once per turn. What a connection owes is then a list of spans of the
//! palette, and spans that touch are one: a thousand subscribers of a busy channel each hold a
//! single span, and the kernel sees a single slice. Only what a socket did not take is kept beyond
//! the turn, in the backlog of that connection alone; so a slow reader pins no memory but its own,
//! and at most as much as it is charged for. Rosters of large channels are the exception that
//! helps: all who got one and did not read it yet share its bytes.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use rollcall_wire::frame::Frame;
use rollcall_wire::ws;
use smallvec::SmallVec;

use crate::palette::{Palette, Piece, Span};
use crate::receiver::Receiver;
use crate::time::Time;

/// The most slices that one vectored write takes (`IOV_MAX` on Linux).
const MAX_SLICES: usize = 1024;

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
    /// Over HTTP, what is owed instead: lines, and who takes them.
    pub(crate) receiver: Option<Box<Receiver>>,
    /// Messages that it ever owed, control frames and signs of life aside. Counted here because a
    /// delivery touches nothing else of a connection.
    messages: u64,
}

/// What a connection is owed, as slices.
pub(crate) enum Slices<'a> {
    /// Frames of this turn and none of them large, which is by far the most frequent.
    Plain {
        /// Where they are.
        spans: std::slice::Iter<'a, Span>,
        /// In what.
        bytes: &'a [u8],
    },
    /// Anything.
    Mixed(Box<dyn Iterator<Item = &'a [u8]> + 'a>),
}

/// What a socket did not take.
#[derive(Debug, Default)]
struct Backlog {
    /// Whole frames but for the first, which may have been begun.
    parts: VecDeque<Part>,
    /// How long they are together.
    len: usize,
    /// How much of the first part is the rest of a frame whose beginning was written.
    cut: usize,
    /// What may be owed beyond the limit: the longest roster on its way. A joining member must not
    /// be taken for a slow reader because the channel is large.
    allowance: usize,
}

#[derive(Debug)]
enum Part {
    /// Frames back to back.
    Own(BytesMut),
    /// One large frame, which others may be owed too.
    Shared(Bytes),
}

impl Outbox {
    /// Owes one more frame of this turn, which lies in `span` of the palette.
    #[inline]
    pub(crate) fn owe(&mut self, span: Span, frame: &Frame) {
        self.messages += 1;
        match &mut self.receiver {
            None => self.push(span),
            Some(receiver) => owe_line(receiver, frame),
        }
    }

    /// Owes a roster, which may be longer than all that may otherwise be owed.
    pub(crate) fn owe_roster(&mut self, span: Span, frame: &Frame) {
        match &mut self.receiver {
            None => self.allow(frame.len()),
            Some(receiver) => receiver.allow(frame.line().len()),
        }
        self.owe(span, frame);
    }

    /// Owes bytes of the WebSocket alone.
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
    pub(crate) fn slices<'a>(&'a self, palette: &'a Palette) -> Slices<'a> {
        if let Some(receiver) = &self.receiver {
            return Slices::Mixed(Box::new(receiver.slices()));
        }
        match (&self.backlog, palette.only_small()) {
            (None, Some(bytes)) => {
                let spans = &self.spans[..self.spans.len().min(MAX_SLICES)];
                Slices::Plain { spans: spans.iter(), bytes }
            }
            _ => Slices::Mixed(Box::new(self.mixed(palette).take(MAX_SLICES))),
        }
    }

    fn mixed<'a>(&'a self, palette: &'a Palette) -> impl Iterator<Item = &'a [u8]> {
        let backlog = self.backlog.iter().flat_map(|backlog| &backlog.parts).map(Part::bytes);
        let spans = self.spans.iter().flat_map(|span| palette.pieces(span.clone()));
        backlog.chain(spans.map(Piece::bytes))
    }

    /// How many bytes are owed.
    pub(crate) fn owed(&self) -> usize {
        self.backlog_len() + self.spans.iter().map(|span| span.len()).sum::<usize>()
    }

    /// Whether a link has something left that it did not take, rather than none to take it.
    pub(crate) fn is_stuck(&self) -> bool {
        self.blocked && self.receiver.as_ref().is_none_or(|receiver| receiver.is_open())
    }

    /// Whether nothing is owed.
    pub(crate) fn is_empty(&self) -> bool {
        if let Some(receiver) = &self.receiver {
            return receiver.is_empty();
        }
        self.spans.is_empty() && self.backlog_len() == 0
    }

    /// The socket took `n` bytes of the slices; says by how much that changed what earlier turns
    /// left.
    pub(crate) fn took(&mut self, n: usize, palette: &Palette) -> isize {
        let before = self.backlog_len() as isize;
        if n >= self.owed() {
            self.spans.clear();
            self.backlog = None;
            return -before;
        }
        self.put_off(palette);
        self.backlog.get_or_insert_default().advance(n);
        self.blocked = true;
        self.backlog_len() as isize - before
    }

    /// Keeps what this turn added beyond the turn, since the socket takes nothing now.
    pub(crate) fn put_off(&mut self, palette: &Palette) {
        if let Some(receiver) = &mut self.receiver {
            return receiver.put_off();
        }
        if self.spans.is_empty() {
            return;
        }
        let backlog = self.backlog.get_or_insert_default();
        for piece in self.spans.drain(..).flat_map(|span| palette.pieces(span)) {
            backlog.push(piece);
        }
    }

    /// Whether earlier turns left more than `limit` bytes, rosters on their way aside.
    pub(crate) fn is_over(&self, now: Time, limit: usize) -> bool {
        if let Some(receiver) = &self.receiver {
            return receiver.is_over(now, limit);
        }
        let allowance = self.backlog.as_ref().map_or(0, |backlog| backlog.allowance);
        self.backlog_len() > limit.saturating_add(allowance)
    }

    /// Forgets all that is owed but the rest of a frame whose beginning the peer has.
    pub(crate) fn drop_queue(&mut self) {
        if let Some(receiver) = &mut self.receiver {
            return receiver.drop_queue();
        }
        self.spans.clear();
        if let Some(backlog) = &mut self.backlog {
            backlog.keep_cut();
        }
    }

    /// How many messages it ever owed.
    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    /// How many bytes earlier turns left.
    pub(crate) fn backlog_len(&self) -> usize {
        match &self.receiver {
            None => self.backlog.as_ref().map_or(0, |backlog| backlog.len),
            Some(receiver) => receiver.late(),
        }
    }
}

impl Slices<'_> {
    /// Of a connection that is gone.
    pub(crate) fn none() -> Self {
        Self::Plain { spans: [].iter(), bytes: &[] }
    }
}

impl<'a> Iterator for Slices<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        match self {
            Self::Plain { spans, bytes } => spans.next().map(|span| &bytes[span.clone()]),
            Self::Mixed(slices) => slices.next(),
        }
    }
}

impl Backlog {
    fn push(&mut self, piece: Piece<'_>) {
        self.len += piece.bytes().len();
        match (piece, self.parts.back_mut()) {
            (Piece::Small(bytes), Some(Part::Own(last))) => last.extend_from_slice(bytes),
            (Piece::Small(bytes), _) => self.parts.push_back(Part::Own(BytesMut::from(bytes))),
            (Piece::Large(frame), _) => self.parts.push_back(Part::Shared(frame.ws_bytes())),
        }
    }

    /// Drops `n` written bytes and finds out how much of the frame they end in is left.
    fn advance(&mut self, mut n: usize) {
        self.len -= n;
        while let Some(first) = self.parts.front_mut() {
            if n < first.bytes().len() {
                self.cut = first.advance(n, self.cut);
                return;
            }
            n -= first.bytes().len();
            self.cut = 0;
            self.parts.pop_front();
        }
    }

    /// Forgets all but the rest of a frame that was begun.
    fn keep_cut(&mut self) {
        let begun = self.parts.pop_front().filter(|_| self.cut > 0);
        self.parts = begun.map(|part| part.truncated(self.cut)).into_iter().collect();
        self.len = self.cut;
    }
}

impl Part {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }

    /// Drops `n` written bytes, `cut` of which end a frame, and returns how much of the frame that
    /// they end in is left.
    fn advance(&mut self, n: usize, cut: usize) -> usize {
        match self {
            Self::Own(bytes) => {
                let mut boundary = cut;
                while boundary < n {
                    let rest = &bytes[boundary..];
                    boundary += ws::frame_len(rest).unwrap_or(rest.len());
                }
                bytes.advance(n);
                boundary - n
            }
            Self::Shared(bytes) => {
                bytes.advance(n);
                if n > 0 || cut > 0 { bytes.len() } else { 0 }
            }
        }
    }

    /// Its first bytes; a copy if they are its own, to give back the memory of the others.
    fn truncated(self, len: usize) -> Self {
        match self {
            Self::Own(bytes) => Self::Own(BytesMut::from(&bytes[..len])),
            Self::Shared(bytes) => Self::Shared(bytes.slice(..len)),
        }
    }
}

/// Apart from the way of most deliveries, which stays short enough to be inlined into the fan-out: in
/// it, this cost every delivery over a WebSocket 20 instructions.
#[cold]
#[inline(never)]
fn owe_line(receiver: &mut Receiver, frame: &Frame) {
    receiver.push(frame.line().clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Owes text frames of the given lengths, each in a turn's palette of its own making.
    fn owing(lengths: &[usize]) -> (Outbox, Palette) {
        let mut palette = Palette::default();
        let mut outbox = Outbox::default();
        for &length in lengths {
            let span = palette.push(&Frame::text(|out| out.resize(out.len() + length, b'x')));
            outbox.push(span);
        }
        (outbox, palette)
    }

    fn bytes(outbox: &Outbox, palette: &Palette) -> Vec<u8> {
        outbox.slices(palette).flatten().copied().collect()
    }

    #[test]
    fn spans_that_touch_are_one_slice() {
        let (outbox, palette) = owing(&[10, 200, 20_000]);
        assert_eq!(outbox.slices(&palette).count(), 1);
        assert_eq!(outbox.owed(), palette.len());
    }

    #[test]
    fn r11_a_roster_that_is_not_read_is_kept_by_reference_and_never_torn() {
        let lengths = [5, 40_000, 300, 50_000];
        let (before, palette) = owing(&lengths);
        let all = bytes(&before, &palette);
        // With their headers the frames end here.
        let ends = [7, 40_011, 40_315, 90_319];
        for taken in [0, 1, 7, 8, 20_000, 40_010, 40_011, 40_012, 40_315, 60_000, 90_318] {
            let (mut outbox, palette) = owing(&lengths);
            outbox.took(taken, &palette);
            assert!(bytes(&outbox, &Palette::default()) == all[taken..], "after {taken}");
            assert_eq!(outbox.owed(), all.len() - taken);
            let begun = ends.into_iter().find(|end| *end >= taken).unwrap_or_default();
            let rest = if taken == 0 { 0 } else { begun - taken };
            outbox.drop_queue();
            assert!(bytes(&outbox, &Palette::default()) == all[taken..taken + rest], "{taken}");
        }
        let (mut outbox, palette) = owing(&lengths);
        outbox.put_off(&palette);
        let kept: Vec<_> = outbox.slices(&palette).map(<[u8]>::as_ptr).collect();
        let lent = rosters_of(&palette);
        assert!(lent.iter().all(|roster| kept.contains(roster)), "they were copied");
    }

    /// Where the large frames of a palette are.
    fn rosters_of(palette: &Palette) -> Vec<*const u8> {
        let large = palette.pieces(0..palette.len()).filter_map(|piece| match piece {
            Piece::Large(frame) => Some(frame.ws().as_ptr()),
            Piece::Small(_) => None,
        });
        large.collect()
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
        assert!(!outbox.is_over(Time::ZERO, 100));
        let mut next = Palette::default();
        let span = next.push(&Frame::text(|out| out.resize(out.len() + 400, b'y')));
        outbox.push(span);
        outbox.put_off(&next);
        assert!(outbox.is_over(Time::ZERO, 100));
    }
}
