//! One endpoint of an app: its machine, and the parcels that the machine knows by number.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::delivery::{Batching, DeliveryNo, Endpoint, OwedEvent, RETRY_FOR};
use rollcall_engine::{App, AppId, Time};
use rollcall_store::{Delivery, UnixMillis, WaitingEvent};
use tracing::{info, warn};

use super::parcel::Parcel;
use super::post::Problem;

/// Whose endpoint, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) app: AppId,
    pub(super) url: Arc<str>,
}

/// An endpoint that is owed something.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) endpoint: Endpoint,
    pub(super) parcels: HashMap<DeliveryNo, Parcel>,
    /// Whether the log has been told that it fails.
    is_failing: bool,
}

/// What time it is, for machines and for people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) time: Time,
    pub(super) unix: UnixMillis,
}

impl Now {
    /// What people call a moment that is still to come.
    pub(super) fn unix_of(self, time: Time) -> UnixMillis {
        let left = (time - self.time).as_millis();
        self.unix.saturating_add(UnixMillis::try_from(left).unwrap_or(UnixMillis::MAX))
    }
}

impl Address {
    pub(super) fn new(app: &str, url: &str) -> Self {
        Self { app: AppId::new(app), url: url.into() }
    }

    /// Whether `app` wants the endpoint told.
    pub(super) fn is_of(&self, app: &App) -> bool {
        app.webhooks.iter().any(|webhook| *webhook.url == *self.url)
    }
}

impl Route {
    /// Obeys the newest settings of the app; without one, nobody wants the endpoint told.
    pub(super) fn follow(&mut self, app: Option<&App>) {
        match app {
            Some(app) => {
                self.endpoint.open();
                self.endpoint.set_batching(batching(app));
            }
            None => self.endpoint.close(),
        }
    }

    /// An event that waited when the process ended waits on.
    pub(super) fn restore_event(&mut self, now: Now, event: WaitingEvent) {
        let (id, text) = (event.event_id, event.event);
        self.endpoint.handle_event(now.time, OwedEvent { id, channel: event.channel.into(), text });
    }

    /// A delivery of an earlier run goes on for what is left of its time. If nothing is, it begins
    /// anew, with another time in its body: `true`.
    pub(super) fn restore_delivery(&mut self, now: Now, delivery: Delivery) -> bool {
        let mut parcel = Parcel::stored(delivery);
        let age = u64::try_from(now.unix - parcel.time_ms).map(Duration::from_millis);
        let left = age.ok().and_then(|age| RETRY_FOR.checked_sub(age));
        if left.is_none() {
            parcel.time_ms = now.unix;
        }
        let channels = parcel.channels();
        self.begin(now, channels, left.unwrap_or(RETRY_FOR), parcel);
        left.is_none()
    }

    /// A delivery that was given up is tried again. Nothing waits for it: what came after it has
    /// arrived long since.
    pub(super) fn resend(&mut self, now: Now, delivery: Delivery) {
        let parcel = Parcel { time_ms: now.unix, attempts: 0, ..Parcel::stored(delivery) };
        self.begin(now, Vec::new(), RETRY_FOR, parcel);
    }

    /// Tells the log when an endpoint begins to fail and when it works again, and not each time.
    pub(super) fn tell(&mut self, address: &Address, problem: Option<&Problem>) {
        let app = &address.app;
        match (problem, self.is_failing) {
            (Some(problem), false) => {
                let problem = problem.told();
                warn!(%app, endpoint = %address, problem, "an endpoint does not take its webhooks");
            }
            (None, true) => {
                info!(%app, endpoint = %address, "the endpoint takes its webhooks again")
            }
            _ => {}
        }
        self.is_failing = problem.is_some();
    }

    fn begin(&mut self, now: Now, channels: Vec<Arc<str>>, left: Duration, parcel: Parcel) {
        let bytes = parcel.events.len();
        let no = self.endpoint.handle_undelivered(now.time, channels, bytes, left);
        self.parcels.insert(no, parcel);
    }
}

/// What it is told of its app comes before anything is polled.
impl Default for Route {
    fn default() -> Self {
        let endpoint = Endpoint::new(Batching::On);
        Self { endpoint, parcels: HashMap::new(), is_failing: false }
    }
}

/// Without what follows the path, which may be a secret.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.split('?').next().unwrap_or_default())
    }
}

fn batching(app: &App) -> Batching {
    if app.webhook_batching { Batching::On } else { Batching::Off }
}
