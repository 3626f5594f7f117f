//! How much waits for the journal and how much is owed, so that the doors can refuse what would be
//! too much: of one app alone where it is that app's, of all where it is the disk's.
//!
//! What is owed is counted as it goes into the journal and out of it. The store could tell, but who
//! asks it would have everybody wait for the answer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_engine::AppId;
use tokio::sync::{Notify, watch};

/// How much waits for the journal, and how far it has come. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct JournalAccount(Arc<Account>);

#[derive(Debug)]
struct Account {
    /// Bytes that wait, withheld effects included.
    waiting: AtomicUsize,
    owing: Mutex<HashMap<AppId, Owing>>,
    /// How many apps are refused. Doors look at nothing else while it is none.
    refused: AtomicUsize,
    /// Counts the transactions.
    written: watch::Sender<u64>,
    /// Wakes the courier.
    owed: Notify,
}

/// What one app makes the journal hold.
#[derive(Debug, Default, PartialEq, Eq)]
struct Owing {
    /// Bytes that wait to be written down.
    waiting: usize,
    /// Events that no endpoint's line has taken.
    events: usize,
    /// The bytes of these.
    bytes: usize,
}

/// What may be known of it.
impl JournalAccount {
    /// Whether nothing more is to be owed for an app: too much of its own waits or is owed, or too
    /// much of all.
    pub(crate) fn is_full_for(&self, app: &AppId) -> bool {
        let is_any_refused = self.0.refused.load(Ordering::Relaxed) > 0;
        self.is_full() || is_any_refused && self.owing().get(app).is_some_and(Owing::is_too_much)
    }

    /// Whether so much waits that nothing more is to be kept.
    fn is_full(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) > MAX_WAITING
    }

    /// Changes whenever something was written down.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.0.written.subscribe()
    }

    /// Waits until something was written down since this was last waited for.
    pub(crate) async fn something_owed(&self) {
        self.0.owed.notified().await;
    }
}

/// What changes it.
impl JournalAccount {
    pub(super) fn new() -> Self {
        Self(Arc::new(Account {
            waiting: AtomicUsize::new(0),
            owing: Mutex::default(),
            refused: AtomicUsize::new(0),
            written: watch::Sender::new(0),
            owed: Notify::new(),
        }))
    }

    /// An app is owed so many events more, which have so many bytes.
    pub(super) fn note_owed(&self, app: &AppId, events: usize, bytes: usize) {
        self.change(app, |owing| {
            owing.events += events;
            owing.bytes += bytes;
        });
    }

    /// The courier took an event of so many bytes from the journal.
    pub(crate) fn note_taken(&self, app: &AppId, bytes: usize) {
        self.change(app, |owing| {
            owing.events = owing.events.saturating_sub(1);
            owing.bytes = owing.bytes.saturating_sub(bytes);
        });
    }

    /// So much of an app waits to be written down.
    pub(super) fn note_waiting(&self, app: &AppId, bytes: usize) {
        self.add(bytes);
        self.change(app, |owing| owing.waiting += bytes);
    }

    /// It was written down.
    pub(super) fn note_written(&self, app: &AppId, bytes: usize) {
        self.take(bytes);
        self.change(app, |owing| owing.waiting = owing.waiting.saturating_sub(bytes));
    }

    pub(crate) fn tell_written(&self) {
        self.0.written.send_modify(|written| *written += 1);
        self.0.owed.notify_one();
    }

    /// So much more is withheld.
    pub(crate) fn add(&self, bytes: usize) {
        self.0.waiting.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So much less is withheld.
    pub(crate) fn take(&self, bytes: usize) {
        self.0.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn change(&self, app: &AppId, change: impl FnOnce(&mut Owing)) {
        let mut all = self.owing();
        let owing = all.entry(app.clone()).or_default();
        let was_too_much = owing.is_too_much();
        change(owing);
        match (was_too_much, owing.is_too_much()) {
            (false, true) => _ = self.0.refused.fetch_add(1, Ordering::Relaxed),
            (true, false) => _ = self.0.refused.fetch_sub(1, Ordering::Relaxed),
            _ => {}
        }
        if *owing == Owing::default() {
            all.remove(app);
        }
    }

    fn owing(&self) -> MutexGuard<'_, HashMap<AppId, Owing>> {
        self.0.owing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owing {
    fn is_too_much(&self) -> bool {
        self.waiting > MAX_WAITING_OF_APP || self.events > MOST_EVENTS || self.bytes > MOST_BYTES
    }
}

/// What may wait for the journal before the doors of apps with webhooks refuse, and publishes to cache
/// channels.
const MAX_WAITING: usize = 16 << 20;

/// What may wait of one app, so that it is refused before others are.
const MAX_WAITING_OF_APP: usize = MAX_WAITING / 4;

/// The most events that an app may be owed in the journal.
const MOST_EVENTS: usize = 200_000;

/// The most bytes of these.
const MOST_BYTES: usize = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: &str) -> AppId {
        AppId::new(id)
    }

    #[test]
    fn an_app_that_is_owed_too_many_bytes_is_refused_alone_until_some_are_taken() {
        let account = JournalAccount::new();
        account.note_owed(&app("1"), 2, MOST_BYTES);
        assert!(!account.is_full_for(&app("1")));
        account.note_owed(&app("1"), 1, 100);
        assert!(account.is_full_for(&app("1")));
        assert!(!account.is_full_for(&app("2")));
        account.note_taken(&app("1"), 100);
        assert!(!account.is_full_for(&app("1")));
    }

    #[test]
    fn an_app_of_which_too_much_waits_is_refused_before_all_are() {
        let account = JournalAccount::new();
        account.note_waiting(&app("1"), MAX_WAITING_OF_APP + 1);
        assert!(account.is_full_for(&app("1")));
        assert!(!account.is_full_for(&app("2")));
        account.note_waiting(&app("3"), MAX_WAITING);
        assert!(account.is_full_for(&app("2")));
        account.note_written(&app("3"), MAX_WAITING);
        account.note_written(&app("1"), MAX_WAITING_OF_APP + 1);
        assert!(!account.is_full_for(&app("1")));
        assert!(account.owing().is_empty(), "an app that is owed nothing costs nothing");
    }
}
