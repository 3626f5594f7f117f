//! The apps of the node as the doors see them: an immutable snapshot, replaced whole when a setting
//! changes, and the places that an app's connections and answers take.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rollcall_engine::{App, AppId, Quota, Visibility};
use tokio::sync::Semaphore;

use crate::http::ANSWERS_OF_ONE_APP;
use crate::key_uses::KeyUses;
use crate::tally::Tally;
use crate::usage::Usage;

/// Where the newest snapshot is.
#[derive(Debug)]
pub(crate) struct AppsCell {
    newest: RwLock<Arc<Apps>>,
}

/// All apps at one moment.
#[derive(Debug, Default)]
pub(crate) struct Apps {
    by_id: HashMap<String, Tenant>,
    by_key: HashMap<String, Tenant>,
}

/// What a new snapshot changed.
#[derive(Debug, Default)]
pub(crate) struct AppChanges {
    /// Apps that are new, or have other settings than before.
    pub(crate) replaced: Vec<Arc<App>>,
    /// Apps that are gone.
    pub(crate) removed: Vec<AppId>,
}

/// An app, and what it has taken of the node.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// Its settings.
    pub(crate) app: Arc<App>,
    places: Arc<Places>,
}

/// The places of an app, which stay while its settings change.
#[derive(Debug)]
struct Places {
    /// How many connections it has that count in its quota.
    connections: AtomicU32,
    /// How many it has that do not yet, because they were not authorized.
    unauthorized: AtomicU32,
    /// How many messages its back ends have sent today.
    messages: Tally,
    /// How many large answers it may still have under way.
    answers: Arc<Semaphore>,
    /// What is counted of it.
    usage: Usage,
    /// Whether a back end has published.
    published: AtomicBool,
    /// When its keys were used last.
    keys: KeyUses,
}

/// One connection's place in its app's quota, or before that among the connections that wait for
/// one; given back when dropped.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    places: Arc<Places>,
    row: Row,
    /// Whether the connection is open by now.
    is_open: bool,
}

/// Where a connection is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Counted,
    Unauthorized,
}

/// Why a set of apps cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppsError {
    /// Two apps have this id.
    DuplicateId(String),
    /// Two apps, or one twice, have this key.
    DuplicateKey(String),
    /// The app of this id has no key, so nobody could connect to it.
    NoKey(String),
}

impl AppsCell {
    /// Starts with these apps.
    pub(crate) fn new(apps: Apps) -> Self {
        Self { newest: RwLock::new(Arc::new(apps)) }
    }

