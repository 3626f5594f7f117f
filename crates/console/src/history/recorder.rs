//! The task that looks at the counters and writes what became of them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use rollcall_node::stats::{AppStats, TurnTimes};
use rollcall_store::{StatsRow, StoreError, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};
use tracing::error;

use super::latency::Turns;
use super::step::Step;
use crate::console::Console;

/// Looks once a second, and writes once in ten and when it is stopped. Wakes for: the time to look,
/// and the end.
pub(crate) async fn record(console: Console, mut stopped: oneshot::Receiver<()>) {
    let mut recorder = Recorder::start(console).await;
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
    /// What was counted when it was written last, and when.
    written: Look,
    written_at: UnixMillis,
    /// The steps that are under way, each with its beginning.
    apps: HashMap<(String, u32), (UnixMillis, Step)>,
    turns: HashMap<u32, (UnixMillis, Turns)>,
    /// When what is too old was forgotten last.
    forgot_at: UnixMillis,
    /// Whether the last write failed, so that a database that fails does not fill the log.
    failed: bool,
}

/// All counters at a moment.
struct Look {
    apps: BTreeMap<String, AppStats>,
    turns: TurnTimes,
}

impl Recorder {
    async fn start(console: Console) -> Self {
        let written = Look::now(&console).await;
        let written_at = console.now();
        console.0.node.take_connection_peaks();
        let (apps, turns) = (HashMap::new(), HashMap::new());
        Self { console, written, written_at, apps, turns, forgot_at: 0, failed: false }
    }

    async fn look(&mut self) {
        let now = self.console.now();
        let apps = self.console.0.node.app_stats().await;
        self.console.0.history.note(now, &apps);
        let shortest = i64::from(STEPS[0]) * 1000;
        if now.div_euclid(shortest) == self.written_at.div_euclid(shortest) {
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
        let outcome = self.write(now, Look { apps, turns }).await;
        if let (Err(error), false) = (&outcome, self.failed) {
            error!(%error, "what apps do is not written down");
        }
        self.failed = outcome.is_err();
    }

    /// Adds what happened since the last time to the steps that it falls into.
    async fn write(&mut self, now: UnixMillis, look: Look) -> Result<(), StoreError> {
        let peaks = self.console.0.node.take_connection_peaks();
        let began = std::mem::replace(&mut self.written_at, now);
        let before = std::mem::replace(&mut self.written, look);
        let turns = Turns::between(&before.turns, &self.written.turns);
        let mut rows = Vec::new();
        for (id, after) in &self.written.apps {
            let none = AppStats::default();
            let peak = peaks.get(id).copied().unwrap_or_default();
            let step = Step::between(before.apps.get(id).unwrap_or(&none), after, peak);
            for length in STEPS {
                let key = (id.clone(), length);
                let (at, sum) =
                    under_way(&self.console, self.apps.remove(&key), id, length, began).await?;
                let mut sum: Step = sum;
                sum.add(&step);
                rows.push(row(id, length, at, &sum));
                self.apps.insert(key, (at, sum));
            }
        }
        for length in STEPS {
            let (at, sum) =
                under_way(&self.console, self.turns.remove(&length), NODE, length, began).await?;
            let mut sum: Turns = sum;
            sum.add(&turns);
            rows.push(row(NODE, length, at, &sum));
            self.turns.insert(length, (at, sum));
        }
        self.apps.retain(|(id, _), _| self.written.apps.contains_key(id));
        self.console.0.store.write_stats(&rows).await?;
        self.forget(now).await
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

impl Look {
    async fn now(console: &Console) -> Self {
        let node = &console.0.node;
        Self { apps: node.app_stats().await, turns: node.stats().await.turns }
    }
}

/// The step of that length into which a moment falls: the one under way, or what an earlier run of
/// the server wrote of it, or a new one.
async fn under_way<T: Default + DeserializeOwned>(
    console: &Console,
    known: Option<(UnixMillis, T)>,
    app: &str,
    length: u32,
    moment: UnixMillis,
) -> Result<(UnixMillis, T), StoreError> {
    let millis = i64::from(length) * 1000;
    let at = moment - moment.rem_euclid(millis);
    match known {
        Some((began, sum)) if began == at => Ok((at, sum)),
        _ => {
            let rows = console.0.store.stats(app, length, at, at + 1).await?;
            let stored = rows.first().and_then(|row| serde_json::from_str(&row.counters).ok());
            Ok((at, stored.unwrap_or_default()))
        }
    }
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
