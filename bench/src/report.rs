//! The result: a table in Markdown, and whether it is within the limits.
//!
//! A cost is told beside what the bare loop takes for one frame, which is 1.

mod storms;

use std::fmt;
use std::time::Duration;

use crate::error::Result;
use crate::fanout::{Instructions, Watch};
use crate::memory::Memory;
use crate::ratio::{Ratios, Round};
use crate::setup::Setup;
use crate::waits::Waits;

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Row {
    name: String,
    bare: &'static str,
    least: String,
    median: String,
    most: String,
    limit: String,
    verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Within,
    Over,
    /// There is no limit: the figure explains another.
    None,
}

impl Report {
    /// Adds the ratios of every mode.
    pub(crate) fn add_ratios(&mut self, all: &[Ratios]) {
        for ratios in all {
            let name = format!("CPU per delivery, {}", ratios.name());
            let figures = ratios.rounds.iter().map(|round| round.ratio());
            self.rows.push(Row::cost(name, figures, ratios.mode.limit));
            self.notes.push(costs(ratios));
        }
    }

    /// Adds what the engine alone does for a delivery, if it could be counted: as much if somebody
    /// watched as if nobody ever did.
    pub(crate) fn add_instructions(&mut self, counted: Result<Vec<Instructions>>) {
        let counted = match counted {
            Ok(counted) => counted,
            Err(error) => {
                return self.notes.push(format!("No instructions were counted: {error}."));
            }
        };
        let never = counted.iter().find(|count| count.watch == Watch::Never);
        for count in &counted {
            let limit = never.filter(|_| count.watch == Watch::NoLonger);
            self.rows.push(Row::instructions(count, limit.map(|never| never.per_delivery)));
        }
    }

    /// Adds how long client events were on their way.
    pub(crate) fn add_waits(&mut self, all: &[Waits]) {
        for Waits { setup, times } in all {
            let app = match setup {
                Setup::Hooked => "an app with a webhook for them",
                _ => "an app without webhooks",
            };
            let name = format!("µs that a client event is on its way, {app}");
            self.rows.push(Row::micros(name, times));
        }
    }

    /// Adds the memory of a connection.
    pub(crate) fn add_memory(&mut self, memory: &Memory) {
        let Memory { setup, connections, per_connection, at_none } = *memory;
        let limit = (setup == Setup::Plain).then_some(MAX_BYTES);
        let name = format!("bytes per idle subscribed connection, of {connections}");
        let name = setup.name(&name);
        self.rows.push(Row::bytes(name, per_connection, limit));
        self.notes.push(format!("Without connections: {} KiB resident.", at_none / 1024));
    }

    /// Whether every figure is.
    pub(crate) fn is_within_limits(&self) -> bool {
        self.rows.iter().all(|row| row.verdict != Verdict::Over)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | bare loop | least | median | most | limit | |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for Row { name, bare, least, median, most, limit, verdict } in &self.rows {
            let verdict = verdict.word();
            writeln!(f, "| {name} | {bare} | {least} | {median} | {most} | {limit} | {verdict} |")?;
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))
    }
}

impl Row {
    /// CPU, in frames of the bare loop.
    fn cost(name: String, figures: impl Iterator<Item = f64>, limit: Option<f64>) -> Self {
        let [least, median, most] = spread(figures);
        let text = |ratio: f64| format!("{ratio:.3}");
        Self {
            name,
            bare: "1.000",
            least: text(least),
            median: text(median),
            most: text(most),
            limit: limit.map_or_else(none, |limit| limit.to_string()),
            verdict: limit.map_or(Verdict::None, |limit| Verdict::of(median <= limit)),
        }
    }

    /// Time, of which the bare loop takes none.
    fn micros(name: String, times: &[Duration]) -> Self {
        let [least, median, most] = spread(times.iter().map(|time| time.as_secs_f64() * 1e6));
        let text = |micros: f64| format!("{micros:.0}");
        Self {
            name,
            bare: "–",
            least: text(least),
            median: text(median),
            most: text(most),
            limit: none(),
            verdict: Verdict::None,
        }
    }

