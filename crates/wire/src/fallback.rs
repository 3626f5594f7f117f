//! The HTTP transports' form of things (`docs/protocol.md` 5.5 and 5.8): the lines of a receive
//! request's answer, and the body of a send request. Which line goes out when is the engine's, and
//! how requests arrive the shell's.

use bytes::Bytes;

use crate::frame::Frame;
use crate::json::{Escaped, Sink, put_number, put_string};

/// Past so many UTF-16 code units on one stream, pusher-js aborts it at the end of a line and asks
/// for another (`docs/protocol.md` 5.6 rule 3).
pub const ROTATION_UNITS: usize = 262_144;

/// What ends a poll that nothing came for, and keeps a stream awake.
pub const HEARTBEAT: &[u8] = b"h\n";

/// One line of a receive request's answer, its line feed included; a clone shares the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    bytes: Bytes,
    units: usize,
}

/// What is wrong with the body of a send request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// There is none.
    Empty,
    /// It is no JSON array of strings.
    Broken,
    /// It has more strings than any client sends.
    TooMany,
}

impl Line {
    /// 2 KiB that fill what browsers and proxies buffer before they hand anything on (5.6 rule 1).
    pub fn prelude() -> Self {
        Self { bytes: Bytes::from_static(&PRELUDE), units: PRELUDE.len() }
    }

    /// The session is open. Comes once in its life.
    pub fn open() -> Self {
        Self { bytes: Bytes::from_static(b"o\n"), units: 2 }
    }

    /// Nothing but a sign of life.
    pub fn heartbeat() -> Self {
        Self { bytes: Bytes::from_static(HEARTBEAT), units: HEARTBEAT.len() }
    }

    /// The session is closed.
    pub fn close(code: u16, reason: &str) -> Self {
        let mut out = b"c[".to_vec();
        put_number(&mut out, code.into());
        out.put(b",");
        put_string(&mut out, reason);
        out.put(b"]\n");
        Self::new(out)
    }

    /// One frame. Frames keep theirs: [`Frame::line`].
    pub(crate) fn message(frame: &Frame) -> Self {
        let json = frame.json();
        // Its quotes will have a backslash each, which is most of what escaping adds.
        let mut out = Vec::with_capacity(json.len() + json.len() / 4 + 16);
        out.put(b"a[\"");
        Escaped(&mut out).put(json);
        out.put(b"\"]\n");
        Self::new(out)
    }

    fn new(bytes: Vec<u8>) -> Self {
        let units = utf16_units(&bytes);
        Self { bytes: Bytes::from(bytes), units }
    }

    /// What goes out.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes that are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never: there is always a line feed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many UTF-16 code units a browser makes of it.
    pub fn units(&self) -> usize {
        self.units
    }
}

/// The frames in the body of a send request, in order; none are a heartbeat. A lone surrogate,
/// which no UTF-8 text can hold, makes it broken.
///
/// # Errors
///
/// It is no array of strings, or one of too many.
pub fn parse_send(body: &[u8]) -> Result<Vec<String>, SendError> {
    if body.is_empty() {
        return Err(SendError::Empty);
    }
    let frames: Vec<String> = serde_json::from_slice(body).map_err(|_| SendError::Broken)?;
    if frames.len() > MAX_FRAMES { Err(SendError::TooMany) } else { Ok(frames) }
}

impl SendError {
    /// The words of SockJS, as far as it has any.
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Payload expected.",
            Self::Broken => "Broken JSON encoding.",
            Self::TooMany => "Too many frames in one request.",
        }
    }
}

/// How many UTF-16 code units a text takes: one for each character, two for those of four bytes.
fn utf16_units(utf8: &[u8]) -> usize {
    utf8.iter().map(|&byte| usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0)).sum()
}

/// pusher-js sends one frame in a request; libraries that collect may send a few.
const MAX_FRAMES: usize = 128;

const PRELUDE: [u8; 2049] = {
    let mut bytes = [b'h'; 2049];
    bytes[2048] = b'\n';
    bytes
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line_of(json: &str) -> Line {
        Frame::text(|out| out.extend_from_slice(json.as_bytes())).line().clone()
    }

    #[test]
    fn p125_a_line_holds_the_frame_as_a_string() {
        let line = line_of(r#"{"event":"e","data":"{\"a\":1}"}"#);
        let expected = r#"a["{\"event\":\"e\",\"data\":\"{\\\"a\\\":1}\"}"]"#;
        assert_eq!(line.bytes(), format!("{expected}\n").as_bytes());
    }

    #[test]
    fn p123_the_prelude_is_2_kib_and_a_line_feed() {
        let prelude = Line::prelude();
        assert_eq!(prelude.bytes(), [[b'h'; 2048].as_slice(), b"\n"].concat());
        assert_eq!(prelude.units(), 2049);
    }

    #[test]
    fn p138_a_close_line_has_code_and_reason() {
        assert_eq!(Line::close(4001, "no \"x\"").bytes(), b"c[4001,\"no \\\"x\\\"\"]\n");
    }

    #[test]
    fn p141_only_an_array_of_strings_is_a_send() {
        let frames = |body: &[u8]| parse_send(body);
        assert_eq!(frames(br#"["a","{\"b\":1}"]"#), Ok(vec!["a".into(), r#"{"b":1}"#.into()]));
        assert_eq!(frames(b"[]"), Ok(Vec::new()));
        assert_eq!(frames(b" [ ] \n"), Ok(Vec::new()));
        assert_eq!(frames(b""), Err(SendError::Empty));
        let broken: [&[u8]; 8] =
            [b"{}", b"[1]", b"[\"a\"", b"\"a\"", b"null", b"[[]]", b"[\"\xff\"]", b"[\"\\ud800\"]"];
        for body in broken {
            assert_eq!(frames(body), Err(SendError::Broken), "{}", String::from_utf8_lossy(body));
        }
        let many = |count| format!("[{}]", vec!["\"\""; count].join(",")).into_bytes();
        assert_eq!(frames(&many(MAX_FRAMES)).map(|frames| frames.len()), Ok(MAX_FRAMES));
        assert_eq!(frames(&many(MAX_FRAMES + 1)), Err(SendError::TooMany));
    }

    proptest! {
        #[test]
        fn p126_p133_any_frame_is_one_line_whose_units_a_browser_counts_alike(
            text in any::<String>(),
        ) {
            let line = line_of(&text);
            let sent = std::str::from_utf8(line.bytes()).unwrap();
            prop_assert_eq!(line.units(), sent.encode_utf16().count());
            prop_assert_eq!(sent.find('\n'), Some(sent.len() - 1));
            let frames: Vec<String> = serde_json::from_str(&sent[1..]).unwrap();
            prop_assert_eq!(frames, vec![text]);
        }
    }
}
