//! One shard: a thread with a current-thread runtime, its machines, its sockets and the loop that
//! drives them.
//!
//! A turn takes what mail there is, looks after what is due, carries the machines' effects until
//! none is left, has the partitions tell what became of their rosters, and then writes: one call for
//! each connection that has something pending. Reader tasks that were ready at the same time have
//! run before, because the loop is woken behind them; so whatever came in at once goes out together.
//!
//! A reader takes the mail first that was there before its bytes: a client may have acted on what
//! another shard has told it, and the mail that said so here must not be overtaken.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::io;
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use rollcall_engine::{ConnId, EdgeCommand, Ending, HashSeed, Quota, Time};
use rollcall_wire::CloseCode;
use slotmap::SecondaryMap;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;
use tokio::time::Sleep;

use crate::apps::ConnectionPermit;
use crate::clock::Clock;
use crate::conn::{Conn, Papers, Wrote, attend};
use crate::journal::{Pen, Restored};
use crate::machines::{Farewell, Machines};
use crate::mail::{Arrival, BATCH, Inbox, Mail, Mailboxes, Verdict};
use crate::observe::Reporter;
use crate::sends::Sends;
use crate::stats::{NodeStats, TurnTimes};
use crate::survey::Surveying;

/// What a shard is made of before its thread runs.
pub(crate) struct ShardSetup {
    /// Its number.
    pub(crate) shard: usize,
    /// Its mail.
    pub(crate) inbox: Inbox,
    /// Everybody's.
    pub(crate) mailboxes: Mailboxes,
    /// The node's clock.
    pub(crate) clock: Clock,
    /// Where its partitions have written down what they owe.
    pub(crate) pen: Pen,
    /// Where it reports what its machines observed.
    pub(crate) reporter: Reporter,
    /// What they owed when the node stopped the last time.
    pub(crate) restored: Vec<Restored>,
    /// For its hash maps.
    pub(crate) seed: HashSeed,
    /// Told when the thread ends, for whatever reason.
    pub(crate) ended: mpsc::Sender<()>,
}

/// What the tasks of one shard share. It never leaves its thread.
pub(crate) struct Shard {
    pub(crate) machines: RefCell<Machines>,
    pub(crate) conns: RefCell<SecondaryMap<ConnId, Rc<Conn>>>,
    scratch: RefCell<Box<[u8]>>,
    inbox: RefCell<Inbox>,
    mailboxes: Mailboxes,
    clock: Clock,
    reporter: Reporter,
    bell: Bell,
    /// Readers that wait for a congested mailbox, or are held; each is here once, however often it
    /// was woken by something else meanwhile.
    waiting: RefCell<HashMap<ConnId, Waker>>,
    /// What sessions over HTTP sent that waits for the same.
    pub(crate) sends: RefCell<Sends>,
    /// When to look again whether they still have to, if a reader or a send waits.
    recheck: Cell<Option<Time>>,
    /// Reader tasks that have not ended, those of connections that the edge has forgotten included.
    readers: Cell<usize>,
    /// Sessions over HTTP, which have no reader.
    pub(crate) sessions: Cell<usize>,
    awaiting_empty: RefCell<Vec<oneshot::Sender<()>>>,
    /// Lists of connections that are being made.
    pub(crate) surveys: RefCell<VecDeque<Surveying>>,
    /// Every connection was sent elsewhere.
    pub(crate) draining: Cell<bool>,
    /// The thread is to end, whatever is left.
    stopped: Cell<bool>,
    /// A reader panicked.
    broken: Cell<bool>,
    /// When the first thing of this turn came in.
    began: Cell<Option<Time>>,
    times: Cell<TurnTimes>,
}

/// The shard, in the hands of one running reader task.
pub(crate) struct Attendance(Rc<Shard>);

/// Wakes the loop, once for however many rings.
#[derive(Default)]
struct Bell {
    rung: Cell<bool>,
    ear: RefCell<Option<Waker>>,
}

/// Tells of the end of a thread.
struct TellEnded(mpsc::Sender<()>);

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Done,
    Last,
}

