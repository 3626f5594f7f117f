//! The task that tells operators: it takes reports, keeps each app within what is told of it, and
//! shows the rest to taps and listeners. It owns no socket and no machine, and nobody waits for it.

use std::collections::HashMap;
use std::time::Duration;

use rollcall_engine::observe::{Allowance, First, Missed};
use rollcall_engine::{AppId, Observation, Observations, Time};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::report::{Report, Sight};
use super::{Event, Incident};
use crate::handle::NodeHandle;

/// What it knows.
pub(crate) struct Hub {
    node: NodeHandle,
    reports: mpsc::Receiver<Report>,
    /// What may be told of each app, and of what belongs to none.
    allowances: HashMap<Option<AppId>, Allowance>,
    /// Errors that were only counted since listeners were told the last time.
    uncounted: HashMap<Option<AppId>, u64>,
    /// When they are told.
    due: Option<Instant>,
    /// The number of the last event.
    n: u64,
}

impl Hub {
    pub(crate) fn new(node: NodeHandle, reports: mpsc::Receiver<Report>) -> Self {
        let (allowances, uncounted) = (HashMap::new(), HashMap::new());
        Self { node, reports, allowances, uncounted, due: None, n: 0 }
    }

    /// Wakes for: a report, and the time to tell how many errors were only counted. Ends by being
    /// aborted, since it holds a handle that others may report with.
    pub(crate) async fn run(mut self) {
        loop {
            let due = async {
                match self.due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(report) = self.reports.recv() => self.take(report),
                () = due => self.tell_uncounted(),
            }
        }
    }

    fn take(&mut self, report: Report) {
        let now = self.node.clock().now();
        match report {
            Report::Machines(Observations { told, missed }) => {
                told.into_iter().for_each(|observation| self.take_observation(now, observation));
                for Missed { app, events, errors } in missed {
                    self.node.taps().count(&app, events + errors);
                    self.count(Some(app), errors);
                }
            }
            Report::Service(app, sight) => self.take_sight(now, app, *sight),
        }
    }

    fn take_observation(&mut self, now: Time, observation: Observation) {
        let (app, at, is_error) =
            (observation.app.clone(), self.calendar(observation.at), observation.is_error());
        match Event::try_from(observation) {
            Ok(event) if is_error => self.take_error(now, Some(app), Event { at, ..event }),
            Ok(event) => self.take_event(now, &app, Event { at, ..event }),
            Err(first) => self.take_first(&app, first, at),
        }
    }

    fn take_sight(&mut self, now: Time, app: Option<AppId>, sight: Sight) {
        let at = self.calendar(now);
        match (sight, app) {
            (Sight::Error(event), app) => self.take_error(now, app, Event { at, ..event }),
            (Sight::Event(event), Some(app)) => self.take_event(now, &app, Event { at, ..event }),
            (Sight::First(first), Some(app)) => self.take_first(&app, first, at),
            (Sight::Event(_) | Sight::First(_), None) => {}
        }
    }

    fn take_event(&mut self, now: Time, app: &AppId, event: Event) {
        if !self.node.taps().watch(app) {
            return;
        }
        match self.allowance(Some(app.clone())).take_event(now) {
            true => {
                let event = self.numbered(event);
                self.node.taps().show(app, &event);
            }
            false => self.node.taps().count(app, 1),
        }
    }

    fn take_error(&mut self, now: Time, app: Option<AppId>, event: Event) {
        if !self.allowance(app.clone()).take_error(now) {
            if let Some(app) = &app {
                self.node.taps().count(app, 1);
            }
            return self.count(app, 1);
        }
        let event = self.cured(app.as_ref(), event);
        let event = self.numbered(event);
        if let Some(app) = &app {
            self.node.taps().show(app, &event);
        }
        let app = app.map(|app| app.to_string());
        self.node.listeners().tell(&Incident::Error { app, event: Box::new(event) });
    }

    fn take_first(&self, app: &AppId, first: First, at: i64) {
        self.node.listeners().tell_first(app, first, at);
    }

    fn count(&mut self, app: Option<AppId>, errors: u64) {
        if errors > 0 {
            *self.uncounted.entry(app).or_default() += errors;
            let now = self.node.clock().now();
            self.due.get_or_insert(self.node.clock().instant(now + COUNTS_EVERY));
        }
    }

    fn tell_uncounted(&mut self) {
        self.due = None;
        for (app, errors) in self.uncounted.drain() {
            let app = app.map(|app| app.to_string());
            self.node.listeners().tell(&Incident::Uncounted { app, errors });
        }
    }

    fn allowance(&mut self, app: Option<AppId>) -> &mut Allowance {
        self.allowances.entry(app).or_default()
    }

    fn numbered(&mut self, event: Event) -> Event {
        self.n += 1;
        Event { n: self.n, ..event }
    }

    /// The settings of the app as they are now say what would cure it, unless whoever reported the
    /// error knew better.
    fn cured(&self, app: Option<&AppId>, event: Event) -> Event {
        let tenant = app.and_then(|app| self.node.tenant(app.as_str()));
        match tenant {
            Some(tenant) if event.setting.is_none() => event.with_cure(&tenant.app, None),
            _ => event,
        }
    }

    /// When a moment was, in milliseconds since 1970.
    fn calendar(&self, at: Time) -> i64 {
        let clock = self.node.clock();
        let ago = i64::try_from((clock.now() - at).as_millis()).unwrap_or(i64::MAX);
        clock.unix_millis().saturating_sub(ago)
    }
}

/// How often it is told how many errors were only counted.
const COUNTS_EVERY: Duration = Duration::from_secs(1);
