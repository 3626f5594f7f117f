//! The status app: what its routes and its bridge share, and the two things that both do, which
//! are finding out who asks and telling the channel about a status.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_node::NodeHandle;
use rollcall_node::handle::SetMemberInfoError;
use rollcall_node::observe::Note;
use rollcall_store::{SessionId, SignedIn, StatusRow, Store};
use rollcall_web::{Asker, Clock, CommonFailure, HasSite, Pages, PublicUrl, Site};

use crate::bridge::Memory;
use crate::cookies;
use crate::failure::Failure;
use crate::limits::{self, LimitSettings, Limited, Limiter, Registrations};
use crate::published::{Published, Readers};
use crate::sockets::{OfSession, Sockets};
use crate::stats::{Counters, StatusStats};

/// The channel of everybody (docs/status.md section 0 "Rooms").
pub const LOBBY: &str = "presence-whatsup-members";

/// What the status app is told when it starts.
#[derive(Clone, Debug)]
pub struct StatusSettings {
    /// The app that it uses.
    pub app_id: String,
    /// Where people reach it, if that is not where it listens.
    pub public_url: Option<PublicUrl>,
    /// What paths of it have in front: nothing, or a slash and segments.
    pub path_prefix: String,
    /// The built-in page.
    pub pages: Pages,
    /// The operator's own page, which then takes the built-in one's place at `/`.
    pub custom_pages: Option<PathBuf>,
    /// How often people may do what.
    pub limits: LimitSettings,
    /// What tells it the time.
    pub clock: Clock,
}

/// The status app. Cheap to clone.
#[derive(Clone)]
pub struct StatusApp(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) node: NodeHandle,
    pub(crate) store: Store,
    pub(crate) settings: StatusSettings,
    pub(crate) counters: Arc<Counters>,
    site: Site,
    sockets: Mutex<Sockets>,
    memory: Mutex<Memory>,
    registrations: Mutex<Registrations>,
    auths: Mutex<Limiter<SessionId>>,
}

impl HasSite for StatusApp {
    fn site(&self) -> &Site {
        &self.0.site
    }
}

impl StatusApp {
    /// An app on this node and store. Serve its [`StatusApp::router`] and spawn its
    /// [`StatusApp::run`].
    pub fn new(node: NodeHandle, store: Store, settings: StatusSettings) -> Self {
        let limits = settings.limits;
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        node.register_counters(move || counted.read().metrics());
        let site = Site::new(settings.public_url.clone(), settings.path_prefix.clone());
        Self(Arc::new(Shared {
            node,
            store,
            settings,
            counters,
            site,
            sockets: Mutex::default(),
            memory: Mutex::new(Memory::new(limits)),
            registrations: Mutex::new(Registrations::new(limits)),
            auths: Mutex::new(limits::of_auths(limits)),
        }))
    }

    /// What it has counted so far.
    pub fn stats(&self) -> StatusStats {
        self.0.counters.read()
    }

    /// A path of ours, as browsers have to ask for it.
    pub(crate) fn path(&self, path: &str) -> String {
        self.0.site.path(path)
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.settings.clock.now()
    }

    /// Refuses what happens too often, and counts that.
    pub(crate) fn limited(&self, limited: Limited) -> Failure {
        self.0.counters.count_limited(limited.limit);
        let failure = Failure::TooManyRequests(limited);
        self.note(Note::RateLimit { user: None, message: failure.sentence() });
        failure
    }

    /// Tells operators of something.
    pub(crate) fn note(&self, note: Note) {
        self.0.node.note(&self.0.settings.app_id, note);
    }

    pub(crate) fn registrations(&self) -> MutexGuard<'_, Registrations> {
        self.0.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn auths(&self) -> MutexGuard<'_, Limiter<SessionId>> {
        self.0.auths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.0.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who sent the request, if its session has not ended.
    pub(crate) async fn signed_in(&self, asker: &Asker) -> Result<Option<SignedIn>, Failure> {
        match asker.token(&cookies::SESSION) {
            Some(token) => Ok(self.0.store.signed_in(&token.hash(), self.now()).await?),
            None => Ok(None),
        }
    }

    /// Who sent a request that only a signed-in person may send.
    pub(crate) async fn require_signed_in(&self, asker: &Asker) -> Result<SignedIn, Failure> {
        self.signed_in(asker).await?.ok_or(CommonFailure::NotSignedIn.into())
    }

    /// What the channel is told of a status, by whichever way it goes there.
    pub(crate) fn published(&self, status: &StatusRow) -> Published {
        let readers = match self.0.settings.custom_pages {
            Some(_) => Readers::OfMarkup,
            None => Readers::OfText,
        };
        Published::new(status, readers)
    }

    /// Tells the channel about a stored status. A user who is not there now is no failure: the
    /// partition keeps the revision for when they come (docs/status.md section 0 "Member info").
    pub(crate) async fn announce(&self, user: &str, status: &StatusRow) {
        self.note(Note::StatusChange { user: user.to_owned(), status: status.text.clone() });
        let status = self.published(status);
        self.memory().handle_announcement(self.now(), user, &status);
        let Shared { node, settings, .. } = &*self.0;
        let info = Some(status.member_info());
        let set = node.set_member_info(&settings.app_id, LOBBY, user, info, Some(status.rev)).await;
        match set {
            Ok(()) | Err(SetMemberInfoError::NotAMember) => {}
            Err(error) => tracing::warn!(%error, rev = status.rev, "a status was not announced"),
        }
    }

    /// Closes the sockets that a session had authorized (docs/status.md S12).
    pub(crate) fn close_sockets(&self, of_session: OfSession) {
        let Shared { node, settings, .. } = &*self.0;
        for socket in &of_session.sockets {
            node.disconnect_member(&settings.app_id, socket, LOBBY, &of_session.user);
        }
    }
}
