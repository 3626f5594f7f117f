//! The certificate that the options name, for the start and for `rollcall check-config`.

use rollcall_node::config::Config;
use rollcall_node::tls::{Tls, TlsFiles};

use crate::failure::Failure;

/// The certificate, if one is named.
pub(crate) fn load(config: &Config) -> Result<Option<Tls>, Failure> {
    let (given, missing) = match (&config.tls_cert, &config.tls_key) {
        (Some(cert), Some(key)) => {
            let files = TlsFiles { cert: cert.clone(), key: key.clone() };
            return Tls::load(files).map(Some).map_err(Failure::Tls);
        }
        (None, None) => return Ok(None),
        (Some(_), None) => ("tls_cert", "tls_key"),
        (None, Some(_)) => ("tls_key", "tls_cert"),
    };
    Err(Failure::HalfOfTls { subject: config.subject(given), missing })
}
