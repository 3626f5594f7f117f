//! What is measured apart: how clients come to a server, and what is set in it.

/// How clients come to a server, and what is set in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// Over WebSockets, as they are.
    Plain,
    /// The same, to an app with a webhook for every class of events.
    Hooked,
    /// Over WebSockets with TLS.
    Tls,
}

impl Setup {
    /// What something is called if it was measured like this.
    pub(crate) fn name(self, what: &str) -> String {
        match self {
            Self::Plain => what.to_owned(),
            Self::Hooked => format!("{what}, with a webhook"),
            Self::Tls => format!("{what}, over TLS"),
        }
    }
}
