//! What subscribers must hear, as simply as it can be said: a second opinion on partitions, fan-out
//! and outboxes together.
//!
//! A [`Model`] is told what mail reached the partitions, and when, and when their turns ended. It
//! knows nothing of sockets, shards and the turns of those, so it is compared with what clients
//! heard over all of that. Of a roster it keeps what was told last, and tells how it differs.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_engine::message::{Departure, Except};
use rollcall_engine::{App, ConnId, EdgeId, Join, Leave, MemberUpdate, Publish, Time, ToPartition};
use rollcall_wire::socket::SocketId;

use roster::{Change, Roster};

mod roster;

/// A connection, as partitions know it.
type Address = (EdgeId, ConnId);

/// The truth about all channels.
#[derive(Debug, Default)]
pub struct Model {
    channels: BTreeMap<String, Channel>,
    periods: BTreeMap<(Address, String), Vec<Period>>,
    sockets: BTreeMap<SocketId, Address>,
    /// Whether subscribers are told how many they are.
    counts: bool,
}

/// How much of what it must hear a client must have heard by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// All of it.
    Complete,
    /// A beginning of it: some is on its way, or was lost with the connection.
    SoFar,
}

#[derive(Debug, Default)]
struct Channel {
    /// Open subscriptions, with the member that each is.
    subscribers: Vec<Subscriber>,
    /// Those that are let in at the end of the turn.
    newcomers: Vec<Subscriber>,
    roster: Roster,
    /// The last event published on a cache channel, and until when it is kept.
    last: Option<(String, Time)>,
}

type Subscriber = (Address, Option<String>);

/// What one subscription must hear.
#[derive(Debug)]
struct Period {
    lines: Vec<String>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Over,
}

impl Model {
    /// Learns which connection has a public name.
    pub fn meet(&mut self, socket: SocketId, connection: Address) {
        self.sockets.insert(socket, connection);
    }

    /// The settings of the app changed. Who begins to be counted is told at once.
    pub fn obey(&mut self, app: &App) {
        if std::mem::replace(&mut self.counts, app.subscription_counting) == self.counts {
            return;
        }
        for name in self.channels.keys().cloned().collect::<Vec<_>>() {
            self.tell_count(&name);
        }
    }

    /// The node died and started again: nobody is there, and of channels nothing is left but the
    /// events that they keep.
    pub fn restart(&mut self) {
        self.periods.clear();
        self.sockets.clear();
        for channel in self.channels.values_mut() {
            *channel = Channel { last: channel.last.take(), ..Channel::default() };
        }
        self.channels.retain(|_, channel| channel.last.is_some());
    }

    /// Mail reached a partition.
    pub fn arrive(&mut self, now: Time, mail: &ToPartition, lost_since: Option<Time>) {
        self.pass(now);
        let name = mail.channel().name.as_str().to_owned();
        match mail {
            ToPartition::Join(join) => self.join(&name, join),
            ToPartition::Leave(leave) => {
                self.leave(now, &name, leave, lost_since.unwrap_or(now));
            }
            ToPartition::Publish(publish) => self.publish(now, &name, publish),
            ToPartition::ClientEvent(event) => {
                self.tell_roster(&name);
                let from = event.user.as_ref().map(|user| format!(" from {user}"));
                let from = from.unwrap_or_default();
                let line = format!("{} on {name}{from}: {}", event.event, event.data);
                self.tell(&name, &line, |(address, _)| *address != (event.edge, event.conn));
            }
            ToPartition::UpdateMember(update) => self.update(now, &name, update),
            // Of users there is nothing to say but what is so in the end.
            ToPartition::UserCame { .. }
            | ToPartition::UserWent(_)
            | ToPartition::WatchUser { .. }
            | ToPartition::UnwatchUser { .. } => {}
            other => unimplemented!("the model does not know {other:?}"),
        }
    }

    /// Time passes.
    pub fn pass(&mut self, now: Time) {
        for channel in self.channels.values_mut() {
            channel.roster.expire(now);
            channel.last = channel.last.take().filter(|(_, until)| *until > now);
        }
    }

    /// The turn of the partitions ended.
    pub fn end_turn(&mut self, now: Time) {
        self.pass(now);
        for name in self.channels.keys().cloned().collect::<Vec<_>>() {
            self.tell_roster(&name);
        }
        for channel in self.channels.values_mut().filter(|channel| channel.is_empty()) {
            channel.roster = Roster::default();
        }
        self.channels.retain(|_, channel| !channel.is_empty() || channel.last.is_some());
    }

