//! What the courier of webhooks needs: to hear that there is something to deliver, and to count and
//! to log what it does.

use rollcall_engine::AppId;
use rollcall_store::ListedDelivery;

use super::NodeHandle;
use crate::clock::Clock;
use crate::webhooks::{
    TestSend, TestSendError, TestSends, WebhookCounters, WebhookCounts, WebhookDelivery, WebhookLog,
};

/// What webhooks need of the node, beside its apps.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    counters: WebhookCounters,
    log: WebhookLog,
    tests: TestSends,
}

impl NodeHandle {
    /// What was counted of webhooks.
    pub fn webhook_counts(&self) -> WebhookCounts {
        self.0.hooks.counters.read()
    }

    /// The last deliveries of an app, latest first and at most 200, with those that the store has
    /// `listed` of it, which is where what an earlier run left is known. What is listed has its
    /// place: beside 100 of them there is room for the last 100 others.
    pub fn webhook_log(&self, app: &str, listed: Vec<ListedDelivery>) -> Vec<WebhookDelivery> {
        self.0.hooks.log.list(&AppId::new(app), listed)
    }

    /// Sends an app's made-up webhook to `url`, which may but need not be one of its endpoints, and
    /// waits for the answer as long as for any other (4 s). It is no delivery: it is not repeated.
    ///
    /// # Errors
    ///
    /// Nothing was sent: there is no such app, no endpoint can have that URL, or another test of
    /// the app is under way. What the endpoint says is no error.
    pub async fn test_webhook(&self, app: &str, url: &str) -> Result<TestSend, TestSendError> {
        let app = self.tenant(app).ok_or(TestSendError::UnknownApp)?.app;
        let (now, name) = (self.0.clock.unix_millis(), self.fresh_name());
        self.0.hooks.tests.send(&app, url, now, name).await
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

    /// Logs what becomes of deliveries.
    pub(crate) fn delivery_log(&self) -> &WebhookLog {
        &self.0.hooks.log
    }

    /// What sends tests.
    pub(crate) fn test_sends(&self) -> &TestSends {
        &self.0.hooks.tests
    }

    /// The clock of the node.
    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }
}
