//! The bridge: statuses that a stock page sends as the client event `client-status-update`
//! (docs/status.md 3.4 "Bridge", S4).
//!
//! The engine takes such events out before fan-out. What passes here is stored like any other
//! status, and then published to the other users' connections; the author's own are told by the
//! member info alone, because the tutorial's page throws when it hears of itself.

mod echoes;
mod limiter;
mod message;

use std::time::Duration;

use rollcall_node::handle::{
    Except, Intercept, Intercepted, MemberChange, Publication, QueueError, Watch,
};
use rollcall_store::{StatusRow, StatusWrite, StoreError, Written};
use serde::Serialize;
use tokio::time::MissedTickBehavior;

use crate::app::{LOBBY, Shared, StatusApp};
use crate::limits::{LimitSettings, Limited};
use crate::published::Published;
use crate::text::StatusText;
use echoes::{Echoes, Verdict};
use limiter::{Admission, Limiter};
use message::{Message, MessageError};

/// What is remembered of authors.
pub(crate) struct Memory {
    echoes: Echoes,
    limiter: Limiter,
}

impl Memory {
    pub(crate) fn new(limits: LimitSettings) -> Self {
        Self { echoes: Echoes::default(), limiter: Limiter::new(limits) }
    }

    /// Admits a save, or refuses it. One that is admitted is newer than what waits here.
    pub(crate) fn handle_save(&mut self, now: i64, user: &str) -> Result<(), Limited> {
        self.limiter.handle_save(now, user)?;
        self.limiter.forget_waiting(user);
        Ok(())
    }

    /// A save that was admitted was a retry of one that had been stored.
    pub(crate) fn handle_retry(&mut self, now: i64, user: &str) {
        self.limiter.handle_retry(now, user);
    }

    /// A status is about to be shown to everybody.
    pub(crate) fn handle_announcement(&mut self, now: i64, user: &str, status: &Published) {
        self.echoes.handle_status(user, status.rev, &status.text);
        self.echoes.handle_rerender(now);
    }

    /// A status is about to be shown to its author alone, who joins.
    pub(crate) fn handle_shown(&mut self, user: &str, status: &Published) {
        self.echoes.handle_status(user, status.rev, &status.text);
    }

    /// Whether no later revision of the author's status is known.
    fn is_newest(&self, user: &str, status: &StatusRow) -> bool {
        self.echoes.newest_rev(user).is_none_or(|newest| newest <= status.rev)
    }

    /// The author signs in with a status: what waits here is older.
    pub(crate) fn handle_newer_write(&mut self, user: &str) {
        self.limiter.forget_waiting(user);
    }
}

impl StatusApp {
    /// Runs what goes on beside requests: the bridge, and the deletion of what has ended. Ends
    /// with the node.
    pub async fn run(self) -> Result<(), QueueError> {
        let Shared { node, settings, .. } = &*self.0;
        let app = node.app(&settings.app_id).ok_or(QueueError::UnknownApp)?;
        let watch = node.watch(&app.id, LOBBY)?;
        if app.bridge {
            let intercept = node.intercept(&app.id, LOBBY, EVENT)?;
            self.run_bridge(intercept, watch).await
        } else {
            self.run_without_bridge(watch).await;
            Ok(())
        }
    }

