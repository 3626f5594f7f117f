//! What a client must be told: the app's credentials, where the server is, and what else to know.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use rollcall_wire::auth::Key;

use crate::client::{Client, MasterKey};

/// Collects the settings of a [`Client`]; made by [`Client::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    app_id: String,
    keys: Vec<Key>,
    url: Result<String, BuildError>,
    master_key: Result<Option<MasterKey>, BuildError>,
    timeout: Duration,
    http: Option<reqwest::Client>,
}

/// Why settings make no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The app's id, its key or the key's secret is empty.
    NoCredentials,
    /// The name of the cluster is not one of small letters, digits and `-`.
    BadCluster,
    /// The URL is not `http://` or `https://`, a host, and perhaps a port and a path.
    BadUrl,
    /// The master key is not base64 of exactly 32 bytes.
    BadMasterKey,
    /// The system's TLS roots cannot be read.
    NoTls,
}

impl Builder {
    pub(crate) fn new(app_id: &str, key: &str, secret: &str) -> Self {
        Self {
            app_id: app_id.to_owned(),
            keys: vec![Key { key: key.to_owned(), secret: secret.to_owned() }],
            url: Ok("http://127.0.0.1:9000".to_owned()),
            master_key: Ok(None),
            timeout: Duration::from_secs(10),
            http: None,
        }
    }

    /// Where the server is; `http://127.0.0.1:9000` if nobody says. A path in it is the prefix under
    /// which the server was installed, which is not part of what is signed. Over `https`, the roots of
    /// the system are trusted, or those in the file that `SSL_CERT_FILE` names.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let near = Client::builder("1001", "app-key", "app-secret").build()?;
    /// assert_eq!(near.url(), "http://127.0.0.1:9000");
    /// let far = Client::builder("1001", "app-key", "app-secret")
    ///     .url("https://live.example.com/push/")
    ///     .build()?;
    /// assert_eq!(far.url(), "https://live.example.com/push");
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Ok(url.into());
        self
    }

    /// Talks to a cluster of the hosted service instead.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret").cluster("eu").build()?;
    /// assert_eq!(client.url(), "https://api-eu.pusher.com");
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn cluster(mut self, cluster: &str) -> Self {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        self.url = match !cluster.is_empty() && cluster.bytes().all(fits) {
            true => Ok(format!("https://api-{cluster}.pusher.com")),
            false => Err(BuildError::BadCluster),
        };
        self
    }

    /// One more key of the app, with which nothing is signed, but whose webhooks are authentic.
    /// While keys are exchanged, a server signs webhooks with the oldest of them.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "new-key", "new-secret")
    ///     .accept_key("old-key", "old-secret")
    ///     .build()?;
    /// let signature = "f6e45f50cff57e4ab4c9b8ae8bc0a6b8ef5bdbbf5a1b6dd2d0c0e6d2b0c4c3b1";
    /// assert!(client.verify_webhook("old-key", signature, b"{}").is_err());
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn accept_key(mut self, key: &str, secret: &str) -> Self {
        self.keys.push(Key { key: key.to_owned(), secret: secret.to_owned() });
        self
    }

    /// The key of all encrypted channels. The server never sees it.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret").master_key([7; 32]).build()?;
    /// let auth = client.authorize_channel("1.2", "private-encrypted-notes")?;
    /// assert!(auth.shared_secret.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn master_key(mut self, key: [u8; 32]) -> Self {
        self.master_key = Ok(Some(MasterKey(key)));
        self
    }

    /// The same in base64, as `openssl rand -base64 32` prints it and other libraries take it.
    ///
    /// ```
    /// use rollcall_server::{BuildError, Client};
    ///
    /// let builder = Client::builder("1001", "app-key", "app-secret");
    /// let fits = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    /// assert!(builder.clone().master_key_base64(fits).build().is_ok());
    /// let short = builder.master_key_base64("BwcH").build();
    /// assert_eq!(short.unwrap_err(), BuildError::BadMasterKey);
    /// ```
    pub fn master_key_base64(mut self, key: &str) -> Self {
        let bytes = STANDARD.decode(key).ok().and_then(|bytes| bytes.try_into().ok());
        self.master_key = bytes.map(|key| Some(MasterKey(key))).ok_or(BuildError::BadMasterKey);
        self
    }

    /// How long a request may take in all; 10 seconds if nobody says.
    ///
    /// ```
    /// use std::time::Duration;
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret")
    ///     .timeout(Duration::from_secs(2))
    ///     .build()?;
    /// # Ok::<(), rollcall_server::BuildError>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends through a reqwest client of your own, with its proxies, roots and timeouts; then
    /// [`timeout`](Self::timeout) says nothing.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// // Whoever makes a client themselves chooses what TLS is made with.
    /// let _ = rustls::crypto::ring::default_provider().install_default();
    /// let http = reqwest::Client::builder().user_agent("my-shop/1.0").build()?;
    /// let client = Client::builder("1001", "app-key", "app-secret").http_client(http).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The client, or what is wrong with the settings. Nothing is sent. Requests go through the proxy
    /// that the environment names (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`), if it names one. If the
    /// process has not chosen what rustls makes TLS with, it is ring from then on.
    ///
    /// ```
    /// use rollcall_server::{BuildError, Client};
    ///
    /// let wrong = Client::builder("1001", "app-key", "app-secret").url("live.example.com").build();
    /// assert_eq!(wrong.unwrap_err(), BuildError::BadUrl);
    /// ```
    pub fn build(self) -> Result<Client, BuildError> {
        let told = self.keys.iter().flat_map(|Key { key, secret }| [key, secret]);
        if told.chain([&self.app_id]).any(String::is_empty) {
            return Err(BuildError::NoCredentials);
        }
        Ok(Client {
            app_id: self.app_id.into(),
            keys: self.keys.into(),
            url: base_url(&self.url?).ok_or(BuildError::BadUrl)?.into(),
            master_key: self.master_key?,
            http: match self.http {
                Some(http) => http,
                None => http_client(self.timeout)?,
            },
        })
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCredentials => {
                "the app's id, key and secret must not be empty; `rollcall apps show ID --secret` \
                 prints them"
            }
            Self::BadCluster => "a cluster is named by small letters, digits and -, such as eu",
            Self::BadUrl => {
                "the URL must be http:// or https://, a host, and perhaps a port and a path, such \
                 as http://127.0.0.1:9000"
            }
            Self::BadMasterKey => {
                "the master key must be 32 bytes in base64, as `openssl rand -base64 32` prints them"
            }
            Self::NoTls => {
                "the system's root certificates cannot be read; install them (ca-certificates), or \
                 name a file of them in SSL_CERT_FILE"
            }
        })
    }
}

