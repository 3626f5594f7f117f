//! What the journal and the courier of webhooks share: that there is something to deliver, and what
//! was counted.

use tokio::sync::Notify;

use super::NodeHandle;
use crate::clock::Clock;
use crate::webhooks::{WebhookCounters, WebhookCounts};

/// What webhooks need of the node, beside its apps.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    owed: Notify,
    counters: WebhookCounters,
}

impl NodeHandle {
    /// What was counted of webhooks.
    pub fn webhook_counts(&self) -> WebhookCounts {
        self.0.hooks.counters.read()
    }

    /// The journal has committed something that endpoints are to be told.
    #[allow(dead_code, reason = "the journal says so")]
    pub(crate) fn tell_of_owed(&self) {
        self.0.hooks.owed.notify_one();
    }

    /// Waits until the journal has committed something since this was last waited for.
    pub(crate) async fn something_owed(&self) {
        self.0.hooks.owed.notified().await;
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
