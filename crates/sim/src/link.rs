//! A simulated socket, seen from the server: a buffer of the kernel that fills up when the client
//! does not read.

use rollcall_engine::{ConnId, Hangup, HttpTransport};

use crate::http::Session;

/// What a kernel buffers for a socket, unless a test says otherwise.
const KERNEL_BUFFER: usize = 64 * 1024;

/// One socket.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) edge: usize,
    pub(crate) conn: ConnId,
    /// What the client has to read.
    kernel: Vec<u8>,
    capacity: usize,
    reader: Reader,
    /// What the client has read, and nobody has taken yet.
    read: Vec<u8>,
    /// Whether the edge waits for room.
    pub(crate) blocked: bool,
    /// What it is besides, if it is no socket but a session over HTTP.
    pub(crate) session: Option<Session>,
    end: Option<End>,
    /// What each write took.
    turns: Vec<Vec<u8>>,
    /// The flush in which the last write happened.
    last_flush: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Reading,
    Stalled,
}

/// How a socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The server shut it down; what it wrote before can be read.
    Finished,
    /// The server reset it; what it wrote before is lost.
    Reset,
    /// The client is gone.
    Gone,
}

impl Link {
    pub(crate) fn new(edge: usize, conn: ConnId) -> Self {
        Self {
            edge,
            conn,
            kernel: Vec::new(),
            capacity: KERNEL_BUFFER,
            reader: Reader::Reading,
            read: Vec::new(),
            blocked: false,
            session: None,
            end: None,
            turns: Vec::new(),
            last_flush: 0,
        }
    }

    /// How many bytes a write can take now.
    pub(crate) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.kernel.len())
    }

    /// How much of a slice a write takes behind `taken` bytes: of a socket what there is room for,
    /// of a stream a line that begins where there is room, and of a poll everything.
    pub(crate) fn fits(&self, taken: usize, slice: usize) -> usize {
        let room = self.room().saturating_sub(taken);
        match self.session.as_ref().map(|session| session.transport) {
            None => slice.min(room),
            Some(HttpTransport::Streaming) if room == 0 => 0,
            Some(_) => slice,
        }
    }

    /// Takes one write: at most one in each flush. Nobody reads what comes when the client is gone.
    pub(crate) fn write(&mut self, flush: u64, bytes: Vec<u8>) {
        assert_ne!(self.last_flush, flush, "a connection was written to twice in a turn");
        self.last_flush = flush;
        if !bytes.is_empty() && self.end != Some(End::Gone) {
            self.kernel.extend_from_slice(&bytes);
            self.turns.push(bytes);
        }
    }

    /// Lets the client read, if it does.
    pub(crate) fn let_read(&mut self) {
        if self.reader == Reader::Reading {
            self.read.append(&mut self.kernel);
        }
    }

    /// More of an answer, outside of a turn.
    pub(crate) fn read_on(&mut self, bytes: &[u8]) {
        self.kernel.extend_from_slice(bytes);
    }

    /// What the client read since this was asked last.
    pub(crate) fn take_read(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.read)
    }

    /// From now on the client does not read; the kernel takes `room` bytes more.
    pub(crate) fn stall(&mut self, room: usize) {
        self.reader = Reader::Stalled;
        self.capacity = self.kernel.len() + room;
    }

    /// From now on the client reads, and a write takes at most `capacity` bytes.
    pub(crate) fn resume(&mut self, capacity: Option<usize>) {
        self.reader = Reader::Reading;
        self.capacity = capacity.unwrap_or(KERNEL_BUFFER);
    }

    /// Whether its client does not read.
    pub(crate) fn is_stalled(&self) -> bool {
        self.reader == Reader::Stalled
    }

    /// Whether it is a session whose client is given one answer that does not end.
    pub(crate) fn is_stream(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| session.transport == HttpTransport::Streaming)
    }

    /// Whether its client does not hear what there is to hear: nor does that of a session that has
    /// no request.
    pub(crate) fn is_deaf(&self) -> bool {
        let is_lost = |session: &Session| session.request.is_none() && !session.answered;
        self.is_stalled() || self.session.as_ref().is_some_and(is_lost)
    }

    pub(crate) fn hang_up(&mut self, how: Hangup) {
        match how {
            _ if self.end == Some(End::Gone) => {}
            Hangup::Finish => self.end = Some(End::Finished),
            Hangup::Reset => {
                self.end = Some(End::Reset);
                self.kernel.clear();
            }
        }
        self.blocked = false;
    }

    /// The client is gone.
    pub(crate) fn vanish(&mut self) {
        self.end = Some(End::Gone);
        self.blocked = false;
        self.kernel.clear();
    }

    /// Whether bytes can still be sent over it.
    pub(crate) fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// How it ended, as soon as the client can know.
    pub(crate) fn end_seen(&self) -> Option<End> {
        self.end.filter(|&end| end != End::Finished || self.kernel.is_empty())
    }

    pub(crate) fn turns(&self) -> &[Vec<u8>] {
        &self.turns
    }
}
