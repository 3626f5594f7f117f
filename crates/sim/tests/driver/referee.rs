//! Watches a play: what every client heard must be what the model says, and what clients did must
//! be what partitions know.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rollcall_engine::{ChannelKey, ConnId, EdgeId, EdgeStats};
use rollcall_sim::{Action, Arrival, Audit, Command, Line, Model, Stage};

use crate::draw::Play;
use crate::hooks::BackEnd;
use crate::watcher::Watcher;

/// Longer than any grace.
const LONG: Duration = Duration::from_secs(4);

pub(crate) struct Referee {
    stage: Stage,
    model: Model,
    held: Held,
    journal: Journal,
    back_end: BackEnd,
    asked: Asked,
    drained: bool,
    /// The connection that each client has or had last.
    players: BTreeMap<String, Player>,
    /// Connections that clients had before.
    retired: Vec<Player>,
}

/// What is known of one connection.
struct Player {
    address: (EdgeId, ConnId),
    /// What was heard of each channel.
    heard: BTreeMap<String, Vec<String>>,
    /// The channels it asked for and did not leave, with the member it is there.
    wanted: BTreeMap<String, Option<String>>,
    /// Channels that it asked for, and was not signed in as whoever may be there.
    forbidden: BTreeSet<String>,
    /// Channels it left, of which nothing may come until it asks again.
    left: BTreeSet<String>,
    /// Channels with the members that it may no longer be there.
    revoked: BTreeSet<(String, String)>,
    /// What it knows of users.
    watcher: Watcher,
    /// What may be said of its reading.
    reading: Reading,
    /// A close by command, which explains a close frame.
    sent_away: bool,
    over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Always,
    /// It has stopped at some time, or reads so little at a time that a turn can overtake it.
    Doubtful,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    No,
    Yes,
}

/// Whether what is owed is written down at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Journal {
    Writes,
    Waits,
}

/// Whether the back end asked for webhooks all the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Unknown,
    Always,
    /// It did so again after it had not: it began with what was so then.
    Again,
    /// It did so while events waited that it had asked for before.
    Confused,
}

type Verdict = Result<(), String>;

impl Referee {
    /// Plays it.
    pub(crate) fn watch(play: &Play) -> Verdict {
        let mut referee = Self {
            stage: Stage::new(play.staging),
            model: Model::default(),
            held: Held::No,
            journal: Journal::Writes,
            back_end: BackEnd::default(),
            asked: Asked::Unknown,
            drained: false,
            players: BTreeMap::new(),
            retired: Vec::new(),
        };
        for command in &play.commands {
            referee.perform(command).map_err(|why| format!("after {command:?}: {why}"))?;
        }
        referee.finish().map_err(|why| format!("in the end: {why}"))
    }

    fn perform(&mut self, command: &Command) -> Verdict {
        if *command == Command::Restart {
            self.restart()?;
        }
        self.prepare(command);
        let lines = self.stage.perform(command);
        self.meet(command);
        if matches!(command, Command::App(_)) {
            self.obey();
        }
        for arrival in self.stage.world().take_arrivals() {
            match arrival {
                Arrival::Mail(at, mail) => self.model.arrive(at, &mail),
                Arrival::TurnEnd(at) => self.model.end_turn(at),
            }
        }
        let now = self.stage.world().now();
        self.model.pass(now);
        for line in lines.iter().filter(|line| line.who == "hooks") {
            match self.back_end.hear(line) {
                Err(why) if self.asked != Asked::Confused => return Err(why),
                _ => {}
            }
        }
        for line in &lines {
            self.hear(line)?;
        }
        if let Command::Terminate { user } = command {
            self.check_gone(user)?;
        }
        match (self.held, self.journal) {
            (Held::No, Journal::Writes) => self.audit(),
            _ => Ok(()),
        }
    }

