//! The header of one frame, either direction.

use super::WsError;

/// Two bytes, eight of length, four of mask.
pub(super) const MAX_HEADER: usize = 14;

/// The most that a control frame may carry.
pub(super) const MAX_CONTROL_PAYLOAD: usize = 125;

/// Who sends the frames that are read: clients mask, servers must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Client,
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// Whether more frames of the message follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fin {
    Last,
    MoreFollow,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) fin: Fin,
    pub(super) opcode: Opcode,
    /// All zero where there is none: unmasking with it changes nothing.
    pub(super) mask: [u8; 4],
    pub(super) payload_len: u64,
}

impl Opcode {
    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    fn parse(nibble: u8) -> Result<Self, WsError> {
        Ok(match nibble {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(WsError::Protocol),
        })
    }
}

impl Header {
    /// How long the header is that starts with these bytes; 2 while its second byte is missing.
    pub(super) fn len_of(bytes: &[u8]) -> usize {
        let Some(&second) = bytes.get(1) else {
            return 2;
        };
        let length = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        2 + length + mask
    }

    /// Parses a complete header: `bytes` is exactly [`Header::len_of`] long.
    pub(super) fn parse(bytes: &[u8], sender: Sender) -> Result<Self, WsError> {
        if bytes[0] & 0x70 != 0 {
            return Err(WsError::Protocol);
        }
        let header = Self {
            fin: if bytes[0] & 0x80 == 0 { Fin::MoreFollow } else { Fin::Last },
            opcode: Opcode::parse(bytes[0] & 0x0f)?,
            mask: mask_of(bytes, sender)?,
            payload_len: payload_len(bytes)?,
        };
        if header.opcode.is_control() && !header.is_legal_control() {
            return Err(WsError::Protocol);
        }
        Ok(header)
    }

    fn is_legal_control(&self) -> bool {
        self.fin == Fin::Last && self.payload_len <= MAX_CONTROL_PAYLOAD as u64
    }
}

fn mask_of(bytes: &[u8], sender: Sender) -> Result<[u8; 4], WsError> {
    let is_masked = bytes[1] & 0x80 != 0;
    match sender {
        Sender::Client if is_masked => {
            Ok(*bytes.last_chunk().expect("a masked header ends with its mask"))
        }
        Sender::Server if !is_masked => Ok([0; 4]),
        _ => Err(WsError::Protocol),
    }
}

fn payload_len(bytes: &[u8]) -> Result<u64, WsError> {
    let wide = |n: usize| bytes[2..2 + n].iter().fold(0, |sum, &b| sum << 8 | u64::from(b));
    match bytes[1] & 0x7f {
        126 => Ok(wide(2)),
        // The most significant bit must be zero (RFC 6455, 5.2).
        127 if bytes[2] & 0x80 != 0 => Err(WsError::Protocol),
        127 => Ok(wide(8)),
        short => Ok(u64::from(short)),
    }
}
