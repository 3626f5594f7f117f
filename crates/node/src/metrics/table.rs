//! The one table of metrics. `/metrics` and `docs/metrics.md` are made of it.

use rollcall_engine::stats::CodeCounts;

use super::snapshot::Snapshot;
use crate::http::RequestCounts;
use crate::stats::{TURN_BOUNDS, TurnTimes};

/// One metric.
pub(super) struct Metric {
    pub(super) name: &'static str,
    /// What it is, in one sentence.
    pub(super) help: &'static str,
    /// What its samples are told apart by; nothing if there is one sample.
    pub(super) labels: &'static [&'static str],
    pub(super) kind: Kind,
}

/// What kind of number it is, and where it is from.
pub(super) enum Kind {
    /// One that only grows.
    Counter(fn(&Snapshot) -> u64),
    /// Several that only grow.
    Counters(fn(&Snapshot) -> Vec<Labelled>),
    /// One that goes up and down.
    Gauge(fn(&Snapshot) -> u64),
    /// One that is always 1; its labels tell.
    Info(fn() -> Vec<String>),
    /// How often something took how long.
    Seconds(fn(&Snapshot) -> Spread),
}

/// The values of the labels, and how many.
pub(super) type Labelled = (Vec<String>, u64);

/// Durations, by their upper bounds.
pub(super) struct Spread {
    /// In seconds, each with how many took at most as long.
    pub(super) at_most: Vec<(f64, u64)>,
    pub(super) count: u64,
    /// In seconds.
    pub(super) sum: f64,
}

