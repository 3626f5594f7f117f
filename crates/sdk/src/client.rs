//! The client itself: credentials and a pool of connections. What it can do is in the other files.

use std::fmt;
use std::sync::Arc;

use rollcall_wire::auth::Key;

use crate::builder::Builder;

/// Talks to one app of one server. Cloning shares its pool of connections.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) app_id: Arc<str>,
    /// The first signs; all of them may sign webhooks. Never empty.
    pub(crate) keys: Arc<[Key]>,
    /// Without a slash at its end.
    pub(crate) url: Arc<str>,
    pub(crate) master_key: Option<MasterKey>,
    pub(crate) http: reqwest::Client,
}

/// The key of all encrypted channels; never printed.
#[derive(Clone, Copy)]
pub(crate) struct MasterKey(pub(crate) [u8; 32]);

impl Client {
    /// A client of the app with this id, which signs with this key.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret")
    ///     .url("http://127.0.0.1:9000")
    ///     .build()?;
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn builder(app_id: &str, key: &str, secret: &str) -> Builder {
        Builder::new(app_id, key, secret)
    }

    /// Where the server is, without a slash at its end.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret").url("http://[::1]:9/").build()?;
    /// assert_eq!(client.url(), "http://[::1]:9");
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The public key that browsers connect with.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret").build()?;
    /// assert_eq!(client.key(), "app-key");
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn key(&self) -> &str {
        &self.signing_key().key
    }

    pub(crate) fn signing_key(&self) -> &Key {
        self.keys.first().expect("a builder begins with one key")
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}
