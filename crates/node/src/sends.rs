//! Sends of sessions over HTTP, and those that wait (docs/protocol.md 5.8). What a socket sends while
//! it is not read stays in the kernel's buffer; what a session sends then stays here, behind what it
//! sent before, until its connection is listened to again or has ended.

use std::collections::{HashMap, VecDeque};
use std::mem;

use rollcall_engine::{Sent, SessionName, Time};

use crate::mail::{SendRefusal, Sending};
use crate::shard::Shard;

/// The sends that wait, of all sessions of a shard.
#[derive(Debug, Default)]
pub(crate) struct Sends {
    queues: HashMap<SessionName, SendQueue>,
}

/// Those of one session, in the order of their arrival. It is never empty for long.
#[derive(Debug, Default)]
struct SendQueue {
    sends: VecDeque<Sending>,
    /// How many bytes they take.
    cost: usize,
}

impl Shard {
    /// A client says something over HTTP.
    pub(crate) fn take_sending(&self, now: Time, sending: Sending) {
        let waits = self.is_congested() || self.sends.borrow().has(&sending.session);
        let kept = if waits { Some(sending) } else { self.offer(now, sending) };
        let Some(sending) = kept else { return };
        match self.sends.borrow_mut().push(sending) {
            Ok(()) => self.recheck_later(now),
            Err(sending) => sending.settle(Err(SendRefusal::Busy)),
        }
    }

    /// Takes what waited, if it is time to look and no mailbox is congested any longer.
    pub(crate) fn resume_sends(&self, now: Time) {
        if !self.is_recheck_due(now) || self.is_congested() {
            return;
        }
        let waiting = mem::take(&mut *self.sends.borrow_mut());
        for (session, queue) in waiting.queues {
            self.resume(now, session, queue);
        }
    }

    /// A session begins: what waits for an earlier one of the same name is not for this one.
    pub(crate) fn resume_sends_of(&self, now: Time, session: &SessionName) {
        let queue = self.sends.borrow_mut().queues.remove(session);
        if let Some(queue) = queue {
            self.resume(now, session.clone(), queue);
        }
    }

    /// Offers one send after the other; from the first that finds the connection held, they go on
    /// waiting.
    fn resume(&self, now: Time, session: SessionName, mut queue: SendQueue) {
        while let Some(sending) = queue.pop() {
            if let Some(held) = self.offer(now, sending) {
                queue.put_back(held);
                self.sends.borrow_mut().queues.insert(session, queue);
                return;
            }
            self.carry_on(now);
        }
    }

    /// Gives a send to the edge and answers it; gives it back if its connection is held.
    fn offer(&self, now: Time, sending: Sending) -> Option<Sending> {
        let edge = &mut self.machines.borrow_mut().edge;
        match edge.handle_sent(now, &sending.session, sending.security, &sending.frames) {
            Sent::Taken => sending.settle(Ok(())),
            Sent::Unknown => sending.settle(Err(SendRefusal::Unknown)),
            Sent::Insecure => sending.settle(Err(SendRefusal::Insecure)),
            Sent::Held => return Some(sending),
        }
        None
    }
}

impl Sends {
    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    /// Whether a session has sends that wait, which others must not overtake.
    fn has(&self, session: &SessionName) -> bool {
        self.queues.contains_key(session)
    }

    /// Puts a send behind those of its session; gives it back if too much waits there.
    fn push(&mut self, sending: Sending) -> Result<(), Sending> {
        if self.queues.get(&sending.session).is_some_and(|queue| !queue.fits(&sending)) {
            return Err(sending);
        }
        let queue = self.queues.entry(sending.session.clone()).or_default();
        queue.cost += sending.cost();
        queue.sends.push_back(sending);
        Ok(())
    }
}

impl SendQueue {
    /// Whether one more may wait. Whatever its size, a first one may: its request was bounded.
    fn fits(&self, sending: &Sending) -> bool {
        self.sends.len() < MAX_SENDS && self.cost + sending.cost() <= MAX_BYTES
    }

    fn pop(&mut self) -> Option<Sending> {
        let sending = self.sends.pop_front()?;
        self.cost -= sending.cost();
        Some(sending)
    }

    /// It was not its turn yet.
    fn put_back(&mut self, sending: Sending) {
        self.cost += sending.cost();
        self.sends.push_front(sending);
    }
}

/// The most sends of one session that wait: as many as a page that leaves a hundred channels at once
/// sends for that.
pub(crate) const MAX_SENDS: usize = 128;

/// The most bytes of them, so that one session never takes much of the room for all.
pub(crate) const MAX_BYTES: usize = 256 * 1024;