impl std::error::Error for BuildError {}

/// The URL without a slash at its end.
fn base_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
    let more = url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
    (plain && !more).then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn http_client(timeout: Duration) -> Result<reqwest::Client, BuildError> {
    // TLS is made with what the process already chose, else with ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(timeout)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("rollcall-server/", env!("CARGO_PKG_VERSION")));
    client.build().map_err(|_| BuildError::NoTls)
}

/// Less than the 75 seconds after which a server, or the minute after which many a proxy, closes a
/// connection that asks nothing: a request on one that is just being closed would fail, and must not
/// be sent twice.
const IDLE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_with_its_prefix_and_nothing_else() {
        for (text, base) in [
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            ("http://127.0.0.1:9000/", Some("http://127.0.0.1:9000")),
            ("https://host/push/", Some("https://host/push")),
            ("http://[::1]:9", Some("http://[::1]:9")),
            ("https://host/?x=1", None),
            ("https://host/#x", None),
            ("https://user@host/", None),
            ("ws://host", None),
            ("host:9000", None),
            ("", None),
        ] {
            assert_eq!(base_url(text).as_deref(), base, "{text}");
        }
    }

    #[test]
    fn a_cluster_is_a_host_of_the_hosted_service() {
        for (cluster, url) in
            [("eu", "https://api-eu.pusher.com"), ("mt1", "https://api-mt1.pusher.com")]
        {
            let client = Client::builder("1", "key", "secret").cluster(cluster).build().unwrap();
            assert_eq!(client.url(), url);
        }
    }

    #[test]
    fn what_is_no_cluster_and_what_is_no_credential_is_told() {
        for cluster in ["", "eu/../x", "eu.example.com", "EU"] {
            let built = Client::builder("1", "key", "secret").cluster(cluster).build();
            assert_eq!(built.unwrap_err(), BuildError::BadCluster, "{cluster}");
        }
        for [id, key, secret] in [["", "key", "secret"], ["1", "", "secret"], ["1", "key", ""]] {
            let built = Client::builder(id, key, secret).build();
            assert_eq!(built.unwrap_err(), BuildError::NoCredentials);
        }
        let built = Client::builder("1", "key", "secret").accept_key("old", "").build();
        assert_eq!(built.unwrap_err(), BuildError::NoCredentials);
    }

    #[test]
    fn a_secret_is_never_printed() {
        let builder = Client::builder("1", "key", "s3cret").master_key([231; 32]);
        let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
        assert!(!printed.contains("s3cret") && !printed.contains("231"), "{printed}");
    }
}
