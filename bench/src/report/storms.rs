//! The rows and notes of presence storms.

use std::time::Duration;

use super::{Report, Row, spread};
use crate::storm::{Deafness, Leaving, Storm, Storms};

impl Report {
    /// Adds the storms.
    pub(crate) fn add_storms(&mut self, storms: &Storms) {
        self.add_storm("at once", &storms.at_once, AT_ONCE);
        self.add_storm("within a second", &storms.class, WITHIN_A_SECOND);
        self.add_leaving(&storms.leaving);
        self.add_deafness(&storms.deafness, &storms.at_once);
    }

    fn add_storm(&mut self, name: &str, all: &[Storm], limits: Limits) {
        let people = all.first().map_or(0, |storm| storm.people);
        self.add_per_added(name, all, limits);
        let row = format!("CPU per person told of, {people} join {name}");
        self.rows.push(Row::cost(
            row,
            all.iter().map(|storm| storm.per_told()),
            Some(limits.per_told),
        ));
        let median = |of: fn(&Storm) -> f64| spread(all.iter().map(of))[1];
        self.notes.push(format!(
            "{people} join {name}: let in by {:.0} turns, told by {:.0} member_added and {people} \
             rosters, {:.1} MB, all of it read after {:.0} ms; a join costs as much as {:.0} \
             frames of the bare loop; everybody's list exact.",
            median(|storm| storm.turns as f64),
            median(|storm| storm.added as f64),
            median(|storm| storm.bytes as f64 / 1e6),
            median(|storm| millis(storm.lasted)),
            median(|storm| storm.per_join()),
        ));
    }

    /// Where nearly everybody came in one turn there is nearly nothing to divide by.
    fn add_per_added(&mut self, name: &str, all: &[Storm], limits: Limits) {
        let people = all.first().map_or(0, |storm| storm.people);
        let telling: Vec<_> = all.iter().filter(|storm| storm.is_told_by_events()).collect();
        if !telling.is_empty() {
            let row = format!("CPU per `member_added`, {people} join {name}");
            let figures = telling.iter().map(|storm| storm.per_added());
            self.rows.push(Row::cost(row, figures, limits.per_added));
        }
        if telling.len() < all.len() {
            self.notes.push(format!(
                "{people} join {name}: in {} of {} storms nearly everybody came in one turn, which \
                 leaves hardly any member_added; they are only in the row per person told of.",
                all.len() - telling.len(),
                all.len(),
            ));
        }
    }

    fn add_leaving(&mut self, leaving: &Leaving) {
        let Leaving { people, left, back, removed, .. } = *leaving;
        let gone = left - back;
        let row = format!("CPU per `member_removed`, {left} of {people} leave, {back} return");
        self.rows.push(Row::cost(row, [leaving.per_removed()].into_iter(), None));
        self.notes.push(format!(
            "{left} of {people} leave and {back} return within the grace: {removed} member_removed, \
             which are the right {gone} at {} clients, and nothing else.",
            people - gone,
        ));
    }

    fn add_deafness(&mut self, deafness: &Deafness, usual: &[Storm]) {
        let Deafness { deaf, storm, .. } = *deafness;
        let row = format!("bytes per person who joins and never reads, {deaf} of {}", storm.people);
        self.rows.push(Row::bytes(row, deafness.per_deaf(), Some(MAX_PER_DEAF)));
        let [_, lasted, _] = spread(usual.iter().map(|storm| millis(storm.lasted)));
        self.notes.push(format!(
            "{deaf} of {} never read and are sent 8 MB more, until they are closed: the lists of \
             the others are exact after {:.0} ms, without the deaf after {lasted:.0} ms.",
            storm.people,
            millis(storm.lasted),
        ));
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The most CPU.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Per `member_added`.
    per_added: Option<f64>,
    /// Per person told of, in a roster or by an event.
    per_told: f64,
}

const AT_ONCE: Limits = Limits { per_added: Some(0.4), per_told: 0.1 };

/// Turns come as fast as people do, and so each tells few: on an idle machine it is half a frame.
const WITHIN_A_SECOND: Limits = Limits { per_added: None, per_told: 0.35 };

/// What a connection may owe by default, 1 MiB, and half as much for what is only reserved.
const MAX_PER_DEAF: u64 = 3 << 19;

#[cfg(test)]
mod tests {
    use super::*;

    fn storm(added: u64) -> Storm {
        Storm {
            people: 10,
            cpu: Duration::from_micros(30),
            bare: Duration::from_micros(3),
            added,
            told: 100,
            turns: 1,
            bytes: 0,
            lasted: Duration::ZERO,
            grown: 0,
        }
    }

    #[test]
    fn a_storm_in_one_turn_is_not_divided_by_nothing() {
        let mut report = Report::default();
        report.add_storm("at once", &[storm(0), storm(50), storm(0)], AT_ONCE);
        let text = report.to_string();
        assert!(
            text.contains("| CPU per `member_added`, 10 join at once | 1.000 | 0.200 | 0.200 |")
        );
        assert!(text.contains("in 2 of 3 storms"), "{text}");
        assert!(report.is_within_limits());
    }

    #[test]
    fn storms_without_any_event_have_no_cost_per_event() {
        let mut report = Report::default();
        report.add_storm("at once", &[storm(0)], AT_ONCE);
        let text = report.to_string();
        assert!(!text.contains("`member_added`"), "{text}");
        assert!(text.contains("| CPU per person told of, 10 join at once | 1.000 | 0.100 |"));
    }
}
