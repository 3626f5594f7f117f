//! The server as something to be asked: where it is, and the client that asks it. `doctor`, `tail`
//! and, for the first, `trigger` do.

use std::error::Error as _;
use std::time::Duration;
use std::{fmt, fs};

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};
use rollcall_node::config::Config;

use crate::address;
use crate::running::Running;

/// Why there is nobody to be asked.
#[derive(Debug)]
pub(crate) enum ServerError {
    /// No server can be reached by this URL.
    BadUrl(String),
    /// No server runs that says where it is, and its options leave the port to the system.
    UnknownPort,
    /// No requests can be made.
    Client(reqwest::Error),
}

impl ServerError {
    /// Whether the mistake is in what was asked for.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::BadUrl(_) | Self::UnknownPort)
    }
}

/// Where the server is: at `url`, or where the one that runs says, or its options. It ends with a slash.
pub(crate) fn base(config: &Config, url: Option<&str>) -> Result<Url, ServerError> {
    match url {
        Some(url) => given(url),
        None => own(config),
    }
}

/// A client that follows no redirect and knows no proxy. `name` is that of the command, `patience`
/// how long a connection may take, and `silence` how long nothing may come.
pub(crate) fn client(
    config: &Config,
    name: &str,
    patience: Duration,
    silence: Duration,
) -> Result<Client, ServerError> {
    // Taken already if something else of the process has asked for it: it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(patience)
        .read_timeout(silence)
        .no_proxy()
        .user_agent(format!("rollcall-{name}/{}", env!("CARGO_PKG_VERSION")));
    // The server's own certificate may be one that only its operator trusts.
    let own = config.tls_cert.as_ref().and_then(|path| fs::read(path).ok());
    if let Some(own) = own.and_then(|pem| Certificate::from_pem(&pem).ok()) {
        builder = builder.add_root_certificate(own);
    }
    builder.build().map_err(ServerError::Client)
}

/// The path of a new session over HTTP, without what is asked of it (docs/protocol.md 5.3).
pub(crate) fn new_session(key: &str) -> Result<String, getrandom::Error> {
    let mut random = [0; 6];
    getrandom::fill(&mut random)?;
    let [first, second, rest @ ..] = random;
    let server = u16::from_be_bytes([first, second]) % 1000;
    let name = u32::from_be_bytes(rest);
    Ok(format!("app/{key}/{server}/{name:08x}"))
}

/// One line of why a request failed: the innermost cause, the others only say that it did.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

fn given(url: &str) -> Result<Url, ServerError> {
    let bad = || ServerError::BadUrl(url.to_owned());
    let mut parsed = Url::parse(url).map_err(|_| bad())?;
    let is_plain = parsed.query().is_none() && parsed.fragment().is_none();
    if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() || !is_plain {
        return Err(bad());
    }
    if !parsed.path().ends_with('/') {
        let path = format!("{}/", parsed.path());
        parsed.set_path(&path);
    }
    Ok(parsed)
}

/// Where the server of the data directory listens, or one with this configuration would.
fn own(config: &Config) -> Result<Url, ServerError> {
    match Running::on(&config.data) {
        Some(running) => given(&running.own),
        None if config.listen.port() == 0 => Err(ServerError::UnknownPort),
        None => given(&address::local_of_options(config)),
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadUrl(url) => write!(
                f,
                "--url must be an http or https URL, such as https://who.example/prefix, not \
                 {url:?}"
            ),
            Self::UnknownPort => f.write_str(
                "no server runs on this data directory, and its options leave its port open; name \
                 its directory with --data, or say where it is with --url",
            ),
            Self::Client(error) => write!(f, "no requests can be made from here: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rollcall_node::config::{Given, load};

    use super::*;

    #[test]
    fn the_server_is_where_it_listens_with_its_scheme_and_prefix() {
        for (flags, expected) in [
            (vec![("listen", "127.0.0.1:9000")], Some("http://127.0.0.1:9000/")),
            (vec![("listen", "0.0.0.0:80")], Some("http://127.0.0.1/")),
            (
                vec![("listen", "[::]:9000"), ("path_prefix", "/here")],
                Some("http://[::1]:9000/here/"),
            ),
            (vec![("listen", "[::1]:0")], None),
        ] {
            let mut given = Given::default();
            given.flags.extend(flags.into_iter().map(|(key, value)| (key, value.into())));
            let url = own(&load(&given).unwrap()).ok();
            assert_eq!(url.as_ref().map(Url::as_str), expected);
        }
    }

    #[test]
    fn only_urls_of_servers_are_taken() {
        assert_eq!(given("https://who.example/a").unwrap().as_str(), "https://who.example/a/");
        for url in ["who.example", "ftp://who.example", "http://who.example/?a", "http://"] {
            assert!(given(url).is_err(), "{url}");
        }
    }
}
