//! The delivery of webhooks to one endpoint: what travels together, in which order, and how often
//! it is tried (docs/protocol.md section 7). It sends nothing and writes nothing; the shell does
//! both, in the order in which [`Endpoint::poll_step`] says so. What an app owes, and when, is
//! decided elsewhere.
//!
//! A channel's events are in at most one undelivered delivery at a time, so they arrive in order
//! however often something is repeated. Other channels do not wait for it.

mod batch;
mod line;

use std::collections::{HashMap as Map, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::time::Time;
use crate::timers::Timers;

pub use batch::Batching;
use line::Lines;

/// An event that the endpoint is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedEvent {
    /// Its number; a channel's later events have higher ones.
    pub id: i64,
    /// The channel that it tells of.
    pub channel: Arc<str>,
    /// The event as JSON.
    pub text: String,
}

/// Names a delivery of one endpoint, as long as the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryNo(pub u64);

/// What the shell has to do next. What comes first has to be on disk before the next is done.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// These events become a delivery, and are no longer owed apart.
    Make(DeliveryNo, Vec<OwedEvent>),
    /// The delivery is sent; [`Endpoint::handle_delivered`] or [`Endpoint::handle_failed`] follows.
    Send(DeliveryNo),
    /// The delivery is not tried any longer.
    GiveUp(DeliveryNo),
}

/// One endpoint of one app.
#[derive(Debug)]
pub struct Endpoint {
    lines: Lines,
    deliveries: Map<DeliveryNo, Delivery>,
    /// Deliveries to be sent now, in order.
    due: VecDeque<DeliveryNo>,
    /// When deliveries that failed are due again.
    pauses: Timers<DeliveryNo>,
    given_up: VecDeque<DeliveryNo>,
    sending: usize,
    last: u64,
    /// Whether the last answer was a failure.
    is_failing: bool,
    /// Whether nothing is sent any more.
    is_closed: bool,
    /// Bytes of what is in a delivery.
    held: usize,
}

/// A delivery that has not arrived.
#[derive(Debug)]
struct Delivery {
    channels: Vec<Arc<str>>,
    bytes: usize,
    attempts: u32,
    /// The time of the last attempt.
    until: Time,
}

impl Endpoint {
    /// An endpoint that is owed nothing.
    pub fn new(batching: Batching) -> Self {
        Self {
            lines: Lines::new(batching),
            deliveries: Map::new(),
            due: VecDeque::new(),
            pauses: Timers::new(),
            given_up: VecDeque::new(),
            sending: 0,
            last: 0,
            is_failing: false,
            is_closed: false,
            held: 0,
        }
    }

    /// Changes how many events travel together from now on.
    pub fn set_batching(&mut self, batching: Batching) {
        self.lines.set_batching(batching);
    }

    /// Nobody wants the endpoint told any more: all that it is owed is given up.
    pub fn close(&mut self) {
        self.is_closed = true;
        while let Some((_, no)) = self.pauses.poll(END_OF_TIME) {
            self.due.push_back(no);
        }
        self.given_up.append(&mut self.due);
    }