    /// Everybody reads, all mail arrives, the turn ends, and every grace.
    fn finish(&mut self) -> Verdict {
        self.perform(&Command::JournalGoesOn)?;
        self.perform(&Command::Release)?;
        self.perform(&Command::End)?;
        for client in self.players.keys().cloned().collect::<Vec<_>>() {
            self.perform(&Command::Client(client, Action::Reads(None)))?;
        }
        self.perform(&Command::Wait(LONG))?;
        for player in &self.retired {
            player.audit(&self.model, Audit::SoFar)?;
        }
        self.check_counters()?;
        self.check_counters_of_app()?;
        self.check_back_end()?;
        self.check_watchers()?;
        self.look_around()
    }

    /// Notes what a command means before it has effects.
    fn prepare(&mut self, command: &Command) {
        match command {
            Command::Hold => self.held = Held::Yes,
            Command::Release => self.held = Held::No,
            Command::JournalWaits => self.journal = Journal::Waits,
            Command::JournalGoesOn => self.journal = Journal::Writes,
            Command::Disconnect { client, .. } => {
                if let Some(player) = self.players.get_mut(client) {
                    player.sent_away = true;
                }
            }
            Command::Terminate { user } => {
                self.players.values_mut().for_each(|player| player.terminate(user));
            }
            Command::DisconnectMember { client, user, channel } => {
                if let Some(player) = self.players.get_mut(client) {
                    player.disconnect_member(user, channel);
                }
            }
            Command::Drain => {
                self.drained = true;
                self.players.values_mut().for_each(|player| player.sent_away = true);
            }
            Command::Client(name, action) if self.stage.is_connected(name) => {
                if let Some(player) = self.players.get_mut(name) {
                    player.prepare(action);
                }
            }
            _ => {}
        }
    }

    /// Notes that settings changed. A back end that asks no more forgets what it was told.
    fn obey(&mut self) {
        self.asked = match (self.asked, self.journal) {
            (Asked::Unknown, _) => Asked::Always,
            (Asked::Confused, _) | (_, Journal::Waits) => Asked::Confused,
            (Asked::Always | Asked::Again, Journal::Writes) => Asked::Again,
        };
        if self.stage.app().webhooks.is_empty() {
            self.back_end = BackEnd::default();
        }
        if !self.stage.app().watchlist_events {
            self.players.values_mut().for_each(|player| player.watcher.forget(player.reading));
        }
        self.model.obey(self.stage.app());
    }

    /// Nobody is there any more, and what was not written down never happened.
    fn restart(&mut self) -> Verdict {
        for player in self.players.values().chain(&self.retired) {
            player.audit(&self.model, Audit::SoFar)?;
        }
        self.players.clear();
        self.retired.clear();
        self.model.restart();
        (self.journal, self.drained) = (Journal::Writes, false);
        if self.asked != Asked::Always {
            self.asked = Asked::Confused;
        }
        Ok(())
    }

    /// Notes a new connection.
    fn meet(&mut self, command: &Command) {
        let Command::Client(name, Action::Connects(_)) = command else { return };
        let (Some(link), Some(socket)) = (self.stage.link(name), self.stage.socket(name)) else {
            return;
        };
        let address = self.stage.world().address(link);
        if self.players.get(name).is_some_and(|player| player.address == address) {
            return;
        }
        self.model.meet(socket, address);
        let before = self.players.insert(name.clone(), Player::new(address));
        self.retired.extend(before);
    }

    fn hear(&mut self, line: &Line) -> Verdict {
        let Some(text) = line.text.strip_prefix("< ") else { return Ok(()) };
        let Some(player) = self.players.get_mut(&line.who) else { return Ok(()) };
        let heard = match &line.channel {
            _ if text.starts_with("watchlist ") => player.watcher.hear(text),
            // Before it asked again, nobody had to be told of whom others saw.
            Some(channel) if self.asked != Asked::Always => player.hear(channel, text),
            Some(channel) if self.stage.app().webhooks.is_empty() => player.hear(channel, text),
            Some(channel) => self
                .back_end
                .check_seen(channel, seen(text))
                .and_then(|()| player.hear(channel, text)),
            None => player.hear_other(text),
        };
        heard.map_err(|why| format!("{}: {why}", line.who))
    }

