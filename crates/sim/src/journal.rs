//! Where a simulated node writes down what it owes to back ends. What is in it survives a restart;
//! what waits to be written does not.

use std::collections::{BTreeMap, VecDeque};

use rollcall_engine::{ChannelKey, HookClass, HookEvent, KeptEvent, Owed, Time, Told};

/// What was written down, and what waits.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    waiting: VecDeque<Entry>,
    pace: Pace,
    told: BTreeMap<String, (ChannelKey, Told)>,
    /// The last event of each cache channel, and until when it counts.
    kept: BTreeMap<String, (KeptEvent, Time)>,
}

#[derive(Debug)]
enum Entry {
    Owed(Owed),
    Untold(ChannelKey, HookClass),
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Everything is written down at once.
    #[default]
    Instant,
    /// Nothing is, unless that is said.
    Stopped,
    /// Nothing is, and nothing more is taken.
    Full,
}

impl Journal {
    pub(crate) fn push(&mut self, owed: Owed) {
        self.waiting.push_back(Entry::Owed(owed));
    }

    /// What was told does not count any more, once what was owed before is written down.
    pub(crate) fn untell(&mut self, channel: ChannelKey, class: HookClass) {
        self.waiting.push_back(Entry::Untold(channel, class));
    }

    /// What is written down next by itself.
    pub(crate) fn next(&mut self) -> Option<Owed> {
        if self.pace == Pace::Instant { self.write_one() } else { None }
    }

    /// Writes down what waited longest, up to the first event that is owed.
    pub(crate) fn write_one(&mut self) -> Option<Owed> {
        loop {
            match self.waiting.pop_front()? {
                Entry::Owed(owed) => {
                    self.note(&owed);
                    return Some(owed);
                }
                Entry::Untold(channel, class) => self.note_untold(&channel, class),
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        self.pace = Pace::Stopped;
    }

    pub(crate) fn fill(&mut self) {
        self.pace = Pace::Full;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.pace == Pace::Full
    }

    pub(crate) fn go_on(&mut self) {
        self.pace = Pace::Instant;
    }

    /// The node died: what waited is lost. What back ends were told of each channel.
    pub(crate) fn survive(&mut self) -> Vec<(ChannelKey, Told)> {
        self.waiting.clear();
        self.pace = Pace::Instant;
        self.told.values().cloned().collect()
    }

    /// Nobody waits for it, so it is written down at once.
    pub(crate) fn keep(&mut self, now: Time, kept: KeptEvent) {
        let until = now + kept.left;
        self.kept.insert(kept.channel.name.as_str().to_owned(), (kept, until));
    }

    pub(crate) fn forget_kept(&mut self, channel: &ChannelKey) {
        self.kept.remove(channel.name.as_str());
    }

    /// What cache channels keep after a restart at that moment.
    pub(crate) fn survivors(&self, now: Time) -> Vec<KeptEvent> {
        let left =
            |(kept, until): &(KeptEvent, Time)| KeptEvent { left: *until - now, ..kept.clone() };
        self.kept.values().map(left).filter(|kept| !kept.left.is_zero()).collect()
    }

    /// What a back end knows follows from what it is owed.
    fn note(&mut self, owed: &Owed) {
        let name = owed.channel.name.as_str().to_owned();
        let (_, told) = self
            .told
            .entry(name.clone())
            .or_insert_with(|| (owed.channel.clone(), Told::default()));
        match &owed.event {
            HookEvent::ChannelOccupied => told.occupied = true,
            HookEvent::ChannelVacated => told.occupied = false,
            HookEvent::MemberAdded { user } => _ = told.members.insert(user.clone()),
            HookEvent::MemberRemoved { user } => _ = told.members.remove(user),
            _ => {}
        }
        if *told == Told::default() {
            self.told.remove(&name);
        }
    }

    fn note_untold(&mut self, channel: &ChannelKey, class: HookClass) {
        let Some((_, told)) = self.told.get_mut(channel.name.as_str()) else { return };
        match class {
            HookClass::ChannelExistence => told.occupied = false,
            HookClass::Presence => told.members.clear(),
            _ => {}
        }
    }
}
