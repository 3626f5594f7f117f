//! How long the node's turns took within a step of time, and the percentiles of that.

use rollcall_node::stats::{TURN_BOUNDS, TurnTimes};
use serde::{Deserialize, Serialize};

/// Turns by how long they took, in the places of [`TurnTimes`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turns(Vec<u64>);

/// Percentiles, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
}

impl Turns {
    /// The turns between two looks.
    pub(super) fn between(before: &TurnTimes, after: &TurnTimes) -> Self {
        let pairs = before.counts.iter().zip(after.counts);
        Self(pairs.map(|(before, after)| after.saturating_sub(*before)).collect())
    }

    /// The same with those after it.
    pub(super) fn add(&mut self, next: &Self) {
        self.0.resize(self.0.len().max(next.0.len()), 0);
        for (sum, more) in self.0.iter_mut().zip(&next.0) {
            *sum += more;
        }
    }

    /// The percentiles; none without turns.
    pub(super) fn percentiles(&self) -> Option<Percentiles> {
        let total: u64 = self.0.iter().sum();
        let at = |share: f64| self.quantile((total as f64 * share).ceil() as u64);
        (total > 0).then(|| Percentiles { p50: at(0.5), p95: at(0.95), p99: at(0.99) })
    }

    /// How long the turn of that rank took at most, by its place, as if the turns of a place were
    /// spread evenly over it.
    fn quantile(&self, rank: u64) -> f64 {
        let mut before = 0;
        for (place, &count) in self.0.iter().enumerate() {
            if before + count >= rank && count > 0 {
                let low = place.checked_sub(1).map_or(0.0, bound);
                let high = if place < TURN_BOUNDS.len() { bound(place) } else { low };
                return low + (high - low) * (rank - before) as f64 / count as f64;
            }
            before += count;
        }
        bound(TURN_BOUNDS.len() - 1)
    }
}

/// The upper bound of a place, in milliseconds.
fn bound(place: usize) -> f64 {
    TURN_BOUNDS.get(place).map_or(0.0, |bound| bound.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_within_the_places_of_their_turns() {
        // 90 turns of at most 50 µs, ten between 1 and 2.5 ms.
        let mut turns = Turns(vec![90, 0, 0, 0, 0, 10]);
        let told = turns.percentiles().expect("there were turns");
        assert!(told.p50 > 0.02 && told.p50 <= 0.05, "{told:?}");
        assert!(told.p95 > 1.0 && told.p95 <= 2.5, "{told:?}");
        assert!(told.p99 > told.p95, "{told:?}");
        turns.add(&Turns(vec![0; 13]));
        assert_eq!(turns.percentiles(), Some(told));
        assert_eq!(Turns::default().percentiles(), None);
    }

    #[test]
    fn beyond_the_last_bound_the_bound_is_told() {
        let mut counts = vec![0; TURN_BOUNDS.len()];
        counts.push(4);
        assert_eq!(Turns(counts).percentiles().map(|told| told.p99), Some(500.0));
    }
}