    fn audit(&self) -> Verdict {
        for (name, player) in &self.players {
            let is_there = self.stage.is_connected(name) && !player.over;
            let is_reading = is_there && !self.stage.is_stalled(name);
            let extent = if is_reading { Audit::Complete } else { Audit::SoFar };
            player.audit(&self.model, extent).map_err(|why| format!("{name}: {why}"))?;
            let wanted: BTreeSet<&str> = player.wanted.keys().map(String::as_str).collect();
            let known = self.model.subscriptions(player.address);
            if is_there && player.reading == Reading::Always && wanted != known {
                return Err(format!("{name} wants {wanted:?}, partitions know {known:?}"));
            }
            if !self.stage.is_connected(name) && !known.is_empty() {
                return Err(format!("{name} is gone, but partitions know {known:?}"));
            }
        }
        Ok(())
    }

    /// What goes up and down must have come to where it is.
    fn check_counters(&mut self) -> Verdict {
        let open = self.players.keys().filter(|name| self.stage.is_connected(name)).count();
        let world = self.stage.world();
        let (edges, partitions) = (world.stats(), world.partition_stats());
        let counted = (partitions.channels, partitions.members);
        if counted != self.model.sizes() {
            return Err(format!("counted {counted:?}, there are {:?}", self.model.sizes()));
        }
        if (edges.connections, edges.queue_bytes) != (open as u64, 0) {
            return Err(format!("{open} clients have read everything, but {edges:?}"));
        }
        let told = partitions.presence;
        if told.joined != told.left + partitions.members {
            return Err(format!("{} members of {told:?}", partitions.members));
        }
        Ok(())
    }

    /// All that happens happens to one app.
    fn check_counters_of_app(&mut self) -> Verdict {
        let app = self.stage.app().id.clone();
        let world = self.stage.world();
        let (all, of_app) = (world.stats(), world.stats_of(&app));
        if (EdgeStats { users: 0, ..all }) != of_app {
            return Err(format!("edges counted {all:?}, but of the app {of_app:?}"));
        }
        let (all, of_app) = (world.partition_stats(), world.partition_stats_of(&app));
        if all != of_app {
            return Err(format!("partitions counted {all:?}, but of the app {of_app:?}"));
        }
        Ok(())
    }

    /// In the end a back end knows what is so, unless departures are for the next start to tell.
    fn check_back_end(&mut self) -> Verdict {
        let is_confused = self.asked == Asked::Confused;
        if self.stage.app().webhooks.is_empty() || self.drained || is_confused {
            return Ok(());
        }
        let app = self.stage.app().id.clone();
        let world = self.stage.world();
        let listed: Vec<_> = world.list(&app, "").into_iter().map(|channel| channel.name).collect();
        // What is sent to one user is nobody's channel.
        let truth: BTreeMap<String, BTreeSet<String>> = listed
            .into_iter()
            .filter(|name| !name.as_str().starts_with('#'))
            .map(|name| {
                let facts = world.describe(&ChannelKey { app: app.clone(), name: name.clone() });
                let users = facts.users.into_iter().flatten().map(|user| user.to_string());
                (name.as_str().to_owned(), users.collect())
            })
            .collect();
        let told = self.back_end.view();
        if told == truth { Ok(()) } else { Err(format!("told {told:?}, but there are {truth:?}")) }
    }

    /// Nobody is left who was sent away.
    fn check_gone(&self, user: &str) -> Verdict {
        let is_left = |player: &&Player| {
            !player.over && player.reading == Reading::Always && player.watcher.user() == Some(user)
        };
        match self.players.values().find(is_left) {
            Some(player) => Err(format!("{:?} is still signed in as {user}", player.address)),
            None => Ok(()),
        }
    }

