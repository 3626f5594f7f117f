//! A simulated socket, seen from the server: a buffer of the kernel that fills up when the client
//! does not read.

use rollcall_engine::{ConnId, Hangup};

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
            end: None,
            turns: Vec::new(),
            last_flush: 0,
        }
    }

    /// How many bytes a write can take now.
    pub(crate) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.kernel.len())
    }

    /// Takes one write: at most one in each flush.
    pub(crate) fn write(&mut self, flush: u64, bytes: Vec<u8>) {
        assert_ne!(self.last_flush, flush, "a connection was written to twice in a turn");
        self.last_flush = flush;
        if !bytes.is_empty() {
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

    pub(crate) fn hang_up(&mut self, how: Hangup) {
        match how {
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
