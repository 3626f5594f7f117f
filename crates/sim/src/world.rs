//! The machines of one node, the mail between them, a clock and sockets: all that the real shell
//! has threads and a kernel for.
//!
//! A turn of an edge is what the shell makes of it: take what there is, carry effects, then write
//! once to each connection that has something pending. A partition's turn is one piece of mail, so
//! that whatever the order of mail everybody hears the same; a transcript makes longer ones by
//! saying `turn` and `end`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::{
    Answer, App, AppId, ChannelFacts, ChannelKey, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId,
    EdgeStats, Ending, GraceEnd, Hangup, Intercepted, ListedChannel, MemberChange, Observations,
    Opening, Owed, PARTITIONS, Partition, PartitionEffect, PartitionIndex, PartitionStats, Refusal,
    Time, ToPartition, UserId,
};

use crate::chance::Chance;
use crate::http::Session;
use crate::journal::Journal;
use crate::link::Link;
use crate::post::{Delivery, Parcel, Post, Sender};

mod sessions;

/// Repeats itself, unlike a node's.
const SEED: [u64; 4] = [1, 2, 3, 4];

/// A machine that asks for more timeouts than this at one moment would keep a shard busy for ever.
const TIMEOUTS_AT_ONCE: usize = 100_000;

/// One node.
#[derive(Debug)]
pub struct World {
    now: Time,
    edges: Vec<Edge>,
    partitions: Vec<Partition>,
    post: Post,
    journal: Journal,
    held: Held,
    links: Vec<Link>,
    by_conn: BTreeMap<(usize, ConnId), LinkId>,
    /// Draws where input is cut and when a turn ends, if mail is shuffled.
    chance: Option<Chance>,
    flushes: u64,
    /// How many receive requests of sessions there were.
    requests: u64,
    /// Since when nobody heard the sessions that left unheard.
    absences: BTreeMap<(EdgeId, ConnId), Time>,
    turns: Turns,
    told: Vec<Told>,
    arrivals: Vec<Arrival>,
}

/// What partitions were given.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// A piece of mail, and since when nobody hears the session over HTTP that leaves by it.
    Mail(Time, Box<ToPartition>, Option<Time>),
    /// The end of a turn, of all partitions.
    TurnEnd(Time),
}

/// One socket of a [`World`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(usize);

/// What partitions tell the node's own programs.
#[derive(Debug)]
pub(crate) enum Told {
    Answer(Answer),
    Intercepted(Intercepted),
    Watched(MemberChange),
    Hook(Owed),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    No,
    Yes,
}

/// When the turns of partitions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turns {
    /// After each piece of mail and each timeout.
    Short,
    /// When that is said.
    Open,
}

impl World {
    /// A node of so many edges.
    pub fn new(edges: usize, delivery: Delivery) -> Self {
        let chance = match &delivery {
            Delivery::InOrder => None,
            Delivery::Shuffled(chance) => Some(chance.clone()),
        };
        Self {
            now: Time::ZERO,
            edges: (0..edges).map(|id| Edge::new(EdgeId(id as u16), SEED)).collect(),
            partitions: (0..PARTITIONS).map(|i| Partition::new(PartitionIndex(i), SEED)).collect(),
            post: Post::new(delivery),
            journal: Journal::default(),
            held: Held::No,
            links: Vec::new(),
            by_conn: BTreeMap::new(),
            chance,
            flushes: 0,
            requests: 0,
            absences: BTreeMap::new(),
            turns: Turns::Short,
            told: Vec::new(),
            arrivals: Vec::new(),
        }
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        self.now
    }

    /// A connection that passed the door.
    pub fn open(&mut self, edge: usize, opening: Opening) -> LinkId {
        let conn = self.edges[edge].handle_opened(self.now, opening);
        self.add_link(edge, conn)
    }

    /// A connection that did not.
    pub fn refuse(&mut self, edge: usize, refusal: Refusal) -> LinkId {
        let conn = self.edges[edge].handle_refused(self.now, refusal);
        self.add_link(edge, conn)
    }

    /// Bytes that a client sends; shuffled mail also cuts them anywhere.
    pub fn receive(&mut self, link: LinkId, mut bytes: Vec<u8>) {
        let Link { edge, conn, .. } = self.links[link.0];
        let mut rest = &mut bytes[..];
        while !rest.is_empty() && self.links[link.0].is_open() {
            let cut = self.chance.as_mut().map_or(rest.len(), |c| 1 + c.below(rest.len()));
            let (now, later) = rest.split_at_mut(cut);
            self.edges[edge].handle_received(self.now, conn, now);
            self.collect();
            rest = later;
        }
    }