    /// Somebody wants it told again.
    pub fn open(&mut self) {
        self.is_closed = false;
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The endpoint is owed an event.
    pub fn handle_event(&mut self, now: Time, event: OwedEvent) {
        self.lines.add(now, event);
    }

    /// A delivery of an earlier run, or one that is to be tried again, goes on: its `channels` wait
    /// for it, and it is tried for as long as `left`, and at least once.
    pub fn handle_undelivered(
        &mut self,
        now: Time,
        channels: Vec<Arc<str>>,
        bytes: usize,
        left: Duration,
    ) -> DeliveryNo {
        self.lines.occupy(&channels);
        let no = self.begin(now, channels, bytes, left);
        let line = if self.is_closed { &mut self.given_up } else { &mut self.due };
        line.push_back(no);
        no
    }

    /// The endpoint took a delivery.
    pub fn handle_delivered(&mut self, no: DeliveryNo) {
        self.is_failing = false;
        self.sending -= 1;
        self.finish(no);
    }

    /// The endpoint did not take a delivery. Says when it is tried again, unless it is given up.
    pub fn handle_failed(&mut self, now: Time, no: DeliveryNo) -> Option<Time> {
        self.is_failing = true;
        self.sending -= 1;
        let delivery = self.deliveries.get_mut(&no)?;
        delivery.attempts += 1;
        if self.is_closed || now >= delivery.until {
            self.given_up.push_back(no);
            return None;
        }
        let next = (now + pause_after(delivery.attempts)).min(delivery.until);
        self.pauses.arm(next, no);
        Some(next)
    }

    /// What has to be done next, as far as it is time.
    pub fn poll_step(&mut self, now: Time) -> Option<Step> {
        if let Some(no) = self.given_up.pop_front() {
            self.finish(no);
            return Some(Step::GiveUp(no));
        }
        while let Some((_, no)) = self.pauses.poll(now) {
            self.due.push_back(no);
        }
        self.poll_hopeless(now).or_else(|| self.poll_batch(now)).or_else(|| self.poll_due())
    }

    /// When there may be something to do.
    pub fn poll_timeout(&self) -> Option<Time> {
        let batch = self.lines.next().filter(|_| self.has_room());
        [batch, self.pauses.next()].into_iter().flatten().min()
    }

    /// The bytes of everything that the endpoint is owed.
    pub fn held_bytes(&self) -> usize {
        self.held + self.lines.bytes()
    }

    /// Whether the endpoint is owed nothing.
    pub fn is_idle(&self) -> bool {
        self.deliveries.is_empty() && self.lines.is_empty()
    }

    /// What waited out its time behind a delivery that was given up is given up as well: it would
    /// be as many failures in vain, and the line would never get shorter.
    fn poll_hopeless(&mut self, now: Time) -> Option<Step> {
        let (is_failing, is_closed) = (self.is_failing, self.is_closed);
        let waited_out = |since| is_failing && now.saturating_since(since) >= RETRY_FOR;
        let is_hopeless = |since| is_closed || waited_out(since);
        if !is_hopeless(self.lines.oldest()?) {
            return None;
        }
        let events = self.lines.take(is_hopeless);
        let no = self.make(now, &events);
        self.given_up.push_back(no);
        Some(Step::Make(no, events))
    }

    fn poll_batch(&mut self, now: Time) -> Option<Step> {
        let is_time = self.lines.next().is_some_and(|due| due <= now);
        if !self.has_room() || !is_time {
            return None;
        }
        let events = self.lines.take(|_| true);
        let no = self.make(now, &events);
        self.due.push_back(no);
        Some(Step::Make(no, events))
    }

    fn poll_due(&mut self) -> Option<Step> {
        if self.sending >= MOST_SENDING {
            return None;
        }
        let no = self.due.pop_front()?;
        self.sending += 1;
        Some(Step::Send(no))
    }

    fn has_room(&self) -> bool {
        self.deliveries.len() < MOST_DELIVERIES
    }

    fn make(&mut self, now: Time, events: &[OwedEvent]) -> DeliveryNo {
        let mut channels: Vec<_> = events.iter().map(|event| event.channel.clone()).collect();
        channels.sort();
        channels.dedup();
        let bytes = events.iter().map(|event| event.text.len()).sum();
        self.begin(now, channels, bytes, RETRY_FOR)
    }

    fn begin(
        &mut self,
        now: Time,
        channels: Vec<Arc<str>>,
        bytes: usize,
        left: Duration,
    ) -> DeliveryNo {
        self.last += 1;
        self.held += bytes;
        let until = now + left.saturating_sub(LAST_ATTEMPT);
        let no = DeliveryNo(self.last);
        self.deliveries.insert(no, Delivery { channels, bytes, attempts: 0, until });
        no
    }

    fn finish(&mut self, no: DeliveryNo) {
        let Some(delivery) = self.deliveries.remove(&no) else { return };
        self.held -= delivery.bytes;
        self.lines.vacate(&delivery.channels);
    }
}

/// The pause before the next attempt: doubled each time, up to a minute.
fn pause_after(attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

/// How long a delivery is tried (docs/protocol.md appendix C).
pub const RETRY_FOR: Duration = Duration::from_secs(300);

/// How long before the end of that the last attempt begins: it has then ended within it, and its
/// body is not yet older than verifiers take.
const LAST_ATTEMPT: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

const END_OF_TIME: Time = Time::after_start(Duration::MAX);

/// Requests under way to one endpoint.
const MOST_SENDING: usize = 8;

/// Deliveries that have not arrived; further events wait, and travel in fuller ones.
const MOST_DELIVERIES: usize = 1000;

#[cfg(test)]
mod tests;