    /// The newest snapshot.
    pub(crate) fn snapshot(&self) -> Arc<Apps> {
        Arc::clone(&self.newest.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something with the newest snapshot, before which no other comes: mail that is sent
    /// here precedes the mail of the next change.
    pub(crate) fn with_newest<T>(&self, act: impl FnOnce(&Apps) -> T) -> T {
        act(&self.newest.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the list of apps as `edit` does, and has `tell` tell the shards what became of it
    /// before anybody sees the new snapshot. With apps that cannot be told apart nothing changes.
    /// Reserved apps `edit` does not see; they stay.
    ///
    /// The list is replaced whole, so that a key may pass from one app to another.
    pub(crate) fn change(
        &self,
        edit: impl FnOnce(&mut Vec<App>),
        tell: impl FnOnce(AppChanges),
    ) -> Result<(), AppsError> {
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        let apps = newest.by_id.values().map(|tenant| (*tenant.app).clone());
        let (mut apps, reserved): (Vec<_>, Vec<_>) = apps.partition(is_listed);
        edit(&mut apps);
        apps.extend(reserved);
        let (next, changes) = newest.succeeded_by(apps)?;
        *newest = Arc::new(next);
        tell(changes);
        Ok(())
    }
}

impl Apps {
    /// A snapshot of these apps.
    pub(crate) fn new(apps: Vec<App>) -> Result<Self, AppsError> {
        let mut snapshot = Self::default();
        for app in apps {
            snapshot.add(Tenant { app: Arc::new(app), places: Arc::default() })?;
        }
        Ok(snapshot)
    }

    /// The app that the HTTP API knows by this id.
    pub(crate) fn of_id(&self, id: &str) -> Option<&Tenant> {
        self.by_id.get(id)
    }

    /// The app that clients know by this key.
    pub(crate) fn of_key(&self, key: &str) -> Option<&Tenant> {
        self.by_key.get(key)
    }

    /// All apps but reserved ones.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Tenant> {
        self.by_id.values().filter(|tenant| tenant.is_listed())
    }

    /// The snapshot of these apps, which takes over what did not change and all places.
    fn succeeded_by(&self, apps: Vec<App>) -> Result<(Self, AppChanges), AppsError> {
        let (mut next, mut changes) = (Self::default(), AppChanges::default());
        for app in apps {
            let old = self.of_id(app.id.as_str());
            let tenant = match old {
                Some(old) if *old.app == app => old.clone(),
                _ => {
                    let places = old.map(|old| Arc::clone(&old.places)).unwrap_or_default();
                    Tenant { app: Arc::new(app), places }
                }
            };
            if old.is_none_or(|old| !Arc::ptr_eq(&old.app, &tenant.app)) {
                changes.replaced.push(Arc::clone(&tenant.app));
            }
            next.add(tenant)?;
        }
        let gone = self.by_id.values().filter(|old| next.of_id(old.app.id.as_str()).is_none());
        changes.removed = gone.map(|old| old.app.id.clone()).collect();
        Ok((next, changes))
    }

    fn add(&mut self, tenant: Tenant) -> Result<(), AppsError> {
        let id = tenant.app.id.as_str();
        if tenant.app.keys.is_empty() {
            return Err(AppsError::NoKey(id.to_owned()));
        }
        for key in &tenant.app.keys {
            if self.by_key.insert(key.key.clone(), tenant.clone()).is_some() {
                return Err(AppsError::DuplicateKey(key.key.clone()));
            }
        }
        match self.by_id.insert(id.to_owned(), tenant.clone()) {
            Some(_) => Err(AppsError::DuplicateId(id.to_owned())),
            None => Ok(()),
        }
    }
}

impl Tenant {
    /// Whether it is an operator's, and not the program's own.
    pub(crate) fn is_listed(&self) -> bool {
        is_listed(&self.app)
    }

    /// What is counted of it outside the shards.
    pub(crate) fn usage(&self) -> &Usage {
        &self.places.usage
    }

    /// When its keys were used last.
    pub(crate) fn keys(&self) -> &KeyUses {
        &self.places.keys
    }

    /// A place for one more connection, if the app's quota has one (docs/protocol.md 1.5, 4004).
    pub(crate) fn take_place(&self) -> Option<ConnectionPermit> {
        self.take(Row::Counted)
    }

    /// A place among the connections that count later. There are as many of them as of the others,
    /// or else a quota would limit nothing.
    pub(crate) fn take_place_unauthorized(&self) -> Option<ConnectionPermit> {
        self.take(Row::Unauthorized)
    }

    /// Counts messages of the app's back ends; `false` if they are more than it may send today.
    pub(crate) fn take_messages(&self, count: u64, unix_seconds: u64) -> bool {
        self.places.messages.take(count, unix_seconds / SECONDS_OF_A_DAY, self.message_quota())
    }

    /// Whether nothing was published before; asked once for each message.
    pub(crate) fn is_first_message(&self) -> bool {
        let published = &self.places.published;
        !published.load(Ordering::Relaxed) && !published.swap(true, Ordering::Relaxed)
    }

    fn take(&self, row: Row) -> Option<ConnectionPermit> {
        let places = Arc::clone(&self.places);
        // A permit that is made gives back when it is dropped, so none is made in vain.
        let is_taken = places.of(row).take_up_to(self.app.quota());
        is_taken.then(|| ConnectionPermit { places, row, is_open: false })
    }

    fn message_quota(&self) -> u64 {
        match self.app.max_messages_per_day {
            0 => u64::MAX,
            most => most,
        }
    }

    /// The app's share of the places of large answers.
    pub(crate) fn answers(&self) -> &Arc<Semaphore> {
        &self.places.answers
    }
}

impl ConnectionPermit {
    /// The connection is open from now on, until this is dropped.
    pub(crate) fn begin(&mut self) {
        if !std::mem::replace(&mut self.is_open, true) {
            self.places.usage.connections.rise();
        }
    }

    /// The connection counts from now on, if it does not already; `false` if there is no place.
    pub(crate) fn count(&mut self, quota: Quota) -> bool {
        if self.row == Row::Counted {
            return true;
        }
        if !self.places.of(Row::Counted).take_up_to(quota) {
            return false;
        }
        self.places.of(Row::Unauthorized).fetch_sub(1, Ordering::Relaxed);
        self.row = Row::Counted;
        true
    }
}

impl Places {
    fn of(&self, row: Row) -> &AtomicU32 {
        match row {
            Row::Counted => &self.connections,
            Row::Unauthorized => &self.unauthorized,
        }
    }
}

impl Default for Places {
    fn default() -> Self {
        Self {
            connections: AtomicU32::new(0),
            unauthorized: AtomicU32::new(0),
            messages: Tally::default(),
            answers: Arc::new(Semaphore::new(ANSWERS_OF_ONE_APP)),
            usage: Usage::default(),
            published: AtomicBool::new(false),
            keys: KeyUses::default(),
        }
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.places.of(self.row).fetch_sub(1, Ordering::Relaxed);
        if self.is_open {
            self.places.usage.connections.fall();
        }
    }
}

fn is_listed(app: &App) -> bool {
    app.visibility == Visibility::Listed
}

trait TakeUpTo {
    /// Adds one, unless there are as many as there may be.
    fn take_up_to(&self, quota: Quota) -> bool;
}

impl TakeUpTo for AtomicU32 {
    fn take_up_to(&self, quota: Quota) -> bool {
        let limit = match quota {
            Quota::Unlimited => u32::MAX,
            Quota::UpTo(most) => most,
        };
        let more = |taken| (taken < limit).then_some(taken + 1);
        self.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }
}

impl fmt::Display for AppsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId(id) => write!(f, "two apps have the id {id:?}"),
            Self::DuplicateKey(key) => write!(f, "the key {key:?} is used twice"),
            Self::NoKey(id) => write!(f, "the app {id:?} has no key"),
        }
    }
}

