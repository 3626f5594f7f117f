//! How many messages are under way: publishers wait here until one more may be.

use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Hands out the messages of a round, no more than so many before the earlier ones were read.
#[derive(Debug)]
pub(crate) struct Window {
    state: Mutex<State>,
    changed: Condvar,
    size: u32,
}

#[derive(Debug)]
struct State {
    next: u32,
    end: u32,
    read: u32,
}

impl Window {
    /// Hands out `messages`, with at most `size` of them under way.
    pub(crate) fn new(messages: Range<u32>, size: u32) -> Self {
        let Range { start, end } = messages;
        let state = Mutex::new(State { next: start, end, read: start });
        Self { state, changed: Condvar::new(), size }
    }

    /// The next message to publish, once there is room; `None` when all were handed out.
    pub(crate) fn take(&self) -> Option<u32> {
        let is_full =
            |state: &mut State| state.next < state.end && state.next - state.read >= self.size;
        let waited = self.changed.wait_while(self.state(), is_full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let message = state.next;
        if message >= state.end {
            return None;
        }
        state.next += 1;
        Some(message)
    }

    /// All messages before this one were read by everybody.
    pub(crate) fn advance(&self, read: u32) {
        self.state().read = read;
        self.changed.notify_all();
    }

    /// Hands out nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.end = state.next;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn no_more_than_its_size_are_under_way() {
        let window = Window::new(10..20, 3);
        assert_eq!([window.take(), window.take(), window.take()], [Some(10), Some(11), Some(12)]);
        thread::scope(|scope| {
            let fourth = scope.spawn(|| window.take());
            window.advance(11);
            assert_eq!(fourth.join().unwrap(), Some(13));
        });
    }

    #[test]
    fn whoever_waits_ends_when_it_closes() {
        let window = Window::new(0..10, 1);
        assert_eq!(window.take(), Some(0));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| window.take());
            window.close();
            assert_eq!(waiting.join().unwrap(), None);
        });
    }

    #[test]
    fn all_are_handed_out_once() {
        let window = Window::new(0..2, 5);
        assert_eq!([window.take(), window.take(), window.take()], [Some(0), Some(1), None]);
    }
}
