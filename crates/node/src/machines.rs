//! The machines of one shard: its edge and its share of the partitions, and the carrying between
//! them. Mail of the shard to itself is a direct call, mail to another shard goes to its mailbox.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rollcall_engine::{
    Answer, AppId, ChannelKey, ConnId, Edge, EdgeCommand, EdgeEffect, EdgeId, FromPartition,
    GraceEnd, Hangup, HashSeed, InterceptId, Intercepted, MemberChange, Observations, Owed,
    PARTITIONS, Partition, PartitionEffect, PartitionIndex, Quota, Ticket, Time, ToPartition,
    UserId, WatchId,
};
use tokio::sync::{mpsc, oneshot};

use crate::journal::{Memory, Pen, Restored};
use crate::mail::{Diversion, Inquirer, Inquiry, Listing, Lookout, Mailboxes, Update};
use crate::observe::Reporter;
use crate::stats::{AppCounts, NodeStats};

/// An edge, some partitions, and what is under way between them.
#[derive(Debug)]
pub(crate) struct Machines {
    /// The connections of the shard.
    pub(crate) edge: Edge,
    id: EdgeId,
    /// By index; `None` belongs to another shard.
    partitions: Vec<Option<Partition>>,
    /// Partitions that may have effects.
    stirred: Vec<PartitionIndex>,
    /// Partitions that may have something to tell at the end of the turn.
    collecting: Vec<PartitionIndex>,
    /// Sockets to be closed, and answers to be ended.
    farewells: Vec<(ConnId, Farewell)>,
    /// Connections that count in the quota of their app from now on.
    counting: Vec<(ConnId, Quota)>,
    mailboxes: Mailboxes,
    pen: Pen,
    /// Bytes that each partition withheld when that was last looked at.
    withheld: [usize; PARTITIONS as usize],
    askers: HashMap<Ticket, oneshot::Sender<Answer>>,
    interceptors: HashMap<InterceptId, (ChannelKey, mpsc::Sender<Intercepted>)>,
    watchers: HashMap<WatchId, (ChannelKey, mpsc::Sender<MemberChange>)>,
    /// What the machines observed in this turn, as it happened.
    observed: Observations,
}

/// What a link is told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The edge has forgotten the connection.
    HangUp(Hangup),
    /// The answer to a receive request is whole; the session goes on.
    EndAnswer,
}

impl Machines {
    /// The machines of the shard with this number.
    pub(crate) fn new(shard: usize, seed: HashSeed, mailboxes: Mailboxes, pen: Pen) -> Self {
        let id = EdgeId(u16::try_from(shard).expect("there are at most 64 shards"));
        let indices = (0..PARTITIONS).map(PartitionIndex);
        let mine = |index| mailboxes.owner(index) == shard;
        Self {
            edge: Edge::new(id, seed),
            id,
            partitions: indices
                .map(|index| mine(index).then(|| Partition::new(index, seed)))
                .collect(),
            stirred: Vec::new(),
            collecting: Vec::new(),
            farewells: Vec::new(),
            counting: Vec::new(),
            mailboxes,
            pen,
            withheld: [0; PARTITIONS as usize],
            askers: HashMap::new(),
            interceptors: HashMap::new(),
            watchers: HashMap::new(),
            observed: Observations::default(),
        }
    }

    /// Gives mail to a partition, here or elsewhere.
    pub(crate) fn handle_partition_mail(&mut self, now: Time, mail: ToPartition) {
        let index = mail.channel().partition();
        match &mut self.partitions[usize::from(index.0)] {
            Some(partition) => {
                match self.pen.account().is_full_for(&mail.channel().app) {
                    false => partition.handle(now, mail),
                    true => partition.handle_indebted(now, mail),
                }
                self.stir(index);
            }
            None => self.mailboxes.send_to_partition(mail),
        }
    }

    /// Gives new member info to a partition and remembers who waits for the outcome.
    pub(crate) fn update(&mut self, now: Time, update: Update) {
        self.askers.insert(update.update.ticket, update.answer);
        self.handle_partition_mail(now, ToPartition::UpdateMember(update.update));
    }

