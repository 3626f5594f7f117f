//! What a server that runs says of itself to the commands beside it: it is in the data directory for
//! as long as the server is, and is what really is, whatever the options of the command say.

use std::net::SocketAddr;
use std::path::Path;

use rollcall_node::config::Config;
use rollcall_store::DataDirectory;
use rustix::process::{Resource, getrlimit};
use serde_json::{Value, json};
use tracing::warn;

use crate::address;

/// A server that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    /// Where it listens, as a URL that leads there from its own machine, with its prefix and without
    /// a slash at the end.
    pub(crate) own: String,
    /// The same as people are told it.
    pub(crate) public: String,
    /// How many files it may have open; none is no limit.
    pub(crate) files: Option<u64>,
}

impl Running {
    /// This process, which listens there.
    pub(crate) fn here(config: &Config, listens_at: SocketAddr) -> Self {
        Self {
            own: address::local(config, listens_at),
            public: address::public(config, listens_at),
            files: getrlimit(Resource::Nofile).current,
        }
    }

    /// Says so to the commands beside it. They do without where that fails.
    pub(crate) fn announce(&self, directory: &mut DataDirectory) {
        let Self { own, public, files } = self;
        let text = json!({ "own": own, "public": public, "files": files }).to_string();
        if let Err(error) = directory.announce(&text) {
            warn!(%error, "commands beside this server cannot be told where it is");
        }
    }

    /// The server that runs on this data directory, if one does that has said so.
    pub(crate) fn on(data: &Path) -> Option<Self> {
        let text = DataDirectory::announcement(data).ok()??;
        let said: Value = serde_json::from_str(&text).ok()?;
        let word = |name: &str| Some(said[name].as_str()?.to_owned());
        Some(Self { own: word("own")?, public: word("public")?, files: said["files"].as_u64() })
    }
}
