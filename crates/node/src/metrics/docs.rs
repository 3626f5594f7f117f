//! `docs/metrics.md`, written from the table so that it cannot disagree with it.

use super::snapshot::Counter;
use super::table::{Kind, METRICS, Metric};

/// The whole page, with the counters of the apps of this program.
pub fn metrics_markdown(of_apps: &[Counter]) -> String {
    let own = METRICS.iter().map(row);
    let of_apps = of_apps.chunk_by(|a, b| a.name == b.name).map(row_of_app);
    let rows: String = own.chain(of_apps).collect();
    format!("{INTRODUCTION}{rows}{ACCESS}")
}

fn row(metric: &Metric) -> String {
    let kind = match metric.kind {
        Kind::Counter(_) | Kind::Counters(_) => "counter",
        Kind::Gauge(_) | Kind::Info(_) => "gauge",
        Kind::Seconds(_) => "histogram",
    };
    line(metric.name, kind, metric.labels, metric.help)
}

fn row_of_app(counters: &[Counter]) -> String {
    let labels: Vec<_> = counters[0].label.iter().map(|&(name, _)| name).collect();
    line(counters[0].name, "counter", &labels, counters[0].help)
}

fn line(name: &str, kind: &str, labels: &[&str], help: &str) -> String {
    let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
    let labels = if labels.is_empty() { "–" } else { &labels };
    format!("| `{name}` | {kind} | {labels} | {help} |\n")
}

const INTRODUCTION: &str = "\
# Metrics

This page is generated from the table in `crates/node/src/metrics/table.rs` and the counters of the status app; a test fails when it is stale, and `ROLLCALL_BLESS=1 cargo test -p rollcall-status` rewrites it.

`GET /metrics` answers in the text format 0.0.4 of Prometheus.
All numbers are of this process and begin anew with it.
What apps counted that are removed stays in them; what a reserved app of the program itself does is in none, but for the time of turns and the mail of shards.
Each shard counts for itself, in plain numbers; a scrape has every shard copy them once, and scrapes that wait at the same time share one answer.
So a scrape costs a shard some microseconds, however many connections there are and however often somebody asks.

| Name | Kind | Labels | What it is |
|---|---|---|---|
";

const ACCESS: &str = "
## Who may ask

Without the option `metrics_token`, `/metrics` is for this machine alone: for requests over loopback that name it in `Host` (`localhost`, `127.0.0.1` or `[::1]`) and that no proxy passed on.
A request counts as passed on if it has a header `Forwarded`, `Via`, `X-Real-IP` or `X-Forwarded-…`, or speaks HTTP/1.0, as nginx does by default.
Everybody else gets 403 with a sentence.

With `metrics_token`, every request needs `Authorization: Bearer` and the token, those over loopback too; without it the answer is 401.
Behind a proxy that hides what it is, set a token, or keep the path out of what the proxy passes on.

A scraper's configuration:

```yaml
scrape_configs:
  - job_name: rollcall
    authorization: { credentials: the-token }
    static_configs: [{ targets: [\"rollcall.example.com:9000\"] }]
```
";