    /// Diverts a client event into a queue.
    pub(crate) fn intercept(&mut self, now: Time, diversion: Diversion) {
        let channel = diversion.request.channel().clone();
        self.interceptors.insert(diversion.id, (channel, diversion.queue));
        self.handle_partition_mail(now, diversion.request);
    }

    /// Tells a queue who joins and leaves.
    pub(crate) fn watch(&mut self, now: Time, lookout: Lookout) {
        let channel = lookout.request.channel().clone();
        self.watchers.insert(lookout.id, (channel, lookout.queue));
        self.handle_partition_mail(now, lookout.request);
    }

    /// Tells the partitions what back ends knew and cache channels kept when the node stopped, before
    /// anything else.
    pub(crate) fn restore(&mut self, now: Time, restored: Vec<Restored>) {
        for Restored { app, channel, what } in restored {
            let index = channel.partition();
            let Some(partition) = &mut self.partitions[usize::from(index.0)] else { continue };
            match what {
                Memory::Told(told) => partition.restore(now, &app, &channel, told),
                Memory::Kept(kept) => partition.restore_kept(now, &app, kept),
            }
            self.stir(index);
        }
    }

    /// What a partition owes was written down.
    pub(crate) fn handle_committed(&mut self, index: PartitionIndex, seq: u64) {
        if let Some(partition) = &mut self.partitions[usize::from(index.0)] {
            partition.handle_committed(seq);
            self.stir(index);
        }
    }

    /// Obeys an order of the node.
    pub(crate) fn handle_command(&mut self, now: Time, order: EdgeCommand) {
        for index in (0..PARTITIONS).map(PartitionIndex) {
            let Some(partition) = &mut self.partitions[usize::from(index.0)] else { continue };
            match &order {
                EdgeCommand::ReplaceApp(app) => partition.replace_app(app),
                EdgeCommand::RemoveApp(app) => partition.remove_app(app),
                EdgeCommand::Drain => partition.drain(),
                EdgeCommand::Observe(app, watched) => partition.set_watched(app, *watched),
                _ => continue,
            }
            // Subscribers may have to be told, or what was withheld for a back end be let out.
            self.stir(index);
        }
        self.edge.handle_command(now, order);
    }

    /// Ends the grace of an absent member.
    pub(crate) fn end_grace(&mut self, now: Time, key: &ChannelKey, user: &UserId) -> GraceEnd {
        let index = key.partition();
        let Some(partition) = &mut self.partitions[usize::from(index.0)] else {
            return GraceEnd::NotAMember;
        };
        let end = partition.end_grace(now, key, user);
        self.stir(index);
        end
    }

    /// Says what is so of a channel. Who asked may have given up.
    pub(crate) fn describe(&self, now: Time, inquiry: Inquiry) {
        let Inquiry { channel, answer } = inquiry;
        let index = usize::from(channel.partition().0);
        let Some(partition) = &self.partitions[index] else { return };
        match answer {
            Inquirer::Facts(answer) => drop(answer.send(partition.describe(&channel))),
            Inquirer::Counts(answer) => drop(answer.send(partition.counts(&channel))),
            Inquirer::LastEvent(answer) => {
                drop(answer.send(partition.last_event(now, &channel)));
            }
            Inquirer::Roster(most, answer) => {
                drop(answer.send(partition.roster(now, &channel, most)));
            }
        }
    }

    /// Says which channels are occupied. Who asked may have given up.
    pub(crate) fn list(&self, listing: Listing) {
        let Listing { app, prefix, answer } = listing;
        let partitions = self.partitions.iter().flatten();
        let listed = partitions.flat_map(|partition| partition.list(&app, &prefix)).collect();
        let _ = answer.send(listed);
    }

    /// What the machines counted.
    pub(crate) fn stats(&self) -> NodeStats {
        let mut stats = NodeStats { edges: self.edge.stats(), ..NodeStats::default() };
        let partitions = self.partitions.iter().flatten();
        partitions.for_each(|partition| stats.partitions.add(partition.stats()));
        stats
    }