/// Starts the thread of a shard.
pub(crate) fn start(setup: ShardSetup) -> io::Result<thread::JoinHandle<()>> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let name = format!("shard-{}", setup.shard);
    thread::Builder::new().name(name).spawn(move || run(&runtime, setup))
}

fn run(runtime: &Runtime, setup: ShardSetup) {
    let _told = TellEnded(setup.ended);
    let ShardSetup { shard, seed, inbox, mailboxes, clock, pen, reporter, .. } = setup;
    let shard = Rc::new(Shard::new(shard, seed, inbox, mailboxes, clock, pen, reporter));
    shard.machines.borrow_mut().restore(setup.clock.now(), setup.restored);
    let local = LocalSet::new();
    // A task like the readers, not the future that the runtime blocks on: that one would run
    // before them each time, and a turn would go out for every reader.
    let turns = local.spawn_local(turns(shard));
    runtime.block_on(local.run_until(turns)).expect("the loop does not panic and is not aborted");
}

/// The loop. It waits for mail, for the bell that a reader rings, or for the earliest deadline.
async fn turns(shard: Rc<Shard>) {
    let mut batch = Vec::new();
    let mut sleep = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        poll_fn(|cx| shard.poll_due(cx, &mut batch, sleep.as_mut())).await;
        if shard.turn(&mut batch) == Turn::Last {
            return;
        }
        // Sockets have their turn before the next, however much mail there is.
        tokio::task::yield_now().await;
    }
}

impl Shard {
    fn new(
        shard: usize,
        seed: HashSeed,
        inbox: Inbox,
        mailboxes: Mailboxes,
        clock: Clock,
        pen: Pen,
        reporter: Reporter,
    ) -> Self {
        Self {
            machines: RefCell::new(Machines::new(shard, seed, mailboxes.clone(), pen)),
            conns: RefCell::default(),
            scratch: RefCell::new(vec![0; SCRATCH].into()),
            inbox: RefCell::new(inbox),
            mailboxes,
            clock,
            reporter,
            bell: Bell::default(),
            waiting: RefCell::default(),
            sends: RefCell::default(),
            recheck: Cell::new(None),
            readers: Cell::new(0),
            sessions: Cell::new(0),
            awaiting_empty: RefCell::default(),
            surveys: RefCell::default(),
            draining: Cell::new(false),
            stopped: Cell::new(false),
            broken: Cell::new(false),
            began: Cell::new(None),
            times: Cell::default(),
        }
    }

