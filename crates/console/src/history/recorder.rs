//! The task that looks at the counters and writes what became of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rollcall_node::stats::{AppStats, TurnTimes};
use rollcall_store::{StatsRow, StoreError, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};
use tracing::error;

use super::latency::Turns;
use super::written::Written;
use crate::console::Console;

/// Looks once a second, and writes once in ten and when it is stopped. Wakes for: the time to look,
/// and the end.
pub(crate) async fn record(console: Console, mut stopped: oneshot::Receiver<()>) {
    let mut recorder = Recorder::start(console);
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = tick.tick() => recorder.look().await,
            _ = &mut stopped => break,
        }
    }
    recorder.look_last().await;
}

struct Recorder {
    console: Console,
    /// What was counted when it was written last; the history tells others of it.
    written: Arc<Written>,
    /// When what is too old was forgotten last.
    forgot_at: UnixMillis,
    /// Whether the last write failed, so that a database that fails does not fill the log.
    failed: bool,
}

impl Recorder {
    /// Nothing was counted before the server started, and what was since is looked at first.
    fn start(console: Console) -> Self {
        let nothing = Written::new(console.now(), BTreeMap::new(), TurnTimes::default());
        let written = Arc::new(nothing);
        console.0.history.publish(Arc::clone(&written));
        Self { console, written, forgot_at: 0, failed: false }
    }

    async fn look(&mut self) {
        let now = self.console.now();
        let apps = self.console.0.node.app_stats().await;
        self.console.0.history.note(now, &apps);
        let shortest = i64::from(STEPS[0]) * 1000;
        if now.div_euclid(shortest) == self.written.at.div_euclid(shortest) {
            return;
        }
        self.write_down(now, apps).await;
    }

    /// Writes what was counted since the last time, however short ago that was.
    async fn look_last(&mut self) {
        let apps = self.console.0.node.app_stats().await;
        self.write_down(self.console.now(), apps).await;
    }

    async fn write_down(&mut self, now: UnixMillis, apps: BTreeMap<String, AppStats>) {
        let turns = self.console.0.node.stats().await.turns;
        let outcome = self.write(Written::new(now, apps, turns)).await;
        if let (Err(error), false) = (&outcome, self.failed) {
            error!(%error, "what apps do is not written down");
        }
        self.failed = outcome.is_err();
    }

    /// Adds what happened since the last time to the steps that it falls into.
    async fn write(&mut self, mut next: Written) -> Result<(), StoreError> {
        let now = next.at;
        let outcome = self.add_up(&mut next).await;
        // Published before it is stored: who reads both sees nothing twice and misses nothing.
        self.written = Arc::new(next);
        self.console.0.history.publish(Arc::clone(&self.written));
        self.console.0.store.write_stats(&outcome?).await?;
        self.forget(now).await
    }

    /// The rows to store, which it gives to `next` as well.
    async fn add_up(&self, next: &mut Written) -> Result<Vec<StatsRow>, StoreError> {
        let before = &*self.written;
        let peaks = self.console.0.node.take_connection_peaks();
        let mut rows = Vec::new();
        for (id, after) in &next.counted {
            let peak = peaks.get(id).copied().unwrap_or_default();
            let step = before.step_until(id, after, peak);
            for length in STEPS {
                let key = (id.clone(), length);
                let known = before.steps.get(&key).cloned();
                let (at, mut sum) = self.under_way(known, id, length).await?;
                sum.add(&step);
                rows.push(row(id, length, at, &sum));
                next.steps.insert(key, (at, sum));
            }
        }
        let turns = before.turns_until(&next.turns);
        for length in STEPS {
            let known = before.turn_steps.get(&length).cloned();
            let (at, mut sum): (_, Turns) = self.under_way(known, NODE, length).await?;
            sum.add(&turns);
            rows.push(row(NODE, length, at, &sum));
            next.turn_steps.insert(length, (at, sum));
        }
        Ok(rows)
    }

    /// The step of that length that was under way when it was written last: as it was then, or what
    /// an earlier run of the server wrote of it, or a new one.
    async fn under_way<T: Default + DeserializeOwned>(
        &self,
        known: Option<(UnixMillis, T)>,
        app: &str,
        length: u32,
    ) -> Result<(UnixMillis, T), StoreError> {
        let at = beginning(self.written.at, length);
        match known {
            Some((began, sum)) if began == at => Ok((at, sum)),
            _ => {
                let rows = self.console.0.store.stats(app, length, at, at + 1).await?;
                let stored = rows.first().and_then(|row| serde_json::from_str(&row.counters).ok());
                Ok((at, stored.unwrap_or_default()))
            }
        }
    }

    async fn forget(&mut self, now: UnixMillis) -> Result<(), StoreError> {
        if now - self.forgot_at < FORGET_EVERY_MS {
            return Ok(());
        }
        self.forgot_at = now;
        let days = i64::from(self.console.0.settings.config.stats_days);
        let ages = [KEEP_SHORT_MS, KEEP_MINUTES_MS, days * DAY_MS];
        for (length, age) in STEPS.into_iter().zip(ages) {
            self.console.0.store.forget_stats(length, now - age.min(days * DAY_MS)).await?;
        }
        Ok(())
    }
}

/// The beginning of the step of that length, in seconds, into which a moment falls.
pub(super) fn beginning(moment: UnixMillis, length: u32) -> UnixMillis {
    moment - moment.rem_euclid(i64::from(length) * 1000)
}

fn row<T: Serialize>(app: &str, step: u32, at: UnixMillis, sum: &T) -> StatsRow {
    let counters = serde_json::to_string(sum).unwrap_or_default();
    StatsRow { app_id: app.to_owned(), step, at, counters }
}

/// The lengths of steps, in seconds.
pub(super) const STEPS: [u32; 3] = [10, 60, 900];

/// What is of no app, but of the node.
pub(super) const NODE: &str = "";

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest range that is shown in steps of ten seconds, and some more.
const KEEP_SHORT_MS: i64 = 2 * 60 * 60 * 1000;

/// The longest range that is shown in minutes, and some more.
const KEEP_MINUTES_MS: i64 = 2 * DAY_MS;

const FORGET_EVERY_MS: i64 = 10 * 60 * 1000;
