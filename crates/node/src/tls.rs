//! The certificate of the server: read from its files, again when they change, and put before the
//! connections that ask for TLS.
//!
//! The port speaks TLS and plain HTTP alike, since the first byte tells them apart: a client that
//! comes without TLS to an app that forces it can be told so in its own language, and comes back
//! to the same port. Pages are for TLS alone (`http/router.rs`).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{interval, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::{info, warn};

use self::error::Fault;
pub use self::error::TlsError;

mod error;

/// The certificate and key in force, and their files.
#[derive(Debug, Clone)]
pub struct Tls {
    files: Arc<TlsFiles>,
    newest: Arc<watch::Sender<Arc<ServerConfig>>>,
    /// What the files said when they were last heeded.
    heeded: Arc<Content>,
}

/// Where the certificate and its key are, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that vouch for it.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A connection whose first words are heard.
pub(crate) enum Greeted {
    /// It speaks HTTP at once.
    Plain(TcpStream),
    /// It shook hands.
    Tls(Box<TlsStream<TcpStream>>),
}

/// What is in the files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    cert: Result<Vec<u8>, io::ErrorKind>,
    key: Result<Vec<u8>, io::ErrorKind>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or are not what they should be.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let content = files.read();
        let config = files.parse(&content)?;
        let newest = Arc::new(watch::Sender::new(config));
        Ok(Self { files: Arc::new(files), newest, heeded: Arc::new(content) })
    }

    /// Hears whether a connection wants TLS, and shakes hands if so. A peer that takes long, or
    /// says nothing, is given up.
    pub(crate) async fn greet(&self, stream: TcpStream) -> io::Result<Greeted> {
        let greeted = timeout(HANDSHAKE_TIMEOUT, async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 0 || first[0] != TLS_HANDSHAKE {
                return Ok(Greeted::Plain(stream));
            }
            let config = Arc::clone(&self.newest.borrow());
            let stream = TlsAcceptor::from(config).accept(stream).await?;
            Ok(Greeted::Tls(Box::new(stream)))
        });
        greeted.await.unwrap_or(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Follows the files for ever. What they say counts from the next connection on, once it is
    /// complete; until then, and if it is wrong, the old certificate stays.
    pub(crate) async fn follow(&self) -> std::convert::Infallible {
        let (mut heeded, mut seen) = ((*self.heeded).clone(), None);
        let mut look = interval(LOOK_EVERY);
        loop {
            look.tick().await;
            let files = Arc::clone(&self.files);
            let Ok(content) = tokio::task::spawn_blocking(move || files.read()).await else {
                continue;
            };
            // Two files are not written at once; what stays the same for a while is whole.
            if content != heeded && seen.as_ref() == Some(&content) {
                self.heed(&content);
                heeded = content.clone();
            }
            seen = Some(content);
        }
    }

    fn heed(&self, content: &Content) {
        match self.files.parse(content) {
            Ok(config) => {
                self.newest.send_replace(config);
                info!("a new certificate is in force");
            }
            Err(error) => warn!("the old certificate stays in force: {error}"),
        }
    }
}

impl TlsFiles {
    fn read(&self) -> Content {
        Content { cert: read(&self.cert), key: read(&self.key) }
    }

    fn parse(&self, content: &Content) -> Result<Arc<ServerConfig>, TlsError> {
        let cert = self.content(&self.cert, &content.cert)?;
        let key = self.content(&self.key, &content.key)?;
        let chain = CertificateDer::pem_slice_iter(cert).collect::<Result<Vec<_>, _>>();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| TlsError::new(&self.cert, Fault::NoCertificate))?;
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|_| TlsError::new(&self.key, Fault::NoKey))?;
        configure(chain, key).map_err(|error| TlsError::new(&self.key, Fault::Refused(error)))
    }

    fn content<'a>(
        &self,
        path: &Path,
        content: &'a Result<Vec<u8>, io::ErrorKind>,
    ) -> Result<&'a [u8], TlsError> {
        content.as_deref().map_err(|&kind| TlsError::new(path, Fault::Unreadable(kind)))
    }
}

/// HTTP/1.1 is what the node speaks. Tickets let clients come back without signing anything here,
/// and hold no memory.
fn configure(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = rustls::crypto::ring::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, io::ErrorKind> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(|error| error.kind())?;
    file.take(MAX_FILE).read_to_end(&mut content).map_err(|error| error.kind())?;
    Ok(content)
}

/// How long a client may take to say that it wants TLS, and to shake hands.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The first byte of every TLS connection; no HTTP method begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// More than any chain has.
const MAX_FILE: u64 = 1 << 20;