    /// What the machines counted of each app that did anything here.
    pub(crate) fn stats_by_app(&self) -> Vec<(AppId, AppCounts)> {
        let mut counted: HashMap<&AppId, AppCounts> = HashMap::new();
        for (app, edges) in self.edge.stats_by_app() {
            counted.entry(app).or_default().edges.add(edges);
        }
        for (app, partitions) in self.partitions.iter().flatten().flat_map(Partition::stats_by_app)
        {
            counted.entry(app).or_default().partitions.add(partitions);
        }
        counted.into_iter().map(|(app, counts)| (app.clone(), counts)).collect()
    }

    /// What the machines counted of one app.
    pub(crate) fn stats_of(&self, app: &AppId) -> AppCounts {
        let edges = self.edge.stats_of(app).unwrap_or_default();
        let mut counts = AppCounts { edges, ..AppCounts::default() };
        let partitions = self.partitions.iter().flatten();
        let counted = partitions.filter_map(|partition| partition.stats_of(app));
        counted.for_each(|partition| counts.partitions.add(partition));
        counts
    }

    /// Carries out every effect until none is left; `true` if there was any.
    pub(crate) fn settle(&mut self, now: Time) -> bool {
        let mut any = false;
        loop {
            if let Some(effect) = self.edge.poll_effect() {
                self.carry_edge_effect(now, effect);
            } else if let Some(index) = self.stirred.pop() {
                self.carry_partition_effects(now, index);
            } else {
                self.edge.take_observations(&mut self.observed);
                return any;
            }
            any = true;
        }
    }

    /// Has a partition tell what the turn did to one channel, for [`Machines::settle`] to carry;
    /// `false` if there is nothing to tell. Belongs to the end of a turn, so that what many do at
    /// once is told once.
    pub(crate) fn tell_one(&mut self) -> bool {
        while let Some(&index) = self.collecting.last() {
            let partition = self.partitions[usize::from(index.0)].as_mut();
            if let Some(partition) = partition.filter(|partition| partition.is_collecting()) {
                partition.handle_turn_end();
                self.stirred.push(index);
                return true;
            }
            self.collecting.pop();
        }
        false
    }

    /// Reports what the machines observed since the last time, if anything.
    pub(crate) fn report(&mut self, reporter: &Reporter) {
        self.edge.take_observations(&mut self.observed);
        if !self.observed.is_empty() {
            reporter.send_observations(&mut self.observed);
        }
    }

    /// Whether anybody has a standing request.
    #[cfg(test)]
    pub(crate) fn has_listeners(&self) -> bool {
        !self.interceptors.is_empty() || !self.watchers.is_empty()
    }

    /// The next connection to be closed, or answer to be ended.
    pub(crate) fn poll_farewell(&mut self) -> Option<(ConnId, Farewell)> {
        self.farewells.pop()
    }

    /// The next connection that counts in the quota of its app from now on.
    pub(crate) fn poll_counting(&mut self) -> Option<(ConnId, Quota)> {
        self.counting.pop()
    }

    /// Lets every machine look after what is due.
    pub(crate) fn handle_timeout(&mut self, now: Time) {
        if self.edge.poll_timeout().is_some_and(|due| due <= now) {
            self.edge.handle_timeout(now);
        }
        for index in (0..PARTITIONS).map(PartitionIndex) {
            if let Some(partition) = &mut self.partitions[usize::from(index.0)]
                && partition.poll_timeout().is_some_and(|due| due <= now)
            {
                partition.handle_timeout(now);
                self.stir(index);
            }
        }
    }

    /// When the earliest of the machines has something to look after.
    pub(crate) fn poll_timeout(&self) -> Option<Time> {
        let partitions = self.partitions.iter().flatten().filter_map(Partition::poll_timeout);
        partitions.chain(self.edge.poll_timeout()).min()
    }

    /// Something happened to a partition.
    fn stir(&mut self, index: PartitionIndex) {
        self.stirred.push(index);
        let partition = self.partitions[usize::from(index.0)].as_ref();
        let is_collecting = partition.is_some_and(Partition::is_collecting);
        if is_collecting && self.collecting.last() != Some(&index) {
            self.collecting.push(index);
        }
    }

