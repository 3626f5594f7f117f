//! The delivery of webhooks: from the journal to the endpoints of apps (docs/webhooks.md).
//!
//! One service task, the courier, owns what is on its way: it takes what is owed from the store,
//! asks the machine of each endpoint (`rollcall_engine::delivery`) what to do, writes that down,
//! and then does it. What is owed, and when, is decided by the partitions and written by the
//! journal.

mod counts;
mod courier;
mod intake;
mod log;
mod parcel;
mod post;
mod route;
mod test_send;

use std::fmt;
use std::time::Duration;

use rollcall_store::Store;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::handle::NodeHandle;

pub(crate) use counts::WebhookCounters;
pub use counts::WebhookCounts;
use courier::Courier;
pub(crate) use log::WebhookLog;
pub use log::{WebhookDelivery, WebhookState};
use post::Post;
pub(crate) use test_send::TestSends;
pub use test_send::{TestSend, TestSendError};

/// The task that delivers webhooks, while the node runs.
#[derive(Debug)]
pub struct Webhooks {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// Why webhooks cannot be delivered at all.
#[derive(Debug)]
pub enum WebhooksError {
    /// No client for requests can be had, such as for want of root certificates.
    Client(reqwest::Error),
    /// The system has no random numbers.
    Random(getrandom::Error),
}

impl Webhooks {
    /// Begins to deliver what the apps of `node` are owed, with what an earlier run left.
    pub fn start(node: NodeHandle, store: Store) -> Result<Self, WebhooksError> {
        let post = Post::new(node.clock()).map_err(WebhooksError::Client)?;
        node.test_sends().begin(post.clone());
        let courier = Courier::new(node, store, post).map_err(WebhooksError::Random)?;
        let (stop, stopped) = oneshot::channel();
        Ok(Self { task: tokio::spawn(courier.run(stopped)), stop })
    }

    /// Comes to an end only by a defect, and then nothing is delivered any more.
    pub async fn broken(&mut self) {
        // The panic has been told.
        let _ = (&mut self.task).await;
    }

    /// Ends it: what is under way gets a second, and the rest goes on at the next start.
    pub async fn stop(self) {
        drop(self.stop);
        let mut task = self.task;
        // A store that fails would be tried for ever; what is not written now is sent again.
        if timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

impl fmt::Display for WebhooksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => write!(
                f,
                "webhooks cannot be sent: {error}; they need the system's root certificates"
            ),
            Self::Random(error) => write!(f, "the system has no random numbers: {error}"),
        }
    }
}

impl std::error::Error for WebhooksError {}

/// How long the end may take.
const PATIENCE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests;
