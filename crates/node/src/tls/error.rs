//! Why a certificate cannot be used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is not what it should be.
#[derive(Debug, Clone)]
pub struct TlsError {
    /// Which.
    path: PathBuf,
    fault: Fault,
}

/// What is wrong with it.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Unreadable(io::ErrorKind),
    NoCertificate,
    NoKey,
    Refused(rustls::Error),
}

impl TlsError {
    pub(super) fn new(path: &Path, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::Unreadable(kind) => write!(f, "{path} cannot be read: {kind}"),
            Fault::NoCertificate => write!(
                f,
                "{path} is no certificate; it should be PEM, and begin with \
                 -----BEGIN CERTIFICATE-----"
            ),
            Fault::NoKey => write!(
                f,
                "{path} is no private key; it should be PEM without a password, and have a line \
                 such as -----BEGIN PRIVATE KEY-----"
            ),
            Fault::Refused(rustls::Error::InconsistentKeys(_)) => {
                write!(f, "{path} is the key of another certificate")
            }
            Fault::Refused(error) => write!(f, "{path} cannot be used: {error}"),
        }
    }
}

impl std::error::Error for TlsError {}