/// Every metric of the node, in the order in which they are written.
pub(super) static METRICS: &[Metric] = &[
    Metric {
        name: "rollcall_build_info",
        help: "The version that runs; the value is always 1.",
        labels: &["version"],
        kind: Kind::Info(|| vec![env!("CARGO_PKG_VERSION").to_owned()]),
    },
    gauge("rollcall_start_time_seconds", "When the node started, in seconds since 1970.", |s| {
        s.started
    }),
    gauge("rollcall_draining", "1 once the node sends everybody elsewhere, else 0.", |s| {
        u64::from(s.draining)
    }),
    gauge("rollcall_shards", "Threads that hold connections.", |s| s.shards as u64),
    gauge("rollcall_connections", "Connections open now.", |s| s.stats.edges.connections),
    gauge("rollcall_subscriptions", "Subscriptions now, of all connections.", |s| {
        s.stats.edges.subscriptions
    }),
    gauge(
        "rollcall_channels",
        "Channels occupied now: with a subscribed connection, or a member in its grace.",
        |s| s.stats.partitions.channels,
    ),
    gauge(
        "rollcall_members",
        "Members of presence channels now, each once per channel, those in their grace included.",
        |s| s.stats.partitions.members,
    ),
    gauge("rollcall_queue_bytes", "Bytes that connections are behind with reading, now.", |s| {
        s.stats.edges.queue_bytes
    }),
    gauge(
        "rollcall_mailbox_bytes",
        "Bytes of mail that shards are behind with, now; about.",
        |s| s.stats.mailbox_bytes,
    ),
    counter("rollcall_messages_received_total", "Text messages taken from clients.", |s| {
        s.stats.edges.messages_in
    }),
    counter(
        "rollcall_client_events_total",
        "Client events that were let through, those taken out by an app included.",
        |s| s.stats.partitions.client_events,
    ),
    counter(
        "rollcall_events_published_total",
        "Events from back ends and from apps of this program, once per channel.",
        |s| s.stats.partitions.published,
    ),
    Metric {
        name: "rollcall_presence_changes_total",
        help: "Members who joined, left or were updated, once per channel, as told to subscribers.",
        labels: &["change"],
        kind: Kind::Counters(|s| {
            let counts = s.stats.partitions.presence;
            let labelled =
                [("joined", counts.joined), ("left", counts.left), ("updated", counts.updated)];
            labelled.map(|(change, count)| (vec![change.to_owned()], count)).into()
        }),
    },
    counter(
        "rollcall_deliveries_total",
        "Frames queued for one connection each, control frames included.",
        |s| s.stats.edges.deliveries,
    ),
    counter("rollcall_received_bytes_total", "Bytes read from WebSocket connections.", |s| {
        s.stats.edges.bytes_in
    }),
    counter("rollcall_sent_bytes_total", "Bytes that WebSocket connections took.", |s| {
        s.stats.edges.bytes_out
    }),
    Metric {
        name: "rollcall_errors_total",
        help: "Errors sent to clients in band (pusher:error); code is none where there is none.",
        labels: &["code", "reason"],
        kind: Kind::Counters(|s| {
            let none = (vec!["none".to_owned(), String::new()], s.stats.edges.errors.without_code);
            [vec![none], by_code(&s.stats.edges.errors.by_code)].concat()
        }),
    },
    Metric {
        name: "rollcall_closes_total",
        help: "Connections that the server closed, refusals at the door included.",
        labels: &["code", "reason"],
        kind: Kind::Counters(|s| by_code(&s.stats.edges.closes)),
    },
    Metric {
        name: "rollcall_connection_ends_total",
        help: "Connections that ended from the other side: closed with a close frame, eof without \
               one, failed with an error.",
        labels: &["how"],
        kind: Kind::Counters(|s| {
            let ends = s.stats.edges.ends;
            let labelled = [("closed", ends.closed), ("eof", ends.eof), ("failed", ends.failed)];
            labelled.map(|(how, count)| (vec![how.to_owned()], count)).into()
        }),
    },
    counter(
        "rollcall_slow_readers_total",
        "Connections closed because they did not read what they were sent.",
        |s| s.stats.edges.slow_readers,
    ),
    Metric {
        name: "rollcall_turn_duration_seconds",
        help: "How long turns of the shards took, from the first thing that came in until all that \
               came of it was written.",
        labels: &[],
        kind: Kind::Seconds(|s| spread(&s.stats.turns)),
    },
    Metric {
        name: "rollcall_http_requests_total",
        help: "HTTP requests answered, by route and class of status; a route of other is the pages' \
               or nobody's.",
        labels: &["route", "status"],
        kind: Kind::Counters(|s| {
            let counts = RequestCounts::iter(&s.requests);
            let labels = |route: &str, class: &str| vec![route.to_owned(), class.to_owned()];
            counts.map(|(route, class, count)| (labels(route, class), count)).collect()
        }),
    },
    Metric {
        name: "rollcall_webhooks_total",
        help: "Requests to endpoints of webhooks: delivered and taken, failed and to be tried \
               again, given_up, and forgotten since an app has too many of those.",
        labels: &["outcome"],
        kind: Kind::Counters(|s| {
            let count = s.webhooks;
            let labelled = [
                ("delivered", count.delivered),
                ("failed", count.failed),
                ("given_up", count.given_up),
                ("forgotten", count.forgotten),
            ];
            labelled.map(|(outcome, count)| (vec![outcome.to_owned()], count)).into()
        }),
    },
    counter("rollcall_webhook_events_total", "Events that endpoints took.", |s| s.webhooks.events),
    gauge("rollcall_webhook_waiting_bytes", "Bytes of events that endpoints are owed, now.", |s| {
        s.webhooks.waiting_bytes
    }),
];

const fn counter(name: &'static str, help: &'static str, read: fn(&Snapshot) -> u64) -> Metric {
    Metric { name, help, labels: &[], kind: Kind::Counter(read) }
}

const fn gauge(name: &'static str, help: &'static str, read: fn(&Snapshot) -> u64) -> Metric {
    Metric { name, help, labels: &[], kind: Kind::Gauge(read) }
}

/// Two codes are used for two reasons each.
fn by_code(counts: &CodeCounts) -> Vec<Labelled> {
    let labels =
        |code: rollcall_wire::CloseCode| vec![code.code().to_string(), code.reason().to_owned()];
    counts.iter().map(|(code, count)| (labels(code), count)).collect()
}

fn spread(times: &TurnTimes) -> Spread {
    let mut so_far = 0;
    let at_most = TURN_BOUNDS.iter().zip(times.counts).map(|(bound, count)| {
        so_far += count;
        (bound.as_secs_f64(), so_far)
    });
    Spread { at_most: at_most.collect(), count: times.turns(), sum: times.sum.as_secs_f64() }
}
