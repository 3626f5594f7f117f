//! `rollcall webhooks`: what has not arrived at the endpoints of apps, and having it sent again. It
//! goes through the database, beside a running server or without one.

use rollcall_node::config::Config;
use rollcall_store::{DeliveryState, ListedDelivery, Store};
use serde_json::{Value, json};

use crate::apps::print;
use crate::cli::{Format, Resend};
use crate::failure::Failure;
use crate::now::unix_millis;

/// Prints what has not arrived, the newest first.
pub(crate) async fn list(
    config: &Config,
    app: Option<&str>,
    format: Format,
) -> Result<(), Failure> {
    let store = open(config).await?;
    let deliveries = store.deliveries(app, MOST_LISTED).await?;
    store.close().await;
    print(&match format {
        Format::Table if deliveries.is_empty() => "Everything has arrived.\n".to_owned(),
        Format::Table => table(&deliveries),
        Format::Json => format!("{:#}\n", deliveries.iter().map(json).collect::<Value>()),
    });
    Ok(())
}

/// Has what was given up sent again.
pub(crate) async fn resend(config: &Config, wish: &Resend) -> Result<(), Failure> {
    let (id, app) = match wish {
        Resend::One(id) => (Some(id.as_str()), None),
        Resend::All(app) => (None, app.as_deref()),
    };
    let store = open(config).await?;
    let count = store.resend(id, app).await?;
    store.close().await;
    match (count, id) {
        (0, Some(id)) => return Err(Failure::NoDelivery(id.to_owned())),
        (0, None) => print("Nothing was given up.\n"),
        (1, _) => print("One request is sent again by the running server, or the next one.\n"),
        _ => print(&format!(
            "{count} requests are sent again by the running server, or the next one.\n"
        )),
    }
    Ok(())
}

async fn open(config: &Config) -> Result<Store, Failure> {
    match Store::exists(&config.data)? {
        true => Ok(Store::open(&config.data).await?),
        false => Err(Failure::NoDatabase(config.data.clone())),
    }
}

fn table(deliveries: &[ListedDelivery]) -> String {
    let header = ["ID", "APP", "STATE", "EVENTS", "TRIES", "AGE", "URL"].map(str::to_owned);
    let rows = deliveries.iter().map(|listed| {
        let delivery = &listed.delivery;
        [
            delivery.id.clone(),
            delivery.app_id.clone(),
            state(listed.state).to_owned(),
            delivery.count.to_string(),
            delivery.attempts.to_string(),
            age(unix_millis() - delivery.time_ms),
            format!("{}  {}", delivery.url, listed.problem),
        ]
    });
    let rows: Vec<_> = [header].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3, 4, 5].map(|column| width(column).unwrap_or_default());
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths.into_iter().chain([0]));
        let cells: Vec<_> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn json(ListedDelivery { delivery, state: how, problem }: &ListedDelivery) -> Value {
    let events: Value = serde_json::from_str(&delivery.events).unwrap_or_default();
    json!({
        "id": delivery.id,
        "app": delivery.app_id,
        "url": delivery.url,
        "state": state(*how),
        "time_ms": delivery.time_ms,
        "attempts": delivery.attempts,
        "problem": problem,
        "events": events,
    })
}

fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::GivenUp => "given-up",
        DeliveryState::Wanted => "wanted",
    }
}

/// The largest unit that is whole is near enough.
fn age(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

const MOST_LISTED: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_units_that_people_read() {
        let told = [-5, 119_999, 120_000, 7_200_000, 172_800_000].map(age);
        assert_eq!(told, ["0 s", "119 s", "2 min", "2 h", "2 d"]);
    }
}
