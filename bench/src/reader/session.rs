//! A subscriber over HTTP, who does as pusher-js does (docs/protocol.md section 5): asks for a stream
//! and for another whenever 256 KiB of one were read, or polls, and answers signs of life.
//!
//! Requests are as short as they may be. Browsers say more in their heads, and ask for permission
//! before each; libraries outside of them do not.

use std::io::Write;
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Registry, Token};
use rollcall_wire::fallback::ROTATION_UNITS;

use super::answer::Answer;
use super::voice::Voice;
use super::{connect, read_some};
use crate::error::Result;
use crate::handshake;
use crate::ledger::{Fault, Ledger};
use crate::setup::HttpTransport;
use crate::stamp::Stamp;

/// A session and its receive request.
pub(super) struct Session {
    server: SocketAddr,
    token: Token,
    socket: TcpStream,
    answer: Answer,
    client: Client,
}

/// What a session is besides its requests.
#[derive(Debug)]
struct Client {
    /// Its number on its side.
    number: usize,
    transport: HttpTransport,
    /// What the paths of all its requests begin with.
    path: String,
    stage: Stage,
}

/// How far it has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Open,
    Subscribing,
    Subscribed,
}

/// What there is to do when something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Go on reading.
    Read,
    /// Ask on the same connection.
    Poll,
    /// Leave this stream and ask for another.
    Rotate,
}

impl Session {
    /// Asks for the first time.
    pub(super) fn begin(
        (server, key): (SocketAddr, &str),
        transport: HttpTransport,
        number: usize,
        (registry, token): (&Registry, Token),
    ) -> Result<Self> {
        let client = Client { number, transport, path: path(key, number), stage: Stage::New };
        let (socket, answer) = (connect(server, registry, token)?, Answer::expect(OK));
        let mut session = Self { server, token, socket, answer, client };
        session.ask()?;
        Ok(session)
    }

    /// Whether nothing but messages follows.
    pub(super) fn is_subscribed(&self) -> bool {
        self.client.stage == Stage::Subscribed
    }

    /// Reads all that there is and asks on; it is not heard of again before there is more.
    pub(super) fn read(
        &mut self,
        buffer: &mut [u8],
        ledger: &mut Ledger,
        voice: &mut Voice,
        registry: &Registry,
    ) -> Result<()> {
        while let Some(count) = read_some(&mut self.socket, buffer)? {
            let client = &mut self.client;
            self.answer.take(&buffer[..count], |line| client.take_line(line, ledger, voice))?;
            match self.client.next(&self.answer)? {
                Next::Read => {}
                Next::Poll => self.ask()?,
                Next::Rotate => {
                    self.socket = connect(self.server, registry, self.token)?;
                    return self.ask();
                }
            }
        }
        Ok(())
    }

    fn ask(&mut self) -> Result<()> {
        let request = request(self.server, &self.client.path, self.client.transport);
        self.answer = Answer::expect(OK);
        // The kernel has room for so little: nothing else is under way there.
        Ok(self.socket.write_all(request.as_bytes())?)
    }
}

impl Client {
    fn take_line(
        &mut self,
        line: &[u8],
        ledger: &mut Ledger,
        voice: &mut Voice,
    ) -> std::result::Result<(), Fault> {
        match line {
            [b'a', ..] => match Stamp::of_line(line) {
                Some(stamp) => ledger.enter(self.number, stamp)?,
                None => self.take_event(line, voice)?,
            },
            b"o\n" if self.stage == Stage::New => self.stage = Stage::Open,
            // What a stream begins with is one too, for who is open already.
            [b'h', ..] if self.stage == Stage::New => {}
            [b'h', ..] => self.answer_heartbeat(voice),
            _ => return Err(Fault::Foreign),
        }
        Ok(())
    }

    /// Takes what comes before the first message.
    fn take_event(&mut self, line: &[u8], voice: &mut Voice) -> std::result::Result<(), Fault> {
        let text = String::from_utf8_lossy(line);
        match self.stage {
            Stage::Open if text.contains(ESTABLISHED) => {
                let event = handshake::subscription().replace('"', "\\\"");
                voice.say(&self.path, &format!("[\"{event}\"]"));
                self.stage = Stage::Subscribing;
            }
            Stage::Subscribing if text.contains(SUBSCRIBED) => self.stage = Stage::Subscribed,
            _ => return Err(Fault::Foreign),
        }
        Ok(())
    }

    /// Who polls says enough by polling again (5.7 rule 4).
    fn answer_heartbeat(&self, voice: &mut Voice) {
        if self.transport == HttpTransport::Streaming {
            voice.say(&self.path, "[]");
        }
    }

    fn next(&self, answer: &Answer) -> std::result::Result<Next, Fault> {
        match self.transport {
            HttpTransport::Polling if answer.is_over() => Ok(Next::Poll),
            HttpTransport::Polling => Ok(Next::Read),
            HttpTransport::Streaming if answer.is_over() => Err(Fault::CutOff),
            HttpTransport::Streaming => Ok(match answer.whole_lines() {
                Some(len) if len > ROTATION_UNITS => Next::Rotate,
                _ => Next::Read,
            }),
        }
    }
}

