//! Where an app is reached, as its requests, redirects and cookies have to know.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::origin::{Origin, PublicUrl};

/// The address of an app.
#[derive(Debug)]
pub struct Site {
    public_url: Option<PublicUrl>,
    path_prefix: String,
    warned_of_origin: AtomicBool,
}

/// What has such an address: the state of a router.
pub trait HasSite {
    /// Where it is reached.
    fn site(&self) -> &Site;
}

impl Site {
    /// Reached at `public_url`, or without one where a request says; paths have `path_prefix` in
    /// front, which is nothing, or a slash and segments.
    pub fn new(public_url: Option<PublicUrl>, path_prefix: String) -> Self {
        Self { public_url, path_prefix, warned_of_origin: AtomicBool::default() }
    }

    /// Where people reach the app, if that is not where they say.
    pub fn public_origin(&self) -> Option<&Origin> {
        self.public_url.as_ref().map(PublicUrl::origin)
    }

    /// What all paths have in front.
    pub fn path_prefix(&self) -> &str {
        &self.path_prefix
    }

    /// A path of ours, as browsers have to ask for it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.path_prefix)
    }

    /// Tells the operator, once, that a request was refused for its origin: a wrong `public_url`,
    /// or none behind a proxy, refuses everybody.
    pub(crate) fn handle_other_origin(&self, theirs: Option<&Origin>, ours: Option<&Origin>) {
        let (Some(theirs), Some(ours)) = (theirs, ours) else { return };
        if !self.warned_of_origin.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "refused a request whose Origin {theirs} differs from {ours}; if people reach this \
                 server there, set public_url to it"
            );
        }
    }
}
