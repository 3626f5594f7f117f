//! TLS of the benchmark: the certificate that its server shows, made by openssl, and the streams of
//! the clients that trust it.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::error::{BenchError, Result};

/// The files of a certificate for 127.0.0.1.
#[derive(Debug)]
pub(crate) struct Certificate {
    /// The certificate.
    pub(crate) cert: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
}

/// A stream with TLS.
pub(crate) type TlsStream<S> = StreamOwned<ClientConnection, S>;

/// What a client trusts.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Certificate {
    /// Makes one in a directory.
    pub(crate) fn make(directory: &Path) -> Result<Self> {
        let file = |name| directory.join(name);
        let (config, cert, key) = (file("openssl.cnf"), file("cert.pem"), file("key.pem"));
        fs::write(&config, OPENSSL)?;
        let status = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-nodes", "-days", "2", "-subj", "/CN=rollcall-bench", "-config"])
            .args([&config, Path::new("-keyout"), &key, Path::new("-out"), &cert])
            .stderr(Stdio::null())
            .status();
        match status {
            Ok(status) if status.success() => Ok(Self { cert, key }),
            _ => Err(BenchError::NoCertificate),
        }
    }
}

impl Trust {
    /// Trusts the certificate in a file alone.
    pub(crate) fn of(cert: &Path) -> Result<Self> {
        let cert = CertificateDer::from_pem_file(cert).map_err(|_| BenchError::NoCertificate)?;
        let mut roots = RootCertStore::empty();
        roots.add(cert).map_err(|_| BenchError::NoCertificate)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        Ok(Self(Arc::new(builder.with_root_certificates(roots).with_no_client_auth())))
    }

    /// A stream on a socket; the handshake comes with the first words.
    pub(crate) fn stream(
        &self,
        address: SocketAddr,
        socket: TcpStream,
    ) -> Result<TlsStream<TcpStream>> {
        let connection = ClientConnection::new(Arc::clone(&self.0), address.ip().into());
        Ok(StreamOwned::new(connection.map_err(io::Error::other)?, socket))
    }
}

/// A socket of a reader.
#[derive(Debug)]
pub(crate) enum Stream {
    /// As it is.
    Plain(mio::net::TcpStream),
    /// With TLS.
    Tls(Box<TlsStream<mio::net::TcpStream>>),
}

impl Stream {
    /// Has a socket not wait any longer.
    pub(crate) fn plain(socket: TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self::Plain(mio::net::TcpStream::from_std(socket)))
    }

    /// The same with TLS.
    pub(crate) fn tls(stream: TlsStream<TcpStream>) -> io::Result<Self> {
        let (connection, socket) = stream.into_parts();
        socket.set_nonblocking(true)?;
        let socket = mio::net::TcpStream::from_std(socket);
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, socket))))
    }

    /// The socket itself.
    pub(crate) fn socket(&mut self) -> &mut mio::net::TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// No authority, so that the certificate may vouch for itself alone.
const OPENSSL: &str = "\
[req]
distinguished_name = name
x509_extensions = extensions
[name]
[extensions]
subjectAltName = IP:127.0.0.1
";
