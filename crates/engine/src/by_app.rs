//! Counters kept apart for each app: rows in one list, found by a small number that connections and
//! channels carry, so that counting is an addition at a known place.
//!
//! Two rows are no app's. What nobody in particular did is in [`AppSlot::NOBODY`], with what apps
//! counted that are gone, so that a sum over all rows never falls. What a reserved app does goes to
//! [`AppSlot::RESERVED`], which is in no sum.

use std::collections::VecDeque;
use std::ops::{Index, IndexMut};

use crate::app::{App, AppId, Visibility};
use crate::{HashMap, HashSeed, hash_map};

/// The place of an app's counters in one machine. It is the app's until the app is removed, and
/// another's afterwards. What has none yet is nobody's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AppSlot(u32);

/// The counters of one machine, by app.
#[derive(Debug)]
pub(crate) struct ByApp<T> {
    rows: Vec<T>,
    by_id: HashMap<AppId, AppSlot>,
    /// Rows whose app is gone.
    free: Vec<AppSlot>,
    /// The apps that went last: mail of theirs may still come, and counts for nobody.
    gone: VecDeque<AppId>,
}

/// What can be kept by app.
pub(crate) trait Counters: Default + Copy {
    /// Adds what another has counted.
    fn add(&mut self, other: Self);
}

impl AppSlot {
    /// What is no app's, or was one's that is gone.
    pub(crate) const NOBODY: Self = Self(0);

    /// What is not counted.
    pub(crate) const RESERVED: Self = Self(1);
}

impl<T: Counters> ByApp<T> {
    /// Nothing counted yet.
    pub(crate) fn new(seed: HashSeed) -> Self {
        let rows = vec![T::default(); 2];
        Self { rows, by_id: hash_map(seed), free: Vec::new(), gone: VecDeque::new() }
    }

    /// The place of an app, which it gets with its first connection or message here.
    pub(crate) fn slot(&mut self, app: &App) -> AppSlot {
        if app.visibility == Visibility::Reserved {
            return AppSlot::RESERVED;
        }
        if let Some(&slot) = self.by_id.get(&app.id) {
            return slot;
        }
        let slot = self.free.pop().unwrap_or_else(|| self.append());
        self.by_id.insert(app.id.clone(), slot);
        slot
    }

    /// The app is served, perhaps again: it counts from now on, from zero.
    pub(crate) fn admit(&mut self, app: &AppId) {
        if self.by_id.get(app) == Some(&AppSlot::NOBODY) {
            self.by_id.remove(app);
        }
    }

    /// The app is gone: what it counted is nobody's from now on. Whatever carries the slot that
    /// comes back has to be given [`AppSlot::NOBODY`], before another app gets it.
    pub(crate) fn remove(&mut self, app: &AppId) -> Option<AppSlot> {
        let slot = self.by_id.insert(app.clone(), AppSlot::NOBODY);
        self.gone.push_back(app.clone());
        self.forget_oldest();
        let slot = slot.filter(|&slot| slot != AppSlot::NOBODY)?;
        let counted = std::mem::take(&mut self[slot]);
        self[AppSlot::NOBODY].add(counted);
        self.free.push(slot);
        Some(slot)
    }

    /// What one app counted.
    pub(crate) fn of(&self, app: &AppId) -> Option<T> {
        self.by_id.get(app).filter(|&&slot| slot != AppSlot::NOBODY).map(|&slot| self[slot])
    }

    /// What each app counted that did anything here.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&AppId, T)> {
        let apps = self.by_id.iter().filter(|&(_, &slot)| slot != AppSlot::NOBODY);
        apps.map(|(app, &slot)| (app, self[slot]))
    }

    /// What all counted, those that are gone and nobody included.
    pub(crate) fn total(&self) -> T {
        let (nobody, apps) = (AppSlot::NOBODY.0 as usize, AppSlot::RESERVED.0 as usize + 1);
        let mut total = self.rows[nobody];
        self.rows[apps..].iter().for_each(|row| total.add(*row));
        total
    }

    fn append(&mut self) -> AppSlot {
        let slot = AppSlot(u32::try_from(self.rows.len()).expect("apps are fewer than that"));
        self.rows.push(T::default());
        slot
    }

    fn forget_oldest(&mut self) {
        while self.gone.len() > MOST_GONE
            && let Some(app) = self.gone.pop_front()
        {
            self.admit(&app);
        }
    }
}

impl<T> Index<AppSlot> for ByApp<T> {
    type Output = T;

    fn index(&self, slot: AppSlot) -> &T {
        &self.rows[slot.0 as usize]
    }
}

impl<T> IndexMut<AppSlot> for ByApp<T> {
    fn index_mut(&mut self, slot: AppSlot) -> &mut T {
        &mut self.rows[slot.0 as usize]
    }
}

/// How many removed apps are remembered. Mail is on its way for milliseconds, and only what is on
/// its way needs it.
const MOST_GONE: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::PartitionStats;

    #[test]
    fn the_sum_stays_when_an_app_goes_and_its_place_is_used_again() {
        let mut counts = ByApp::<PartitionStats>::new([0; 4]);
        for (app, published) in [("1", 5), ("2", 7)] {
            let slot = counts.slot(&listed(app));
            counts[slot].published += published;
        }
        let gone = counts.remove(&AppId::new("1")).expect("it counted");
        assert_eq!(counts.total().published, 12);
        assert_eq!(counts.of(&AppId::new("1")), None);
        let next = counts.slot(&listed("3"));
        assert_eq!(next, gone);
        assert_eq!((counts[next].published, counts.total().published), (0, 12));
    }

    #[test]
    fn mail_of_an_app_that_is_gone_counts_for_nobody_until_it_is_back() {
        let mut counts = ByApp::<PartitionStats>::new([0; 4]);
        counts.slot(&listed("1"));
        counts.remove(&AppId::new("1"));
        assert_eq!(counts.slot(&listed("1")), AppSlot::NOBODY);
        assert_eq!(counts.remove(&AppId::new("1")), None, "it has nothing to give back");
        counts.admit(&AppId::new("1"));
        assert_ne!(counts.slot(&listed("1")), AppSlot::NOBODY);
        assert_eq!(counts.iter().count(), 1);
    }

    #[test]
    fn a_reserved_app_is_in_no_sum_and_no_list() {
        let mut counts = ByApp::<PartitionStats>::new([0; 4]);
        let slot = counts.slot(&App { visibility: Visibility::Reserved, ..listed("1") });
        counts[slot].published += 3;
        assert_eq!((counts.total(), counts.iter().count()), (PartitionStats::default(), 0));
    }

    #[test]
    fn apps_that_come_and_go_take_no_more_and_more_room() {
        let mut counts = ByApp::<PartitionStats>::new([0; 4]);
        for app in 0..3 * MOST_GONE {
            let app = listed(&app.to_string());
            let slot = counts.slot(&app);
            counts[slot].published += 1;
            counts.remove(&app.id);
        }
        assert_eq!((counts.rows.len(), counts.free.len()), (3, 1));
        assert_eq!((counts.by_id.len(), counts.gone.len()), (MOST_GONE, MOST_GONE));
        assert_eq!(counts.total().published, 3 * MOST_GONE as u64);
    }

    fn listed(id: &str) -> App {
        App::new(id, Vec::new())
    }
}
