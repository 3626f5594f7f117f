//! An answer over HTTP while it comes in: its head is looked through, its body taken by lines.
//!
//! A body is chunked or has a length, and may come cut anywhere. Nothing may come behind it, for who
//! reads here asks for the next answer only then.

use crate::ledger::Fault;

type Result<T> = std::result::Result<T, Fault>;

/// An answer, as far as it has come.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status that it has to have.
    status: u16,
    part: Part,
    framing: Framing,
    /// The beginning of a line of the head, or between chunks.
    control: Vec<u8>,
    /// The beginning of a line of the body.
    partial: Vec<u8>,
    /// Bytes of the body so far.
    len: usize,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Status,
    Headers,
    ChunkSize,
    /// So many bytes of the body.
    Body(usize),
    /// The end of the line behind a chunk.
    ChunkEnd,
    /// The empty line behind the last chunk.
    LastLine,
    Nothing,
}

/// How the end of the body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
}

impl Answer {
    /// One that has not begun, and has to have this status.
    pub(super) fn expect(status: u16) -> Self {
        Self {
            status,
            part: Part::Status,
            framing: Framing::Length(0),
            control: Vec::new(),
            partial: Vec::new(),
            len: 0,
        }
    }

    /// Takes what came, and hands over the lines of the body that are whole, line feeds included.
    pub(super) fn take(
        &mut self,
        mut bytes: &[u8],
        mut take_line: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        while !bytes.is_empty() {
            bytes = match self.part {
                Part::Body(left) => {
                    let (body, rest) = bytes.split_at(left.min(bytes.len()));
                    self.take_body(body, &mut take_line)?;
                    self.part = self.behind_body(left - body.len());
                    rest
                }
                Part::Nothing => return Err(Fault::Foreign),
                _ => self.take_control(bytes)?,
            };
        }
        Ok(())
    }

    /// Whether all of it has come.
    pub(super) fn is_over(&self) -> bool {
        self.part == Part::Nothing
    }

    /// How many bytes of the body have come, if they end with a line.
    pub(super) fn whole_lines(&self) -> Option<usize> {
        self.partial.is_empty().then_some(self.len)
    }

    fn take_body(
        &mut self,
        mut bytes: &[u8],
        take_line: &mut impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        self.len += bytes.len();
        while let Some((line, rest)) = split_line(bytes) {
            if self.partial.is_empty() {
                take_line(line)?;
            } else {
                self.partial.extend_from_slice(line);
                take_line(&self.partial)?;
                self.partial.clear();
            }
            bytes = rest;
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    fn behind_body(&self, left: usize) -> Part {
        match self.framing {
            _ if left > 0 => Part::Body(left),
            Framing::Chunked => Part::ChunkEnd,
            Framing::Length(_) => Part::Nothing,
        }
    }

    /// Takes a line that is not the body's, if it is whole, and returns what is behind it.
    fn take_control<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let Some((line, rest)) = split_line(bytes) else {
            self.control.extend_from_slice(bytes);
            return Ok(&[]);
        };
        let mut whole = std::mem::take(&mut self.control);
        whole.extend_from_slice(line);
        let line = std::str::from_utf8(&whole).map_err(|_| Fault::Foreign)?;
        let line = line.strip_suffix("\r\n").ok_or(Fault::Foreign)?;
        self.part = self.behind_control(line).ok_or(Fault::Foreign)?;
        Ok(rest)
    }

    /// What comes behind a line that is not the body's; `None` if it does not belong there.
    fn behind_control(&mut self, line: &str) -> Option<Part> {
        match (self.part, line) {
            (Part::Status, _) => {
                let status = line.strip_prefix("HTTP/1.1 ")?.split(' ').next()?;
                (status.parse() == Ok(self.status)).then_some(Part::Headers)
            }
            (Part::Headers, "") => Some(match self.framing {
                Framing::Chunked => Part::ChunkSize,
                Framing::Length(0) => Part::Nothing,
                Framing::Length(len) => Part::Body(len),
            }),
            (Part::Headers, _) => self.take_header(line),
            (Part::ChunkSize, _) => Some(match usize::from_str_radix(line, 16).ok()? {
                0 => Part::LastLine,
                size => Part::Body(size),
            }),
            (Part::ChunkEnd, "") => Some(Part::ChunkSize),
            (Part::LastLine, "") => Some(Part::Nothing),
            _ => None,
        }
    }

    fn take_header(&mut self, line: &str) -> Option<Part> {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") {
            self.framing = Framing::Length(value.trim().parse().ok()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            self.framing = Framing::Chunked;
        }
        Some(Part::Headers)
    }
}

/// The first line, with its line feed, and what is behind it.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some(bytes.split_at(end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n\
        3\r\no\na\r\nb\r\n1\ncc\n\ndddd\n\r\n0\r\n\r\n";

    const SIZED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na\nb\nc";

    /// What an answer is made of: its lines, and whether it is over.
    fn read<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<(Vec<String>, bool)> {
        let (mut answer, mut lines) = (Answer::expect(200), Vec::new());
        for part in parts {
            answer.take(part, |line| {
                lines.push(String::from_utf8(line.to_vec()).unwrap());
                Ok(())
            })?;
        }
        Ok((lines, answer.is_over()))
    }

    fn strings(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn lines_are_the_same_wherever_an_answer_is_cut() {
        let chunked = strings(&["o\n", "a1\n", "cc\n", "\n", "dddd\n"]);
        for (answer, lines) in [(CHUNKED, chunked), (SIZED, strings(&["a\n", "b\n"]))] {
            for cut in 0..answer.len() {
                let (before, behind) = answer.split_at(cut);
                assert!(!read([before]).unwrap().1, "{cut}");
                assert_eq!(read([before, behind]), Ok((lines.clone(), true)), "{cut}");
            }
            assert_eq!(read(answer.chunks(1)), Ok((lines, true)));
        }
    }

    #[test]
    fn an_answer_without_a_body_is_over_with_its_head() {
        let mut answer = Answer::expect(204);
        answer.take(b"HTTP/1.1 204 No Content\r\nserver: x\r\n\r\n", |_| Ok(())).unwrap();
        assert!(answer.is_over());
    }

    #[test]
    fn what_does_not_belong_there_is_foreign() {
        for answer in [
            &b"HTTP/1.1 404 Not Found\r\n"[..],
            b"SSH-2.0-x\r\n",
            b"HTTP/1.1 200 OK\r\nno header\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\nb",
            b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n\nx",
        ] {
            assert_eq!(read([answer]), Err(Fault::Foreign), "{}", answer.escape_ascii());
        }
    }

    #[test]
    fn a_body_is_counted_between_its_lines() {
        let mut answer = Answer::expect(200);
        let mut after = |bytes: &[u8]| {
            answer.take(bytes, |_| Ok(())).unwrap();
            answer.whole_lines()
        };
        assert_eq!(after(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), Some(0));
        assert_eq!(after(b"ab\ncd"), None);
        assert_eq!(after(b"\n"), Some(6));
    }

    #[test]
    fn a_fault_of_a_line_is_one_of_its_answer() {
        let mut answer = Answer::expect(200);
        assert_eq!(answer.take(SIZED, |_| Err(Fault::Duplicated)), Err(Fault::Duplicated));
    }
}
