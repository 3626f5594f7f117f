//! Bodies of the HTTP transports: what a client sends is an array of texts or nothing, and what it
//! is sent are lines that a browser reads and counts alike.

use rollcall_wire::Frame;
use rollcall_wire::fallback::{Line, ROTATION_UNITS, SendError, parse_send};

/// Parses a body as a send request, and sends its text as a frame and as a reason to close.
pub fn fallback_bodies(bytes: &[u8]) {
    match parse_send(bytes) {
        Ok(frames) => check_frames(&frames),
        Err(error) => check_refused(error, bytes),
    }
    let text = String::from_utf8_lossy(bytes);
    let frame = Frame::text(|out| out.extend_from_slice(text.as_bytes()));
    let [told] = &*texts(after(b'a', frame.line())) else { panic!("one frame is one text") };
    assert_eq!(*told, text);
    let closed = after(b'c', &Line::close(4100, &text));
    let (code, reason): (u16, String) = serde_json::from_str(&closed).expect("code and reason");
    assert_eq!((code, &*reason), (4100, &*text));
}

/// A body of the same frames is the same body.
fn check_frames(frames: &[String]) {
    let body = serde_json::to_vec(frames).expect("texts are JSON");
    assert_eq!(parse_send(&body).as_deref(), Ok(frames));
}

fn check_refused(error: SendError, bytes: &[u8]) {
    assert!(!error.message().is_empty());
    let frames = serde_json::from_slice::<Vec<String>>(bytes).ok();
    match error {
        SendError::Empty => assert!(bytes.is_empty()),
        SendError::Broken => assert_eq!(frames, None),
        SendError::TooMany => assert!(frames.is_some_and(|frames| frames.len() > 100)),
    }
}

/// The line behind its first byte, after a look at what every line must be.
fn after(kind: u8, line: &Line) -> String {
    let text = std::str::from_utf8(line.bytes()).expect("a line is UTF-8");
    assert_eq!(text.find('\n'), Some(text.len() - 1), "one line, and not an empty one");
    assert_eq!((text.as_bytes()[0], line.len()), (kind, text.len()));
    assert_eq!(line.units(), text.encode_utf16().count());
    assert!(line.units() < ROTATION_UNITS);
    text[1..].to_owned()
}

fn texts(json: String) -> Vec<String> {
    serde_json::from_str(&json).expect("an array of texts")
}
