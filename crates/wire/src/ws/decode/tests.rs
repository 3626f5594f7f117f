//! One helper feeds streams to the decoder, whole and byte by byte, and prints what comes out.

use super::*;
use crate::ws::{client, write_text};

const MASK: [u8; 4] = [0x12, 0xa3, 0x00, 0xff];

/// What the decoder makes of a stream that arrives in pieces of `size` bytes.
fn decode_in_pieces(stream: &[u8], size: usize) -> String {
    let mut decoder = Decoder::new(1000);
    let mut said = Vec::new();
    for piece in stream.chunks(size) {
        let mut piece = piece.to_vec();
        let mut rest = &mut piece[..];
        while !rest.is_empty() {
            match decoder.decode(rest) {
                Ok((consumed, message)) => {
                    said.extend(message.map(|message| show(&message)));
                    rest = &mut rest[consumed..];
                }
                Err(error) => {
                    said.push(format!("{error:?}"));
                    return said.join(", ");
                }
            }
        }
    }
    said.join(", ")
}

fn show(message: &Message<'_>) -> String {
    match message {
        Message::Text(text) => format!("{text:?}"),
        Message::Binary => "binary".into(),
        Message::Ping(payload) => format!("ping {}", String::from_utf8_lossy(payload)),
        Message::Pong(payload) => format!("pong {}", String::from_utf8_lossy(payload)),
        Message::Close { code: Some(code), reason } => format!("close {code} {reason}"),
        Message::Close { code: None, .. } => "close".into(),
    }
}

fn frames(frames: &[(u8, &[u8])]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (first, payload) in frames {
        client::write(&mut stream, *first, payload, MASK);
    }
    stream
}

#[track_caller]
fn check_stream(stream: &[u8], expected: &str) {
    for size in [usize::MAX, 1, 2, 3, 7] {
        let said = decode_in_pieces(stream, size.min(stream.len().max(1)));
        assert_eq!(said, expected, "in pieces of {size}");
    }
}

#[track_caller]
fn check(list: &[(u8, &[u8])], expected: &str) {
    check_stream(&frames(list), expected);
}

