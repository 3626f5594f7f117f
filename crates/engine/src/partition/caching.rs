//! What of the cache outlives the process: what is to be written down, and what comes back.

use std::sync::Arc;

use rollcall_wire::channel::ChannelName;
use rollcall_wire::frame::Frame;
use rollcall_wire::pusher;

use super::{Partition, PartitionEffect};
use crate::app::{App, AppId};
use crate::cache::Kept;
use crate::ids::ChannelKey;
use crate::message::KeptEvent;
use crate::time::Time;

impl Partition {
    /// What a cache channel kept when the node stopped. Comes before anything else that happens to
    /// the channel. It lives no longer than settings that changed meanwhile say.
    pub fn restore_kept(&mut self, now: Time, app: &Arc<App>, kept: KeptEvent) {
        let KeptEvent { channel, event, data, left } = kept;
        if !app.caches(&channel.name) {
            return self.drop_kept(&app.id, vec![channel.name]);
        }
        let name = channel.name.as_str();
        let frame = Frame::text(|out| pusher::channel_event(out, &event, name, &data, None));
        let left = left.min(app.cache_ttl);
        let gone = self.cache.keep(now, app, &channel.name, Kept { frame, data }, left);
        self.drop_kept(&app.id, gone);
    }

    pub(super) fn drop_kept(&mut self, app: &AppId, gone: Vec<ChannelName>) {
        for name in gone {
            let channel = ChannelKey { app: app.clone(), name };
            self.effects.write_down(PartitionEffect::Dropped(channel));
        }
    }
}