    fn carry_edge_effect(&mut self, now: Time, effect: EdgeEffect) {
        match effect {
            EdgeEffect::ToPartition(mail) => match self.refusal_of(&mail) {
                Some(refusal) => self.edge.handle_mail(now, refusal),
                None => self.handle_partition_mail(now, mail),
            },
            EdgeEffect::Counts { conn, quota } => self.counting.push((conn, quota)),
            EdgeEffect::Hangup { conn, how } => self.farewells.push((conn, Farewell::HangUp(how))),
            EdgeEffect::EndAnswer { conn } => self.farewells.push((conn, Farewell::EndAnswer)),
        }
    }

    /// The answer to a join that does not get to its partition.
    fn refusal_of(&self, mail: &ToPartition) -> Option<FromPartition> {
        match mail {
            ToPartition::Join(join) if self.pen.account().is_full_for(&join.app.id) => {
                join.answer_if_indebted()
            }
            _ => None,
        }
    }

    /// All of one partition's effects before anything else, so that their order is kept.
    fn carry_partition_effects(&mut self, now: Time, index: PartitionIndex) {
        // What an edge observed before comes before what it caused here.
        self.edge.take_observations(&mut self.observed);
        while let Some(effect) =
            self.partitions[usize::from(index.0)].as_mut().and_then(Partition::poll_effect)
        {
            match effect {
                PartitionEffect::ToEdge(edge, mail) if edge == self.id => {
                    self.edge.handle_mail(now, mail);
                }
                PartitionEffect::ToEdge(edge, mail) => self.mailboxes.send_to_edge(edge, mail),
                PartitionEffect::Answer(ticket, answer) => self.answer(ticket, answer),
                PartitionEffect::Intercepted(id, event) => self.divert(id, event),
                PartitionEffect::Watched(id, change) => self.tell_watcher(id, change),
                PartitionEffect::Owe(owed) => self.owe(&owed),
                PartitionEffect::Untold(channel, class) => self.pen.untell(&channel, class),
                PartitionEffect::Kept(kept) => self.pen.keep(&kept),
                PartitionEffect::Dropped(channel) => self.pen.forget_kept(&channel),
            }
        }
        if let Some(partition) = &mut self.partitions[usize::from(index.0)] {
            partition.take_observations(&mut self.observed);
        }
        self.account_for(index);
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) {
        if let Some(asker) = self.askers.remove(&ticket) {
            // Who asked may have given up; the update stands all the same.
            let _ = asker.send(answer);
        }
    }

    /// What waits for the journal counts as much as what is in it.
    fn account_for(&mut self, index: PartitionIndex) {
        let index = usize::from(index.0);
        let withheld = self.partitions[index].as_ref().map_or(0, Partition::withheld_bytes);
        let before = std::mem::replace(&mut self.withheld[index], withheld);
        match withheld.checked_sub(before) {
            Some(0) => {}
            Some(more) => self.pen.account().add(more),
            None => self.pen.account().take(before - withheld),
        }
    }

    /// Without a journal nobody waits for it.
    fn owe(&mut self, owed: &Owed) {
        if !self.pen.owe(owed) {
            self.handle_committed(owed.channel.partition(), owed.seq);
        }
    }

    /// The partition counts what is under way and diverts no more than the queue has room for. So a
    /// queue that takes nothing is one that nobody reads, and the partition forgets it.
    fn divert(&mut self, id: InterceptId, event: Intercepted) {
        if let Entry::Occupied(entry) = self.interceptors.entry(id)
            && entry.get().1.try_send(event).is_err()
        {
            let (channel, _) = entry.remove();
            if let Some(partition) = &mut self.partitions[usize::from(channel.partition().0)] {
                partition.forget_intercept(&channel, id);
            }
        }
    }

    /// A watcher that does not keep up is let go: a gap would leave it wrong for ever, the end of
    /// its queue tells it to start anew.
    fn tell_watcher(&mut self, id: WatchId, change: MemberChange) {
        if let Entry::Occupied(entry) = self.watchers.entry(id)
            && entry.get().1.try_send(change).is_err()
        {
            let (channel, _) = entry.remove();
            if let Some(partition) = &mut self.partitions[usize::from(channel.partition().0)] {
                partition.forget_watch(&channel, id);
            }
        }
    }
}
