//! What is told of the past: the steps of a range, with gaps where no server ran.

use std::collections::HashMap;

use rollcall_store::{StatsRow, StoreError, UnixMillis};
use serde::{Deserialize, Serialize};

use super::latency::{Percentiles, Turns};
use super::recorder::{NODE, beginning};
use super::step::Step;
use crate::console::Console;

/// How much of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Range {
    #[serde(rename = "15m")]
    QuarterHour,
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "6h")]
    SixHours,
    #[serde(rename = "24h")]
    Day,
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "30d")]
    Month,
}

/// Steps of a range, oldest first; none where no server ran.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    step_seconds: u32,
    from: UnixMillis,
    to: UnixMillis,
    points: Vec<Option<Point>>,
}

#[derive(Debug, Serialize)]
struct Point {
    at: UnixMillis,
    #[serde(flatten)]
    step: Step,
    latency_ms: Option<Percentiles>,
}

/// The past of an app up to now. The step that is under way is the last one, with what was counted
/// in it so far.
pub(crate) async fn series(
    console: &Console,
    app: &str,
    range: Range,
) -> Result<Series, StoreError> {
    let now = console.now();
    let length = range.step();
    let millis = i64::from(length) * 1000;
    let to = beginning(now, length) + millis;
    let from = to - range.millis();
    // In this order: nothing that is written meanwhile is missed or counted twice.
    let written = console.0.history.written();
    let after = console.0.node.stats_of_app(app).await;
    let turns_after = console.0.node.stats().await.turns;
    let store = &console.0.store;
    let mut steps = by_time::<Step>(&store.stats(app, length, from, to).await?);
    let mut turns = by_time::<Turns>(&store.stats(NODE, length, from, to).await?);
    if let Some(written) = written {
        written.bring_turns_up(&mut turns, length, &turns_after);
        if let Some(after) = after {
            written.bring_up_to(now, &mut steps, (app, length), &after);
        }
    }
    let times = (0..range.millis() / millis).map(|place| from + place * millis);
    let points = times.map(|at| {
        let latency_ms = turns.get(&at).and_then(Turns::percentiles);
        Some(Point { at, step: steps.get(&at)?.clone(), latency_ms })
    });
    Ok(Series { step_seconds: length, from, to, points: points.collect() })
}

impl Range {
    fn millis(self) -> i64 {
        const HOUR: i64 = 60 * 60 * 1000;
        match self {
            Self::QuarterHour => HOUR / 4,
            Self::Hour => HOUR,
            Self::SixHours => 6 * HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
            Self::Month => 30 * 24 * HOUR,
        }
    }

    fn step(self) -> u32 {
        match self {
            Self::QuarterHour | Self::Hour => 10,
            Self::SixHours | Self::Day => 60,
            Self::Week | Self::Month => 900,
        }
    }
}

fn by_time<T: for<'de> Deserialize<'de>>(rows: &[StatsRow]) -> HashMap<UnixMillis, T> {
    // What another version wrote and nobody can read is a gap.
    rows.iter()
        .filter_map(|row| Some((row.at, serde_json::from_str(&row.counters).ok()?)))
        .collect()
}
