//! Whether what is told is a sample: counts of what happened and of what was told of it, about a
//! second at a time.

use std::time::Duration;

use tokio::time::Instant;

/// How much was told of what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sample {
    pub(super) seen: u64,
    pub(super) shown: u64,
}

/// What was counted since the last look.
///
/// A large batch comes in parts, of which the first has the count of all: so it is looked when
/// another begins, or when nothing came for a while, and never in between.
#[derive(Debug, Default)]
pub(super) struct Sampling {
    counted: Sample,
    /// When the counting began.
    since: Option<Instant>,
    /// When it has been quiet for long enough.
    due: Option<Instant>,
}

impl Sampling {
    /// Counts a message. If it begins a batch and the second is over, what was told before it, if
    /// that was not all.
    pub(super) fn count(&mut self, sample: Sample, now: Instant) -> Option<Sample> {
        let is_over = self.since.is_some_and(|since| now >= since + PERIOD);
        let told = if is_over && sample.seen > 0 { self.look() } else { None };
        self.counted.seen += sample.seen;
        self.counted.shown += sample.shown;
        self.since.get_or_insert(now);
        self.due = Some(now + PERIOD);
        told
    }

    /// When to look if nothing more comes.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Looks: what was told, if that is not all. The counting begins anew.
    pub(super) fn look(&mut self) -> Option<Sample> {
        let Self { counted, .. } = std::mem::take(self);
        Some(counted).filter(|counted| counted.shown < counted.seen)
    }
}

const PERIOD: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seen: u64, shown: u64) -> Sample {
        Sample { seen, shown }
    }

    #[test]
    fn a_sample_is_told_once_a_second_and_only_if_it_is_one() {
        let (now, mut sampling) = (Instant::now(), Sampling::default());
        assert_eq!(sampling.due(), None);
        assert_eq!(sampling.count(sample(20, 20), now), None);
        assert_eq!(sampling.count(sample(20, 20), now + PERIOD), None);
        assert_eq!(sampling.count(sample(300, 20), now + PERIOD), None);
        assert_eq!(sampling.due(), Some(now + 2 * PERIOD));
        assert_eq!(sampling.count(sample(5, 5), now + 2 * PERIOD), Some(sample(320, 40)));
        assert_eq!((sampling.look(), sampling.due()), (None, None));
        sampling.count(sample(300, 20), now);
        assert_eq!(sampling.look(), Some(sample(300, 20)));
        assert_eq!(sampling.look(), None);
    }

    #[test]
    fn the_parts_of_a_batch_are_one_however_late_they_come() {
        let (now, mut sampling) = (Instant::now(), Sampling::default());
        assert_eq!(sampling.count(sample(30, 10), now), None);
        assert_eq!(sampling.count(sample(0, 10), now + 2 * PERIOD), None);
        assert_eq!(sampling.count(sample(0, 10), now + 4 * PERIOD), None);
        assert_eq!(sampling.count(sample(1, 1), now + 5 * PERIOD), None);
    }
}
