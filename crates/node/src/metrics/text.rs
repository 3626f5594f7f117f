//! A snapshot in the text format 0.0.4 of Prometheus. The encoder is Prometheus' own for Rust; its
//! registry and its atomics are not used, since what is counted is counted elsewhere.

use prometheus::proto::{self, MetricFamily, MetricType};
use prometheus::{TEXT_FORMAT, TextEncoder};

use super::snapshot::{Counter, Snapshot};
use super::table::{Kind, METRICS, Metric, Spread};

/// The `Content-Type` of the format.
pub(crate) const CONTENT_TYPE: &str = TEXT_FORMAT;

/// Writes every metric of the node, then those of its apps.
pub(crate) fn write(snapshot: &Snapshot) -> String {
    let own = METRICS.iter().map(|metric| family(metric, snapshot));
    let of_apps = snapshot.of_apps.chunk_by(|a, b| a.name == b.name).map(family_of_app);
    let families: Vec<_> = own.chain(of_apps).collect();
    let text = TextEncoder::new().encode_to_string(&families);
    text.expect("every family has a name and a sample, and a string takes whatever is written")
}

fn family(metric: &Metric, snapshot: &Snapshot) -> MetricFamily {
    let labelled = |values: Vec<String>| {
        metric.labels.iter().zip(values).map(|(name, value)| label(name, value)).collect()
    };
    let (kind, samples) = match metric.kind {
        Kind::Counter(read) => (MetricType::COUNTER, vec![counted(read(snapshot), Vec::new())]),
        Kind::Counters(read) => {
            let samples = read(snapshot).into_iter();
            let samples = samples.map(|(values, count)| counted(count, labelled(values)));
            (MetricType::COUNTER, samples.collect())
        }
        Kind::Gauge(read) => (MetricType::GAUGE, vec![gauged(read(snapshot), Vec::new())]),
        Kind::Info(read) => (MetricType::GAUGE, vec![gauged(1, labelled(read()))]),
        Kind::Seconds(read) => (MetricType::HISTOGRAM, vec![spread(read(snapshot))]),
    };
    named(metric.name, metric.help, kind, samples)
}

fn family_of_app(counters: &[Counter]) -> MetricFamily {
    let sample = |counter: &Counter| {
        let label = counter.label.map(|(name, value)| label(name, value.to_owned()));
        counted(counter.value, label.into_iter().collect())
    };
    let samples = counters.iter().map(sample).collect();
    named(counters[0].name, counters[0].help, MetricType::COUNTER, samples)
}

fn named(name: &str, help: &str, kind: MetricType, samples: Vec<proto::Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(samples);
    family
}

fn label(name: &str, value: String) -> proto::LabelPair {
    let mut label = proto::LabelPair::default();
    label.set_name(name.to_owned());
    label.set_value(value);
    label
}

fn counted(count: u64, labels: Vec<proto::LabelPair>) -> proto::Metric {
    let mut counter = proto::Counter::default();
    counter.set_value(count as f64);
    let mut sample = proto::Metric::from_label(labels);
    sample.set_counter(counter);
    sample
}

fn gauged(value: u64, labels: Vec<proto::LabelPair>) -> proto::Metric {
    let mut gauge = proto::Gauge::default();
    gauge.set_value(value as f64);
    let mut sample = proto::Metric::from_label(labels);
    sample.set_gauge(gauge);
    sample
}

fn spread(spread: Spread) -> proto::Metric {
    let bucket = |(bound, count)| {
        let mut bucket = proto::Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(count);
        bucket
    };
    let mut histogram = proto::Histogram::default();
    histogram.set_bucket(spread.at_most.into_iter().map(bucket).collect());
    histogram.set_sample_count(spread.count);
    histogram.set_sample_sum(spread.sum);
    let mut sample = proto::Metric::default();
    sample.set_histogram(histogram);
    sample
}

#[cfg(test)]
mod tests;