    /// A client's end of the socket is gone.
    pub fn sever(&mut self, link: LinkId, how: Ending) {
        let gone = &mut self.links[link.0];
        if gone.is_open() {
            gone.vanish();
            let Link { edge, conn, .. } = *gone;
            self.by_conn.remove(&(edge, conn));
            self.edges[edge].handle_closed(self.now, conn, how);
        }
    }

    /// Mail from outside the edges.
    pub fn post(&mut self, mail: ToPartition) {
        self.post.send_up(Sender::Door, mail);
    }

    /// An order to every shard.
    pub fn order(&mut self, command: &EdgeCommand) {
        for partition in &mut self.partitions {
            match command {
                EdgeCommand::ReplaceApp(app) => partition.replace_app(app),
                EdgeCommand::RemoveApp(app) => partition.remove_app(app),
                EdgeCommand::Drain => partition.drain(),
                EdgeCommand::Observe(app, watched) => partition.set_watched(app, *watched),
                _ => {}
            }
        }
        for edge in &mut self.edges {
            edge.handle_command(self.now, command.clone());
        }
    }

    /// Ends the grace of an absent member, in a turn of its own.
    pub fn end_grace(&mut self, channel: &ChannelKey, user: &UserId) -> GraceEnd {
        let index = usize::from(channel.partition().0);
        let end = self.partitions[index].end_grace(self.now, channel, user);
        self.tell();
        end
    }

    /// What is so of a channel.
    pub fn describe(&self, channel: &ChannelKey) -> ChannelFacts {
        self.partitions[usize::from(channel.partition().0)].describe(channel)
    }

    /// The occupied channels of an app whose names begin so, in the order of their names.
    pub fn list(&self, app: &AppId, prefix: &str) -> Vec<ListedChannel> {
        let partitions = self.partitions.iter();
        let mut listed: Vec<_> = partitions.flat_map(|p| p.list(app, prefix)).collect();
        listed.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
        listed
    }

    /// Mail waits from now on; sockets do not.
    pub fn hold_mail(&mut self) {
        self.held = Held::Yes;
    }

    /// Nothing is written down from now on.
    pub fn stop_journal(&mut self) {
        self.journal.stop();
    }

    /// Nothing is written down, and nothing more is taken.
    pub fn fill_journal(&mut self) {
        self.journal.fill();
    }

    /// Writes down what has been owed for longest.
    pub fn write_one(&mut self) {
        self.collect();
        if let Some(owed) = self.journal.write_one() {
            self.confirm(owed);
        }
    }

    /// What is owed is written down at once from now on.
    pub fn resume_journal(&mut self) {
        self.journal.go_on();
    }

    /// The node dies and starts again with what was written down; every connection is lost.
    pub fn restart(&mut self, app: &Arc<App>) {
        self.links.iter_mut().filter(|link| link.is_open()).for_each(|link| {
            link.hang_up(Hangup::Reset);
        });
        self.by_conn.clear();
        self.post.lose_all();
        self.told.clear();
        let edges = self.edges.len();
        self.edges = (0..edges).map(|id| Edge::new(EdgeId(id as u16), SEED)).collect();
        self.partitions =
            (0..PARTITIONS).map(|i| Partition::new(PartitionIndex(i), SEED)).collect();
        for (key, told) in self.journal.survive() {
            let partition = usize::from(key.partition().0);
            self.partitions[partition].restore(self.now, app, &key, told);
        }
        for kept in self.journal.survivors(self.now) {
            let partition = usize::from(kept.channel.partition().0);
            self.partitions[partition].restore_kept(self.now, app, kept);
        }
    }

    /// What arrives from now on arrives in one turn.
    pub fn begin_turn(&mut self) {
        self.turns = Turns::Open;
    }

    /// That turn ends.
    pub fn end_turn(&mut self) {
        self.turns = Turns::Short;
        self.tell();
    }

    /// Delivers one piece of mail that waits.
    pub fn deliver_one(&mut self) {
        self.collect();
        self.deliver();
    }

    /// Mail no longer waits.
    pub fn release_mail(&mut self) {
        self.held = Held::No;
    }

    /// Lets everything happen that can happen at this moment.
    pub fn settle(&mut self) {
        loop {
            self.collect();
            if self.held == Held::No && self.deliver() {
                self.flush_now_and_then();
                continue;
            }
            if !self.flush_all() {
                return;
            }
        }
    }

    /// When something happens next by itself.
    pub fn next_timeout(&self) -> Option<Time> {
        let edges = self.edges.iter().filter_map(Edge::poll_timeout);
        edges.chain(self.partitions.iter().filter_map(Partition::poll_timeout)).min()
    }

