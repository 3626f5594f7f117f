//! Watching an app, hearing of incidents, and telling of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rollcall_engine::observe::{Excerpt, First};
use rollcall_engine::{App, AppId, EdgeCommand, Time, Watched};
use rollcall_wire::CloseCode;
use rollcall_wire::errors::ErrorKind;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::NodeHandle;
use super::door::Caller;
use crate::apps::Tenant;
use crate::observe::{
    Event, EventType, Hub, Incidents, Listeners, Note, Noted, Queue, Report, Reporter, Sight, Tap,
    Taps,
};

/// What telling operators needs of the node.
#[derive(Debug)]
pub(super) struct Observatory {
    reporter: Reporter,
    /// Where reports arrive, until the hub takes them.
    reports: Mutex<Option<mpsc::Receiver<Report>>>,
    taps: Taps,
    listeners: Listeners,
}

impl NodeHandle {
    /// Begins to tell operators, in a task that ends by being aborted.
    pub(crate) fn start_hub(&self) -> JoinHandle<()> {
        let reports =
            self.0.observatory.reports.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reports = reports.expect("a node starts once");
        tokio::spawn(Hub::new(self.clone(), reports).run())
    }

    /// What shards report with.
    pub(crate) fn reporter(&self) -> &Reporter {
        &self.0.observatory.reporter
    }

    /// Watches what goes on in an app, until it is removed or the tap dropped. `None` if there is no
    /// such app, or if it is a reserved one.
    ///
    /// Above 200 events a second the tap gets a sample, and errors up to 50 a second; how many there
    /// were in all is always told.
    pub fn tap(&self, app: &str) -> Option<Tap> {
        // An app that is removed meanwhile ends the taps that it has by then, so this is one of them.
        self.0.apps.with_newest(|apps| {
            let app = apps.of_id(app).filter(|tenant| tenant.is_listed())?.app.id.clone();
            let tap = Tap::new(self.clone(), app.clone());
            self.taps().add(&app, tap.queue(), || self.set_watched(&app, Watched::Yes));
            Some(tap)
        })
    }

    /// Hears the errors of all apps, and what works in them for the first time.
    pub fn incidents(&self) -> Incidents {
        self.listeners().listen()
    }

    /// Tells operators of something that a program on this node did or refused.
    pub fn note(&self, app: &str, note: Note) {
        let app = AppId::new(app);
        match note.into() {
            Noted::Error(event) => self.report(Some(&app), Sight::Error(event)),
            Noted::Event(event) if self.taps().watch(&app) => {
                self.report(Some(&app), Sight::Event(event));
            }
            Noted::Event(_) => {}
        }
    }

    /// How many observations were dropped because the task that tells operators was behind.
    pub fn dropped_observations(&self) -> u64 {
        self.0.observatory.reporter.dropped()
    }

    pub(crate) fn taps(&self) -> &Taps {
        &self.0.observatory.taps
    }

    pub(crate) fn listeners(&self) -> &Listeners {
        &self.0.observatory.listeners
    }

    pub(crate) fn untap(&self, app: &AppId, queue: &Arc<Queue>) {
        self.taps().remove(app, queue, || self.set_watched(app, Watched::No));
    }

    /// Tells everybody who watches or listens that there is nothing to come.
    pub(crate) fn end_observation(&self) {
        self.taps().close();
        self.listeners().close();
    }

    fn set_watched(&self, app: &AppId, watched: Watched) {
        self.0.mailboxes.command_all(&EdgeCommand::Observe(app.clone(), watched));
    }

    fn report(&self, app: Option<&AppId>, sight: Sight) {
        self.0.observatory.reporter.send(app.cloned(), sight);
    }
}

/// What the service side sees itself.
impl NodeHandle {
    /// An event goes to a channel, from a back end or from a program of the node's own.
    pub(crate) fn observe_message(
        &self,
        tenant: &Tenant,
        (channel, event, data): (&str, &str, &str),
        began: Time,
    ) {
        if !tenant.is_listed() {
            return;
        }
        let app = &tenant.app.id;
        if tenant.is_first_message() {
            self.report(Some(app), Sight::First(First::Event));
        }
        if self.taps().watch(app) {
            let message = Event::new(EventType::ApiMessage).with_data(Excerpt::of(data));
            let (channel, event) = (Some(channel.to_owned()), Some(event.to_owned()));
            let latency_us = Some(micros(self.clock().now() - began));
            let message = Event { channel, event, latency_us, ..message };
            self.report(Some(app), Sight::Event(message));
        }
    }

    /// A caller is turned away at the door.
    pub(crate) fn observe_refusal(&self, caller: &Caller<'_>, code: CloseCode) {
        let Some(kind) = code.error() else { return };
        let tenant = self.tenant_of_key(caller.key);
        if tenant.as_ref().is_some_and(|tenant| !tenant.is_listed()) {
            return;
        }
        let message = match caller.origin {
            Some(origin) if kind == ErrorKind::OriginNotAllowed => {
                format!("{}: {}", code.reason(), origin.chars().take(200).collect::<String>())
            }
            _ => code.reason().to_owned(),
        };
        let event = Event::error(crate::observe::type_of(kind), kind, message);
        let event = match &tenant {
            Some(tenant) => event.with_cure(&tenant.app, caller.origin),
            None => event,
        };
        self.report(tenant.as_ref().map(|tenant| &tenant.app.id), Sight::Error(event));
    }

    /// A request of a back end is refused.
    pub(crate) fn observe_api_error(
        &self,
        app: Option<&App>,
        (kind, status, message): (ErrorKind, u16, String),
        began: Time,
    ) {
        let (code, latency_us) = (Some(status), Some(micros(self.clock().now() - began)));
        let error = Event::error(EventType::ApiError, kind, message);
        let error = Event { code, latency_us, ..error };
        self.report(app.map(|app| &app.id), Sight::Error(error));
    }

    /// An endpoint took a webhook of so many bytes, or did not and said why.
    pub(crate) fn observe_webhook(
        &self,
        app: &AppId,
        (url, body): (&str, &str),
        problem: Option<String>,
        took: Duration,
    ) {
        let latency_us = Some(micros(took));
        match problem {
            Some(problem) => {
                let message = format!("{url}: {problem}");
                let error =
                    Event::error(EventType::WebhookFailed, ErrorKind::WebhookFailed, message);
                let error = Event { latency_us, ..error.with_data(Excerpt::of(body)) };
                self.report(Some(app), Sight::Error(error));
            }
            None if self.taps().watch(app) => {
                let sent = Event::new(EventType::WebhookSent).with_data(Excerpt::of(body));
                let message = Some(url.to_owned());
                self.report(Some(app), Sight::Event(Event { message, latency_us, ..sent }));
            }
            None => {}
        }
    }
}

impl Default for Observatory {
    fn default() -> Self {
        let (reporter, reports) = Reporter::new();
        let (taps, listeners) = (Taps::default(), Listeners::default());
        Self { reporter, reports: Mutex::new(Some(reports)), taps, listeners }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
