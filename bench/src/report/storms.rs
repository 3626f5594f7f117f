//! The rows and notes of presence storms.

use std::time::Duration;

use super::{Report, Row, spread};
use crate::storm::{Deafness, Leaving, Storm, Storms};

impl Report {
    /// Adds the storms.
    pub(crate) fn add_storms(&mut self, storms: &Storms) {
        for (name, all) in [("at once", &storms.at_once), ("within a second", &storms.class)] {
            self.add_storm(name, all);
        }
        self.add_leaving(&storms.leaving);
        self.add_deafness(&storms.deafness, &storms.at_once);
    }

    fn add_storm(&mut self, name: &str, all: &[Storm]) {
        let people = all.first().map_or(0, |storm| storm.people);
        let [added, told] =
            [Storm::per_added, Storm::per_told].map(|of| all.iter().map(move |s| of(*s)));
        let row = format!("CPU per `member_added`, {people} join {name}");
        self.rows.push(Row::cost(row, added, Some(MAX_PER_ADDED)));
        let row = format!("CPU per person told of, {people} join {name}");
        self.rows.push(Row::cost(row, told, None));
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
        self.rows.push(Row::bytes(row, deafness.per_deaf(), MAX_PER_DEAF));
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

/// The most CPU per `member_added`.
const MAX_PER_ADDED: f64 = 0.4;

/// What a connection may owe by default, 1 MiB, and half as much for what is only reserved.
const MAX_PER_DEAF: u64 = 3 << 19;