impl std::error::Error for AppsError {}

/// A day of the calendar, in UTC.
const SECONDS_OF_A_DAY: u64 = 86_400;

#[cfg(test)]
mod tests {
    use rollcall_wire::auth::Key;

    use super::*;

    fn app(id: &str, keys: &[&str]) -> App {
        let key = |key: &&str| Key { key: (*key).to_owned(), secret: "secret".to_owned() };
        App::new(id, keys.iter().map(key).collect())
    }

    #[test]
    fn every_key_leads_to_its_app() {
        let apps = Apps::new(vec![app("1", &["a", "b"]), app("2", &["c"])]).unwrap();
        for (key, id) in [("a", "1"), ("b", "1"), ("c", "2")] {
            assert_eq!(apps.of_key(key).unwrap().app.id.as_str(), id);
            assert!(apps.of_id(id).is_some());
        }
        assert!(apps.of_key("1").is_none());
    }

    #[test]
    fn apps_that_cannot_be_told_apart_are_refused() {
        let error = |apps| Apps::new(apps).map(|_| ()).unwrap_err();
        let same_id = vec![app("1", &["a"]), app("1", &["b"])];
        assert_eq!(error(same_id), AppsError::DuplicateId("1".to_owned()));
        let same_key = vec![app("1", &["a"]), app("2", &["a"])];
        assert_eq!(error(same_key), AppsError::DuplicateKey("a".to_owned()));
        assert_eq!(error(vec![app("1", &[])]), AppsError::NoKey("1".to_owned()));
    }

    #[test]
    fn p10_a_place_is_free_again_when_its_connection_ends() {
        let limited = App { max_connections: 2, ..app("1", &["a"]) };
        let apps = Apps::new(vec![limited]).unwrap();
        let tenant = apps.of_id("1").unwrap();
        let first = tenant.take_place().unwrap();
        let _second = tenant.take_place().unwrap();
        assert!(tenant.take_place().is_none());
        drop(first);
        assert!(tenant.take_place().is_some());
    }

