//! The decoder against tungstenite: the same random streams, cut at random places, must give the
//! same messages and end the same way.

use std::io::{self, Read, Write};

use proptest::prelude::*;
use rollcall_wire::ws::{Decoder, Message, WsError, client};
use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};

/// Small, so that streams run into it.
const MAX_MESSAGE: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Heard {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    Closed,
    Refused(WsError),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn legal_streams_are_understood_alike(messages in messages(), cuts in cuts()) {
        let stream = encode(&messages);
        let (ours, our_end) = ours(&stream, &cuts);
        let (theirs, their_end) = theirs(&stream);
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(our_end, their_end);
        prop_assert_eq!(ours, expected(&messages));
    }

    #[test]
    fn damaged_streams_are_understood_alike(
        messages in messages(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cuts in cuts(),
    ) {
        let mut stream = encode(&messages);
        for (at, byte) in damage {
            if !stream.is_empty() {
                let at = at.index(stream.len());
                stream[at] ^= byte;
            }
        }
        compare(&stream, &cuts)?;
    }

    #[test]
    fn noise_is_understood_alike(stream in any::<Vec<u8>>(), cuts in cuts()) {
        compare(&stream, &cuts)?;
    }

    #[test]
    fn the_cuts_do_not_matter(
        stream in prop_oneof![any::<Vec<u8>>(), messages().prop_map(|m| encode(&m))],
        cuts in cuts(),
    ) {
        prop_assert_eq!(ours(&stream, &cuts), ours(&stream, &[stream.len().max(1)]));
    }
}

/// For streams that may be illegal: a refusal may come later there, because tungstenite waits for
/// the end of a frame before it looks at the frame's header, and a length over the limit may be
/// refused before or after another fault of the same header.
fn compare(stream: &[u8], cuts: &[usize]) -> Result<(), TestCaseError> {
    let (ours, our_end) = ours(stream, cuts);
    let (mut theirs, their_end) = theirs(stream);
    if their_end == End::Closed && theirs.last() != ours.last() {
        // It shows a close frame with an illegal code as one with 1002. It takes 1014 for illegal.
        let shown = theirs.pop();
        prop_assert_eq!(shown, Some(Heard::Close(Some((1002, "Protocol violation".into())))));
        let is_1014 = matches!(ours.last(), Some(Heard::Close(Some((1014, _)))));
        prop_assert!(is_1014 || our_end == End::Refused(WsError::Protocol));
        return Ok(());
    }
    if their_end == End::Refused(WsError::InvalidUtf8) {
        // It looks at each fragment, we at the whole message: control frames may come between.
        prop_assert!(ours.starts_with(&theirs));
        let of_data = |heard: &Heard| matches!(heard, Heard::Text(_) | Heard::Binary);
        prop_assert!(!ours[theirs.len()..].iter().any(of_data));
        return Ok(());
    }
    prop_assert_eq!(&ours, &theirs);
    match (our_end, their_end) {
        (End::Refused(a), End::Refused(b)) => {
            prop_assert!(a == b || a == WsError::TooBig || b == WsError::TooBig);
        }
        (End::Refused(_), End::Open) => {}
        (a, b) => prop_assert_eq!(a, b),
    }
    Ok(())
}

fn ours(stream: &[u8], cuts: &[usize]) -> (Vec<Heard>, End) {
    let mut decoder = Decoder::new(MAX_MESSAGE);
    let mut heard = Vec::new();
    let mut left = stream;
    for size in cuts.iter().cycle() {
        if left.is_empty() {
            break;
        }
        let (piece, after) = left.split_at(left.len().min(*size));
        left = after;
        let mut piece = piece.to_vec();
        let mut rest = &mut piece[..];
        while !rest.is_empty() {
            let (consumed, message) = match decoder.decode(rest) {
                Ok(done) => done,
                Err(error) => return (heard, End::Refused(error)),
            };
            heard.extend(message.map(of_ours));
            if matches!(heard.last(), Some(Heard::Close(_))) {
                return (heard, End::Closed);
            }
            rest = &mut rest[consumed..];
        }
    }
    (heard, End::Open)
}

fn of_ours(message: Message<'_>) -> Heard {
    match message {
        Message::Text(text) => Heard::Text(text.to_owned()),
        Message::Binary => Heard::Binary,
        Message::Ping(payload) => Heard::Ping(payload.to_vec()),
        Message::Pong(payload) => Heard::Pong(payload.to_vec()),
        Message::Close { code, reason } => Heard::Close(code.map(|code| (code, reason.to_owned()))),
    }
}

fn theirs(stream: &[u8]) -> (Vec<Heard>, End) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut socket = WebSocket::from_raw_socket(OneWay(stream), Role::Server, Some(config));
    let mut heard = Vec::new();
    loop {
        match socket.read() {
            Ok(message) => heard.push(of_theirs(message)),
            Err(error) => return (heard, end_of_theirs(&error)),
        }
        if matches!(heard.last(), Some(Heard::Close(_))) {
            return (heard, End::Closed);
        }
    }
}

