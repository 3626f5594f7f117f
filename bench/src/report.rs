//! The result: a table in Markdown, and whether it is within the limits.

use std::fmt;
use std::time::Duration;

use crate::memory::Memory;
use crate::ratio::{Ratios, Round};

/// What was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Row {
    name: String,
    least: String,
    median: String,
    most: String,
    limit: String,
    is_within: bool,
}

impl Report {
    /// Adds the ratios of every mode.
    pub(crate) fn add_ratios(&mut self, all: &[Ratios]) {
        for ratios in all {
            self.rows.push(Row::ratio(ratios));
            self.notes.push(costs(ratios));
        }
    }

    /// Adds the memory of a connection.
    pub(crate) fn add_memory(&mut self, memory: &Memory) {
        let Memory { connections, per_connection, at_none } = *memory;
        let none = || "–".to_owned();
        self.rows.push(Row {
            name: format!("bytes per idle connection, of {connections}"),
            least: none(),
            median: per_connection.to_string(),
            most: none(),
            limit: MAX_BYTES.to_string(),
            is_within: per_connection <= MAX_BYTES,
        });
        self.notes.push(format!("Without connections: {} KiB resident.", at_none / 1024));
    }

    /// Whether every figure is.
    pub(crate) fn is_within_limits(&self) -> bool {
        self.rows.iter().all(|row| row.is_within)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | least | median | most | limit | |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for Row { name, least, median, most, limit, is_within } in &self.rows {
            let verdict = if *is_within { "ok" } else { "**over**" };
            writeln!(f, "| {name} | {least} | {median} | {most} | {limit} | {verdict} |")?;
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

impl Row {
    fn ratio(ratios: &Ratios) -> Self {
        let [least, median, most] = spread(ratios.rounds.iter().map(|round| round.ratio()));
        let limit = ratios.mode.limit;
        let text = |ratio: f64| format!("{ratio:.3}");
        Self {
            name: format!("ratio, {}", ratios.mode.name),
            least: text(least),
            median: text(median),
            most: text(most),
            limit: limit.to_string(),
            is_within: median <= limit,
        }
    }
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
        ratios.mode.name,
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

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(spread([3.0, 1.0, 2.0].into_iter()), [1.0, 2.0, 3.0]);
        assert_eq!(spread([5.0].into_iter()), [5.0; 3]);
    }

    #[test]
    fn a_figure_over_its_limit_is_told() {
        let mut report = Report::default();
        let fair = Memory { connections: 10, per_connection: MAX_BYTES, at_none: 0 };
        report.add_memory(&fair);
        assert!(report.is_within_limits());
        report.add_memory(&Memory { per_connection: MAX_BYTES + 1, ..fair });
        assert!(!report.is_within_limits());
        assert!(report.to_string().contains("| 3073 | – | 3072 | **over** |"));
    }
}
