//! Taps: who watches which app, and what waits to be read by them.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_engine::AppId;
use tokio::sync::Notify;

use super::Event;
use crate::handle::NodeHandle;

/// Watches an app until it is dropped.
pub struct Tap {
    node: NodeHandle,
    app: AppId,
    queue: Arc<Queue>,
}

/// What happened since the batch before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// What there is to show, in order.
    pub events: Vec<Event>,
    /// How many there were in all: more than are shown if only a sample was kept.
    pub seen: u64,
    /// How many of them were lost because nobody read in time.
    pub lost: u64,
}

/// All taps of a node.
#[derive(Debug, Default)]
pub(crate) struct Taps {
    by_app: Mutex<HashMap<AppId, Vec<Arc<Queue>>>>,
    /// Whether the node has stopped.
    is_closed: AtomicBool,
    /// How many apps are watched, for whoever only wants to know that none is.
    watched: AtomicUsize,
}

/// What one tap has not read.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    unread: Mutex<Unread>,
    ready: Notify,
}

#[derive(Debug, Default)]
struct Unread {
    events: VecDeque<Event>,
    seen: u64,
    lost: u64,
    is_closed: bool,
}

impl Tap {
    pub(crate) fn new(node: NodeHandle, app: AppId) -> Self {
        let queue = Arc::default();
        Self { node, app, queue }
    }

    pub(crate) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Waits for something to happen, and returns all that did; `None` when the node stops or the
    /// app is removed, even if another of its id has come since.
    pub async fn recv(&mut self) -> Option<Batch> {
        loop {
            if let Some(batch) = self.queue.take() {
                return batch;
            }
            self.queue.ready.notified().await;
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.node.untap(&self.app, &self.queue);
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("app", &self.app).finish_non_exhaustive()
    }
}

impl Taps {
    /// Adds one; `begin` runs before anybody else is added or removed, if it is the first of its app.
    pub(crate) fn add(&self, app: &AppId, queue: &Arc<Queue>, begin: impl FnOnce()) {
        let mut by_app = self.lock();
        let taps = by_app.entry(app.clone()).or_default();
        taps.push(Arc::clone(queue));
        queue.lock().is_closed = self.is_closed.load(Ordering::Relaxed);
        if taps.len() == 1 {
            self.watched.fetch_add(1, Ordering::Relaxed);
            begin();
        }
    }

    /// Removes one; `end` runs before anybody else is, if it was the last of its app.
    pub(crate) fn remove(&self, app: &AppId, queue: &Arc<Queue>, end: impl FnOnce()) {
        let mut by_app = self.lock();
        let Some(taps) = by_app.get_mut(app) else { return };
        taps.retain(|tap| !Arc::ptr_eq(tap, queue));
        if taps.is_empty() {
            by_app.remove(app);
            self.watched.fetch_sub(1, Ordering::Relaxed);
            end();
        }
    }

    /// Whether somebody watches an app.
    pub(crate) fn watch(&self, app: &AppId) -> bool {
        self.watched.load(Ordering::Relaxed) > 0 && self.lock().contains_key(app)
    }

    /// Shows an event to all who watch an app.
    pub(crate) fn show(&self, app: &AppId, event: &Event) {
        for queue in self.lock().get(app).into_iter().flatten() {
            queue.push(event.clone());
        }
    }

    /// Counts events that are not shown for all who watch an app.
    pub(crate) fn count(&self, app: &AppId, unseen: u64) {
        for queue in self.lock().get(app).into_iter().flatten() {
            queue.count(unseen);
        }
    }

    /// Tells everybody that there is nothing to come.
    pub(crate) fn close(&self) {
        let by_app = self.lock();
        self.is_closed.store(true, Ordering::Relaxed);
        by_app.values().flatten().for_each(|queue| queue.close());
    }

    /// Tells all who watch an app that there is nothing to come of it.
    pub(crate) fn close_app(&self, app: &AppId) {
        self.lock().get(app).into_iter().flatten().for_each(|queue| queue.close());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AppId, Vec<Arc<Queue>>>> {
        self.by_app.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// What happens in another app of the same id is not for who watches one that is gone.
    fn push(&self, event: Event) {
        let mut unread = self.lock();
        if unread.is_closed {
            return;
        }
        unread.seen += 1;
        if unread.events.len() == MAX_UNREAD {
            unread.events.pop_front();
            unread.lost += 1;
        }
        unread.events.push_back(event);
        self.ready.notify_one();
    }

    fn count(&self, unseen: u64) {
        let mut unread = self.lock();
        if !unread.is_closed {
            unread.seen += unseen;
        }
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.ready.notify_one();
    }

    /// What there is, or that there is an end.
    fn take(&self) -> Option<Option<Batch>> {
        let mut unread = self.lock();
        if unread.events.is_empty() {
            return unread.is_closed.then_some(None);
        }
        let (seen, lost) = (std::mem::take(&mut unread.seen), std::mem::take(&mut unread.lost));
        Some(Some(Batch { events: unread.events.drain(..).collect(), seen, lost }))
    }

    fn lock(&self) -> MutexGuard<'_, Unread> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most events that a tap may be behind. Those from before are lost: who looks wants to see what
/// happens now.
const MAX_UNREAD: usize = 1_000;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::EventType;
    use super::*;

    fn event(n: u64) -> Event {
        Event { n, ..Event::new(EventType::Connection) }
    }

    #[test]
    fn a_tap_that_does_not_keep_up_is_told_how_many_it_lost() {
        let queue = Queue::default();
        let all = MAX_UNREAD as u64 + 7;
        (0..all).for_each(|n| queue.push(event(n)));
        let batch = queue.take().flatten().unwrap();
        assert_eq!((batch.events.len(), batch.seen, batch.lost), (MAX_UNREAD, all, 7));
        assert_eq!(batch.events[0].n, 7, "the oldest are gone");
        assert!(queue.take().is_none());
        queue.push(event(all));
        assert_eq!(queue.take(), Some(Some(Batch { events: vec![event(all)], seen: 1, lost: 0 })));
    }

    #[test]
    fn an_app_is_watched_from_its_first_tap_to_its_last() {
        let (taps, app) = (Taps::default(), AppId::new("1"));
        let [first, second] = [(); 2].map(|()| Arc::<Queue>::default());
        let (began, ended) = (Cell::new(0), Cell::new(0));
        let begin = || began.set(began.get() + 1);
        let end = || ended.set(ended.get() + 1);
        taps.add(&app, &first, begin);
        taps.add(&app, &second, begin);
        assert!(taps.watch(&app) && !taps.watch(&AppId::new("2")));
        taps.remove(&app, &first, end);
        assert!(taps.watch(&app));
        taps.remove(&app, &second, end);
        taps.remove(&app, &second, end);
        assert!(!taps.watch(&app));
        assert_eq!((began.get(), ended.get()), (1, 1));
    }
}