    /// The channels that a connection is subscribed to.
    pub fn subscriptions(&self, connection: Address) -> BTreeSet<&str> {
        let open = self.periods.iter().filter(|((address, _), periods)| {
            *address == connection && periods.last().is_some_and(|p| p.phase == Phase::Open)
        });
        open.map(|((_, channel), _)| channel.as_str()).collect()
    }

    /// As whom a connection is subscribed to a channel.
    pub fn member(&self, connection: Address, channel: &str) -> Option<&str> {
        let mut subscribers = self.channels.get(channel)?.subscribers.iter();
        subscribers.find(|(address, _)| *address == connection)?.1.as_deref()
    }

    /// How many channels are occupied, and how many members they have together.
    pub fn sizes(&self) -> (u64, u64) {
        let members = |channel: &Channel| channel.roster.members() as u64;
        let is_occupied =
            |channel: &&Channel| !channel.subscribers.is_empty() || channel.roster.members() > 0;
        let occupied = self.channels.values().filter(is_occupied).count() as u64;
        (occupied, self.channels.values().map(members).sum())
    }

    /// Compares what a connection heard of a channel with what it must hear.
    ///
    /// # Errors
    ///
    /// They differ; the error shows both.
    pub fn audit(
        &self,
        connection: Address,
        channel: &str,
        heard: &[String],
        extent: Audit,
    ) -> Result<(), String> {
        let periods = self.periods.get(&(connection, channel.to_owned()));
        let periods = periods.map_or(&[][..], Vec::as_slice);
        // Where in `heard` the next period may begin. A period that is over may have been cut off
        // anywhere, since the client had left before the partition knew.
        let mut starts = BTreeSet::from([0]);
        for period in periods {
            let must_be_whole = extent == Audit::Complete && period.phase == Phase::Open;
            starts =
                starts.into_iter().flat_map(|s| period.ends(heard, s, must_be_whole)).collect();
        }
        if starts.contains(&heard.len()) {
            return Ok(());
        }
        let expected = periods.iter().map(|period| period.lines.join("\n  "));
        Err(format!(
            "of {channel} was heard:\n  {}\nbut {extent:?}ly should have been:\n  {}",
            heard.join("\n  "),
            expected.collect::<Vec<_>>().join("\n  -- then --\n  ")
        ))
    }
}

impl Model {
    fn channel(&mut self, name: &str) -> &mut Channel {
        self.channels.entry(name.to_owned()).or_default()
    }

    fn join(&mut self, name: &str, join: &Join) {
        let who = (join.edge, join.conn);
        let channel = self.channel(name);
        let lines = match &join.member {
            None => {
                channel.subscribers.push((who, None));
                let success = format!("subscription_succeeded {name}");
                [success].into_iter().chain(channel.last_event(name)).collect()
            }
            Some(member) => {
                if let Err(max) = channel.roster.join(who, member, &join.app) {
                    return self.refuse(who, name, max);
                }
                channel.newcomers.push((who, Some(member.user.as_str().to_owned())));
                Vec::new()
            }
        };
        let period = Period { lines, phase: Phase::Open };
        self.periods.entry((who, name.to_owned())).or_default().push(period);
        self.tell_count(name);
    }

    fn refuse(&mut self, who: Address, name: &str, max: usize) {
        let text = format!("Channel {name} is full: it has {max} members");
        let lines = vec![format!("subscription_error {name} LimitReached 403 {text}")];
        let period = Period { lines, phase: Phase::Over };
        self.periods.entry((who, name.to_owned())).or_default().push(period);
    }

    fn leave(&mut self, now: Time, name: &str, leave: &Leave, lost_since: Time) {
        let who = (leave.edge, leave.conn);
        let channel = self.channel(name);
        let before = channel.subscribers.len() + channel.newcomers.len();
        channel.subscribers.retain(|(address, _)| *address != who);
        channel.newcomers.retain(|(address, _)| *address != who);
        if channel.subscribers.len() + channel.newcomers.len() == before {
            // A refused subscription may be left too.
            return;
        }
        if let Some(user) = &leave.user {
            let is_lost = leave.departure == Departure::Lost;
            channel.roster.leave(now, who, user.as_str(), is_lost.then_some(lost_since));
        }
        if let Some(period) =
            self.periods.get_mut(&(who, name.to_owned())).and_then(|periods| periods.last_mut())
        {
            period.phase = Phase::Over;
        }
        self.tell_count(name);
    }

    /// Nobody here is one of more than a hundred.
    fn tell_count(&mut self, name: &str) {
        if self.counts && !name.starts_with('#') && !name.starts_with("presence-") {
            let line =
                format!("subscription_count {name} {}", self.channel(name).subscribers.len());
            self.tell(name, &line, |_| true);
        }
    }

