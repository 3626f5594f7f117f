//! What the recorder wrote last, and what was counted by then: with it, the steps that are under way
//! are told up to now.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use rollcall_node::stats::{AppStats, TurnTimes};
use rollcall_store::UnixMillis;

use super::latency::Turns;
use super::recorder::beginning;
use super::step::Step;

/// The counters at the moment of a write, and what it wrote.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) at: UnixMillis,
    /// Of each app, by its id.
    pub(super) counted: BTreeMap<String, AppStats>,
    pub(super) turns: TurnTimes,
    /// The last step that was written of each app and length, and when it began.
    pub(super) steps: HashMap<(String, u32), (UnixMillis, Step)>,
    pub(super) turn_steps: HashMap<u32, (UnixMillis, Turns)>,
}

impl Written {
    /// The counters, before anything is written.
    pub(super) fn new(
        at: UnixMillis,
        counted: BTreeMap<String, AppStats>,
        turns: TurnTimes,
    ) -> Self {
        Self { at, counted, turns, ..Self::default() }
    }

    /// What an app did since; `peak` is the most connections meanwhile.
    pub(super) fn step_until(&self, app: &str, after: &AppStats, peak: u64) -> Step {
        let none = AppStats::default();
        Step::between(self.counted.get(app).unwrap_or(&none), after, peak)
    }

    /// The turns since.
    pub(super) fn turns_until(&self, after: &TurnTimes) -> Turns {
        Turns::between(&self.turns, after)
    }

    /// Puts what is known of an app up to `now` among its steps of a length, as they are stored: what
    /// was written last, what it did since, and what there is of the step into which `now` falls.
    pub(super) fn bring_up_to(
        &self,
        now: UnixMillis,
        steps: &mut HashMap<UnixMillis, Step>,
        (app, length): (&str, u32),
        after: &AppStats,
    ) {
        put(steps, self.steps.get(&(app.to_owned(), length)));
        steps.entry(beginning(self.at, length)).or_default().add(&self.step_until(app, after, 0));
        // The recorder may not have looked since it began.
        let idle = || Step::between(after, after, 0);
        steps.entry(beginning(now, length)).or_insert_with(idle);
    }

    /// The same of the turns.
    pub(super) fn bring_turns_up(
        &self,
        turns: &mut HashMap<UnixMillis, Turns>,
        length: u32,
        after: &TurnTimes,
    ) {
        put(turns, self.turn_steps.get(&length));
        turns.entry(beginning(self.at, length)).or_default().add(&self.turns_until(after));
    }
}

/// What was written is whole, whatever was read of it.
fn put<K: Eq + Hash + Copy, V: Clone>(all: &mut HashMap<K, V>, written: Option<&(K, V)>) {
    if let Some((at, sum)) = written {
        all.insert(*at, sum.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(published: u64) -> AppStats {
        AppStats { published, connections: 2, ..AppStats::default() }
    }

    fn step(published: u64) -> Step {
        Step::between(&AppStats::default(), &stats(published), 0)
    }

    /// Written at 12 s, when 5 had been published; `sums` are the steps that were stored, by length.
    fn written(sums: &[(u32, (UnixMillis, Step))]) -> Written {
        let counted = [("1".to_owned(), stats(5))].into();
        let mut written = Written::new(12_000, counted, TurnTimes::default());
        let sums = sums.iter().cloned();
        written.steps = sums.map(|(length, sum)| (("1".to_owned(), length), sum)).collect();
        written
    }

    fn told(
        written: &Written,
        now: UnixMillis,
        length: u32,
        mut stored: HashMap<UnixMillis, Step>,
    ) -> HashMap<UnixMillis, Step> {
        written.bring_up_to(now, &mut stored, ("1", length), &stats(9));
        stored
    }

    #[test]
    fn a_step_that_is_under_way_tells_what_is_counted_so_far() {
        let written = written(&[(10, (0, step(5))), (60, (0, step(5)))]);
        let short = told(&written, 15_000, 10, [(0, step(5))].into());
        assert_eq!(short, [(0, step(5)), (10_000, step(4))].into());
        let long = told(&written, 15_000, 60, [(0, step(5))].into());
        assert_eq!(long, [(0, step(9))].into());
    }

    #[test]
    fn what_is_written_meanwhile_counts_once() {
        let written = written(&[(60, (0, step(5)))]);
        // The next write, of which nothing was published yet when this one was taken.
        assert_eq!(told(&written, 20_100, 60, [(0, step(9))].into()), [(0, step(9))].into());
    }

    #[test]
    fn a_step_that_began_a_moment_ago_is_no_gap() {
        let told = told(&written(&[]), 20_100, 10, HashMap::new());
        let idle = Step::between(&stats(9), &stats(9), 0);
        assert_eq!(told, [(10_000, step(4)), (20_000, idle)].into());
    }

    #[test]
    fn what_an_earlier_run_wrote_of_the_step_stays() {
        assert_eq!(told(&written(&[]), 15_000, 60, [(0, step(7))].into()), [(0, step(11))].into());
    }

    #[test]
    fn turns_are_told_up_to_now() {
        let mut after = TurnTimes::default();
        after.counts[0] = 3;
        let mut turns = HashMap::new();
        written(&[]).bring_turns_up(&mut turns, 10, &after);
        assert_eq!(turns, [(10_000, Turns::between(&TurnTimes::default(), &after))].into());
    }
}
