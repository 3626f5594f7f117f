//! Whether every subscriber got every message once, in the one order of the channel.
//!
//! Several publishers race, so nobody knows that order beforehand. Whichever subscriber is first to
//! read the n-th message decides it; all others must have the same message there, each message must
//! be new, and those of one publisher must keep their order. What is missing shows as a message in
//! another's place, or at the end as a message that never becomes complete.

use std::fmt;
use std::str::FromStr;

use crate::stamp::Stamp;

/// What was delivered to a group of subscribers.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// How many messages each subscriber has read.
    read: Vec<u32>,
    /// The messages in the order of the channel.
    order: Vec<Message>,
    /// Which messages are in `order`.
    seen: Vec<bool>,
    /// The last message of each publisher.
    last: [Option<u32>; 256],
    complete: u32,
}

/// What was wrong with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never came.
    Lost,
    /// It came again.
    Duplicated,
    /// Another came before it.
    Reordered,
    /// It is nothing that was published.
    Foreign,
    /// The connection ended before it.
    CutOff,
}

#[derive(Debug)]
struct Message {
    id: u32,
    /// How many have read it.
    readers: u32,
}

impl Ledger {
    /// Nothing delivered yet to so many subscribers.
    pub(crate) fn new(subscribers: usize) -> Self {
        Self {
            read: vec![0; subscribers],
            order: Vec::new(),
            seen: Vec::new(),
            last: [None; 256],
            complete: 0,
        }
    }

    /// A subscriber read a message.
    pub(crate) fn enter(&mut self, subscriber: usize, stamp: Stamp) -> Result<(), Fault> {
        let place = self.read[subscriber] as usize;
        if place == self.order.len() {
            self.append(stamp)?;
        }
        let message = &mut self.order[place];
        if message.id != stamp.id {
            return Err(Fault::Reordered);
        }
        message.readers += 1;
        self.read[subscriber] += 1;
        if message.readers as usize == self.read.len() {
            self.complete += 1;
        }
        Ok(())
    }

    /// How many messages all subscribers have read.
    pub(crate) fn complete(&self) -> u32 {
        self.complete
    }

    fn append(&mut self, stamp: Stamp) -> Result<(), Fault> {
        let id = stamp.id as usize;
        if self.seen.len() <= id {
            self.seen.resize(id + 1, false);
        }
        if std::mem::replace(&mut self.seen[id], true) {
            return Err(Fault::Duplicated);
        }
        let last = &mut self.last[usize::from(stamp.publisher)];
        if last.is_some_and(|last| last > stamp.id) {
            return Err(Fault::Reordered);
        }
        *last = Some(stamp.id);
        self.order.push(Message { id: stamp.id, readers: 0 });
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, name) = NAMES.iter().find(|(fault, _)| fault == self).expect("all are named");
        f.write_str(name)
    }
}

impl FromStr for Fault {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(_, name)| *name == text).map(|(fault, _)| *fault).ok_or(())
    }
}

const NAMES: [(Fault, &str); 5] = [
    (Fault::Lost, "lost"),
    (Fault::Duplicated, "duplicated"),
    (Fault::Reordered, "reordered"),
    (Fault::Foreign, "foreign"),
    (Fault::CutOff, "cut off"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Enters what each subscriber read, as (publisher, id), one subscriber after the other.
    fn enter(all: &[&[(u8, u32)]]) -> Result<u32, Fault> {
        let mut ledger = Ledger::new(all.len());
        for (subscriber, read) in all.iter().enumerate() {
            for &(publisher, id) in *read {
                ledger.enter(subscriber, Stamp { publisher, id })?;
            }
        }
        Ok(ledger.complete())
    }

    #[test]
    fn the_first_reader_decides_the_order() {
        let order = &[(0, 1), (1, 0), (0, 2), (1, 3)][..];
        assert_eq!(enter(&[order, order, order]), Ok(4));
        assert_eq!(enter(&[order, order, &order[..2]]), Ok(2));
        assert_eq!(enter(&[&order[..1], order]), Ok(1));
    }

    #[test]
    fn another_order_is_a_fault() {
        assert_eq!(enter(&[&[(0, 1), (1, 0)], &[(1, 0), (0, 1)]]), Err(Fault::Reordered));
        assert_eq!(enter(&[&[(0, 1), (0, 0)]]), Err(Fault::Reordered));
    }

    #[test]
    fn a_message_that_comes_again_is_a_fault() {
        assert_eq!(enter(&[&[(0, 0), (0, 1), (0, 1)]]), Err(Fault::Duplicated));
        assert_eq!(enter(&[&[(0, 0), (0, 1)], &[(0, 0), (0, 0)]]), Err(Fault::Reordered));
    }

    #[test]
    fn a_missing_message_is_a_fault_or_incomplete() {
        assert_eq!(enter(&[&[(0, 0), (0, 1)], &[(0, 1)]]), Err(Fault::Reordered));
        assert_eq!(enter(&[&[(0, 0), (0, 1)], &[(0, 0)]]), Ok(1));
    }
}
