//! The last event of each cache channel, for as long as it counts (docs/protocol.md 2.7).
//!
//! It knows nothing of subscribers: a channel that nobody hears keeps its event, and forgetting a
//! channel forgets no event. What it keeps of one app is bounded in bytes; when there is no room,
//! the event that would expire first makes it.
//!
//! Time comes in with [`Cache::keep`] and [`Cache::expire`] alone. What expired is there until the
//! latter is called, which is at the latest when the turn after its deadline begins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rollcall_wire::channel::ChannelName;
use rollcall_wire::frame::Frame;

use crate::app::{App, AppId};
use crate::ids::{ChannelKey, PARTITIONS};
use crate::time::Time;
use crate::timers::Timers;
use crate::{HashMap, HashSeed, hash_map};

/// The last events of the cache channels of a partition.
#[derive(Debug)]
pub(crate) struct Cache {
    apps: HashMap<AppId, Shelf>,
    timers: Timers<AppId>,
}

/// The last event of a channel.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// As subscribers get it.
    pub(crate) frame: Frame,
    /// As the back end gave it.
    pub(crate) data: Arc<str>,
}

/// What is kept of one app.
#[derive(Debug)]
struct Shelf {
    ttl: Duration,
    room: usize,
    bytes: usize,
    events: BTreeMap<ChannelName, Entry>,
    by_expiry: BTreeMap<Place, ChannelName>,
    /// Counts the events, so that no two have the same place.
    count: u64,
    /// The earliest timer that runs for it.
    armed: Option<Time>,
}

#[derive(Debug)]
struct Entry {
    kept: Kept,
    place: Place,
    cost: usize,
}

/// When an event expires, and which of those that expire then.
type Place = (Time, u64);

impl Cache {
    /// Nothing kept.
    pub(crate) fn new(seed: HashSeed) -> Self {
        Self { apps: hash_map(seed), timers: Timers::new() }
    }

    /// Keeps an event for `left`, in the place of the one before it; tells which channels made room.
    pub(crate) fn keep(
        &mut self,
        now: Time,
        app: &App,
        channel: &ChannelName,
        kept: Kept,
        left: Duration,
    ) -> Vec<ChannelName> {
        let shelf = self.apps.entry(app.id.clone()).or_insert_with(|| Shelf::new(app));
        let mut gone = shelf.obey(app);
        gone.extend(shelf.keep(now + left, channel, kept));
        self.arm(&app.id);
        gone
    }

    /// The event that a channel keeps.
    pub(crate) fn kept(&self, channel: &ChannelKey) -> Option<(&Kept, Time)> {
        let entry = self.apps.get(&channel.app)?.events.get(&channel.name)?;
        Some((&entry.kept, entry.place.0))
    }

    /// Takes new settings: events live as long as they say, the oldest go if there is less room, and
    /// all of them if nothing is to be kept; tells which.
    pub(crate) fn obey(&mut self, app: &App) -> Vec<ChannelName> {
        if !app.cache_channels {
            return self.forget_app(&app.id);
        }
        let Some(shelf) = self.apps.get_mut(&app.id) else { return Vec::new() };
        let gone = shelf.obey(app);
        self.arm(&app.id);
        gone
    }

    /// Forgets what was kept of an app; tells of which channels.
    pub(crate) fn forget_app(&mut self, app: &AppId) -> Vec<ChannelName> {
        let shelf = self.apps.remove(app);
        shelf.map_or_else(Vec::new, |shelf| shelf.events.into_keys().collect())
    }

    /// Lets go what has had its time.
    pub(crate) fn expire(&mut self, now: Time) {
        while let Some((armed, app)) = self.timers.poll(now) {
            let Some(shelf) = self.apps.get_mut(&app) else { continue };
            if shelf.armed != Some(armed) {
                continue;
            }
            shelf.armed = None;
            shelf.expire(now);
            if shelf.is_empty() {
                self.apps.remove(&app);
            } else {
                self.arm(&app);
            }
        }
    }

    /// When [`Cache::expire`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.timers.next()
    }

    fn arm(&mut self, app: &AppId) {
        let Some(shelf) = self.apps.get_mut(app) else { return };
        let Some(deadline) = shelf.deadline() else { return };
        if shelf.armed.is_none_or(|armed| deadline < armed) {
            shelf.armed = Some(deadline);
            self.timers.arm(deadline, app.clone());
        }
    }
}

impl Shelf {
    fn new(app: &App) -> Self {
        Self {
            ttl: app.cache_ttl,
            room: share(app),
            bytes: 0,
            events: BTreeMap::new(),
            by_expiry: BTreeMap::new(),
            count: 0,
            armed: None,
        }
    }

    fn keep(&mut self, expires: Time, channel: &ChannelName, kept: Kept) -> Vec<ChannelName> {
        self.remove(channel);
        self.count += 1;
        let place = (expires, self.count);
        let cost = OVERHEAD + channel.as_str().len() + kept.data.len() + kept.frame.len();
        self.bytes += cost;
        self.by_expiry.insert(place, channel.clone());
        self.events.insert(channel.clone(), Entry { kept, place, cost });
        self.make_room()
    }

    fn remove(&mut self, channel: &ChannelName) {
        if let Some(entry) = self.events.remove(channel) {
            self.bytes -= entry.cost;
            self.by_expiry.remove(&entry.place);
        }
    }