    /// Instructions, of which the bare loop's are the kernel's.
    fn instructions(
        Instructions { watch, per_delivery }: &Instructions,
        limit: Option<f64>,
    ) -> Self {
        let who = match watch {
            Watch::Never => "nobody ever watched",
            Watch::NoLonger => "nobody watches any more",
            Watch::Now => "somebody watches",
        };
        let text = |count: f64| format!("{count:.1}");
        Self {
            name: format!("instructions of the engine per delivery, {who}"),
            bare: "–",
            least: none(),
            median: text(*per_delivery),
            most: none(),
            limit: limit.map_or_else(none, text),
            verdict: limit
                .map_or(Verdict::None, |limit| Verdict::of(text(*per_delivery) == text(limit))),
        }
    }

    /// Memory, which the bare loop does not keep.
    fn bytes(name: String, bytes: u64, limit: Option<u64>) -> Self {
        Self {
            name,
            bare: "–",
            least: none(),
            median: bytes.to_string(),
            most: none(),
            limit: limit.map_or_else(none, |limit| limit.to_string()),
            verdict: limit.map_or(Verdict::None, |limit| Verdict::of(bytes <= limit)),
        }
    }
}

impl Verdict {
    fn of(is_within: bool) -> Self {
        if is_within { Self::Within } else { Self::Over }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Within => "ok",
            Self::Over => "**over**",
            Self::None => "",
        }
    }
}

fn none() -> String {
    "–".to_owned()
}

/// The least, the median and the most of an odd number of figures.
fn spread(figures: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
    [at(0), at(figures.len() / 2), at(figures.len().saturating_sub(1))]
}

fn costs(ratios: &Ratios) -> String {
    let micros = |of: fn(&Round) -> Duration| {
        spread(ratios.rounds.iter().map(|round| of(round).as_secs_f64() * 1e6))[1]
    };
    format!(
        "{}: {:.2} µs of CPU per delivery, bare loop {:.2} µs; {} deliveries, \
         none lost, duplicated or reordered.",
        ratios.name(),
        micros(|round| round.server),
        micros(|round| round.bare),
        ratios.deliveries,
    )
}

/// The most memory that an idle subscribed connection may take.
const MAX_BYTES: u64 = 3 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::BenchError;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(spread([3.0, 1.0, 2.0].into_iter()), [1.0, 2.0, 3.0]);
        assert_eq!(spread([5.0].into_iter()), [5.0; 3]);
    }

    #[test]
    fn a_figure_over_its_limit_is_told() {
        let mut report = Report::default();
        let setup = Setup::Plain;
        let fair = Memory { setup, connections: 10, per_connection: MAX_BYTES, at_none: 0 };
        report.add_memory(&fair);
        assert!(report.is_within_limits());
        report.add_memory(&Memory { per_connection: MAX_BYTES + 1, ..fair });
        assert!(!report.is_within_limits());
        assert!(report.to_string().contains("| 3073 | – | 3072 | **over** |"));
    }

    #[test]
    fn an_app_that_was_watched_once_may_cost_nothing_more() {
        let counted = |no_longer| {
            let counts = [(Watch::Never, 300.0), (Watch::NoLonger, no_longer), (Watch::Now, 400.0)];
            let counts = counts.map(|(watch, per_delivery)| Instructions { watch, per_delivery });
            let mut report = Report::default();
            report.add_instructions(Ok(counts.to_vec()));
            report.is_within_limits()
        };
        assert!(counted(300.0));
        assert!(!counted(300.1));
    }

    #[test]
    fn what_was_not_counted_is_said() {
        let mut report = Report::default();
        report.add_instructions(Err(BenchError::NoInstructionCount));
        assert!(report.is_within_limits());
        assert!(report.to_string().contains("No instructions were counted"));
    }

    #[test]
    fn a_figure_without_a_limit_is_never_over_it() {
        let mut report = Report::default();
        report.rows.push(Row::cost("x".into(), [9.0].into_iter(), None));
        assert!(report.is_within_limits());
        assert!(report.to_string().contains("| x | 1.000 | 9.000 | 9.000 | 9.000 | – |  |"));
    }
}