fn request(server: SocketAddr, path: &str, transport: HttpTransport) -> String {
    let name = match transport {
        HttpTransport::Streaming => "xhr_streaming",
        HttpTransport::Polling => "xhr",
    };
    format!(
        "POST {path}/{name}?protocol=7&client=bench&version=1.0.0 HTTP/1.1\r\nHost: {server}\r\n\
         Content-Type: application/json\r\nContent-Length: 0\r\n\r\n"
    )
}

/// What the paths of a session begin with (5.3).
fn path(key: &str, number: usize) -> String {
    let digit = |place: u32| {
        let digit = number >> (5 * place) & 0x1f;
        char::from_digit(digit as u32, 32).unwrap_or('0')
    };
    let name: String = (0..8).rev().map(digit).collect();
    format!("/pusher/app/{key}/{}/{name}", number % 1000)
}

/// The status of an answer with lines.
const OK: u16 = 200;

const ESTABLISHED: &str = "pusher:connection_established";
const SUBSCRIBED: &str = "pusher_internal:subscription_succeeded";

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);

    fn client(transport: HttpTransport, stage: Stage) -> Client {
        Client { number: 0, transport, path: path("k", 0), stage }
    }

    /// An answer with a body of so many bytes, of which the last is the end of a line if it is to be.
    fn answer_of(len: usize, end: &str) -> Answer {
        let mut answer = Answer::expect(OK);
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        let body = "h".repeat(len - end.len()) + end;
        answer.take((head.to_owned() + &body).as_bytes(), |_| Ok(())).unwrap();
        answer
    }

    #[test]
    fn sessions_are_named_as_clients_name_them() {
        assert_eq!(path("k", 0), "/pusher/app/k/0/00000000");
        assert_eq!(path("k", 33_054), "/pusher/app/k/54/0000108u");
    }

    #[test]
    fn a_client_subscribes_once_it_is_let_in() {
        let mut client = client(HttpTransport::Polling, Stage::New);
        let (mut ledger, mut voice) = (Ledger::new(1), Voice::new(SERVER, Token(1)));
        let mut take = |line: &str| client.take_line(line.as_bytes(), &mut ledger, &mut voice);
        assert_eq!(take("a[\"pusher:connection_established\"]\n"), Err(Fault::Foreign));
        for line in ["hhh\n", "o\n", "a[\"pusher:connection_established\"]\n"] {
            assert_eq!(take(line), Ok(()), "{line}");
        }
        assert_eq!(take("o\n"), Err(Fault::Foreign));
        assert_eq!(take("a[\"pusher_internal:subscription_succeeded\"]\n"), Ok(()));
        assert_eq!(take("a[\"pusher_internal:subscription_succeeded\"]\n"), Err(Fault::Foreign));
        assert_eq!(client.stage, Stage::Subscribed);
        let said = r#"["{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"bench\"}}"]"#;
        assert_eq!(voice.waiting(), [format!("/pusher/app/k/0/00000000/xhr_send {said}")]);
    }

    #[test]
    fn messages_are_entered_and_others_are_foreign() {
        let mut client = client(HttpTransport::Streaming, Stage::Subscribed);
        let (mut ledger, mut voice) = (Ledger::new(1), Voice::new(SERVER, Token(1)));
        let mut line = Vec::new();
        Stamp { publisher: 0, id: 0 }.write_line(&mut line);
        assert_eq!(client.take_line(&line, &mut ledger, &mut voice), Ok(()));
        assert_eq!(ledger.complete(), 1);
        assert_eq!(client.take_line(&line, &mut ledger, &mut voice), Err(Fault::Duplicated));
        let close = b"c[4100,\"Over capacity\"]\n";
        assert_eq!(client.take_line(close, &mut ledger, &mut voice), Err(Fault::Foreign));
    }

    #[test]
    fn only_a_stream_answers_a_sign_of_life() {
        for (transport, said) in [(HttpTransport::Streaming, 1), (HttpTransport::Polling, 0)] {
            let mut client = client(transport, Stage::Subscribed);
            let (mut ledger, mut voice) = (Ledger::new(1), Voice::new(SERVER, Token(1)));
            client.take_line(b"h\n", &mut ledger, &mut voice).unwrap();
            assert_eq!(voice.waiting().len(), said, "{transport:?}");
        }
    }

    #[test]
    fn a_stream_is_left_behind_the_line_that_makes_it_too_long() {
        let client = client(HttpTransport::Streaming, Stage::Subscribed);
        let next = |len, end| client.next(&answer_of(len, end));
        assert_eq!(next(ROTATION_UNITS, "\n"), Ok(Next::Read));
        assert_eq!(next(ROTATION_UNITS + 1, "h"), Ok(Next::Read));
        assert_eq!(next(ROTATION_UNITS + 1, "\n"), Ok(Next::Rotate));
        assert_eq!(next(1_000_000, "\n"), Err(Fault::CutOff));
    }

    #[test]
    fn a_poll_follows_the_end_of_the_last() {
        let client = client(HttpTransport::Polling, Stage::Subscribed);
        assert_eq!(client.next(&answer_of(999_999, "\n")), Ok(Next::Read));
        assert_eq!(client.next(&answer_of(1_000_000, "\n")), Ok(Next::Poll));
    }
}
