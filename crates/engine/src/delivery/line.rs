//! Events that are in no delivery yet, in one line per channel.

use std::collections::{BTreeMap, HashMap as Map, VecDeque};
use std::sync::Arc;

use super::OwedEvent;
use super::batch::{Batching, MOST_BYTES};
use crate::time::Time;

/// The lines of an endpoint.
#[derive(Debug)]
pub(super) struct Lines {
    batching: Batching,
    lines: Map<Arc<str>, Line>,
    /// The channels of which something may be taken, by their heads, oldest first.
    ready: BTreeMap<Head, Arc<str>>,
    /// How many events stand in the lines of those.
    ready_events: usize,
    bytes: usize,
}

/// When the first of a line was added, and its number.
type Head = (Time, i64);

/// Events of one channel. A line is there while it has some, or its channel is in a delivery.
#[derive(Debug, Default)]
struct Line {
    events: VecDeque<(Time, OwedEvent)>,
    /// How many undelivered deliveries the channel is in: one, but for what was given back.
    deliveries: usize,
}

impl Lines {
    pub(super) fn new(batching: Batching) -> Self {
        Self { batching, lines: Map::new(), ready: BTreeMap::new(), ready_events: 0, bytes: 0 }
    }

    pub(super) fn set_batching(&mut self, batching: Batching) {
        self.batching = batching;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn add(&mut self, now: Time, event: OwedEvent) {
        self.bytes += event.text.len();
        let channel = event.channel.clone();
        let line = self.lines.entry(channel.clone()).or_default();
        line.events.push_back((now, event));
        if line.deliveries > 0 {
            return;
        }
        self.ready_events += 1;
        if line.events.len() == 1 {
            self.ready.extend(line.head().map(|head| (head, channel)));
        }
    }

    /// The channels are in a delivery.
    pub(super) fn occupy(&mut self, channels: &[Arc<str>]) {
        for channel in channels {
            let line = self.lines.entry(channel.clone()).or_default();
            if line.deliveries == 0
                && let Some(head) = line.head()
            {
                self.ready.remove(&head);
                self.ready_events -= line.events.len();
            }
            line.deliveries += 1;
        }
    }

    /// The channels are in that delivery no longer.
    pub(super) fn vacate(&mut self, channels: &[Arc<str>]) {
        for channel in channels {
            let Some(line) = self.lines.get_mut(channel) else { continue };
            line.deliveries -= 1;
            match line.head() {
                _ if line.deliveries > 0 => {}
                Some(head) => {
                    self.ready.insert(head, channel.clone());
                    self.ready_events += line.events.len();
                }
                None => drop(self.lines.remove(channel)),
            }
        }
    }

    /// Since when the oldest that may be taken waits.
    pub(super) fn oldest(&self) -> Option<Time> {
        self.ready.keys().next().map(|(since, _)| *since)
    }

    /// When something is to be taken.
    pub(super) fn next(&self) -> Option<Time> {
        let oldest = self.oldest()?;
        let is_full = self.ready_events >= self.batching.most_events();
        Some(if is_full { oldest } else { oldest + self.batching.patience() })
    }

    /// Takes as many events as go together, the oldest first, of those that began to wait when
    /// `may_go` says so. Their channels are in a delivery from now on.
    pub(super) fn take(&mut self, may_go: impl Fn(Time) -> bool) -> Vec<OwedEvent> {
        let mut taken = Vec::new();
        let mut room = Room { events: self.batching.most_events(), bytes: MOST_BYTES };
        while let Some((_, channel)) = self.ready.pop_first() {
            let line = self.lines.get_mut(&channel).expect("what is ready has a line");
            let before = taken.len();
            self.ready_events -= line.events.len();
            while line
                .events
                .front()
                .is_some_and(|(since, event)| may_go(*since) && room.takes(event, taken.is_empty()))
            {
                taken.extend(line.events.pop_front().map(|(_, event)| event));
            }
            if taken.len() == before {
                self.ready_events += line.events.len();
                self.ready.extend(line.head().map(|head| (head, channel)));
                break;
            }
            line.deliveries += 1;
        }
        self.bytes -= taken.iter().map(|event| event.text.len()).sum::<usize>();
        taken.sort_by_key(|event| event.id);
        taken
    }
}

impl Line {
    fn head(&self) -> Option<Head> {
        self.events.front().map(|(since, event)| (*since, event.id))
    }
}

/// What still goes into a request.
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    /// Makes the room of an event smaller, if it has it; the first always has.
    fn takes(&mut self, event: &OwedEvent, is_first: bool) -> bool {
        let fits = self.events > 0 && (is_first || event.text.len() <= self.bytes);
        if fits {
            self.events -= 1;
            self.bytes = self.bytes.saturating_sub(event.text.len());
        }
        fits
    }
}
