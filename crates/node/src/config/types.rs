//! The parsed forms of values that are more than a text.

use std::fmt;

use super::setting::NotAllowed;

/// Where to accept connections: a host, by name or address, and a port; port 0 lets the system
/// choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenAddress {
    host: String,
    port: u16,
}

/// Where people reach the server: an origin, in the form in which browsers send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
}

/// What a reader of the metrics has to know. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsToken(String);

/// How much the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed.
    Error,
    /// Also what will fail.
    Warn,
    /// Also what an operator wants to know in quiet times.
    #[default]
    Info,
    /// Also what a developer wants to know.
    Debug,
    /// Everything.
    Trace,
}

impl ListenAddress {
    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 to let the system choose.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn parse(text: &str) -> Result<Self, NotAllowed> {
        let (host, port) = text.rsplit_once(':').ok_or(NotAllowed)?;
        let port = decimal_port(port)?;
        let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(address) => address.parse::<std::net::Ipv6Addr>().map(|_| address).ok(),
            None => is_host_name(host).then_some(host),
        };
        Ok(Self { host: host.ok_or(NotAllowed)?.to_owned(), port })
    }
}

impl Default for ListenAddress {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 9000 }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl PublicUrl {
    /// Scheme, host and port as in an `Origin` header: lower case, the scheme's own port left out,
    /// no slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it begins with `https:`.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    pub(super) fn parse(text: &str) -> Result<Self, NotAllowed> {
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = lower.split_once("://").ok_or(NotAllowed)?;
        let own_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(NotAllowed),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let host = host.strip_suffix(own_port).unwrap_or(host);
        match host.contains(':') && !host.ends_with(']') {
            true => ListenAddress::parse(host).map(|_| ())?,
            false => ListenAddress::parse(&format!("{host}:1")).map(|_| ())?,
        }
        Ok(Self { origin: format!("{scheme}://{host}") })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl MetricsToken {
    /// The token itself, to compare with.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Short ones can be guessed, and others would not fit into a header.
    pub(super) fn parse(text: &str) -> Result<Self, NotAllowed> {
        let fits = (16..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned())).ok_or(NotAllowed)
    }
}

impl fmt::Debug for MetricsToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsToken")
    }
}

impl LogLevel {
    /// Its name, as an operator writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, NotAllowed> {
        use LogLevel::{Debug, Error, Info, Off, Trace, Warn};
        let levels = [Off, Error, Warn, Info, Debug, Trace];
        levels.into_iter().find(|level| level.as_str() == text).ok_or(NotAllowed)
    }
}

/// `str::parse` would also take a plus sign.
fn decimal_port(text: &str) -> Result<u16, NotAllowed> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(NotAllowed)
}

fn is_host_name(host: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !host.is_empty() && host.chars().all(legal)
}