    /// Wakes for: an event that the engine took out, a member who came or went, a write that
    /// waited long enough, and the hour.
    async fn run_bridge(
        &self,
        mut intercept: Intercept,
        mut watch: Watch,
    ) -> Result<(), QueueError> {
        let mut hour = tokio::time::interval(PURGE_EVERY);
        hour.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = intercept.next() => match event {
                    Some(event) => self.handle_intercepted(event).await,
                    None => return Ok(()),
                },
                change = watch.next() => match change {
                    Some(change) => self.handle_member_change(&change),
                    // It fell behind, so there were changes; look again from here.
                    None => watch = self.watch_again()?,
                },
                () = self.write_due() => self.handle_due().await,
                _ = hour.tick() => self.purge().await,
            }
        }
    }

    /// Wakes for the hour, and for the end of the node.
    async fn run_without_bridge(&self, mut watch: Watch) {
        let mut hour = tokio::time::interval(PURGE_EVERY);
        hour.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                change = watch.next() => if change.is_none() { return },
                _ = hour.tick() => self.purge().await,
            }
        }
    }

    async fn handle_intercepted(&self, event: Intercepted) {
        let counters = &self.0.counters;
        match Message::parse(event.user.as_deref(), &event.data) {
            Ok(message) => self.handle_message(message).await,
            Err(MessageError::Spoofed) => {
                counters.spoof_rejected.add_one();
                tracing::warn!(socket = event.socket, "a status named somebody else");
            }
            Err(MessageError::Malformed) => {
                counters.bridge_malformed.add_one();
                tracing::info!(socket = event.socket, bytes = event.data.len(), "no status");
            }
        }
    }

    async fn handle_message(&self, message: Message) {
        let counters = &self.0.counters;
        match self.admit(message.text, &message.user) {
            Some(Admission::Now(text)) => self.write(&message.user, text).await,
            Some(Admission::Later) => {}
            Some(Admission::Replaced | Admission::Refused) => counters.bridge_coalesced.add_one(),
            None => counters.bridge_echoes.add_one(),
        }
    }

    /// Judges a write and asks the rate; `None` for what nobody typed.
    fn admit(&self, text: StatusText, user: &str) -> Option<Admission> {
        let now = self.now();
        let Memory { echoes, limiter } = &mut *self.memory();
        match echoes.judge(now, user, &text) {
            Verdict::New => Some(limiter.handle_write(now, user, text)),
            Verdict::Echo => None,
            // Back to the current status: what waits is no longer wanted.
            Verdict::Unchanged => {
                limiter.forget_waiting(user);
                None
            }
        }
    }

    fn handle_member_change(&self, change: &MemberChange) {
        tracing::trace!(joined = matches!(change, MemberChange::Joined(_)), "members changed");
        let now = self.now();
        self.memory().echoes.handle_rerender(now);
    }

    fn watch_again(&self) -> Result<Watch, QueueError> {
        let now = self.now();
        self.memory().echoes.handle_rerender(now);
        self.0.node.watch(&self.0.settings.app_id, LOBBY)
    }

    /// Ends when a write that waited may be made; never, when none waits.
    async fn write_due(&self) {
        let now = self.now();
        let due = self.memory().limiter.poll_timeout(now);
        match due {
            Some(due) => {
                let wait = u64::try_from(due - self.now()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            None => std::future::pending().await,
        }
    }

    async fn handle_due(&self) {
        let now = self.now();
        loop {
            let due = self.memory().limiter.poll_due(now);
            let Some((user, text)) = due else { return };
            self.write(&user, text).await;
        }
    }

    /// Stores a status, and shows it to everybody once it is stored.
    async fn write(&self, user: &str, text: StatusText) {
        match self.store_bridged(user, text).await {
            Ok(Some(saved)) => {
                self.0.counters.bridge_writes.add_one();
                self.announce(user, &saved).await;
                // The event has no revision by which a page could tell that it is late.
                if self.memory().is_newest(user, &saved) {
                    self.publish(user, &saved).await;
                }
            }
            Ok(None) => self.0.counters.bridge_malformed.add_one(),
            Err(error) => tracing::error!(%error, "a bridged status was not stored"),
        }
    }

    /// `None` for a member that is no account here: some other back end signed it in.
    async fn store_bridged(
        &self,
        user: &str,
        text: StatusText,
    ) -> Result<Option<StatusRow>, StoreError> {
        let Some(account) = self.0.store.account(user).await? else {
            return Ok(None);
        };
        let text = text.into_string();
        let write = StatusWrite { account: account.id, text, mutation_id: None, if_rev: None };
        match self.0.store.write_status(&write, self.now()).await? {
            Written::Saved(saved) => Ok(Some(saved)),
            Written::Replayed(_) | Written::Conflict(_) | Written::Gone => Ok(None),
        }
    }

    /// Tells the other users' connections, as the tutorial's page expects it.
    async fn publish(&self, user: &str, status: &StatusRow) {
        let event = EventData { username: user, status: &self.published(status).text };
        let publication = Publication {
            channel: LOBBY.to_owned(),
            event: EVENT.to_owned(),
            data: serde_json::to_string(&event).expect("texts always serialise"),
            except: Except::User(user.to_owned()),
        };
        let published = self.0.node.publish(&self.0.settings.app_id, publication).await;
        if let Err(error) = published {
            tracing::warn!(%error, rev = status.rev, "a bridged status was not published");
        }
    }

    async fn purge(&self) {
        if let Err(error) = self.0.store.purge(self.now()).await {
            tracing::error!(%error, "what has ended was not deleted");
        }
    }
}

#[derive(Serialize)]
struct EventData<'a> {
    username: &'a str,
    status: &'a str,
}

/// The tutorial's client event.
const EVENT: &str = "client-status-update";
const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);