fn of_theirs(message: tungstenite::Message) -> Heard {
    use tungstenite::Message as Theirs;
    match message {
        Theirs::Text(text) => Heard::Text(text.to_string()),
        Theirs::Binary(_) => Heard::Binary,
        Theirs::Ping(payload) => Heard::Ping(payload.to_vec()),
        Theirs::Pong(payload) => Heard::Pong(payload.to_vec()),
        Theirs::Close(frame) => {
            Heard::Close(frame.map(|frame| (frame.code.into(), frame.reason.to_string())))
        }
        Theirs::Frame(_) => unreachable!("reading yields no raw frames"),
    }
}

fn end_of_theirs(error: &tungstenite::Error) -> End {
    use tungstenite::Error;
    use tungstenite::error::ProtocolError;
    match error {
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Open,
        Error::Protocol(_) => End::Refused(WsError::Protocol),
        Error::Utf8(_) => End::Refused(WsError::InvalidUtf8),
        Error::Capacity(_) => End::Refused(WsError::TooBig),
        other => panic!("unforeseen: {other}"),
    }
}

/// Gives its bytes, then the end; swallows what is written.
struct OneWay<'a>(&'a [u8]);

impl Read for OneWay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for OneWay<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A message, the places where it is fragmented, the pings between, and the mask.
#[derive(Clone, Debug)]
struct Sent {
    message: Heard,
    fragments: Vec<usize>,
    pings: bool,
    mask: [u8; 4],
}

fn messages() -> impl Strategy<Value = Vec<Sent>> {
    let message = prop_oneof![
        4 => "\\PC{0,60}".prop_map(Heard::Text),
        1 => "[a-é]{100,120}".prop_map(Heard::Text),
        1 => Just(Heard::Binary),
        1 => proptest::collection::vec(any::<u8>(), 0..=125).prop_map(Heard::Ping),
        1 => proptest::collection::vec(any::<u8>(), 0..=125).prop_map(Heard::Pong),
    ];
    let sent =
        (message, proptest::collection::vec(0usize..40, 0..4), any::<bool>(), any::<[u8; 4]>())
            .prop_map(|(message, fragments, pings, mask)| Sent { message, fragments, pings, mask });
    let close =
        proptest::option::of((close(), any::<[u8; 4]>()).prop_map(|(message, mask)| Sent {
            message,
            fragments: Vec::new(),
            pings: false,
            mask,
        }));
    (proptest::collection::vec(sent, 0..6), close).prop_map(|(mut all, close)| {
        all.extend(close);
        all
    })
}

fn close() -> impl Strategy<Value = Heard> {
    let code = prop_oneof![Just(1000u16), Just(1001), 1007u16..=1013, 3000u16..5000];
    proptest::option::of((code, "[a-zé]{0,40}")).prop_map(Heard::Close)
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1usize..4, 1usize..400], 1..20)
}

fn encode(messages: &[Sent]) -> Vec<u8> {
    let mut stream = Vec::new();
    for sent in messages {
        match &sent.message {
            Heard::Text(text) => encode_data(&mut stream, sent, 1, text.as_bytes()),
            Heard::Binary => encode_data(&mut stream, sent, 2, &[0xff; 70]),
            Heard::Ping(payload) => client::write_ping(&mut stream, payload, sent.mask),
            Heard::Pong(payload) => client::write_pong(&mut stream, payload, sent.mask),
            Heard::Close(None) => client::write(&mut stream, 0x88, b"", sent.mask),
            Heard::Close(Some((code, reason))) => {
                client::write_close(&mut stream, *code, reason, sent.mask);
            }
        }
    }
    stream
}

fn encode_data(stream: &mut Vec<u8>, sent: &Sent, opcode: u8, payload: &[u8]) {
    let mut rest = payload;
    let mut opcode = opcode;
    for &size in &sent.fragments {
        let (fragment, after) = rest.split_at(size.min(rest.len()));
        client::write(stream, opcode, fragment, sent.mask);
        if sent.pings {
            client::write_ping(stream, b"between", sent.mask);
        }
        (opcode, rest) = (0, after);
    }
    client::write(stream, 0x80 | opcode, rest, sent.mask);
}

fn expected(messages: &[Sent]) -> Vec<Heard> {
    let mut heard = Vec::new();
    for sent in messages {
        if sent.pings && matches!(sent.message, Heard::Text(_) | Heard::Binary) {
            heard.extend(sent.fragments.iter().map(|_| Heard::Ping(b"between".to_vec())));
        }
        heard.push(sent.message.clone());
    }
    heard
}
