//! The message that is sent: always the same bytes but for a stamp, by which each is known.

use std::sync::LazyLock;

use rollcall_wire::{Frame, pusher};

/// The length of the frame that a subscriber reads, header included.
pub(crate) const FRAME_LEN: usize = 300;

/// The channel that all subscribe to.
pub(crate) const CHANNEL: &str = "bench";

/// The name of the event.
pub(crate) const EVENT: &str = "tick";

/// Which message of which publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Numbers the publishers of a round from 0.
    pub(crate) publisher: u8,
    /// Numbers the messages of a run from 0, and grows with each publisher.
    pub(crate) id: u32,
}

impl Stamp {
    /// The event's data.
    pub(crate) fn data(self) -> String {
        format!("{}{}", self.digits(), "x".repeat(FRAME_LEN - TEMPLATE.overhead - DIGITS))
    }

    /// Writes the frame as a subscriber reads it.
    pub(crate) fn write_frame(self, frame: &mut Vec<u8>) {
        frame.clear();
        frame.extend_from_slice(&TEMPLATE.frame);
        frame[TEMPLATE.stamp_at..TEMPLATE.stamp_at + DIGITS]
            .copy_from_slice(self.digits().as_bytes());
    }

    /// Reads the stamp of a frame; `None` if the frame differs from what was published.
    pub(crate) fn of_frame(frame: &[u8]) -> Option<Self> {
        let (before, rest) = frame.split_at_checked(TEMPLATE.stamp_at)?;
        let (digits, after) = rest.split_at_checked(DIGITS)?;
        let stamp_end = TEMPLATE.stamp_at + DIGITS;
        if before != &TEMPLATE.frame[..TEMPLATE.stamp_at] || after != &TEMPLATE.frame[stamp_end..] {
            return None;
        }
        let (publisher, id) = digits.split_at(PUBLISHER_DIGITS);
        Some(Self { publisher: number(publisher)?.try_into().ok()?, id: number(id)? })
    }

    fn digits(self) -> String {
        format!("{:0PUBLISHER_DIGITS$}{:0ID_DIGITS$}", self.publisher, self.id)
    }
}

struct Template {
    frame: Vec<u8>,
    stamp_at: usize,
    /// What the frame has besides the data.
    overhead: usize,
}

impl Template {
    fn new() -> Self {
        let frame_of = |data: &str| {
            Frame::text(|out| pusher::channel_event(out, EVENT, CHANNEL, data, None)).ws().to_vec()
        };
        // A shorter frame would have a shorter header, so this one is as long as the real one.
        let overhead = frame_of(&"x".repeat(FRAME_LEN)).len() - FRAME_LEN;
        let frame = frame_of(&"x".repeat(FRAME_LEN - overhead));
        let stamp_at = frame.len() - CLOSING.len() - (FRAME_LEN - overhead);
        Self { frame, stamp_at, overhead }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::new);

/// What follows the data in the frame.
const CLOSING: &str = "\"}";

const PUBLISHER_DIGITS: usize = 2;
const ID_DIGITS: usize = 10;
const DIGITS: usize = PUBLISHER_DIGITS + ID_DIGITS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_a_subscriber_reads() {
        let stamp = Stamp { publisher: 7, id: 123_456 };
        let mut frame = Vec::new();
        stamp.write_frame(&mut frame);
        let data = stamp.data();
        let read = Frame::text(|out| pusher::channel_event(out, EVENT, CHANNEL, &data, None));
        assert_eq!(read.ws(), frame);
        assert_eq!(frame.len(), FRAME_LEN);
        assert_eq!(Stamp::of_frame(&frame), Some(stamp));
    }

    #[test]
    fn a_frame_that_differs_anywhere_has_no_stamp() {
        let mut frame = Vec::new();
        Stamp { publisher: 0, id: 0 }.write_frame(&mut frame);
        for at in 0..frame.len() {
            frame[at] ^= 0x40;
            assert_eq!(Stamp::of_frame(&frame), None, "at {at}");
            frame[at] ^= 0x40;
        }
        assert_eq!(Stamp::of_frame(&frame[..FRAME_LEN - 1]), None);
    }
}
