//! What an app is doing, in numbers (docs/console.md 2.5).

use std::collections::BTreeMap;

use rollcall_node::stats::AppStats;
use rollcall_store::UnixMillis;
use serde::Serialize;

/// The numbers of one moment. What is not said to be of now counts since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Pulse {
    at: UnixMillis,
    /// Now.
    pub(crate) connections: u64,
    pub(crate) connections_peak: u64,
    /// Now.
    subscriptions: u64,
    /// Now.
    channels: u64,
    /// Now.
    members: u64,
    messages_in: u64,
    deliveries: u64,
    published: u64,
    client_events: u64,
    api_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
    errors: u64,
    webhooks_sent: u64,
    webhooks_failed: u64,
}

impl Pulse {
    /// The numbers of an app at a moment.
    pub(crate) fn of(at: UnixMillis, stats: &AppStats) -> Self {
        Self {
            at,
            connections: stats.connections,
            connections_peak: stats.connections_peak,
            subscriptions: stats.subscriptions,
            channels: stats.channels,
            members: stats.members,
            messages_in: stats.messages_in,
            deliveries: stats.deliveries,
            published: stats.published,
            client_events: stats.client_events,
            api_calls: stats.api_calls,
            bytes_in: stats.bytes_in,
            bytes_out: stats.bytes_out,
            errors: errors_by_code(stats).values().sum(),
            webhooks_sent: stats.webhooks_sent,
            webhooks_failed: stats.webhooks_failed,
        }
    }

    /// Events that were sent, by back ends and by clients.
    pub(crate) fn messages(&self) -> u64 {
        self.published + self.client_events
    }
}

/// What went wrong for clients and back ends: errors told in band, connections that were refused or
/// closed for something that they did, and requests of back ends that were refused, by HTTP status.
pub(crate) fn errors_by_code(stats: &AppStats) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    let in_band = stats.errors.iter().map(|(code, count)| {
        (code.map_or_else(|| "none".to_owned(), |code| code.to_string()), *count)
    });
    let refused = stats.closes.iter().filter(|(code, _)| REFUSALS.contains(code));
    let coded = refused.chain(&stats.api_errors).map(|(code, count)| (code.to_string(), *count));
    for (code, count) in in_band.chain(coded) {
        *sums.entry(code).or_default() += count;
    }
    sums
}

/// The close codes that are somebody's mistake or limit; from 4200 on clients are to come back at
/// once, and below 4000 are the ordinary ends.
const REFUSALS: std::ops::Range<u16> = 4000..4200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_in_band_the_refusals_and_those_of_the_http_api() {
        let stats = AppStats {
            errors: [(None, 2), (Some(4301), 3)].into(),
            closes: [(1000, 7), (4004, 5), (4200, 9)].into(),
            api_errors: [(401, 4)].into(),
            ..AppStats::default()
        };
        let codes = errors_by_code(&stats);
        let told: Vec<_> = codes.iter().map(|(code, count)| format!("{code}:{count}")).collect();
        assert_eq!(told, ["4004:5", "401:4", "4301:3", "none:2"]);
        assert_eq!(Pulse::of(0, &stats).errors, 14);
    }
}
