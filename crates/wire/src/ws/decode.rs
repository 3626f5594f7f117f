//! The incremental decoder: any split of a stream gives the same messages.
//!
//! A message that arrives whole in one frame is unmasked where it lies and borrowed from there.
//! Only what is cut, by a fragment's end or by the end of the input, is copied, into a buffer that
//! exists for as long as that message is unfinished. So an idle connection owns no buffer.

use std::fmt;

use super::header::{Fin, Header, MAX_HEADER, Opcode, Sender};
use super::mask;
use crate::close::CloseCode;

/// Turns a client's bytes into messages.
#[derive(Debug)]
pub struct Decoder {
    max_message: usize,
    sender: Sender,
    /// The start of a header whose end has not arrived.
    header: [u8; MAX_HEADER],
    header_len: u8,
    unfinished: Option<Box<Unfinished>>,
}

/// What a client said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message; the protocol has none, so its content is not kept.
    Binary,
    /// A control ping; answer it with the same payload.
    Ping(&'a [u8]),
    /// A control pong.
    Pong(&'a [u8]),
    /// The end: nothing may follow it.
    Close {
        /// The code, if one was given.
        code: Option<u16>,
        /// The reason, perhaps empty.
        reason: &'a str,
    },
}

/// Why a stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WsError {
    /// The bytes are no legal frame.
    Protocol,
    /// A text or a close reason is not UTF-8.
    InvalidUtf8,
    /// A message is over the limit.
    TooBig,
}

impl Decoder {
    /// A decoder of a client's frames that refuses messages of more than `max_message` bytes.
    pub fn new(max_message: usize) -> Self {
        Self::reading_from(Sender::Client, max_message)
    }

    pub(super) fn reading_from(sender: Sender, max_message: usize) -> Self {
        Self { max_message, sender, header: [0; MAX_HEADER], header_len: 0, unfinished: None }
    }

    /// Changes the limit, for frames whose header has not been read yet.
    pub fn set_max_message(&mut self, max_message: usize) {
        self.max_message = max_message;
    }

    /// Takes bytes from the front of `input` and returns how many were consumed and at most one
    /// message. Call again with the rest until `input` is empty.
    ///
    /// The consumed part of `input` is overwritten. After an error, or after a close, the stream
    /// has no meaning any more and nothing else should be given.
    ///
    /// A message that had to be put together stays in the decoder until the next call, or until
    /// [`Decoder::release`].
    pub fn decode<'a>(
        &'a mut self,
        input: &'a mut [u8],
    ) -> Result<(usize, Option<Message<'a>>), WsError> {
        self.release();
        let (header, header_len) = match self.next_header(input)? {
            NextHeader::Incomplete => return Ok((input.len(), None)),
            NextHeader::New { header, consumed } => (header, consumed),
            NextHeader::InProgress => return self.resume(input, 0),
        };
        self.admit(&header)?;
        let payload_len = header.payload_len as usize;
        let available = input.len() - header_len;
        if self.is_in_place(&header) && available >= payload_len {
            let end = header_len + payload_len;
            let payload = &mut input[header_len..end];
            mask::apply(payload, header.mask, 0);
            return Ok((end, Some(message(header.opcode, payload)?)));
        }
        self.begin(header);
        self.resume(input, header_len)
    }

    /// Frees a message that the last [`Decoder::decode`] returned and that had to be put together.
    /// Called when a connection goes idle, so that it does not keep its last large message.
    pub fn release(&mut self) {
        let Some(unfinished) = &mut self.unfinished else {
            return;
        };
        match std::mem::replace(&mut unfinished.lent, Lent::Nothing) {
            Lent::Nothing => return,
            Lent::Control => unfinished.control.clear(),
            Lent::Message => unfinished.message = None,
        }
        if unfinished.message.is_none() && unfinished.frame.is_none() {
            self.unfinished = None;
        }
    }

    /// Finds the next header: in `input`, or partly in the bytes kept from before.
    fn next_header(&mut self, input: &[u8]) -> Result<NextHeader, WsError> {
        if self.unfinished.as_ref().is_some_and(|unfinished| unfinished.frame.is_some()) {
            return Ok(NextHeader::InProgress);
        }
        if self.header_len == 0 && input.len() >= Header::len_of(input) {
            let consumed = Header::len_of(input);
            let header = Header::parse(&input[..consumed], self.sender)?;
            return Ok(NextHeader::New { header, consumed });
        }
        self.collect_header(input)
    }

    fn collect_header(&mut self, input: &[u8]) -> Result<NextHeader, WsError> {
        let mut have = usize::from(self.header_len);
        for (at, &byte) in input.iter().enumerate() {
            self.header[have] = byte;
            have += 1;
            if have == Header::len_of(&self.header[..have]) {
                self.header_len = 0;
                let header = Header::parse(&self.header[..have], self.sender)?;
                return Ok(NextHeader::New { header, consumed: at + 1 });
            }
        }
        self.header_len = have as u8;
        Ok(NextHeader::Incomplete)
    }

    /// Checks a new frame against what is open and against the limit, before any of it is kept.
    fn admit(&self, header: &Header) -> Result<(), WsError> {
        if header.opcode.is_control() {
            return Ok(());
        }
        let open = self.unfinished.as_ref().and_then(|unfinished| unfinished.message.as_ref());
        let is_continuation = header.opcode == Opcode::Continuation;
        if open.is_some() != is_continuation {
            return Err(WsError::Protocol);
        }
        let before = open.map_or(0, |message| message.len as u64);
        match before.checked_add(header.payload_len) {
            Some(total) if total <= self.max_message as u64 => Ok(()),
            _ => Err(WsError::TooBig),
        }
    }

    fn is_in_place(&self, header: &Header) -> bool {
        header.opcode.is_control()
            || (header.fin == Fin::Last && header.opcode != Opcode::Continuation)
    }

    /// Opens a frame whose payload has to be collected.
    fn begin(&mut self, header: Header) {
        let unfinished = self.unfinished.get_or_insert_default();
        if matches!(header.opcode, Opcode::Text | Opcode::Binary) {
            unfinished.message = Some(OpenMessage::new(header.opcode));
        }
        unfinished.frame = Some(OpenFrame { header, received: 0 });
    }

    /// Collects payload of the open frame from `input[from..]`.
    fn resume<'a>(
        &'a mut self,
        input: &'a mut [u8],
        from: usize,
    ) -> Result<(usize, Option<Message<'a>>), WsError> {
        let unfinished = self.unfinished.as_mut().expect("a frame is open");
        let (taken, finished) = unfinished.take(&mut input[from..]);
        let message = match finished {
            Some(header) => unfinished.finish(header)?,
            None => None,
        };
        Ok((from + taken, message))
    }
}