    /// Moves the clock; what is due by then happens now.
    pub fn pass(&mut self, until: Time) {
        self.now = self.now.max(until);
        let now = self.now;
        for _ in 0..TIMEOUTS_AT_ONCE {
            if self.next_timeout().is_none_or(|next| next > now) {
                return;
            }
            self.edges.iter_mut().filter(|e| is_due(e.poll_timeout(), now)).for_each(|edge| {
                edge.handle_timeout(now);
            });
            let partitions = self.partitions.iter_mut();
            partitions.filter(|p| is_due(p.poll_timeout(), now)).for_each(|partition| {
                partition.handle_timeout(now);
            });
            self.end_short_turn();
        }
        panic!("a machine asks for timeouts without end at {now:?}");
    }

    /// The sum of what the edges count.
    pub fn stats(&self) -> EdgeStats {
        let mut sum = EdgeStats::default();
        self.edges.iter().for_each(|edge| sum.add(edge.stats()));
        sum
    }

    /// The sum of what the edges count of one app.
    pub fn stats_of(&self, app: &AppId) -> EdgeStats {
        let mut sum = EdgeStats::default();
        self.edges.iter().filter_map(|edge| edge.stats_of(app)).for_each(|stats| sum.add(stats));
        sum
    }

    /// The sum of what the partitions count of one app.
    pub fn partition_stats_of(&self, app: &AppId) -> PartitionStats {
        let mut sum = PartitionStats::default();
        let counted = self.partitions.iter().filter_map(|partition| partition.stats_of(app));
        counted.for_each(|stats| sum.add(stats));
        sum
    }

    /// The sum of what the partitions count.
    pub fn partition_stats(&self) -> PartitionStats {
        let mut sum = PartitionStats::default();
        self.partitions.iter().for_each(|partition| sum.add(partition.stats()));
        sum
    }

    /// What reached partitions since this was asked last, in order.
    pub fn take_arrivals(&mut self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrivals)
    }

    /// What the machines had to tell operators since this was asked last: first the edges, then the
    /// partitions, each in order.
    pub fn take_observations(&mut self) -> Observations {
        let mut taken = Observations::default();
        self.edges.iter_mut().for_each(|edge| edge.take_observations(&mut taken));
        let partitions = self.partitions.iter_mut();
        partitions.for_each(|partition| partition.take_observations(&mut taken));
        taken
    }

    /// What each write to a socket took.
    pub fn turns(&self, link: LinkId) -> &[Vec<u8>] {
        self.links[link.0].turns()
    }

    /// Which edge and connection a socket belongs to.
    pub fn address(&self, link: LinkId) -> (EdgeId, ConnId) {
        let Link { edge, conn, .. } = self.links[link.0];
        (EdgeId(edge as u16), conn)
    }
}

/// What the clients on a [`World`] need.
impl World {
    pub(crate) fn link_mut(&mut self, link: LinkId) -> &mut Link {
        &mut self.links[link.0]
    }

    pub(crate) fn link(&self, link: LinkId) -> &Link {
        &self.links[link.0]
    }

    pub(crate) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }
}

/// How mail and bytes move.
impl World {
    fn add_link(&mut self, edge: usize, conn: ConnId) -> LinkId {
        let link = LinkId(self.links.len());
        self.links.push(Link::new(edge, conn));
        self.by_conn.insert((edge, conn), link);
        link
    }

    /// Posts what the machines have to say.
    fn collect(&mut self) {
        for edge in 0..self.edges.len() {
            while let Some(effect) = self.edges[edge].poll_effect() {
                match effect {
                    EdgeEffect::ToPartition(mail) => self.send_up(edge, mail),
                    // Quotas are the shell's.
                    EdgeEffect::Counts { .. } => {}
                    EdgeEffect::Hangup { conn, how } => {
                        let link = self.by_conn.remove(&(edge, conn));
                        let link = link.expect("only connections that are there are hung up");
                        if !self.by_conn.values().any(|&other| other == link) {
                            self.links[link.0].hang_up(how);
                        }
                    }
                    EdgeEffect::EndAnswer { conn } => {
                        let link = self.by_conn.get(&(edge, conn));
                        self.end_answer(*link.expect("an edge answers links that it has"));
                    }
                }
            }
        }
        for partition in 0..self.partitions.len() {
            self.collect_from(partition);
        }
        while let Some(owed) = self.journal.next() {
            self.confirm(owed);
        }
    }

    /// What is owed was written down.
    fn confirm(&mut self, owed: Owed) {
        let partition = usize::from(owed.channel.partition().0);
        self.partitions[partition].handle_committed(owed.seq);
        self.told.push(Told::Hook(owed));
        self.collect_from(partition);
    }

