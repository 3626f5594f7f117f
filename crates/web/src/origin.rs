//! Where the page lives: scheme, host and port, from the configuration or from the request.

use std::fmt;

use axum::http::{HeaderMap, Uri, header};

/// Whether the browser reaches us over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, or `ws` for sockets.
    Http,
    /// `https`, or `wss` for sockets.
    Https,
}

/// A scheme and an authority, in lower case and without the scheme's own port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether it is reached over TLS.
    pub scheme: Scheme,
    authority: String,
}

/// The address by which people reach the server, when it is not the one it listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Origin);

/// Why a text is no public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicUrlError {
    /// It is not `http://host` or `https://host`, with a port or without.
    NotAnOrigin,
    /// It has a path; that is a setting of its own.
    HasPath,
}

impl PublicUrl {
    /// Reads `https://status.example` or the like; a slash at the end is allowed.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let origin = text.strip_suffix('/').unwrap_or(text);
        if let Some(origin) = Origin::parse(origin) {
            return Ok(Self(origin));
        }
        let uri: Uri = text.parse().map_err(|_| PublicUrlError::NotAnOrigin)?;
        match uri.scheme().is_some() && uri.path() != "/" {
            true => Err(PublicUrlError::HasPath),
            false => Err(PublicUrlError::NotAnOrigin),
        }
    }

    /// The origin that it is.
    pub fn origin(&self) -> &Origin {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for PublicUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnOrigin => {
                "must be http:// or https:// and a host, such as https://status.example"
            }
            Self::HasPath => "must not have a path, which is what path_prefix is for",
        })
    }
}

impl std::error::Error for PublicUrlError {}

impl Origin {
    /// Reads an `Origin` header or the like: a scheme and an authority, nothing after it.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        Self::new(scheme, authority)
    }

    /// The origin of an absolute URL, such as a `Referer`.
    pub fn of_url(url: &str) -> Option<Self> {
        let after_scheme = url.find("://")? + 3;
        let end = url[after_scheme..].find(['/', '?', '#']);
        Self::parse(&url[..end.map_or(url.len(), |end| after_scheme + end)])
    }

    /// What a request says that it was sent to.
    pub fn of_request(scheme: Scheme, headers: &HeaderMap) -> Option<Self> {
        Self::new(scheme, headers.get(header::HOST)?.to_str().ok()?)
    }

    /// The same place for WebSockets, as a content policy names it.
    pub fn socket(&self) -> String {
        match self.scheme {
            Scheme::Http => format!("ws://{}", self.authority),
            Scheme::Https => format!("wss://{}", self.authority),
        }
    }

    /// An authority ends up in a header that governs the page, so only what hosts and ports are
    /// made of passes.
    fn new(scheme: Scheme, authority: &str) -> Option<Self> {
        let host_sign = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if authority.is_empty() || !authority.bytes().all(host_sign) {
            return None;
        }
        let own_port = match scheme {
            Scheme::Http => ":80",
            Scheme::Https => ":443",
        };
        let authority = authority.to_ascii_lowercase();
        let authority = authority.strip_suffix(own_port).unwrap_or(&authority).to_owned();
        Some(Self { scheme, authority })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Scheme::Http => write!(f, "http://{}", self.authority),
            Scheme::Https => write!(f, "https://{}", self.authority),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_origins() {
        let table = [
            ("https://status.example", Ok("https://status.example")),
            ("https://Status.Example:443/", Ok("https://status.example")),
            ("http://10.0.0.7:9000", Ok("http://10.0.0.7:9000")),
            ("http://[::1]:9000", Ok("http://[::1]:9000")),
            ("status.example", Err(PublicUrlError::NotAnOrigin)),
            ("ftp://status.example", Err(PublicUrlError::NotAnOrigin)),
            ("https://", Err(PublicUrlError::NotAnOrigin)),
            ("https://status.example/rollcall", Err(PublicUrlError::HasPath)),
        ];
        for (text, expect) in table {
            let got = PublicUrl::parse(text).map(|url| url.to_string());
            assert_eq!(got, expect.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_referer_gives_its_origin() {
        let table = [
            ("http://a.example/x/y?z=http://b.example", Some("http://a.example")),
            ("http://a.example", Some("http://a.example")),
            ("http://a.example:80?x", Some("http://a.example")),
            ("http://user@a.example/", None),
            ("about:blank", None),
            ("/relative", None),
        ];
        for (url, origin) in table {
            let got = Origin::of_url(url).map(|origin| origin.to_string());
            assert_eq!(got.as_deref(), origin, "{url}");
        }
    }

    #[test]
    fn a_host_with_signs_of_a_policy_is_no_origin() {
        for host in ["a.example; script-src *", "a b", "a,b", "", "a'b", "a/b"] {
            assert_eq!(Origin::new(Scheme::Http, host), None, "{host}");
        }
    }
}
