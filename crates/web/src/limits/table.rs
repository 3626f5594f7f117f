//! What a limit remembers of everybody, bounded in keys and in moments.
//!
//! When it is full the idle ones go, then those that used least. Nobody who has used up what they
//! may is forgotten, so filling the table, from many addresses say, gives nobody a fresh start;
//! and whoever else is forgotten had spent less than the many who made it happen.

use std::collections::HashMap;
use std::hash::Hash;

/// What is remembered under one key.
pub(crate) trait Entry {
    /// Whether nothing of it matters any more; forgets what is past.
    fn is_idle(&mut self, now: i64) -> bool;
    /// Whether its key may do no more for now.
    fn is_spent(&self) -> bool;
    /// How many moments it holds.
    fn weight(&self) -> usize;
}

/// The entries of all keys.
pub(crate) struct Table<K, V> {
    entries: HashMap<K, V>,
    weight: usize,
    max: Size,
}

/// How much a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// The keys.
    pub(crate) keys: usize,
    /// All moments of all keys, 16 bytes each.
    pub(crate) weight: usize,
}

impl<K: Clone + Eq + Hash, V: Entry> Table<K, V> {
    /// An empty one.
    pub(crate) fn new(max: Size) -> Self {
        Self { entries: HashMap::new(), weight: 0, max }
    }

    /// The entry of a key, to be read.
    pub(crate) fn find(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// Changes the entry of a key, after making one if there is none. `None`: there is no room.
    pub(crate) fn change<R>(
        &mut self,
        now: i64,
        key: &K,
        fresh: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) -> Option<R> {
        if !self.has_room_for(key) {
            self.make_room(now);
        }
        if !self.has_room_for(key) {
            return None;
        }
        let entry = self.entries.entry(key.clone()).or_insert_with(fresh);
        let before = entry.weight();
        let result = change(entry);
        self.weight = self.weight + entry.weight() - before;
        Some(result)
    }

    /// Gives what is remembered under one key to another.
    pub(crate) fn rename(&mut self, old: &K, new: K) {
        if let Some(entry) = self.entries.remove(old) {
            self.entries.insert(new, entry);
            self.weigh();
        }
    }

    /// How much it holds now.
    #[cfg(test)]
    pub(crate) fn size(&self) -> Size {
        Size { keys: self.entries.len(), weight: self.weight }
    }

    fn has_room_for(&self, key: &K) -> bool {
        let is_known = self.entries.len() < self.max.keys || self.entries.contains_key(key);
        is_known && self.weight < self.max.weight
    }

    /// At least a quarter goes at once: making room looks at everybody, so it has to be rare.
    fn make_room(&mut self, now: i64) {
        self.entries.retain(|_, entry| !entry.is_idle(now));
        self.weigh();
        let wanted = Size { keys: self.max.keys / 4 * 3, weight: self.max.weight / 4 * 3 };
        if self.entries.len() > wanted.keys || self.weight > wanted.weight {
            let least = self.weight_of_a_quarter();
            self.entries.retain(|_, entry| entry.is_spent() || entry.weight() > least);
            self.weigh();
        }
    }

    /// The weight that a quarter of those that may go do not exceed.
    fn weight_of_a_quarter(&self) -> usize {
        let unspent = self.entries.values().filter(|entry| !entry.is_spent());
        let mut weights: Vec<usize> = unspent.map(Entry::weight).collect();
        let quarter = weights.len() / 4;
        match weights.is_empty() {
            true => 0,
            false => *weights.select_nth_unstable(quarter).1,
        }
    }

    fn weigh(&mut self) {
        self.weight = self.entries.values().map(Entry::weight).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Used so many times of ten, until a moment.
    struct Uses(usize, i64);

    impl Entry for Uses {
        fn is_idle(&mut self, now: i64) -> bool {
            now >= self.1
        }

        fn is_spent(&self) -> bool {
            self.0 >= 10
        }

        fn weight(&self) -> usize {
            self.0
        }
    }

    fn table(keys: usize, weight: usize) -> Table<usize, Uses> {
        Table::new(Size { keys, weight })
    }

    /// Uses a key once; whether there was room.
    fn take(table: &mut Table<usize, Uses>, now: i64, key: usize) -> bool {
        table.change(now, &key, || Uses(0, now + 100), |uses| uses.0 += 1).is_some()
    }

    #[test]
    fn s14_who_has_used_up_a_limit_is_not_forgotten_for_others() {
        let mut table = table(100, 1_000_000);
        for _ in 0..10 {
            take(&mut table, 0, 7);
        }
        for key in 1000..100_000 {
            assert!(take(&mut table, 0, key));
            assert!(table.size().keys <= 100);
        }
        assert_eq!(table.find(&7).map(|uses| uses.0), Some(10));
    }

    #[test]
    fn s14_a_table_of_none_but_spent_keys_has_room_when_they_are_idle() {
        let mut table = table(3, 1_000_000);
        for key in [1, 2, 3] {
            (0..10).for_each(|_| assert!(take(&mut table, 0, key)));
        }
        assert!(!take(&mut table, 99, 4));
        assert!(take(&mut table, 99, 3));
        assert!(take(&mut table, 100, 4));
        assert_eq!(table.size(), Size { keys: 1, weight: 1 });
    }

    #[test]
    fn s14_moments_are_bounded_too() {
        let mut table = table(1000, 400);
        for round in 0..9 {
            for key in 0..200 {
                take(&mut table, 0, key);
                assert!(table.size().weight <= 400, "{round}");
            }
        }
    }

    #[test]
    fn what_is_remembered_can_get_another_key() {
        let mut table = table(10, 100);
        take(&mut table, 0, 1);
        take(&mut table, 0, 2);
        table.rename(&1, 2);
        table.rename(&5, 6);
        assert_eq!((table.size(), table.find(&1).is_some()), (Size { keys: 1, weight: 1 }, false));
    }
}
