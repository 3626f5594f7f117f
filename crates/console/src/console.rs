//! The console: what its routes share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::Method;
use rollcall_node::NodeHandle;
use rollcall_node::config::Config;
use rollcall_store::{OperatorSession, Store};
use rollcall_web::{Asker, Clock, Cookie, HasSite, Pages, PublicUrl, Site, Token};
use tokio::sync::Notify;

use crate::failure::Failure;
use crate::history::History;
use crate::judge::Judge;
use crate::limits::Limits;
use crate::live::Live;
use crate::log_tail::LogTail;
use crate::passwords::Hasher;
use crate::routes;
use crate::visitors::Visitors;

/// What the console is told when it starts.
#[derive(Clone)]
pub struct ConsoleSettings {
    /// What the operator has set for the program, with the apps of the file.
    pub config: Config,
    /// The id of the app of the status page.
    pub status_app: String,
    /// Says what the server could not serve.
    pub judge: Arc<dyn Judge>,
    /// Told after each change of the apps, so that whoever follows the store looks at once.
    pub changed: Arc<Notify>,
    /// Told when an operator wants the server to send everybody elsewhere and to end.
    pub drain: Arc<Notify>,
    /// Where people reach it, if that is not where it listens.
    pub public_url: Option<PublicUrl>,
    /// The built pages.
    pub pages: Pages,
    /// What tells it the time.
    pub clock: Clock,
    /// The version of the program.
    pub version: &'static str,
    /// The last lines of the log.
    pub log: LogTail,
    /// What the program is made of.
    pub licences: Vec<Licence>,
}

/// A part of the program that somebody else wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The expression of its licences.
    pub licence: &'static str,
}

/// The console. Cheap to clone.
#[derive(Clone)]
pub struct Console(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) node: NodeHandle,
    pub(crate) store: Store,
    pub(crate) settings: ConsoleSettings,
    pub(crate) hasher: Hasher,
    pub(crate) live: Live,
    pub(crate) visitors: Visitors,
    pub(crate) history: History,
    pub(crate) started_at: i64,
    /// Held by who has the database copied, until the copy is sent.
    pub(crate) copying: Arc<tokio::sync::Mutex<()>>,
    site: Site,
    limits: Mutex<Limits>,
}

impl HasSite for Console {
    fn site(&self) -> &Site {
        &self.0.site
    }
}

impl Console {
    /// A console on this node and store. Serve its [`Console::router`] and
    /// [start its recording](Console::start_recording).
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new(
        node: NodeHandle,
        store: Store,
        settings: ConsoleSettings,
    ) -> Result<Self, getrandom::Error> {
        let prefix = settings.config.front.path_prefix.to_string();
        Ok(Self(Arc::new(Shared {
            live: Live::new(&node)?,
            visitors: Visitors::default(),
            history: History::default(),
            node,
            store,
            site: Site::new(settings.public_url.clone(), prefix),
            hasher: Hasher::default(),
            started_at: settings.clock.now(),
            copying: Arc::default(),
            limits: Mutex::default(),
            settings,
        })))
    }

    /// All that the console answers, with its guard and its headers. Paths that do not begin with
    /// `/console` are somebody else's.
    pub fn router(&self) -> Router {
        routes::router(self)
    }

    /// Every request that only somebody who is signed in is answered.
    pub fn guarded_routes() -> Vec<(Method, String)> {
        routes::guarded().listed()
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.settings.clock.now()
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Limits> {
        self.0.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of a request: a browser's by its cookie, a program's by the token that it wrote
    /// into the database itself.
    pub(crate) async fn session(&self, asker: &Asker) -> Result<Option<OperatorSession>, Failure> {
        let (store, now) = (&self.0.store, self.now());
        if let Some(token) = asker.bearer() {
            return Ok(store.program_session(&token.hash(), now).await?);
        }
        match asker.token(&SESSION) {
            Some(token) => Ok(store.operator_session(&token.hash(), now).await?),
            None => Ok(None),
        }
    }

    /// The session that a browser sent along, whether or not it has ended.
    pub(crate) fn token(asker: &Asker) -> Option<Token> {
        asker.token(&SESSION)
    }
}

/// `c`: signed in to the console.
pub(crate) const SESSION: Cookie =
    Cookie::new("c", "__Host-c", rollcall_store::SESSION_ABSOLUTE_MS);