    fn poll_due(
        &self,
        cx: &mut Context<'_>,
        batch: &mut Vec<Mail>,
        mut sleep: Pin<&mut Sleep>,
    ) -> Poll<()> {
        let has_mail = self.inbox.borrow_mut().poll_take(cx, batch).is_ready();
        let mut due = has_mail | self.bell.poll_rung(cx).is_ready();
        if let Some(deadline) = self.deadline() {
            if sleep.deadline() != deadline {
                sleep.as_mut().reset(deadline);
            }
            due |= sleep.poll(cx).is_ready();
        }
        if due { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The earliest moment at which there is something to do.
    fn deadline(&self) -> Option<tokio::time::Instant> {
        let machines = self.machines.borrow().poll_timeout();
        let earliest = machines.into_iter().chain(self.recheck.get()).min();
        earliest.map(|time| self.clock.instant(time))
    }
}

/// A turn.
impl Shard {
    fn turn(self: &Rc<Self>, batch: &mut Vec<Mail>) -> Turn {
        assert!(!self.broken.get(), "a reader panicked");
        let now = self.begin();
        self.machines.borrow_mut().handle_timeout(now);
        self.resume_sends(now);
        batch.drain(..).for_each(|mail| self.take_delivered(now, mail));
        if self.stopped.get() {
            return Turn::Last;
        }
        self.settle(now);
        self.tell(now);
        let more = self.flush(now) | self.proceed_with_surveys();
        self.machines.borrow_mut().report(&self.reporter);
        self.bell.set(more);
        self.wake_waiting(now);
        self.tell_if_empty();
        self.end();
        Turn::Done
    }

    /// What time it is; a turn begins with the first thing that comes in.
    fn begin(&self) -> Time {
        let now = self.clock.now();
        self.began.set(self.began.get().or(Some(now)));
        now
    }

    fn end(&self) {
        if let Some(began) = self.began.take() {
            let mut times = self.times.get();
            times.count(self.clock.now() - began);
            self.times.set(times);
        }
    }

    /// Takes the mail that was there before what a reader brings. However much it is, what comes of
    /// a batch is written before the next.
    fn take_earlier_mail(self: &Rc<Self>, now: Time) {
        let waiting = self.inbox.borrow().len();
        for taken in 1..=waiting {
            let Some(mail) = self.inbox.borrow_mut().take() else { return };
            self.take_delivered(now, mail);
            if taken % BATCH == 0 {
                self.tell(now);
                self.flush(now);
            }
        }
    }

    /// Takes mail that came by the inbox.
    fn take_delivered(self: &Rc<Self>, now: Time, mail: Mail) {
        let cost = mail.cost();
        self.take(now, mail);
        self.inbox.borrow().settle(cost);
    }

    fn take(self: &Rc<Self>, now: Time, mail: Mail) {
        match mail {
            Mail::Arrival(arrival) => self.take_arrival(now, *arrival),
            Mail::ToPartition(mail) => self.machines.borrow_mut().handle_partition_mail(now, mail),
            Mail::FromPartition(mail) => self.machines.borrow_mut().edge.handle_mail(now, mail),
            Mail::Command(order) => {
                self.draining.set(self.draining.get() || matches!(order, EdgeCommand::Drain));
                self.machines.borrow_mut().handle_command(now, order);
            }
            Mail::Update(update) => self.machines.borrow_mut().update(now, *update),
            Mail::Intercept(diversion) => self.machines.borrow_mut().intercept(now, *diversion),
            Mail::Watch(lookout) => self.machines.borrow_mut().watch(now, *lookout),
            Mail::Receive(listener) => self.take_listener(now, *listener),
            Mail::OpenSession(newcomer) => self.take_newcomer(now, *newcomer),
            Mail::Send(sending) => self.take_sending(now, *sending),
            Mail::ReceiveLost(session, request) => {
                self.machines.borrow_mut().edge.handle_receive_lost(now, &session, request);
            }
            Mail::ReceiveWritable(session, request) => {
                self.machines.borrow_mut().edge.handle_receive_writable(&session, request);
            }
            Mail::Describe(inquiry) => self.machines.borrow().describe(now, *inquiry),
            Mail::List(listing) => self.machines.borrow().list(*listing),
            Mail::Ask(question) => self.take_question(now, *question),
            Mail::Committed(partition, seq) => {
                self.machines.borrow_mut().handle_committed(partition, seq);
            }
            // Who asked may have given up.
            Mail::Count(asker) => drop(asker.send(self.stats())),
            Mail::CountByApp(asker) => drop(asker.send(self.machines.borrow().stats_by_app())),
            Mail::CountApp(app, asker) => {
                let _ = asker.send(self.machines.borrow().stats_of(&app));
            }
            Mail::TellWhenEmpty(asker) => self.awaiting_empty.borrow_mut().push(asker),
            Mail::Stop => self.stopped.set(true),
        }
        self.carry_on(now);
    }

    /// Has done what one thing that came in led to, before the next.
    pub(crate) fn carry_on(&self, now: Time) {
        self.settle(now);
        self.flush_if_full(now);
    }

    fn stats(&self) -> NodeStats {
        let machines = self.machines.borrow().stats();
        let mailbox_bytes = self.inbox.borrow().held() as u64;
        NodeStats { turns: self.times.get(), mailbox_bytes, ..machines }
    }

    fn take_arrival(self: &Rc<Self>, now: Time, arrival: Arrival) {
        // A socket that this thread cannot register is closed by being dropped.
        let Ok(stream) = TcpStream::from_std(arrival.stream) else { return };
        let (id, permit) = self.greet(now, arrival.verdict);
        let provenance = arrival.provenance.filter(|_| permit.is_some());
        let papers = Papers { permit, provenance };
        let (conn, socket) = match arrival.tls {
            None => Conn::plain(stream, papers),
            Some(tls) => Conn::tls(stream, *tls, papers),
        };
        self.conns.borrow_mut().insert(id, Rc::clone(&conn));
        self.receive_early(now, id, &arrival.early);
        tokio::task::spawn_local(attend(Attendance::begin(self), id, conn, socket));
    }

    fn greet(&self, now: Time, verdict: Verdict) -> (ConnId, Option<ConnectionPermit>) {
        let edge = &mut self.machines.borrow_mut().edge;
        match verdict {
            Verdict::Admit(opening, _) if self.draining.get() => {
                // It was on its way here when the draining began.
                let refusal = opening.refused(CloseCode::OverCapacity);
                (edge.handle_refused(now, refusal), None)
            }
            Verdict::Admit(opening, mut permit) => {
                let id = edge.handle_opened(now, opening);
                permit.begin();
                if !edge.is_unauthorized(id) {
                    // The setting was turned off while it was on its way here.
                    permit.count(Quota::Unlimited);
                }
                (id, Some(permit))
            }
            Verdict::Refuse(refusal) => (edge.handle_refused(now, refusal), None),
        }
    }

    fn receive_early(&self, now: Time, id: ConnId, early: &[u8]) {
        if !early.is_empty() {
            self.machines.borrow_mut().edge.handle_received(now, id, &mut early.to_vec());
        }
    }

    /// Carries effects until none is left, and passes on which sockets are to be closed. `true` if
    /// there was any effect, which may have queued something to write.
    fn settle(&self, now: Time) -> bool {
        let mut machines = self.machines.borrow_mut();
        let mut any = machines.settle(now);
        while let Some((id, quota)) = machines.poll_counting() {
            let conn = self.conns.borrow().get(id).map(Rc::clone);
            if conn.is_some_and(|conn| !conn.count(quota)) {
                machines.edge.handle_over_quota(now, id);
                any |= machines.settle(now);
            }
        }
        while let Some((id, farewell)) = machines.poll_farewell() {
            self.bid_farewell(id, farewell);
        }
        any
    }

    fn bid_farewell(&self, id: ConnId, farewell: Farewell) {
        let mut conns = self.conns.borrow_mut();
        match farewell {
            Farewell::EndAnswer => conns.get(id).into_iter().for_each(|conn| conn.end_answer()),
            Farewell::HangUp(how) => {
                let Some(conn) = conns.remove(id) else { return };
                if conn.is_session() {
                    self.sessions.set(self.sessions.get() - 1);
                }
                conn.hang_up(how);
            }
        }
    }

    /// Tells what the turn did to rosters: once, however many have come and gone in it.
    fn tell(&self, now: Time) {
        while self.machines.borrow_mut().tell_one() {
            self.settle(now);
            self.flush_if_full(now);
        }
    }

    /// Writes early if so much is queued that the turn must not grow any further.
    fn flush_if_full(&self, now: Time) {
        if self.machines.borrow().edge.is_turn_full() {
            self.flush(now);
        }
    }

    /// Writes what is pending: one call for each connection. `true` if that may have queued more.
    fn flush(&self, now: Time) -> bool {
        let mut machines = self.machines.borrow_mut();
        let conns = self.conns.borrow();
        while let Some(id) = machines.edge.poll_dirty(now) {
            let Some(conn) = conns.get(id) else { continue };
            let wrote = conn.write(machines.edge.pending(id));
            let taken = if let Wrote::Took(n) = wrote { n } else { 0 };
            machines.edge.handle_wrote(now, id, taken);
            if wrote == Wrote::Failed {
                conn.report_failure();
            } else if machines.edge.is_blocked(id) {
                conn.await_writable();
            }
        }
        drop((machines, conns));
        // A close that was written to the end is now a socket to shut down.
        self.settle(now)
    }

    /// Has the readers that wait look again. Not before the time: one that is held would ring the
    /// bell and be woken by its own ring.
    fn wake_waiting(&self, now: Time) {
        if !self.is_recheck_due(now) {
            return;
        }
        let is_congested = self.is_congested();
        let again = is_congested || !self.sends.borrow().is_empty();
        self.recheck.set(again.then_some(now + RECHECK));
        if !is_congested {
            self.waiting.borrow_mut().drain().for_each(|(_, reader)| reader.wake());
        }
    }

    fn tell_if_empty(&self) {
        let awaits_visitors = self.machines.borrow().edge.awaits_visitors();
        if self.readers.get() == 0 && self.sessions.get() == 0 && !awaits_visitors {
            for asker in self.awaiting_empty.borrow_mut().drain(..) {
                let _ = asker.send(());
            }
        }
    }
}

/// What the readers need, and sends that wait.
impl Shard {
    /// Whether sockets are not to be read for now.
    pub(crate) fn is_congested(&self) -> bool {
        self.mailboxes.are_congested()
    }

    /// Whether this socket is not to be read for now, because of what it says.
    pub(crate) fn is_held(&self, id: ConnId) -> bool {
        self.machines.borrow_mut().edge.is_held(self.clock.now(), id)
    }

    /// Wakes a reader that may not read when it is time to ask again, and the mailboxes have room.
    pub(crate) fn wake_later(&self, id: ConnId, reader: &Waker) {
        self.waiting.borrow_mut().insert(id, reader.clone());
        self.recheck_later(self.clock.now());
    }

    /// Looks in a moment whether what waits may go on.
    pub(crate) fn recheck_later(&self, now: Time) {
        if self.recheck.get().is_none() {
            self.recheck.set(Some(now + RECHECK));
            // The loop has to sleep shorter now.
            self.bell.ring();
        }
    }

    /// Whether that moment has come.
    pub(crate) fn is_recheck_due(&self, now: Time) -> bool {
        self.recheck.get().is_some_and(|due| due <= now)
    }

    /// Lends the buffer that all readers of the shard share.
    pub(crate) fn with_scratch<T>(&self, read: impl FnOnce(&mut [u8]) -> T) -> T {
        read(&mut self.scratch.borrow_mut())
    }

    /// Takes what a socket read. All readers that are ready run before the loop does, so what they
    /// bring together is bounded here.
    pub(crate) fn received(self: &Rc<Self>, id: ConnId, bytes: &mut [u8]) {
        let now = self.begin();
        self.take_earlier_mail(now);
        self.machines.borrow_mut().edge.handle_received(now, id, bytes);
        self.settle(now);
        self.flush_if_full(now);
        self.bell.ring();
    }

    /// A socket takes more again.
    pub(crate) fn writable(&self, id: ConnId) {
        let now = self.begin();
        self.machines.borrow_mut().edge.handle_writable(now, id);
        self.bell.ring();
    }

    /// A socket came to its end.
    pub(crate) fn ended(self: &Rc<Self>, id: ConnId, how: Ending) {
        let now = self.begin();
        self.take_earlier_mail(now);
        self.machines.borrow_mut().edge.handle_closed(now, id, how);
        self.conns.borrow_mut().remove(id);
        self.settle(now);
        self.bell.ring();
    }
}

impl Attendance {
    fn begin(shard: &Rc<Shard>) -> Self {
        shard.readers.set(shard.readers.get() + 1);
        Self(Rc::clone(shard))
    }
}

impl Deref for Attendance {
    type Target = Rc<Shard>;

    fn deref(&self) -> &Rc<Shard> {
        &self.0
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.readers.set(self.readers.get() - 1);
        if thread::panicking() {
            // Machines that panicked are not to be trusted with the other connections.
            self.broken.set(true);
        }
        if self.readers.get() == 0 || self.broken.get() {
            self.bell.ring();
        }
    }
}

impl Drop for TellEnded {
    fn drop(&mut self) {
        // One is enough.
        let _ = self.0.try_send(());
    }
}

impl Bell {
    fn ring(&self) {
        if !self.rung.replace(true)
            && let Some(ear) = &*self.ear.borrow()
        {
            ear.wake_by_ref();
        }
    }

    /// Rings, or forgets a ring that was answered, while the loop itself is running.
    fn set(&self, rung: bool) {
        self.rung.set(rung);
    }

    fn poll_rung(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.rung.replace(false) {
            return Poll::Ready(());
        }
        self.ear.borrow_mut().get_or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

/// What a reader takes at most in a turn.
const SCRATCH: usize = 64 * 1024;

/// How soon it is looked at again whether a reader or a send has to wait.
const RECHECK: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests;
