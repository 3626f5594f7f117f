//! Places for connections that have not finished a request. There are only so many, and when all
//! are taken, the one that waits for longest loses its own: whoever sends nothing cannot keep out
//! those who do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The places, shared by all connections of a node.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Mutex<Taken>>);

/// A place, until it is dropped or lost.
#[derive(Debug)]
pub(crate) struct Place {
    number: u64,
    places: Places,
}

/// Who is told to go, by age.
#[derive(Debug)]
struct Taken {
    max: usize,
    next: u64,
    by_age: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Places {
    /// So many places, at least one.
    pub(crate) fn new(max: usize) -> Self {
        Self(Arc::new(Mutex::new(Taken { max: max.max(1), next: 0, by_age: BTreeMap::new() })))
    }

    /// Takes a place, if need be from the oldest. The receiver gets a message if this one is lost,
    /// and none if it is given back.
    pub(crate) fn take(&self) -> (Place, oneshot::Receiver<()>) {
        let (tell, lost) = oneshot::channel();
        let mut taken = self.lock();
        while taken.by_age.len() >= taken.max
            && let Some((_, oldest)) = taken.by_age.pop_first()
        {
            // It may have ended by itself.
            let _ = oldest.send(());
        }
        let number = taken.next;
        taken.next += 1;
        taken.by_age.insert(number, tell);
        drop(taken);
        (Place { number, places: self.clone() }, lost)
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().by_age.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    #[test]
    fn the_oldest_that_still_waits_loses_its_place() {
        let places = Places::new(2);
        let (first, mut first_lost) = places.take();
        let (_second, mut second_lost) = places.take();
        drop(first);
        assert_eq!(first_lost.try_recv(), Err(TryRecvError::Closed), "given back, not lost");
        let (_third, mut third_lost) = places.take();
        assert_eq!(second_lost.try_recv(), Err(TryRecvError::Empty));
        let (_fourth, _) = places.take();
        assert_eq!(second_lost.try_recv(), Ok(()));
        assert_eq!(third_lost.try_recv(), Err(TryRecvError::Empty));
    }
}