    /// Everybody knows who of those that they watch is signed in.
    fn check_watchers(&self) -> Verdict {
        if !self.stage.app().watchlist_events {
            return Ok(());
        }
        // Who was reset before it read has not read why.
        let is_there = |name: &str, player: &Player| !player.over && self.stage.is_connected(name);
        let players = self.players.iter().filter(|(name, player)| is_there(name, player));
        let there = players.clone().filter_map(|(_, player)| player.watcher.user()).collect();
        for (name, player) in players {
            player.watcher.check(&there).map_err(|why| format!("{name}: {why}"))?;
        }
        Ok(())
    }

    /// What each client believes, from its snapshot and the differences after it, is what is so.
    fn look_around(&self) -> Verdict {
        let mut there: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let players = self.players.values().filter(|player| !player.over);
        for player in players.clone() {
            for channel in self.model.subscriptions(player.address) {
                let user = match player.reading {
                    Reading::Always => player.wanted.get(channel).and_then(Option::as_deref),
                    // It may have asked again as somebody else before it read that it was refused.
                    Reading::Doubtful => self.model.member(player.address, channel),
                };
                there.entry(channel).or_default().extend(user);
            }
        }
        for player in players {
            for channel in self.model.subscriptions(player.address) {
                let believed = player.view(channel)?;
                let there = there.get(channel).cloned().unwrap_or_default();
                if channel.starts_with("presence-") && believed != there {
                    return Err(format!("somebody sees {believed:?}, there are {there:?}"));
                }
            }
        }
        Ok(())
    }
}

impl Player {
    fn new(address: (EdgeId, ConnId)) -> Self {
        Self {
            address,
            heard: BTreeMap::new(),
            wanted: BTreeMap::new(),
            forbidden: BTreeSet::new(),
            left: BTreeSet::new(),
            revoked: BTreeSet::new(),
            watcher: Watcher::default(),
            reading: Reading::Always,
            sent_away: false,
            over: false,
        }
    }

    fn prepare(&mut self, action: &Action) {
        match action {
            Action::Joins(channel, claim) if !self.over => {
                self.left.remove(channel);
                self.ask(channel, claim.user.as_deref());
            }
            Action::Leaves(channel) => {
                self.wanted.remove(channel);
                if self.reading == Reading::Always {
                    self.left.insert(channel.clone());
                }
            }
            Action::StopsReading(_) | Action::Reads(Some(_)) => {
                self.reading = Reading::Doubtful;
                self.left.clear();
            }
            Action::Closes(_) => self.sent_away = true,
            Action::Ends | Action::Drops => self.over = true,
            _ => {}
        }
    }

    /// Asks for a channel as somebody, or as whom it signed in as.
    fn ask(&mut self, channel: &str, user: Option<&str>) {
        let signed_in = self.watcher.user();
        let own = channel.strip_prefix("#server-to-user-");
        let member = user.or(signed_in).filter(|_| channel.starts_with("presence-"));
        let is_member = member.is_some() || !channel.starts_with("presence-");
        if is_member && own.is_none_or(|own| signed_in == Some(own)) {
            let member = member.map(str::to_owned);
            self.wanted.entry(channel.to_owned()).or_insert(member);
        } else {
            self.forbidden.insert(channel.to_owned());
        }
    }

    /// Whether it is told that it is nobody who may be there. Who reads late may not know yet whom
    /// it signed in as.
    fn is_forbidden(&self, channel: &str, text: &str) -> bool {
        let may_be = self.reading == Reading::Doubtful || self.forbidden.contains(channel);
        may_be && !text.contains(" LimitReached ") && !text.contains(" revoked")
    }

    /// It is closed if it is that member, and cannot become it otherwise.
    fn disconnect_member(&mut self, user: &str, channel: &str) {
        let is_there_as = self.wanted.get(channel).and_then(Option::as_deref);
        if is_there_as == Some(user) {
            self.sent_away = true;
        } else {
            self.revoked.insert((channel.to_owned(), user.to_owned()));
        }
    }

    /// It is closed if it is signed in as that user. Who reads late may not know it yet.
    fn terminate(&mut self, user: &str) {
        self.sent_away |= self.reading == Reading::Doubtful || self.watcher.user() == Some(user);
    }

