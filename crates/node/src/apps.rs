//! The apps of the node as the doors see them: an immutable snapshot, replaced whole when a setting
//! changes, and the places that an app's connections take.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rollcall_engine::App;

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

/// An app, and how many connections it has.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// Its settings.
    pub(crate) app: Arc<App>,
    places: Arc<AtomicU32>,
}

/// One connection's place in its app's quota; given back when dropped.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    places: Arc<AtomicU32>,
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

    /// Replaces the settings of the app of that id, or adds it; its connections keep their places.
    pub(crate) fn replace(&self, app: App) -> Result<Arc<App>, AppsError> {
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Apps::default();
        for tenant in newest.by_id.values().filter(|tenant| tenant.app.id != app.id) {
            next.add(tenant.clone())?;
        }
        let app = Arc::new(app);
        let places = newest.of_id(app.id.as_str()).map(|old| Arc::clone(&old.places));
        next.add(Tenant { app: Arc::clone(&app), places: places.unwrap_or_default() })?;
        *newest = Arc::new(next);
        Ok(app)
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
    /// A place for one more connection, if the app's quota has one (docs/protocol.md 1.5, 4004).
    pub(crate) fn take_place(&self) -> Option<ConnectionPermit> {
        let limit = match self.app.max_connections {
            0 => u32::MAX,
            limit => limit,
        };
        let more = |taken| (taken < limit).then_some(taken + 1);
        self.places.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(ConnectionPermit { places: Arc::clone(&self.places) })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.places.fetch_sub(1, Ordering::Relaxed);
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
    fn replaced_settings_keep_the_places_that_are_taken() {
        let limited = || App { max_connections: 1, ..app("1", &["a"]) };
        let cell = AppsCell::new(Apps::new(vec![limited(), app("2", &["b"])]).unwrap());
        let _only = cell.snapshot().of_id("1").unwrap().take_place().unwrap();
        cell.replace(App { keys: app("1", &["c"]).keys, ..limited() }).unwrap();

        let apps = cell.snapshot();
        assert!(apps.of_key("a").is_none());
        assert!(apps.of_key("b").is_some());
        assert!(apps.of_key("c").unwrap().take_place().is_none());
        assert!(cell.replace(app("3", &["b"])).is_err());
        assert!(cell.snapshot().of_id("3").is_none());
    }
}
