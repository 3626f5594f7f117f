//! The WebSocket decoder: however a stream is cut, it means the same.

use rollcall_wire::ws::{self, Decoder, Message, WsError};

use crate::input::Input;

/// Decodes a stream whole, byte by byte and in pieces that the input chooses.
pub fn ws_decoder(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let max_message = input.pick(&[1 << 16, 5, 0, 125, 126, 1000]);
    let sizes = input.bytes(8);
    let stream = input.rest();

    let whole = decode(stream, max_message, |_| usize::MAX);
    assert_eq!(decode(stream, max_message, |_| 1), whole, "byte by byte");
    if !sizes.is_empty() {
        let size = |piece: usize| usize::from(sizes[piece % sizes.len()]) + 1;
        assert_eq!(decode(stream, max_message, size), whole, "in pieces of {sizes:?} and one");
    }
    check(&whole, max_message);
}

/// What a stream said.
#[derive(Debug, PartialEq)]
enum Said {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Wrong(WsError),
}

/// Feeds pieces of the sizes that `size` gives. Nothing may follow a close or an error.
fn decode(stream: &[u8], max_message: usize, size: impl Fn(usize) -> usize) -> Vec<Said> {
    let mut decoder = Decoder::new(max_message);
    let mut said = Vec::new();
    let mut rest = stream.to_vec();
    for piece in 0.. {
        if rest.is_empty() {
            break;
        }
        let after = rest.split_off(size(piece).min(rest.len()));
        if decode_piece(&mut decoder, &mut rest, &mut said) == Went::Over {
            break;
        }
        rest = after;
    }
    said
}

#[derive(PartialEq)]
enum Went {
    On,
    Over,
}

fn decode_piece(decoder: &mut Decoder, mut piece: &mut [u8], said: &mut Vec<Said>) -> Went {
    while !piece.is_empty() {
        let (consumed, message) = match decoder.decode(piece) {
            Ok((consumed, message)) => (consumed, message.map(Said::from)),
            Err(error) => {
                said.push(Said::Wrong(error));
                return Went::Over;
            }
        };
        assert!(0 < consumed && consumed <= piece.len(), "consumed {consumed}");
        let is_close = matches!(message, Some(Said::Close(..)));
        said.extend(message);
        if is_close {
            return Went::Over;
        }
        piece = &mut piece[consumed..];
    }
    // What an idle connection does must not matter either.
    decoder.release();
    Went::On
}

fn check(said: &[Said], max_message: usize) {
    for message in said {
        match message {
            Said::Text(text) => assert!(text.len() <= max_message),
            Said::Ping(payload) | Said::Pong(payload) => assert!(payload.len() <= 125),
            Said::Close(code, reason) => check_close(*code, reason),
            Said::Wrong(error) => assert!(matches!(error.close_code().code(), 1002 | 1007 | 1009)),
            Said::Binary => {}
        }
    }
}

/// What a peer may close with may be sent back (RFC 6455 7.4).
fn check_close(code: Option<u16>, reason: &str) {
    assert!(code.is_some() || reason.is_empty());
    let Some(code) = code else { return };
    assert!(matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999), "{code}");
    let mut frame = Vec::new();
    ws::write_close(&mut frame, code, reason);
    assert_eq!(ws::frame_len(&frame), Some(frame.len()));
}

impl From<Message<'_>> for Said {
    fn from(message: Message<'_>) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.to_owned()),
            Message::Binary => Self::Binary,
            Message::Ping(payload) => Self::Ping(payload.to_owned()),
            Message::Pong(payload) => Self::Pong(payload.to_owned()),
            Message::Close { code, reason } => Self::Close(code, reason.to_owned()),
        }
    }
}
