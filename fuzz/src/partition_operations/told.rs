//! What the back ends of apps with webhooks were told, and what must be true of it.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_engine::{HookEvent, Owed};

/// What was told of all channels.
#[derive(Debug, Default)]
pub(super) struct Told {
    channels: BTreeMap<String, Known>,
    seq: u64,
}

/// What was told of one channel.
#[derive(Debug, Default)]
struct Known {
    occupied: bool,
    members: BTreeSet<String>,
}

impl Told {
    /// One more event. It must say something new, and of somebody who is there only that they are.
    pub(super) fn hear(&mut self, owed: &Owed, present: &BTreeSet<String>) {
        assert_eq!(owed.seq, self.seq + 1, "numbers count by one");
        self.seq = owed.seq;
        let channel = self.channels.entry(owed.channel.name.as_str().to_owned()).or_default();
        match &owed.event {
            HookEvent::ChannelOccupied => {
                assert!(!std::mem::replace(&mut channel.occupied, true), "occupied twice");
            }
            HookEvent::ChannelVacated => {
                assert!(std::mem::replace(&mut channel.occupied, false), "vacated twice");
                assert!(present.is_empty(), "{present:?} are there");
            }
            HookEvent::MemberAdded { user } => {
                assert!(channel.members.insert(user.to_string()), "{user} added twice");
            }
            HookEvent::MemberRemoved { user } => {
                assert!(channel.members.remove(user.as_str()), "{user} removed twice");
                assert!(!present.contains(user.as_str()), "{user} is there");
            }
            _ => {}
        }
    }

    /// Whoever is there was told to be; who is gone may be told to be for a while.
    pub(super) fn check(&self, name: &str, present: &BTreeSet<String>, is_occupied: bool) {
        let known = self.channels.get(name);
        let members = known.map(|known| &known.members).into_iter().flatten();
        let members: BTreeSet<String> = members.cloned().collect();
        assert!(members.is_superset(present), "{name}: {members:?} told, {present:?} there");
        assert!(known.is_some_and(|known| known.occupied) || !is_occupied, "{name} is not told");
    }

    /// Nobody is there any more, and everybody was told.
    pub(super) fn check_empty(&self) {
        for (name, known) in &self.channels {
            assert!(!known.occupied && known.members.is_empty(), "{name}: {known:?} for ever");
        }
    }
}