    /// Posts what an edge wants, or has it refused.
    fn send_up(&mut self, edge: usize, mail: ToPartition) {
        if let ToPartition::Leave(leave) = &mail {
            self.note_absence(edge, leave);
        }
        let refusal = match &mail {
            ToPartition::Join(join) if self.journal.is_full() => join.answer_if_indebted(),
            _ => None,
        };
        match refusal {
            Some(refusal) => self.edges[edge].handle_mail(self.now, refusal),
            None => self.post.send_up(Sender::Edge(edge), mail),
        }
    }

    fn collect_from(&mut self, partition: usize) {
        while let Some(effect) = self.partitions[partition].poll_effect() {
            match effect {
                PartitionEffect::ToEdge(edge, mail) => {
                    self.post.send_down(partition, usize::from(edge.0), mail);
                }
                PartitionEffect::Answer(_, answer) => self.told.push(Told::Answer(answer)),
                PartitionEffect::Intercepted(_, event) => {
                    self.told.push(Told::Intercepted(event));
                }
                PartitionEffect::Watched(_, change) => self.told.push(Told::Watched(change)),
                PartitionEffect::Owe(owed) => self.journal.push(owed),
                PartitionEffect::Untold(channel, class) => self.journal.untell(channel, class),
                PartitionEffect::Kept(kept) => self.journal.keep(self.now, kept),
                PartitionEffect::Dropped(channel) => self.journal.forget_kept(&channel),
            }
        }
    }

    fn deliver(&mut self) -> bool {
        match self.post.next() {
            None => return false,
            Some(Parcel::Up(partition, mail)) => {
                let lost_since = match &*mail {
                    ToPartition::Leave(leave) => {
                        self.absences.get(&(leave.edge, leave.conn)).copied()
                    }
                    _ => None,
                };
                self.arrivals.push(Arrival::Mail(self.now, mail.clone(), lost_since));
                match self.journal.is_full() {
                    false => self.partitions[partition].handle(self.now, *mail),
                    true => self.partitions[partition].handle_indebted(self.now, *mail),
                }
                self.end_short_turn();
            }
            Some(Parcel::Down(edge, mail)) => self.edges[edge].handle_mail(self.now, mail),
        }
        true
    }

    fn end_short_turn(&mut self) {
        if self.turns == Turns::Short {
            self.tell();
        }
    }

    /// Has the partitions tell what the turn did to their rosters.
    fn tell(&mut self) {
        self.arrivals.push(Arrival::TurnEnd(self.now));
        for partition in &mut self.partitions {
            while partition.is_collecting() {
                partition.handle_turn_end();
            }
        }
    }

    /// With shuffled mail, turns of edges end anywhere.
    fn flush_now_and_then(&mut self) {
        let edges = self.edges.len();
        if let Some(chance) = &mut self.chance
            && chance.below(4) == 0
        {
            let edge = chance.below(edges);
            self.flush(edge);
        }
    }

    /// Ends a turn of every edge; whether anything moved.
    fn flush_all(&mut self) -> bool {
        let mut moved = false;
        for edge in 0..self.edges.len() {
            moved |= self.flush(edge);
        }
        moved | self.let_clients_read()
    }

    fn flush(&mut self, edge: usize) -> bool {
        self.flushes += 1;
        let mut moved = false;
        while let Some(conn) = self.edges[edge].poll_dirty(self.now) {
            self.write(edge, conn);
            moved = true;
        }
        moved
    }

    fn write(&mut self, edge: usize, conn: ConnId) {
        let link = self.by_conn.get(&(edge, conn)).expect("an edge writes to sockets it has");
        let link = &mut self.links[link.0];
        let mut taken = Vec::new();
        for slice in self.edges[edge].pending(conn) {
            let fits = link.fits(taken.len(), slice.len());
            taken.extend_from_slice(&slice[..fits]);
            if fits < slice.len() {
                break;
            }
        }
        self.edges[edge].handle_wrote(self.now, conn, taken.len());
        link.blocked = self.edges[edge].is_blocked(conn);
        link.write(self.flushes, taken);
    }

    fn let_clients_read(&mut self) -> bool {
        let mut moved = false;
        for link in &mut self.links {
            link.let_read();
            if link.blocked && link.room() > 0 {
                link.blocked = false;
                let edge = &mut self.edges[link.edge];
                match &link.session {
                    None => edge.handle_writable(self.now, link.conn),
                    Some(Session { name, request: Some(id), .. }) => {
                        edge.handle_receive_writable(name, *id);
                    }
                    Some(Session { request: None, .. }) => continue,
                }
                moved = true;
            }
        }
        moved | self.let_sessions_go_on()
    }
}

/// How long after the start a moment is, for people.
pub(crate) fn since(start: Time, now: Time) -> Duration {
    now.saturating_since(start)
}

fn is_due(deadline: Option<Time>, now: Time) -> bool {
    deadline.is_some_and(|deadline| deadline <= now)
}