impl WsError {
    /// What to close the connection with.
    pub fn close_code(self) -> CloseCode {
        match self {
            Self::Protocol => CloseCode::ProtocolError,
            Self::InvalidUtf8 => CloseCode::InvalidPayload,
            Self::TooBig => CloseCode::MessageTooBig,
        }
    }
}

impl fmt::Display for WsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.close_code().reason())
    }
}

impl std::error::Error for WsError {}

enum NextHeader {
    /// All input went into a header that is still incomplete.
    Incomplete,
    /// The payload of an earlier header is still arriving.
    InProgress,
    New {
        header: Header,
        consumed: usize,
    },
}

/// Everything that only a connection in the middle of something has.
#[derive(Debug, Default)]
struct Unfinished {
    message: Option<OpenMessage>,
    /// The payload of a cut control frame, which may come between the frames of a message.
    control: Vec<u8>,
    frame: Option<OpenFrame>,
    lent: Lent,
}

#[derive(Debug)]
struct OpenMessage {
    opcode: Opcode,
    payload: Vec<u8>,
    /// Counts binary payload too, which is not kept.
    len: usize,
}

#[derive(Debug)]
struct OpenFrame {
    header: Header,
    received: usize,
}

/// What the caller was shown last and has to be dropped before going on.
#[derive(Debug, Default)]
enum Lent {
    #[default]
    Nothing,
    Message,
    Control,
}

impl Unfinished {
    /// Takes payload of the open frame; returns its header when that completed it.
    fn take(&mut self, input: &mut [u8]) -> (usize, Option<Header>) {
        let Some(frame) = &mut self.frame else {
            return (0, None);
        };
        let missing = frame.header.payload_len as usize - frame.received;
        let taken = missing.min(input.len());
        let bytes = &mut input[..taken];
        mask::apply(bytes, frame.header.mask, frame.received);
        frame.received += taken;
        let header = frame.header;
        match &mut self.message {
            Some(message) if !header.opcode.is_control() => message.append(bytes),
            _ => self.control.extend_from_slice(bytes),
        }
        if taken < missing {
            return (taken, None);
        }
        self.frame = None;
        (taken, Some(header))
    }

    /// Shows what a completed frame completed.
    fn finish(&mut self, header: Header) -> Result<Option<Message<'_>>, WsError> {
        if header.opcode.is_control() {
            self.lent = Lent::Control;
            return message(header.opcode, &self.control).map(Some);
        }
        match &self.message {
            Some(open) if header.fin == Fin::Last => {
                self.lent = Lent::Message;
                message(open.opcode, &open.payload).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl OpenMessage {
    fn new(opcode: Opcode) -> Self {
        Self { opcode, payload: Vec::new(), len: 0 }
    }

    /// The buffer grows with what arrives, never with what a header promises.
    fn append(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        if self.opcode == Opcode::Text {
            self.payload.extend_from_slice(bytes);
        }
    }
}

fn message(opcode: Opcode, payload: &[u8]) -> Result<Message<'_>, WsError> {
    match opcode {
        Opcode::Text => utf8(payload).map(Message::Text),
        Opcode::Binary | Opcode::Continuation => Ok(Message::Binary),
        Opcode::Ping => Ok(Message::Ping(payload)),
        Opcode::Pong => Ok(Message::Pong(payload)),
        Opcode::Close => close(payload),
    }
}

fn close(payload: &[u8]) -> Result<Message<'_>, WsError> {
    match payload {
        [] => Ok(Message::Close { code: None, reason: "" }),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let reason = utf8(reason)?;
            if !is_sendable(code) {
                return Err(WsError::Protocol);
            }
            Ok(Message::Close { code: Some(code), reason })
        }
        [_] => Err(WsError::Protocol),
    }
}

/// Which codes may appear in a close frame (RFC 6455, 7.4, and the registry it opened).
fn is_sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn utf8(bytes: &[u8]) -> Result<&str, WsError> {
    std::str::from_utf8(bytes).map_err(|_| WsError::InvalidUtf8)
}

#[cfg(test)]
mod tests;
