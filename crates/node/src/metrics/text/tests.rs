//! What is written, read again by a parser that takes nothing but the format.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;

/// A family as it was read: its kind, and its samples by name and labels.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    samples: BTreeMap<String, f64>,
}

/// Reads the text format and panics at whatever it does not allow.
fn read(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n'), "the last line has to end");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').unwrap();
            assert!(!words.is_empty() && is_name(name), "{line}");
            name.clone_into(&mut current);
            assert!(families.insert(name.to_owned(), Family::default()).is_none(), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, current, "the kind follows the help");
            kind.clone_into(&mut families.get_mut(name).unwrap().kind);
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let family = families.get_mut(&current).unwrap();
            assert!(belongs(sample, &current, &family.kind), "{line} is not of {current}");
            let value = value.parse().unwrap();
            assert!(family.samples.insert(sample.to_owned(), value).is_none(), "{line} twice");
        }
    }
    families
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn belongs(sample: &str, family: &str, kind: &str) -> bool {
    let (name, labels) = sample.split_once('{').unwrap_or((sample, "\"}"));
    assert!(labels.ends_with("\"}"), "{sample}");
    match kind {
        "counter" => name == family && name.ends_with("_total"),
        "gauge" => name == family && !name.ends_with("_total"),
        "histogram" => {
            ["_bucket", "_sum", "_count"].iter().any(|end| *name == format!("{family}{end}"))
        }
        _ => false,
    }
}

fn filled() -> Snapshot {
    let mut snapshot = Snapshot { shards: 2, started: 1_800_000_000, ..Snapshot::default() };
    snapshot.stats.edges.connections = 3;
    snapshot.stats.edges.bytes_out = (1 << 53) - 1;
    snapshot.stats.edges.errors.without_code = 5;
    for micros in [10, 10, 60, 600_000] {
        snapshot.stats.turns.count(Duration::from_micros(micros));
    }
    let of_app = |label, value| Counter {
        name: "rollcall_status_limited_total",
        help: "Refused \\ by a limit.\nTwice.",
        label: Some(("limit", label)),
        value,
    };
    snapshot.of_apps = vec![of_app("sign\"ins", 1), of_app("saves", 2)];
    snapshot
}

#[test]
fn every_sample_has_a_help_and_a_kind_and_is_there_once() {
    let families = read(&write(&filled()));
    assert_eq!(families.len(), METRICS.len() + 1);
    for (name, family) in &families {
        assert!(!family.samples.is_empty(), "{name} has no sample");
    }
    let one = |name: &str| families[name].samples[name];
    assert_eq!((one("rollcall_connections"), one("rollcall_draining")), (3.0, 0.0));
    let errors = &families["rollcall_errors_total"].samples;
    assert_eq!(errors["rollcall_errors_total{code=\"none\",reason=\"\"}"], 5.0);
    let limited = &families["rollcall_status_limited_total"].samples;
    assert_eq!(limited["rollcall_status_limited_total{limit=\"sign\\\"ins\"}"], 1.0);
}

#[test]
fn the_buckets_of_a_histogram_grow_to_its_count() {
    let text = write(&filled());
    let of = |end: &str| format!("rollcall_turn_duration_seconds{end}");
    let buckets: Vec<f64> = text
        .lines()
        .filter(|line| line.starts_with(&of("_bucket")))
        .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
        .collect();
    assert_eq!(buckets, [2., 3., 3., 3., 3., 3., 3., 3., 3., 3., 3., 3., 4.]);
    for line in ["_bucket{le=\"0.00005\"} 2\n", "_bucket{le=\"+Inf\"} 4\n", "_count 4\n"] {
        assert!(text.contains(&of(line)), "{text}");
    }
    assert!(text.contains(&of("_sum 0.60008\n")), "{text}");
}

#[test]
fn big_numbers_are_written_in_full() {
    let text = write(&filled());
    assert!(text.contains("rollcall_sent_bytes_total 9007199254740991\n"), "{text}");
}