    fn publish(&mut self, now: Time, name: &str, publish: &Publish) {
        self.tell_roster(name);
        let line = format!("{} on {name}: {}", publish.event, publish.data);
        let excepted = match &publish.except {
            Except::Socket(socket) => self.sockets.get(socket).copied(),
            _ => None,
        };
        self.tell(name, &line, |(address, user)| match &publish.except {
            Except::User(excepted) => user.as_deref() != Some(excepted.as_str()),
            _ => Some(*address) != excepted,
        });
        if has_cache(name) {
            self.channel(name).last = Some((line, now + publish.app.cache_ttl));
        }
    }

    fn update(&mut self, now: Time, name: &str, update: &MemberUpdate) {
        self.channel(name).roster.update(now, &update.member, &update.app);
    }

    /// Tells how the roster differs from what was told last, then lets the newcomers in.
    fn tell_roster(&mut self, name: &str) {
        let Some(channel) = self.channels.get_mut(name) else { return };
        let difference = channel.roster.take_difference();
        let newcomers = std::mem::take(&mut channel.newcomers);
        for change in &difference {
            self.announce(name, change, &difference);
        }
        let updated = |user: &Option<String>| is_updated(&difference, user);
        if self.channel(name).roster.mirrors() && difference.iter().any(Change::is_update) {
            let roster = self.success(name);
            self.tell(name, &roster, |(_, user)| updated(user));
        }
        self.channel(name).subscribers.extend(newcomers.iter().cloned());
        if !newcomers.is_empty() {
            let roster = self.success(name);
            self.tell(name, &roster, |subscriber| newcomers.contains(subscriber));
            if let Some(event) = self.channel(name).last_event(name) {
                self.tell(name, &event, |subscriber| newcomers.contains(subscriber));
            }
        }
    }

    /// Tells one change. With the mirror, who is told the roster for a change of his own is told no
    /// other update.
    fn announce(&mut self, name: &str, change: &Change, all: &[Change]) {
        let channel = self.channel(name);
        channel.roster.count();
        let (added, updated, removed) = channel.roster.lines(name, change.user());
        match change {
            Change::Joined(_) => self.tell(name, &added, |_| true),
            Change::Left(_) => self.tell(name, &removed, |_| true),
            Change::Updated(_) if channel.roster.mirrors() => {
                self.tell(name, &added, |(_, user)| !is_updated(all, user));
            }
            Change::Updated(_) if channel.roster.app().member_updates => {
                self.tell(name, &updated, |_| true);
            }
            Change::Updated(_) => {
                self.tell(name, &removed, |_| true);
                self.tell(name, &added, |_| true);
            }
        }
    }

    fn success(&mut self, name: &str) -> String {
        format!("subscription_succeeded {name}{}", self.channel(name).roster.snapshot())
    }

    fn tell(&mut self, name: &str, line: &str, hears: impl Fn(&Subscriber) -> bool) {
        let Some(channel) = self.channels.get(name) else { return };
        for subscriber in channel.subscribers.iter().filter(|subscriber| hears(subscriber)) {
            let periods = self.periods.get_mut(&(subscriber.0, name.to_owned()));
            if let Some(period) = periods.and_then(|periods| periods.last_mut()) {
                period.lines.push(line.to_owned());
            }
        }
    }
}

impl Channel {
    /// What a newcomer of a cache channel hears behind the success.
    fn last_event(&self, name: &str) -> Option<String> {
        let missed = || format!("pusher:cache_miss on {name}: {{}}");
        let event = || self.last.as_ref().map_or_else(missed, |(line, _)| line.clone());
        has_cache(name).then(event)
    }

    fn is_empty(&self) -> bool {
        self.subscribers.is_empty() && self.roster.is_empty()
    }
}

fn has_cache(name: &str) -> bool {
    ["cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Whether a user is among those who were updated.
fn is_updated(difference: &[Change], user: &Option<String>) -> bool {
    let mut updated = difference.iter().filter(|change| change.is_update());
    updated.any(|change| Some(change.user()) == user.as_deref())
}

impl Period {
    /// Where what was heard of it from `start` on can end.
    fn ends(&self, heard: &[String], start: usize, must_be_whole: bool) -> Vec<usize> {
        let pairs = heard[start..].iter().zip(&self.lines);
        let common = pairs.take_while(|(heard, expected)| heard == expected).count();
        match must_be_whole {
            true if common == self.lines.len() => vec![start + common],
            true => Vec::new(),
            false => (start..=start + common).collect(),
        }
    }
}

fn grace(app: &App) -> std::time::Duration {
    if app.strict_compat { std::time::Duration::ZERO } else { app.presence.grace }
}
