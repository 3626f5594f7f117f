//! Watches a play: what every client heard must be what the model says, and what clients did must
//! be what partitions know.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rollcall_engine::{ChannelKey, EdgeStats};
use rollcall_sim::{Action, Arrival, Audit, Command, Line, Model, Stage};

use crate::draw::Play;
use crate::hooks::BackEnd;
use crate::player::{Player, Reading, Verdict, seen};

/// Longer than a session may be without a request, and any grace after that.
const LONG: Duration = Duration::from_secs(12);

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
        self.notice_waiting();
        if matches!(command, Command::App(_)) {
            self.obey();
        }
        for arrival in self.stage.world().take_arrivals() {
            match arrival {
                Arrival::Mail(at, mail, lost_since) => {
                    self.model.arrive(at, &mail, lost_since);
                }
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
        self.check_forgotten()?;
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

    /// What a client said over HTTP may have to wait, and is then nothing that anybody knows.
    fn notice_waiting(&mut self) {
        for (name, player) in &mut self.players {
            if self.stage.has_unsent(name) {
                player.doubt();
            }
        }
    }

    /// Notes a new connection.
    fn meet(&mut self, command: &Command) {
        let Command::Client(name, Action::Connects(_) | Action::ConnectsOverHttp(_)) = command
        else {
            return;
        };
        let (Some(link), Some(socket)) = (self.stage.link(name), self.stage.socket(name)) else {
            return;
        };
        let address = self.stage.world().address(link);
        if self.players.get(name).is_some_and(|player| player.address == address) {
            return;
        }
        self.model.meet(socket, address);
        let player = Player::new(address, self.stage.transport(name));
        let before = self.players.insert(name.clone(), player);
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
            let is_reading = is_there && !self.stage.is_deaf(name);
            let extent = if is_reading { Audit::Complete } else { Audit::SoFar };
            player.audit(&self.model, extent).map_err(|why| format!("{name}: {why}"))?;
            let wanted: BTreeSet<&str> = player.wanted.keys().map(String::as_str).collect();
            let known = self.model.subscriptions(player.address);
            if is_there && player.reading == Reading::Always && wanted != known {
                return Err(format!("{name} wants {wanted:?}, partitions know {known:?}"));
            }
            if !self.stage.is_connected(name) && !known.is_empty() && player.transport.is_none() {
                return Err(format!("{name} is gone, but partitions know {known:?}"));
            }
        }
        Ok(())
    }

    /// Of who is gone, however that was noticed, nobody knows any more.
    fn check_forgotten(&self) -> Verdict {
        for player in self.players.values().filter(|player| player.over).chain(&self.retired) {
            let known = self.model.subscriptions(player.address);
            if !known.is_empty() {
                return Err(format!("{:?} is gone, but still in {known:?}", player.address));
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
