//! What is measured apart: how clients come to a server, and what is set in it.

use clap::ValueEnum;

/// How clients come to a server, and what is set in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// Over WebSockets, as they are.
    Plain,
    /// The same, to an app with a webhook for every class of events.
    Hooked,
    /// The same as the first, while somebody has the debug console open.
    Watched,
    /// Over WebSockets with TLS.
    Tls,
    /// Over HTTP.
    Http(HttpTransport),
}

/// How clients receive over HTTP (docs/protocol.md 5.6 and 5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HttpTransport {
    /// One answer that does not end, until its client wants another.
    Streaming,
    /// One answer for what there is, then the next request.
    Polling,
}

impl Setup {
    /// What something is called if it was measured like this.
    pub(crate) fn name(self, what: &str) -> String {
        match self {
            Self::Plain => what.to_owned(),
            Self::Hooked => format!("{what}, with a webhook"),
            Self::Watched => format!("{what}, with a debug console attached"),
            Self::Tls => format!("{what}, over TLS"),
            Self::Http(HttpTransport::Streaming) => format!("{what}, over `xhr_streaming`"),
            Self::Http(HttpTransport::Polling) => format!("{what}, over `xhr_polling`"),
        }
    }
}

impl HttpTransport {
    /// How the reader is told of it.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::Streaming => "streaming",
            Self::Polling => "polling",
        }
    }
}
