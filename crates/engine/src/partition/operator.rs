//! What an operator does by hand: the grace of somebody who does not come back ends at once, and
//! something is said in somebody's name.

use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;

use super::channel::Channel;
use super::presence::Presence;
use super::{Partition, slot};
use crate::ids::{ChannelKey, UserId};
use crate::message::{Audience, GraceEnd, Impersonation};
use crate::time::Time;

impl Partition {
    /// Lets a member go who is absent, as if the grace were over: subscribers and back ends are told
    /// the difference as ever. Whoever is connected stays.
    pub fn end_grace(&mut self, now: Time, key: &ChannelKey, user: &UserId) -> GraceEnd {
        self.effects.advance(now);
        self.effects.begin();
        let Some(channel) = self.channels.get_mut(key) else { return GraceEnd::NotAMember };
        let end = channel.end_grace(now, user);
        self.settle(key);
        end
    }

    /// Tells an event as a client event. Nobody's connection is left out, for none has said it.
    pub(super) fn impersonate(&mut self, event: &Impersonation) {
        let mut channel = self.channels.get_mut(&event.channel);
        let slot = slot(&mut self.counts, channel.as_deref(), &event.app);
        self.counts[slot].client_events += 1;
        let Some(channel) = &mut channel else { return };
        channel.tell(&event.channel, &self.cache, &mut self.effects);
        let name = event.channel.name.as_str();
        let user = event.user.as_ref().map(UserId::as_str);
        let frame =
            Frame::text(|out| pusher::channel_event(out, &event.event, name, &event.data, user));
        channel.send(&event.channel, &frame, &mut self.effects, |_| Audience::All);
        channel.withhold(&mut self.effects);
    }
}

impl Channel {
    fn end_grace(&mut self, now: Time, user: &UserId) -> GraceEnd {
        let end = self.presence.as_mut().map(|presence| presence.end_grace(now, user));
        if end == Some(GraceEnd::Ended)
            && let Some(ledger) = &mut self.ledger
        {
            ledger.give_up(user);
        }
        end.unwrap_or(GraceEnd::NotAMember)
    }
}

impl Presence {
    fn end_grace(&mut self, now: Time, user: &UserId) -> GraceEnd {
        match self.roster.end_grace(now, user) {
            Some(change) => {
                self.note(change);
                GraceEnd::Ended
            }
            None if self.roster.is_member(user) => GraceEnd::Connected,
            None => GraceEnd::NotAMember,
        }
    }
}
