//! The tasks that keep the record of what apps do and of what goes wrong, from the start of the
//! console to its end, at which nothing of what was counted is lost; and the one that looks after
//! live connections.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::console::Console;
use crate::{history, incidents, visitors};

/// The tasks that record. Dropped, they count no more, and note what goes wrong until the node has
/// ended.
#[derive(Debug)]
pub struct Recording {
    stats: JoinHandle<()>,
    incidents: JoinHandle<()>,
    visitors: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Console {
    /// Begins to keep the record of what apps do and of what goes wrong.
    pub fn start_recording(&self) -> Recording {
        let (stop, stopped) = oneshot::channel();
        Recording {
            stats: tokio::spawn(history::record(self.clone(), stopped)),
            incidents: tokio::spawn(incidents::record(self.clone())),
            visitors: tokio::spawn(visitors::watch(self.clone())),
            stop: Some(stop),
        }
    }
}

impl Recording {
    /// Writes down what was counted since the last time, and counts no more. It is for the moment
    /// between the last connection and the end of the shards, which have the counters.
    pub async fn write_last(&mut self) {
        drop(self.stop.take());
        // It ends by itself; if by a panic, that has been told.
        let _ = (&mut self.stats).await;
    }

    /// Ends it, once the node has ended: what went wrong until then gets a second to be written.
    pub async fn stop(mut self) {
        if timeout(PATIENCE, &mut self.incidents).await.is_err() {
            self.incidents.abort();
        }
        self.stats.abort();
        self.visitors.abort();
    }
}

const PATIENCE: Duration = Duration::from_secs(1);
