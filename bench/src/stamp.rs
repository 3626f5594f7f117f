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
        format!("{}{}", self.digits(), "x".repeat(*DATA_LEN - DIGITS))
    }

    /// Writes the frame as a subscriber reads it.
    pub(crate) fn write_frame(self, frame: &mut Vec<u8>) {
        FRAME.write(self, frame);
    }

    /// Reads the stamp of a frame; `None` if the frame differs from what was published.
    pub(crate) fn of_frame(frame: &[u8]) -> Option<Self> {
        FRAME.read(frame)
    }

    /// The same of a line, as which a subscriber over HTTP reads it.
    pub(crate) fn of_line(line: &[u8]) -> Option<Self> {
        LINE.read(line)
    }

    /// Writes that line.
    #[cfg(test)]
    pub(crate) fn write_line(self, line: &mut Vec<u8>) {
        LINE.write(self, line);
    }

    fn digits(self) -> String {
        format!("{:0PUBLISHER_DIGITS$}{:0ID_DIGITS$}", self.publisher, self.id)
    }
}

/// What all messages have in common.
struct Template {
    bytes: Vec<u8>,
    stamp_at: usize,
}

impl Template {
    fn of(bytes: &[u8]) -> Self {
        let filler = vec![b'x'; *DATA_LEN];
        let is_data = |window: &[u8]| window == filler;
        let stamp_at = bytes.windows(*DATA_LEN).position(is_data).expect("the data is in it");
        Self { bytes: bytes.to_vec(), stamp_at }
    }

    fn write(&self, stamp: Stamp, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.extend_from_slice(&self.bytes);
        bytes[self.stamp_at..self.stamp_at + DIGITS].copy_from_slice(stamp.digits().as_bytes());
    }

    fn read(&self, bytes: &[u8]) -> Option<Stamp> {
        let (before, rest) = bytes.split_at_checked(self.stamp_at)?;
        let (digits, after) = rest.split_at_checked(DIGITS)?;
        let stamp_end = self.stamp_at + DIGITS;
        if before != &self.bytes[..self.stamp_at] || after != &self.bytes[stamp_end..] {
            return None;
        }
        let (publisher, id) = digits.split_at(PUBLISHER_DIGITS);
        Some(Stamp { publisher: number(publisher)?.try_into().ok()?, id: number(id)? })
    }
}

/// An event with so much data.
fn event(data_len: usize) -> Frame {
    let data = "x".repeat(data_len);
    Frame::text(|out| pusher::channel_event(out, EVENT, CHANNEL, &data, None))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// How much data makes a frame of [`FRAME_LEN`]. A shorter frame would have a shorter header, so the
/// rest is measured on one that has the right one.
static DATA_LEN: LazyLock<usize> = LazyLock::new(|| 2 * FRAME_LEN - event(FRAME_LEN).len());

static FRAME: LazyLock<Template> = LazyLock::new(|| Template::of(event(*DATA_LEN).ws()));

static LINE: LazyLock<Template> = LazyLock::new(|| Template::of(event(*DATA_LEN).line().bytes()));

const PUBLISHER_DIGITS: usize = 2;
const ID_DIGITS: usize = 10;
const DIGITS: usize = PUBLISHER_DIGITS + ID_DIGITS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_what_a_subscriber_reads() {
        let stamp = Stamp { publisher: 7, id: 123_456 };
        let (mut frame, mut line) = (Vec::new(), Vec::new());
        stamp.write_frame(&mut frame);
        stamp.write_line(&mut line);
        let data = stamp.data();
        let read = Frame::text(|out| pusher::channel_event(out, EVENT, CHANNEL, &data, None));
        assert_eq!(read.ws(), frame);
        assert_eq!(read.line().bytes(), line);
        assert_eq!(frame.len(), FRAME_LEN);
        assert_eq!([Stamp::of_frame(&frame), Stamp::of_line(&line)], [Some(stamp); 2]);
    }

    #[test]
    fn what_differs_anywhere_has_no_stamp() {
        let (mut frame, mut line) = (Vec::new(), Vec::new());
        Stamp { publisher: 0, id: 0 }.write_frame(&mut frame);
        Stamp { publisher: 0, id: 0 }.write_line(&mut line);
        for (bytes, read) in
            [(&mut frame, Stamp::of_frame as fn(&[u8]) -> _), (&mut line, Stamp::of_line)]
        {
            for at in 0..bytes.len() {
                bytes[at] ^= 0x40;
                assert_eq!(read(bytes), None, "at {at}");
                bytes[at] ^= 0x40;
            }
            assert_eq!(read(&bytes[..bytes.len() - 1]), None);
        }
    }
}
