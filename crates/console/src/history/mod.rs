//! What apps did, over time: the last minute and the last hour in memory, and thirty days in the
//! store, in steps of ten seconds, a minute and a quarter of an hour.
//!
//! One task looks at the node's counters once a second, whether or not anybody watches; that asks
//! each shard for a copy and nothing of connections.

mod latency;
mod points;
mod recorder;
mod step;
mod written;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_node::stats::AppStats;
use rollcall_store::UnixMillis;

pub(crate) use points::{Range, series};
pub(crate) use recorder::record;

use self::written::Written;
use crate::pulse::Pulse;

/// What is known of the last minute and the last hour, and what was written last.
#[derive(Debug, Default)]
pub(crate) struct History {
    recent: Mutex<HashMap<String, Recent>>,
    /// None before the recorder has looked first.
    written: Mutex<Option<Arc<Written>>>,
}

/// What one app did of late.
#[derive(Debug, Default)]
struct Recent {
    /// The newest numbers, and how many events were sent by then.
    last: Pulse,
    /// Events of each of the last sixty seconds, oldest first.
    rates: VecDeque<u64>,
    /// Which minute the last of [`Recent::minutes`] is of.
    minute: i64,
    /// The numbers of each of the last sixty minutes, oldest first.
    minutes: VecDeque<Pulse>,
}

/// What a card shows of an app's traffic.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Traffic {
    /// Connections now.
    pub(crate) connections: u64,
    /// The most at once since the start.
    pub(crate) peak: u64,
    /// Events of each of the last sixty seconds, oldest first; seconds before the start had none.
    pub(crate) rates: Vec<u64>,
}

impl History {
    /// Takes in what was counted by now; it is called once a second.
    pub(crate) fn note(&self, now: UnixMillis, stats: &BTreeMap<String, AppStats>) {
        let mut apps = self.lock();
        apps.retain(|id, _| stats.contains_key(id));
        for (id, stats) in stats {
            let is_new = !apps.contains_key(id);
            let recent = apps.entry(id.clone()).or_default();
            recent.note(now, Pulse::of(now, stats), is_new);
        }
    }

    /// The traffic of an app.
    pub(crate) fn traffic(&self, app: &str) -> Traffic {
        let apps = self.lock();
        let Some(recent) = apps.get(app) else {
            return Traffic { rates: vec![0; SECONDS], ..Traffic::default() };
        };
        let missing = SECONDS - recent.rates.len();
        Traffic {
            connections: recent.last.connections,
            peak: recent.last.connections_peak,
            rates: std::iter::repeat_n(0, missing).chain(recent.rates.iter().copied()).collect(),
        }
    }

    /// The newest numbers of an app.
    pub(crate) fn now(&self, app: &str) -> Option<Pulse> {
        self.lock().get(app).map(|recent| recent.last)
    }

    /// The numbers of an app an hour ago; none if the server is younger.
    pub(crate) fn hour_ago(&self, app: &str) -> Option<Pulse> {
        let apps = self.lock();
        let minutes = &apps.get(app)?.minutes;
        (minutes.len() == MINUTES).then(|| minutes.front().copied()).flatten()
    }

    /// Tells others what the recorder writes.
    fn publish(&self, written: Arc<Written>) {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(written);
    }

    /// What was written last.
    fn written(&self) -> Option<Arc<Written>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    fn note(&mut self, now: UnixMillis, pulse: Pulse, is_new: bool) {
        // What an app did before it was looked at first is not of this second.
        let sent = pulse.messages().saturating_sub(self.last.messages());
        push(&mut self.rates, if is_new { 0 } else { sent }, SECONDS);
        let minute = now.div_euclid(MINUTE_MS);
        if is_new || self.minute != minute {
            self.minute = minute;
            push(&mut self.minutes, pulse, MINUTES);
        }
        self.last = pulse;
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}

const SECONDS: usize = 60;

/// With the minute that is under way, the oldest is an hour ago.
const MINUTES: usize = 61;

const MINUTE_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(published: u64) -> BTreeMap<String, AppStats> {
        let stats =
            AppStats { published, connections: 3, connections_peak: 5, ..AppStats::default() };
        [("1".to_owned(), stats)].into()
    }

    #[test]
    fn the_rates_are_what_was_sent_in_each_second_and_begin_with_nothing() {
        let history = History::default();
        for (second, published) in [(0, 100), (1, 107), (2, 107), (3, 110)] {
            history.note(second * 1000, &stats(published));
        }
        let traffic = history.traffic("1");
        assert_eq!((traffic.connections, traffic.peak, traffic.rates.len()), (3, 5, SECONDS));
        assert_eq!(traffic.rates[SECONDS - 4..], [0, 7, 0, 3]);
        assert!(traffic.rates[..SECONDS - 4].iter().all(|&rate| rate == 0));
        assert_eq!(history.traffic("2").rates, vec![0; SECONDS]);
    }

    #[test]
    fn an_hour_ago_is_known_after_an_hour() {
        let history = History::default();
        for minute in 0..60 {
            history.note(minute * MINUTE_MS, &stats(minute.unsigned_abs()));
            assert_eq!(history.hour_ago("1"), None, "{minute}");
        }
        history.note(60 * MINUTE_MS, &stats(60));
        assert_eq!(history.hour_ago("1").map(|pulse| pulse.messages()), Some(0));
        history.note(61 * MINUTE_MS, &stats(61));
        assert_eq!(history.hour_ago("1").map(|pulse| pulse.messages()), Some(1));
    }

    #[test]
    fn an_app_that_is_gone_is_forgotten() {
        let history = History::default();
        history.note(0, &stats(1));
        history.note(1000, &BTreeMap::new());
        assert_eq!(history.now("1"), None);
    }
}
