//! What the courier of webhooks needs: to hear that there is something to deliver, and to count.

use rollcall_engine::AppId;

use super::NodeHandle;
use crate::clock::Clock;
use crate::webhooks::{WebhookCounters, WebhookCounts};

/// What webhooks need of the node, beside its apps.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    counters: WebhookCounters,
}

impl NodeHandle {
    /// What was counted of webhooks.
    pub fn webhook_counts(&self) -> WebhookCounts {
        self.0.hooks.counters.read()
    }

    /// Says that the journal has committed something.
    #[cfg(test)]
    pub(crate) fn tell_of_owed(&self) {
        self.0.journal.tell_written();
    }

    /// Waits until the journal has committed something since this was last waited for.
    pub(crate) async fn something_owed(&self) {
        self.0.journal.something_owed().await;
    }

    /// An event of so many bytes is not in the journal any longer.
    pub(crate) fn note_taken(&self, app: &AppId, bytes: usize) {
        self.0.journal.note_taken(app, bytes);
    }

    /// Counts webhooks.
    pub(crate) fn webhook_counters(&self) -> &WebhookCounters {
        &self.0.hooks.counters
    }

    /// The clock of the node.
    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }
}
