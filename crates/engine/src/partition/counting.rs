//! How many connections are subscribed to a channel, and when subscribers are told (docs/protocol.md
//! 2.8). Only for apps that count, and never for presence channels, whose members know each other.

use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::channel::ChannelKind;
use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;

use super::Partition;
use super::channel::Channel;
use super::effects::Effects;
use crate::app::App;
use crate::ids::ChannelKey;
use crate::message::Audience;
use crate::time::Time;

/// Up to how many connections are told of each change.
const FEW: usize = 100;

/// How often more than that are told, at most.
const INTERVAL: Duration = Duration::from_secs(5);

/// What subscribers of a channel were told of their number.
#[derive(Debug, Default)]
pub(super) struct Counting {
    /// How many there were when that was looked at last.
    seen: usize,
    /// Whether that changed after it was told, be it back and forth: whoever came meanwhile was
    /// told nothing.
    is_news: bool,
    told_at: Option<Time>,
}

impl Partition {
    /// Has the channels of an app counted, or not any more.
    pub(super) fn replace_counting(&mut self, app: &Arc<App>) {
        let differs = |channel: &Channel| channel.counting.is_some() != app.subscription_counting;
        for key in self.channels_of(&app.id, differs) {
            let Some(channel) = self.channels.get_mut(&key) else { continue };
            channel.keep_count(&key, app);
            self.effects.begin();
            self.settle(&key);
        }
    }
}

impl Channel {
    /// Sees to it that the channel is counted, if the app counts.
    pub(super) fn keep_count(&mut self, key: &ChannelKey, app: &App) {
        if !app.subscription_counting || !is_counted(key) {
            self.counting = None;
        } else if self.counting.is_none() {
            self.counting = Some(Box::default());
        }
    }

    /// Tells subscribers how many they are, if that changed and it is time to say so.
    pub(super) fn tell_count(&mut self, key: &ChannelKey, effects: &mut Effects) {
        let count = self.edges.subscriptions();
        let Some(counting) = &mut self.counting else { return };
        if !counting.observe(effects.now(), count) {
            return;
        }
        self.owe_subscription_count(key, count, effects);
        if count > 0 {
            let name = key.name.as_str();
            let frame = Frame::text(|out| pusher::subscription_count(out, name, count));
            self.send(key, &frame, effects, |_| Audience::All);
        }
    }
}

impl Counting {
    /// When there is something to tell that had to wait.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.told_at.filter(|_| self.is_news).map(|told| told + INTERVAL)
    }

    /// Whether to tell the count now.
    fn observe(&mut self, now: Time, count: usize) -> bool {
        self.is_news |= std::mem::replace(&mut self.seen, count) != count;
        let has_to_wait = count > FEW && self.told_at.is_some_and(|told| told + INTERVAL > now);
        if !self.is_news || has_to_wait {
            return false;
        }
        self.is_news = false;
        self.told_at = Some(now);
        true
    }
}

/// What is sent to one user is nobody's channel.
fn is_counted(key: &ChannelKey) -> bool {
    let kind = key.name.kind();
    !kind.is_presence() && kind != ChannelKind::User
}