    /// One event stays however large it is, so that a limit for payloads above the room for all of
    /// them leaves a channel that works.
    fn make_room(&mut self) -> Vec<ChannelName> {
        let mut gone = Vec::new();
        while self.bytes > self.room
            && self.events.len() > 1
            && let Some((_, channel)) = self.by_expiry.pop_first()
        {
            self.remove(&channel);
            gone.push(channel);
        }
        gone
    }

    fn obey(&mut self, app: &App) -> Vec<ChannelName> {
        self.room = share(app);
        let gone = self.make_room();
        if self.ttl != app.cache_ttl {
            self.move_ends(app);
        }
        gone
    }

    /// Each event lives as long as if it had been published under these settings.
    fn move_ends(&mut self, app: &App) {
        let (before, ttl) = (std::mem::replace(&mut self.ttl, app.cache_ttl), app.cache_ttl);
        for ((expires, count), channel) in std::mem::take(&mut self.by_expiry) {
            let place = (expires.moved(before, ttl), count);
            if let Some(entry) = self.events.get_mut(&channel) {
                entry.place = place;
            }
            self.by_expiry.insert(place, channel);
        }
    }

    fn expire(&mut self, now: Time) {
        while let Some(((expires, _), channel)) = self.by_expiry.first_key_value()
            && *expires <= now
        {
            let channel = channel.clone();
            self.remove(&channel);
        }
    }

    fn deadline(&self) -> Option<Time> {
        self.by_expiry.first_key_value().map(|((expires, _), _)| *expires)
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// What one partition may keep of an app. Channels spread evenly, so that all partitions together
/// keep what the app may, with nobody to ask.
fn share(app: &App) -> usize {
    app.limits.cache_bytes / usize::from(PARTITIONS)
}

/// About what the maps take for one event.
const OVERHEAD: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::after_start(Duration::from_secs(seconds))
    }

    fn app(cache_bytes: usize) -> App {
        let mut app = App::new("1", Vec::new());
        app.limits.cache_bytes = cache_bytes * usize::from(PARTITIONS);
        app
    }

    fn name(number: usize) -> ChannelName {
        ChannelName::parse(&format!("cache-{number:04}"), 164).unwrap()
    }

    fn cache() -> Cache {
        Cache::new([1, 2, 3, 4])
    }

    fn keep(cache: &mut Cache, now: Time, app: &App, number: usize, data: &str) {
        let frame = Frame::text(|out| out.extend_from_slice(data.as_bytes()));
        let kept = Kept { frame, data: data.into() };
        cache.keep(now, app, &name(number), kept, app.cache_ttl);
    }

    fn data(cache: &Cache, app: &App, number: usize) -> Option<String> {
        let kept = cache.kept(&ChannelKey::new(app, name(number)));
        kept.map(|(kept, _)| kept.data.to_string())
    }

    #[test]
    fn what_is_kept_of_an_app_is_bounded_and_the_oldest_makes_room() {
        let (mut cache, app) = (cache(), app(10_000));
        let other = App { id: AppId::new("2"), ..app.clone() };
        keep(&mut cache, at(0), &other, 0, "theirs");
        for number in 0..1000 {
            keep(&mut cache, at(number as u64), &app, number, &"x".repeat(100));
            assert!(cache.apps[&app.id].bytes <= 10_000);
        }
        assert_eq!(data(&cache, &app, 0), None);
        assert!(data(&cache, &app, 999).is_some());
        let shelf = &cache.apps[&app.id];
        assert!(shelf.events.len() > 10 && shelf.events.len() == shelf.by_expiry.len());
        assert_eq!(data(&cache, &other, 0).as_deref(), Some("theirs"), "nobody else makes room");
    }

    #[test]
    fn one_event_is_kept_however_large() {
        let (mut cache, app) = (cache(), app(10));
        keep(&mut cache, at(0), &app, 1, &"x".repeat(100));
        keep(&mut cache, at(0), &app, 2, &"y".repeat(100));
        assert_eq!((data(&cache, &app, 1), data(&cache, &app, 2)), (None, Some("y".repeat(100))));
    }

    #[test]
    fn an_event_replaced_a_million_times_is_there_once() {
        let (mut cache, app) = (cache(), app(10_000));
        for n in 0..1_000_000 {
            keep(&mut cache, at(n), &app, 1, "x");
        }
        let shelf = &cache.apps[&app.id];
        assert_eq!((shelf.events.len(), shelf.by_expiry.len()), (1, 1));
        assert!(shelf.bytes < 1000);
    }

    #[test]
    fn nothing_is_left_of_what_has_had_its_time() {
        let (mut cache, app) = (cache(), app(10_000));
        keep(&mut cache, at(0), &app, 1, "x");
        assert_eq!(cache.deadline(), Some(at(1800)));
        cache.expire(at(1800));
        assert!(cache.apps.is_empty());
        assert_eq!(cache.deadline(), None);
    }

    #[test]
    fn settings_that_change_hold_for_what_is_kept() {
        let (mut cache, mut app) = (cache(), app(10_000));
        keep(&mut cache, at(0), &app, 1, "old");
        keep(&mut cache, at(100), &app, 2, "new");
        app.cache_ttl = Duration::from_secs(50);
        cache.obey(&app);
        assert_eq!(cache.deadline(), Some(at(50)));
        cache.expire(at(120));
        assert_eq!((data(&cache, &app, 1), data(&cache, &app, 2).as_deref()), (None, Some("new")));
        app.cache_ttl = Duration::from_secs(1000);
        cache.obey(&app);
        cache.expire(at(1099));
        assert_eq!(data(&cache, &app, 2).as_deref(), Some("new"));
        cache.expire(at(1100));
        assert_eq!(data(&cache, &app, 2), None);
    }
}
