//! The record of what went wrong and of what worked for the first time, of all apps, whether or not
//! anybody watches. It is written once a second, so that a storm of errors is a few writes.

use std::collections::HashMap;
use std::time::Duration;

use rollcall_node::observe::{Event, Incident};
use rollcall_store::{ErrorGroupRow, StoreError};
use serde_json::json as object;
use tokio::time::{MissedTickBehavior, interval};
use tracing::error;

use crate::console::Console;
use crate::error_groups::{ErrorGroup, OF_NO_APP};
use crate::live::Topic;

/// Records. It ends with the node.
pub(crate) async fn record(console: Console) {
    let mut incidents = console.0.node.incidents();
    let mut pending = Pending::default();
    let mut tick = interval(WRITE_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            incident = incidents.recv() => match incident {
                Some(Incident::First { app, what, at }) => {
                    told(note_first(&console, &app, what.name(), at).await);
                }
                Some(incident) => pending.add(console.now(), incident),
                None => break,
            },
            _ = tick.tick() => told(pending.write(&console).await),
        }
    }
    told(pending.write(&console).await);
}

/// Errors that are not written yet, in their groups.
#[derive(Default)]
struct Pending(HashMap<GroupKey, ErrorGroupRow>);

/// The app, the kind and the message.
type GroupKey = (String, String, String);

impl Pending {
    fn add(&mut self, now: i64, incident: Incident) {
        let row = match incident {
            Incident::Error { app, event } => of_event(app, &event),
            Incident::Uncounted { app, errors } => uncounted(app, errors, now),
            Incident::First { .. } => return,
        };
        let key = (row.app_id.clone(), row.kind.clone(), row.message.clone());
        if let Some(group) = self.0.get_mut(&key) {
            group.count += row.count;
            (group.last_at, group.sample) = (row.last_at, row.sample);
        } else if self.0.len() < MOST_PENDING {
            self.0.insert(key, row);
        }
    }

    async fn write(&mut self, console: &Console) -> Result<(), StoreError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = self.0.drain().map(|(_, row)| row).collect();
        console.0.store.add_errors(&rows).await?;
        for row in rows.into_iter().filter(|row| row.app_id != OF_NO_APP) {
            let topic = Topic::Errors(row.app_id.clone());
            let error = ErrorGroup::from(row);
            console
                .0
                .live
                .tell(&console.0.node, &topic, "error", object!({ "error": error }))
                .await;
        }
        Ok(())
    }
}

fn of_event(app: Option<String>, event: &Event) -> ErrorGroupRow {
    let message = event.message.as_deref().unwrap_or_default();
    ErrorGroupRow {
        app_id: app.unwrap_or_else(|| OF_NO_APP.to_owned()),
        kind: event.kind.map_or("unknown", |kind| kind.name()).to_owned(),
        message: message.chars().take(LONGEST_MESSAGE).collect(),
        code: event.code,
        count: 1,
        first_at: event.at,
        last_at: event.at,
        sample: serde_json::to_string(event).unwrap_or_default(),
    }
}

/// Errors that are beyond what is told one by one.
fn uncounted(app: Option<String>, errors: u64, now: i64) -> ErrorGroupRow {
    ErrorGroupRow {
        app_id: app.unwrap_or_else(|| OF_NO_APP.to_owned()),
        kind: "uncounted".to_owned(),
        message: UNCOUNTED.to_owned(),
        code: None,
        count: errors,
        first_at: now,
        last_at: now,
        sample: String::new(),
    }
}

async fn note_first(
    console: &Console,
    app: &str,
    what: &'static str,
    at: i64,
) -> Result<(), StoreError> {
    if console.0.store.note_first(app, what, at).await? {
        let first = object!({ "what": what, "at": at });
        let topic = Topic::Checklist(app.to_owned());
        console.0.live.tell(&console.0.node, &topic, "first", first).await;
    }
    Ok(())
}

/// A database that fails is told of by whoever needs it more.
fn told(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        error!(%error, "what happened is not written down");
    }
}

const UNCOUNTED: &str = "More errors than are kept one by one, which is 50 a second";

const WRITE_EVERY: Duration = Duration::from_secs(1);

/// The most groups between two writes.
const MOST_PENDING: usize = 1_000;

const LONGEST_MESSAGE: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    fn uncounted(errors: u64) -> Incident {
        Incident::Uncounted { app: Some("1".to_owned()), errors }
    }

    #[test]
    fn errors_that_are_alike_are_one_group_before_they_are_written() {
        let mut pending = Pending::default();
        pending.add(5, uncounted(2));
        pending.add(9, uncounted(3));
        let groups: Vec<_> = pending.0.into_values().collect();
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].count, groups[0].first_at, groups[0].last_at), (5, 5, 9));
    }

    #[test]
    fn what_waits_to_be_written_is_bounded() {
        let mut pending = Pending::default();
        for n in 0..MOST_PENDING + 10 {
            pending.add(0, Incident::Uncounted { app: Some(n.to_string()), errors: 1 });
        }
        assert_eq!(pending.0.len(), MOST_PENDING);
    }
}
