//! What a partition wants done, in order: what is ready, and what it owes the back ends of apps.
//!
//! An event that is owed goes out at once, to be written down, and so does what does not count any
//! more. What shows an event to anybody is withheld by its channel (`ledger.rs`) until
//! [`Partition::handle_committed`](super::Partition) names it.

use std::collections::VecDeque;

use super::PartitionEffect;
use crate::HashSeed;
use crate::hooks::{HookClass, HookEvent, Owed};
use crate::ids::ChannelKey;
use crate::observe::Observer;
use crate::time::Time;

/// The effects of a partition.
#[derive(Debug)]
pub(super) struct Effects {
    ready: VecDeque<PartitionEffect>,
    /// What is to be written down, in order. It goes out before anything that is ready, since that
    /// may wait for it.
    written: VecDeque<PartitionEffect>,
    /// Numbers what is owed.
    seq: u64,
    /// Up to where what is owed was written down.
    committed: u64,
    /// Who may have withheld something until what number was written down.
    waiting: VecDeque<(u64, ChannelKey)>,
    /// The moment.
    now: Time,
    /// Whether the node is on its way out.
    pub(super) is_last: bool,
    /// Bytes of what ledgers withhold.
    withheld: usize,
    /// How many were ready when what happens to one channel now began.
    mark: usize,
    pub(super) observer: Observer,
}

impl PartitionEffect {
    /// About how many bytes it holds on to.
    fn cost(&self) -> usize {
        let content = match self {
            Self::ToEdge(_, mail) => mail.cost(),
            Self::Intercepted(_, event) => event.data.len(),
            Self::Kept(kept) => kept.event.len() + kept.data.len(),
            Self::Answer(..)
            | Self::Watched(..)
            | Self::Dropped(_)
            | Self::Owe(_)
            | Self::Untold(..) => 0,
        };
        size_of::<Self>() + content
    }
}

impl Effects {
    pub(super) fn new(seed: HashSeed) -> Self {
        Self {
            ready: VecDeque::new(),
            written: VecDeque::new(),
            seq: 0,
            committed: 0,
            waiting: VecDeque::new(),
            now: Time::ZERO,
            is_last: false,
            withheld: 0,
            mark: 0,
            observer: Observer::new(seed),
        }
    }

    pub(super) fn push_back(&mut self, effect: PartitionEffect) {
        self.ready.push_back(effect);
    }

    pub(super) fn pop_front(&mut self) -> Option<PartitionEffect> {
        self.written.pop_front().or_else(|| self.ready.pop_front())
    }

    /// Has something written down, before anything else of the turn is done.
    pub(super) fn write_down(&mut self, effect: PartitionEffect) {
        self.written.push_back(effect);
    }

    /// Something happens to one channel.
    pub(super) fn begin(&mut self) {
        self.mark = self.ready.len();
    }

    /// Takes back what became ready since then.
    pub(super) fn take_back(&mut self) -> VecDeque<PartitionEffect> {
        self.ready.split_off(self.mark.min(self.ready.len()))
    }

    /// A ledger withholds this.
    pub(super) fn note_withheld(&mut self, effect: &PartitionEffect) {
        self.withheld += effect.cost();
    }

    /// What a ledger withheld is ready.
    pub(super) fn let_out(&mut self, effect: PartitionEffect) {
        self.withheld -= effect.cost();
        self.ready.push_back(effect);
    }

    /// How many bytes ledgers withhold.
    pub(super) fn withheld(&self) -> usize {
        self.withheld
    }

    /// Has an event of a channel written down; the number by which that is confirmed.
    pub(super) fn owe(&mut self, channel: &ChannelKey, event: HookEvent) -> u64 {
        self.seq += 1;
        let owed = Owed { seq: self.seq, channel: channel.clone(), event };
        self.write_down(PartitionEffect::Owe(owed));
        self.waiting.push_back((self.seq, channel.clone()));
        self.seq
    }

    /// What a back end was told of a channel does not count any more.
    pub(super) fn untell(&mut self, channel: &ChannelKey, class: HookClass) {
        self.write_down(PartitionEffect::Untold(channel.clone(), class));
    }

    /// Whether what has this number was written down.
    pub(super) fn is_committed(&self, seq: u64) -> bool {
        seq <= self.committed
    }

    /// Everything up to this number was written down.
    pub(super) fn commit(&mut self, seq: u64) {
        self.committed = self.committed.max(seq);
    }

    /// The next channel that waited for something that is written down by now.
    pub(super) fn next_released(&mut self) -> Option<ChannelKey> {
        let committed = self.committed;
        self.waiting.pop_front_if(|(seq, _)| *seq <= committed).map(|(_, channel)| channel)
    }

    pub(super) fn now(&self) -> Time {
        self.now
    }

    pub(super) fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
        self.observer.advance(self.now);
    }
}
