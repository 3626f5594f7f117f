//! What is recorded whether or not anybody watches: errors, and what worked for the first time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rollcall_engine::AppId;
use rollcall_engine::observe::First;
use tokio::sync::mpsc;

use super::Event;

/// Something for the record.
#[derive(Debug, Clone, PartialEq)]
pub enum Incident {
    /// Something went wrong.
    Error {
        /// In which app; none if it is of none, as when a client knows no key.
        app: Option<String>,
        /// What.
        event: Box<Event>,
    },
    /// There were more errors of an app than are told.
    Uncounted {
        /// Which app.
        app: Option<String>,
        /// How many.
        errors: u64,
    },
    /// Something worked in an app for the first time since the node started.
    First {
        /// Which app.
        app: String,
        /// What.
        what: First,
        /// When, in milliseconds since 1970.
        at: i64,
    },
}

/// Hears every incident of all apps. What worked before it began to listen it hears first.
#[derive(Debug)]
pub struct Incidents {
    queue: mpsc::Receiver<Incident>,
    missed: Arc<AtomicU64>,
}

/// Who listens, and what new listeners are told first.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    listeners: Vec<Listener>,
    /// When what worked first in which app.
    firsts: BTreeMap<AppId, BTreeMap<First, i64>>,
    /// Whether the node has stopped.
    is_closed: bool,
}

#[derive(Debug)]
struct Listener {
    queue: mpsc::Sender<Incident>,
    missed: Arc<AtomicU64>,
}

impl Incidents {
    /// The next incident; `None` when the node stops.
    pub async fn recv(&mut self) -> Option<Incident> {
        self.queue.recv().await
    }

    /// How many were lost because this was not read in time.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Listeners {
    /// One more who listens.
    pub(crate) fn listen(&self) -> Incidents {
        let (queue, incidents) = mpsc::channel(MAX_UNREAD);
        let missed = Arc::<AtomicU64>::default();
        let listener = Listener { queue, missed: Arc::clone(&missed) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (app, firsts) in &known.firsts {
            for (&what, &at) in firsts {
                listener.tell(Incident::First { app: app.to_string(), what, at });
            }
        }
        if !known.is_closed {
            known.listeners.push(listener);
        }
        Incidents { queue: incidents, missed }
    }

    /// Tells everybody who still listens.
    pub(crate) fn tell(&self, incident: &Incident) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.listeners.retain(|listener| !listener.queue.is_closed());
        known.listeners.iter().for_each(|listener| listener.tell(incident.clone()));
    }

    /// Tells that something works, if it is the first time on this node.
    pub(crate) fn tell_first(&self, app: &AppId, what: First, at: i64) {
        let is_new = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let firsts = known.firsts.entry(app.clone()).or_default();
            let is_new = !firsts.contains_key(&what);
            firsts.entry(what).or_insert(at);
            is_new
        };
        if is_new {
            self.tell(&Incident::First { app: app.to_string(), what, at });
        }
    }

    /// Ends the queues of all who listen, and of who still will.
    pub(crate) fn close(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.listeners.clear();
        known.is_closed = true;
    }
}

impl Listener {
    fn tell(&self, incident: Incident) {
        // Who has gone is found out with the next.
        if self.queue.try_send(incident).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The most incidents that wait to be read.
const MAX_UNREAD: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_does_not_keep_up_is_told_how_many_it_missed() {
        let listeners = Listeners::default();
        let mut incidents = listeners.listen();
        let incident = Incident::Uncounted { app: None, errors: 1 };
        (0..MAX_UNREAD + 3).for_each(|_| listeners.tell(&incident));
        assert_eq!(incidents.missed(), 3);
        assert_eq!(incidents.recv().await, Some(incident));
        listeners.close();
        while incidents.recv().await.is_some() {}
    }

    #[tokio::test]
    async fn what_worked_first_is_told_once_and_to_who_comes_late() {
        let (listeners, app) = (Listeners::default(), AppId::new("1"));
        let mut early = listeners.listen();
        listeners.tell_first(&app, First::Event, 5);
        listeners.tell_first(&app, First::Event, 6);
        let mut late = listeners.listen();
        listeners.close();
        let first = Incident::First { app: "1".to_owned(), what: First::Event, at: 5 };
        for incidents in [&mut early, &mut late] {
            assert_eq!(incidents.recv().await.as_ref(), Some(&first));
            assert_eq!(incidents.recv().await, None);
        }
        let mut too_late = listeners.listen();
        assert_eq!(too_late.recv().await.as_ref(), Some(&first));
        assert_eq!(too_late.recv().await, None);
    }
}