    #[test]
    fn p118_a_place_among_the_unauthorized_is_none_in_the_quota() {
        let limited = App { max_connections: 1, ..app("1", &["a"]) };
        let apps = Apps::new(vec![limited]).unwrap();
        let tenant = apps.of_id("1").unwrap();
        let mut first = tenant.take_place_unauthorized().unwrap();
        assert!(tenant.take_place_unauthorized().is_none(), "they are bounded too");
        assert!(first.count(Quota::UpTo(1)));
        assert!(first.count(Quota::UpTo(1)), "it counts once");

        let mut second = tenant.take_place_unauthorized().unwrap();
        assert!(!second.count(Quota::UpTo(1)));
        drop(first);
        assert!(second.count(Quota::UpTo(1)));
        let mut third = tenant.take_place_unauthorized().unwrap();
        assert!(third.count(Quota::Unlimited), "the app asks no longer");
        drop((second, third));
        assert!(tenant.take_place().is_some());
    }

    #[test]
    fn messages_of_a_day_are_counted_across_new_settings() {
        let limited = |most| App { max_messages_per_day: most, ..app("1", &["a"]) };
        let cell = AppsCell::new(Apps::new(vec![limited(3)]).unwrap());
        let take = |count| cell.snapshot().of_id("1").unwrap().take_messages(count, 86_399);
        assert!(take(2));
        assert!(!take(2));
        replace_all(&cell, vec![limited(4)]).unwrap();
        assert!(take(2));
        replace_all(&cell, vec![limited(0)]).unwrap();
        assert!(take(1_000));
    }

    #[test]
    fn replaced_settings_keep_the_places_that_are_taken() {
        let limited = || App { max_connections: 1, ..app("1", &["a"]) };
        let cell = AppsCell::new(Apps::new(vec![limited(), app("2", &["b"])]).unwrap());
        let _only = cell.snapshot().of_id("1").unwrap().take_place().unwrap();
        replace_all(
            &cell,
            vec![App { keys: app("1", &["c"]).keys, ..limited() }, app("2", &["b"])],
        )
        .unwrap();

        let apps = cell.snapshot();
        assert!(apps.of_key("a").is_none());
        assert!(apps.of_key("b").is_some());
        assert!(apps.of_key("c").unwrap().take_place().is_none());
    }
    #[test]
    fn a_key_may_pass_from_one_app_to_another_at_once() {
        let cell = AppsCell::new(Apps::new(vec![app("1", &["a"]), app("2", &["b"])]).unwrap());
        replace_all(&cell, vec![app("2", &["a"]), app("1", &["b"])]).unwrap();
        for (key, id) in [("a", "2"), ("b", "1")] {
            assert_eq!(cell.snapshot().of_key(key).unwrap().app.id.as_str(), id);
        }
    }

    #[test]
    fn only_what_changed_is_told() {
        let apps = || vec![app("1", &["a"]), app("2", &["b"]), app("3", &["c"])];
        let cell = AppsCell::new(Apps::new(apps()).unwrap());
        assert_eq!(replace_all(&cell, apps()).unwrap(), " -");
        let next = vec![app("1", &["a"]), app("2", &["b", "d"]), app("4", &["e"])];
        assert_eq!(replace_all(&cell, next).unwrap(), "2 4 - 3");
        assert_eq!(replace_all(&cell, Vec::new()).unwrap(), " - 1 2 4");
    }

    #[test]
    fn a_clash_changes_nothing() {
        let cell = AppsCell::new(Apps::new(vec![app("1", &["a"]), app("2", &["b"])]).unwrap());
        let clash = replace_all(&cell, vec![app("1", &["c"]), app("2", &["c"])]);
        assert_eq!(clash, Err(AppsError::DuplicateKey("c".to_owned())));
        assert_eq!(cell.snapshot().of_key("a").unwrap().app.id.as_str(), "1");
        assert!(cell.snapshot().of_key("c").is_none());
    }

    /// What was told: the ids of the apps with new settings, and those of the removed ones.
    fn replace_all(cell: &AppsCell, apps: Vec<App>) -> Result<String, AppsError> {
        let mut told = String::new();
        let tell = |changes: AppChanges| {
            let replaced = changes.replaced.iter().map(|app| app.id.to_string());
            let mut removed: Vec<_> = changes.removed.iter().map(AppId::to_string).collect();
            removed.sort();
            let replaced = replaced.collect::<Vec<_>>().join(" ");
            told = format!("{replaced} - {}", removed.join(" ")).trim_end().to_owned();
        };
        cell.change(|old| *old = apps, tell)?;
        Ok(told)
    }
}