    /// Of who reads late nobody knows which of its tries is answered.
    fn is_revoked(&self, channel: &str) -> bool {
        if self.reading == Reading::Doubtful {
            return false;
        }
        let user = self.wanted.get(channel).and_then(Option::as_deref).unwrap_or_default();
        self.revoked.contains(&(channel.to_owned(), user.to_owned()))
    }

    fn hear(&mut self, channel: &str, text: &str) -> Verdict {
        if self.over {
            return Err(format!("heard {text:?} after the end"));
        }
        if self.left.contains(channel) {
            return Err(format!("heard {text:?} of a channel that it left"));
        }
        if text.starts_with("subscription_succeeded ") && self.is_revoked(channel) {
            return Err(format!("heard {text:?} with a signature that was revoked"));
        }
        if text.starts_with("subscription_error ") && self.is_forbidden(channel, text) {
            // The partition never knew of it, and what it had before it still has.
            return Ok(());
        }
        if text.starts_with("subscription_error ") {
            // Who reads late may hear it after it left, when nobody knows any more as whom it asked.
            let is_revoked = self.revoked.iter().any(|(of, _)| of == channel);
            self.wanted.remove(channel);
            if is_revoked && text.contains(" AuthError ") {
                // The partition never knew of it.
                return Ok(());
            }
        }
        self.heard.entry(channel.to_owned()).or_default().push(text.to_owned());
        Ok(())
    }

    fn hear_other(&mut self, text: &str) -> Verdict {
        if let Some(user_data) = text.strip_prefix("signin_success ") {
            self.watcher.signed_in(user_data);
            return Ok(());
        }
        match text.split(' ').next() {
            Some("close") if self.reading == Reading::Always && !self.sent_away => {
                Err(format!("was told {text:?} for no reason"))
            }
            Some("close" | "eof" | "reset") => {
                self.over = true;
                self.wanted.clear();
                Ok(())
            }
            Some("connection_established" | "error" | "control" | "ping") => Ok(()),
            _ => Err(format!("heard {text:?}")),
        }
    }

    fn audit(&self, model: &Model, extent: Audit) -> Verdict {
        let known = model.subscriptions(self.address).into_iter();
        let channels: BTreeSet<&str> = known.chain(self.heard.keys().map(String::as_str)).collect();
        channels.into_iter().try_for_each(|channel| {
            let heard = self.heard.get(channel).map_or(&[][..], Vec::as_slice);
            model.audit(self.address, channel, heard, extent)
        })
    }

    /// Who it believes to be there; each difference must follow the one before it.
    fn view(&self, channel: &str) -> Result<BTreeSet<&str>, String> {
        let mut members = BTreeSet::new();
        let mut serial = None;
        for line in self.heard.get(channel).into_iter().flatten() {
            let mut words = line.split(' ');
            let (what, user) = (words.next().unwrap_or(""), words.nth(1).unwrap_or(""));
            let now = line.rsplit_once(" #").and_then(|(_, serial)| serial.parse::<u64>().ok());
            match what {
                "subscription_succeeded" => members = roster(line),
                "member_added" => _ = members.insert(user),
                "member_removed" => _ = members.remove(user),
                "member_updated" => {}
                _ => continue,
            }
            if what.starts_with("member_") && now != serial.map(|serial| serial + 1) {
                return Err(format!("{line:?} does not follow {serial:?}"));
            }
            serial = now;
        }
        Ok(members)
    }
}

/// Who is new to a client that hears this.
fn seen(text: &str) -> BTreeSet<&str> {
    let mut words = text.split(' ');
    match words.next() {
        Some("subscription_succeeded") => roster(text),
        Some("member_added") => words.nth(1).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}

/// The users in a line like `subscription_succeeded presence-x [ana{"n":1} bo] #2`.
fn roster(line: &str) -> BTreeSet<&str> {
    let inside = line.split_once(" [").and_then(|(_, rest)| rest.split_once(']'));
    let members = inside.map_or("", |(members, _)| members).split_whitespace();
    members.map(|member| member.split('{').next().unwrap_or(member)).collect()
}