#[test]
fn whole_messages() {
    check(&[(0x81, b"hello")], r#""hello""#);
    check(&[(0x81, b"")], r#""""#);
    check(&[(0x81, "caf\u{e9} \u{1f600}".as_bytes()), (0x81, b"b")], r#""café 😀", "b""#);
}

#[test]
fn p32_a_binary_message_is_told_apart_and_dropped() {
    check(&[(0x82, b"\xff\xfe"), (0x81, b"a")], r#"binary, "a""#);
    check(&[(0x02, b"\xff"), (0x80, b"\xfe")], "binary");
}

#[test]
fn lengths_of_two_and_eight_bytes() {
    for len in [125, 126, 127, 999, 1000] {
        let text = "x".repeat(len);
        check(&[(0x81, text.as_bytes()), (0x89, b"!")], &format!("{text:?}, ping !"));
    }
    let mut long_form = vec![0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, b'a'];
    check_stream(&long_form, r#""a""#);
    long_form[2] = 0x80;
    check_stream(&long_form, "Protocol");
}

#[test]
fn fragments_become_one_message() {
    check(&[(0x01, b"a"), (0x00, b"b"), (0x80, b"c")], r#""abc""#);
    check(&[(0x01, b""), (0x00, b""), (0x80, b"")], r#""""#);
    check(&[(0x01, b"\xc3"), (0x80, b"\xa9")], r#""é""#);
    check(&[(0x01, b"a"), (0x80, b"b"), (0x81, b"c")], r#""ab", "c""#);
}

#[test]
fn p19_control_frames_may_come_between_fragments() {
    check(
        &[(0x01, b"a"), (0x89, b"one"), (0x00, b"b"), (0x8a, b"two"), (0x80, b"c")],
        r#"ping one, pong two, "abc""#,
    );
    check(&[(0x01, b"a"), (0x88, b"\x03\xe8bye")], "close 1000 bye");
    check(&[(0x89, &[b'x'; 125])], &format!("ping {}", "x".repeat(125)));
}

#[test]
fn continuation_rules() {
    check(&[(0x80, b"a")], "Protocol");
    check(&[(0x00, b"a")], "Protocol");
    check(&[(0x01, b"a"), (0x81, b"b")], "Protocol");
    check(&[(0x01, b"a"), (0x02, b"b")], "Protocol");
    check(&[(0x81, b"a"), (0x80, b"b")], r#""a", Protocol"#);
}

#[test]
fn illegal_headers() {
    for first in [0xc1, 0xa1, 0x91, 0x83, 0x87, 0x8b, 0x8f, 0x09, 0x08, 0x0a] {
        check(&[(0x81, b"a"), (first, b"")], r#""a", Protocol"#);
    }
    check(&[(0x89, &[b'x'; 126])], "Protocol");
    let mut unmasked = Vec::new();
    write_text(&mut unmasked, b"a");
    check_stream(&unmasked, "Protocol");
}

#[test]
fn texts_are_utf8() {
    for bytes in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"] {
        check(&[(0x81, bytes)], "InvalidUtf8");
        check(&[(0x01, bytes), (0x80, b"")], "InvalidUtf8");
    }
    check(&[(0x88, b"\x03\xe8\xff")], "InvalidUtf8");
}

#[test]
fn closes() {
    check(&[(0x88, b"")], "close");
    check(&[(0x88, b"\x03\xe8")], "close 1000 ");
    check(&[(0x88, b"\x03")], "Protocol");
    let table = [
        (999, false),
        (1000, true),
        (1001, true),
        (1003, true),
        (1004, false),
        (1005, false),
        (1006, false),
        (1007, true),
        (1014, true),
        (1015, false),
        (1016, false),
        (2999, false),
        (3000, true),
        (4999, true),
        (5000, false),
        (65535, false),
    ];
    for (code, is_legal) in table {
        let expected = if is_legal { format!("close {code} x") } else { "Protocol".into() };
        let [high, low] = u16::to_be_bytes(code);
        check(&[(0x88, &[high, low, b'x'])], &expected);
    }
}

#[test]
fn a_message_over_the_limit_is_refused_by_its_header() {
    let mut stream = frames(&[(0x81, &[b'x'; 1001])]);
    stream.truncate(8);
    check_stream(&stream, "TooBig");
    check_stream(
        &[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        "TooBig",
    );
    check(&[(0x01, &[b'x'; 600]), (0x80, &[b'x'; 401])], "TooBig");
    check(&[(0x02, &[b'x'; 600]), (0x80, &[b'x'; 401])], "TooBig");
    check(&[(0x02, &[b'x'; 600]), (0x80, &[b'x'; 400])], "binary");
}

#[test]
fn the_limit_may_change() {
    let mut decoder = Decoder::new(0);
    decoder.set_max_message(1);
    assert_eq!(decoder.decode(&mut frames(&[(0x81, b"a")])), Ok((7, Some(Message::Text("a")))));
    assert_eq!(decoder.decode(&mut frames(&[(0x81, b"ab")])), Err(WsError::TooBig));
}

#[test]
fn an_idle_decoder_is_small_and_owns_nothing() {
    assert!(size_of::<Decoder>() <= 48, "{}", size_of::<Decoder>());
    let mut decoder = Decoder::new(1000);
    let mut stream = frames(&[(0x81, b"whole"), (0x01, b"cu"), (0x80, b"t"), (0x89, b"ping")]);
    let (consumed, _) = decoder.decode(&mut stream).unwrap();
    assert!(decoder.unfinished.is_none(), "a whole message needs no buffer");

    let mut rest = stream.split_off(consumed);
    let (consumed, nothing) = decoder.decode(&mut rest).unwrap();
    assert_eq!(nothing, None);
    let mut rest = rest.split_off(consumed);
    let (consumed, message) = decoder.decode(&mut rest).unwrap();
    assert_eq!(message, Some(Message::Text("cut")));
    decoder.release();
    assert!(decoder.unfinished.is_none(), "a finished message is freed");

    let mut rest = rest.split_off(consumed);
    let (first, second) = rest.split_at_mut(8);
    assert_eq!(decoder.decode(first), Ok((8, None)));
    assert_eq!(decoder.decode(second), Ok((2, Some(Message::Ping(b"ping")))));
    assert_eq!(decoder.decode(&mut []), Ok((0, None)));
    assert!(decoder.unfinished.is_none(), "so is a finished ping");
}

#[test]
fn a_promise_of_bytes_reserves_none() {
    let mut decoder = Decoder::new(usize::MAX);
    let mut header = [0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, b'x'];
    assert_eq!(decoder.decode(&mut header), Ok((15, None)));
    let open = decoder.unfinished.unwrap().message.unwrap();
    assert!(open.payload.capacity() < 100);
}

#[test]
fn the_client_half_refuses_masks() {
    let mut decoder = client::Decoder::new(100);
    let mut frame = Vec::new();
    write_text(&mut frame, b"hi");
    assert_eq!(decoder.decode(&mut frame), Ok((4, Some(Message::Text("hi")))));
    assert_eq!(decoder.decode(&mut frames(&[(0x81, b"hi")])), Err(WsError::Protocol));
}

#[test]
fn an_error_tells_the_close_code() {
    let table = [(WsError::Protocol, 1002), (WsError::InvalidUtf8, 1007), (WsError::TooBig, 1009)];
    for (error, code) in table {
        assert_eq!(error.close_code().code(), code);
    }
}

proptest::proptest! {
    /// Not even when the caller goes on after an error, or changes the limit in the middle.
    #[test]
    fn no_stream_panics(mut stream: Vec<u8>, limits in proptest::collection::vec(0usize..300, 1..9)) {
        let mut decoder = Decoder::new(300);
        let mut rest = &mut stream[..];
        for limit in limits.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            decoder.set_max_message(*limit);
            let piece = rest.len().min(1 + limit % 9);
            let consumed = decoder.decode(&mut rest[..piece]).map_or(1, |(consumed, _)| consumed);
            proptest::prop_assert!(0 < consumed && consumed <= piece);
            rest = &mut rest[consumed..];
        }
    }
}
