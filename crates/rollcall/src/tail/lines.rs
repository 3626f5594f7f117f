//! What a stream brings, line by line, and when it is full (docs/protocol.md 5.5, 5.6). It reads
//! nothing itself.

use rollcall_wire::fallback::ROTATION_UNITS;

use super::failure::Lost;

/// Bytes of one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// What came and was not taken.
    bytes: Vec<u8>,
    /// How many UTF-16 code units the lines had that were taken, line feeds included.
    units: usize,
}

impl Lines {
    /// Adds what came.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line, without its line feed.
    ///
    /// # Errors
    ///
    /// If a line is longer than any of Rollcall's.
    pub(super) fn take(&mut self) -> Result<Option<String>, Lost> {
        let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') else {
            return if self.bytes.len() > LONGEST { Err(Lost::Strange) } else { Ok(None) };
        };
        let line = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        self.bytes.drain(..=end);
        self.units += line.encode_utf16().count() + 1;
        Ok(Some(line))
    }

    /// Whether the server holds everything else back until it is asked for another stream.
    pub(super) fn is_full(&self) -> bool {
        self.units > ROTATION_UNITS && self.bytes.is_empty()
    }
}

/// The live app's events have 256 KiB at most, and escaping twice makes no more than this of them.
const LONGEST: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_whatever_the_pieces() {
        let mut lines = Lines::default();
        let mut taken = Vec::new();
        for byte in "o\na[\"é\"]\nh".bytes() {
            lines.push(&[byte]);
            taken.extend(lines.take().unwrap());
        }
        assert_eq!(taken, ["o", "a[\"é\"]"]);
        assert_eq!(lines.take(), Ok(None));
    }

    #[test]
    fn a_stream_is_full_past_the_units_and_at_the_end_of_a_line() {
        let mut lines = Lines::default();
        // A character of four bytes is two units.
        lines.push("😀".repeat(ROTATION_UNITS / 2).as_bytes());
        lines.push(b"\n");
        assert!(!lines.is_full());
        lines.take().unwrap();
        assert!(lines.is_full());
        lines.push(b"h");
        assert!(!lines.is_full());
        let mut short = Lines::default();
        short.push(&vec![b'x'; ROTATION_UNITS - 1]);
        short.push(b"\n");
        short.take().unwrap();
        assert!(!short.is_full());
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut lines = Lines::default();
        lines.push(&vec![b'x'; LONGEST + 1]);
        assert_eq!(lines.take(), Err(Lost::Strange));
    }
}
