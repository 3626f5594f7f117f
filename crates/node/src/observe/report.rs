//! What is reported to the task that tells operators: by shards what their machines observed, by the
//! service side what it saw itself. Who reports never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rollcall_engine::observe::First;
use rollcall_engine::{AppId, Observations};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::Event;

/// Something to tell.
#[derive(Debug)]
pub(crate) enum Report {
    /// The machines of a shard observed something in one turn.
    Machines(Observations),
    /// The service side saw something, in an app if one is known.
    Service(Option<AppId>, Box<Sight>),
}

/// What the service side saw.
#[derive(Debug)]
pub(crate) enum Sight {
    /// Something that somebody who watches may see.
    Event(Event),
    /// An error, to be recorded whether or not anybody watches.
    Error(Event),
    /// Something that worked for the first time.
    First(First),
}

/// Where reports are sent to. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    queue: mpsc::Sender<Report>,
    dropped: Arc<AtomicU64>,
}

impl Reporter {
    /// A reporter, and where its reports arrive.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Report>) {
        let (queue, reports) = mpsc::channel(MAX_REPORTS);
        (Self { queue, dropped: Arc::default() }, reports)
    }

    /// Sends what the machines of a shard observed. If there is no room, it is dropped, but for its
    /// counts, which are sent the next time.
    pub(crate) fn send_observations(&self, observations: &mut Observations) {
        let report = Report::Machines(std::mem::take(observations));
        // When the node has stopped, nobody is told anything any more.
        if let Err(TrySendError::Full(Report::Machines(mut unsent))) = self.queue.try_send(report) {
            self.dropped.fetch_add(unsent.told.len() as u64, Ordering::Relaxed);
            unsent.only_count();
            *observations = unsent;
        }
    }

    /// Sends what the service side saw, or drops it.
    pub(crate) fn send(&self, app: Option<AppId>, sight: Sight) {
        if let Err(TrySendError::Full(_)) =
            self.queue.try_send(Report::Service(app, Box::new(sight)))
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many observations were dropped for want of room.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The most reports that wait. Those of shards hold what happened in a turn.
const MAX_REPORTS: usize = 1024;

#[cfg(test)]
mod tests {
    use rollcall_engine::observe::Missed;
    use rollcall_engine::{Happening, Observation, Time};

    use super::*;

    fn connection(app: &str) -> Observation {
        Observation {
            app: AppId::new(app),
            at: Time::ZERO,
            socket: None,
            user: None,
            channel: None,
            what: Happening::Connection,
        }
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_its_count_comes_with_the_next() {
        let (reporter, mut reports) = Reporter::new();
        for _ in 0..MAX_REPORTS {
            reporter.send(None, Sight::First(First::Event));
        }
        let mut observations = Observations::default();
        observations.told.extend([connection("1"), connection("1")]);
        reporter.send_observations(&mut observations);
        reporter.send(None, Sight::First(First::Event));
        assert_eq!(reporter.dropped(), 3);
        let missed = Missed { app: AppId::new("1"), events: 2, errors: 0 };
        assert_eq!(observations.missed, [missed]);
        assert!(observations.told.is_empty());

        while reports.try_recv().is_ok() {}
        reporter.send_observations(&mut observations);
        assert!(observations.is_empty());
        assert!(matches!(reports.try_recv(), Ok(Report::Machines(sent)) if sent.missed.len() == 1));
    }
}
