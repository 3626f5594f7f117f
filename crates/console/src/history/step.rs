//! What one app did within one step of time.

use std::collections::BTreeMap;

use rollcall_node::stats::AppStats;
use serde::{Deserialize, Serialize};

use crate::pulse::errors_by_code;

/// Counters of one step, as they are stored and told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    /// At its end.
    connections_now: u64,
    /// The most at once within it.
    connections_peak: u64,
    /// At its end.
    members: u64,
    published: u64,
    client_events: u64,
    api_calls: u64,
    deliveries: u64,
    messages_in: u64,
    bytes_in: u64,
    bytes_out: u64,
    presence_events: u64,
    webhooks_sent: u64,
    webhooks_failed: u64,
    errors_by_code: BTreeMap<String, u64>,
}

impl Step {
    /// What happened between two looks at an app; `peak` is the most connections meanwhile.
    pub(super) fn between(before: &AppStats, after: &AppStats, peak: u64) -> Self {
        let more = |count: fn(&AppStats) -> u64| grown(count(before), count(after));
        Self {
            connections_now: after.connections,
            connections_peak: peak.max(after.connections),
            members: after.members,
            published: more(|stats| stats.published),
            client_events: more(|stats| stats.client_events),
            api_calls: more(|stats| stats.api_calls),
            deliveries: more(|stats| stats.deliveries),
            messages_in: more(|stats| stats.messages_in),
            bytes_in: more(|stats| stats.bytes_in),
            bytes_out: more(|stats| stats.bytes_out),
            presence_events: more(presence_events),
            webhooks_sent: more(|stats| stats.webhooks_sent),
            webhooks_failed: more(|stats| stats.webhooks_failed),
            errors_by_code: errors_between(before, after),
        }
    }

    /// The same with what happened after it.
    pub(super) fn add(&mut self, next: &Self) {
        self.connections_now = next.connections_now;
        self.connections_peak = self.connections_peak.max(next.connections_peak);
        self.members = next.members;
        self.published += next.published;
        self.client_events += next.client_events;
        self.api_calls += next.api_calls;
        self.deliveries += next.deliveries;
        self.messages_in += next.messages_in;
        self.bytes_in += next.bytes_in;
        self.bytes_out += next.bytes_out;
        self.presence_events += next.presence_events;
        self.webhooks_sent += next.webhooks_sent;
        self.webhooks_failed += next.webhooks_failed;
        for (code, count) in &next.errors_by_code {
            *self.errors_by_code.entry(code.clone()).or_default() += count;
        }
    }
}

fn presence_events(stats: &AppStats) -> u64 {
    stats.members_joined + stats.members_left + stats.members_updated
}

fn errors_between(before: &AppStats, after: &AppStats) -> BTreeMap<String, u64> {
    let before = errors_by_code(before);
    let grown = errors_by_code(after).into_iter().map(|(code, count)| {
        let more = grown(before.get(&code).copied().unwrap_or_default(), count);
        (code, more)
    });
    grown.filter(|(_, count)| *count > 0).collect()
}

/// An app that was removed and added again counts from nothing.
fn grown(before: u64, after: u64) -> u64 {
    after.checked_sub(before).unwrap_or(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_what_came_between_and_steps_add_up() {
        let look = |published, connections, errors| AppStats {
            published,
            connections,
            errors: [(Some(4301), errors)].into(),
            ..AppStats::default()
        };
        let [first, second, third] = [look(5, 2, 1), look(8, 1, 1), look(9, 4, 3)];
        let mut sum = Step::between(&first, &second, 6);
        assert_eq!((sum.published, sum.connections_now, sum.connections_peak), (3, 1, 6));
        assert!(sum.errors_by_code.is_empty());
        sum.add(&Step::between(&second, &third, 0));
        assert_eq!((sum.published, sum.connections_now, sum.connections_peak), (4, 4, 6));
        assert_eq!(sum.errors_by_code, [("4301".to_owned(), 2)].into());
    }

    #[test]
    fn an_app_that_was_added_again_counts_from_nothing() {
        let before = AppStats { published: 100, ..AppStats::default() };
        let after = AppStats { published: 3, ..AppStats::default() };
        assert_eq!(Step::between(&before, &after, 0).published, 3);
    }
}
