//! The one table of the codes that Rollcall closes with or reports (`docs/protocol.md` 1.5).
//!
//! `docs/close-codes.md` is generated from it.

/// Why a connection ends, or, for the in-band codes, why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// Both sides are done.
    Normal,
    /// The peer broke the WebSocket protocol, or kept sending malformed messages.
    ProtocolError,
    /// The peer kept sending what is never accepted, such as binary messages.
    UnsupportedData,
    /// A text was not UTF-8.
    InvalidPayload,
    /// A message was over the limit.
    MessageTooBig,
    /// The app wants TLS and this connection has none.
    TlsRequired,
    /// No app has this key.
    UnknownApp,
    /// The app is suspended.
    AppDisabled,
    /// The app has as many connections as it may have.
    OverQuota,
    /// There is no such endpoint.
    PathNotFound,
    /// The version of the client library makes no sense.
    BadVersion,
    /// The protocol version is none of 5, 6 and 7.
    UnsupportedProtocol,
    /// There is no protocol version.
    NoProtocol,
    /// The connection may not be here, or not any longer.
    Unauthorized,
    /// The connection had the time that its app gives to sign in or join, and did not.
    NotAuthorizedInTime,
    /// The app does not let this user in.
    UserBlocked,
    /// The page's origin is not among those that the app allows.
    OriginRefused,
    /// This node takes no connections now.
    OverCapacity,
    /// The client does not read what it is sent.
    SlowReader,
    /// This node is going away; another one can take over.
    Reconnect,
    /// The client did not answer a probe.
    PongNotReceived,
    /// The connection was idle for too long.
    Inactive,
    /// In-band: client events come too fast.
    ClientEventRate,
    /// In-band: the watchlist was cut.
    WatchlistTooLong,
}

/// What pusher-js does when a connection ends with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// It stays away until the application connects again.
    GivesUp,
    /// It comes back at once, with TLS from now on.
    SwitchesToTls,
    /// It comes back after a second.
    RetriesAfterASecond,
    /// It comes back at once.
    RetriesAtOnce,
    /// Nothing: the code is only ever reported in a `pusher:error`.
    StaysConnected,
}

impl CloseCode {
    /// Every code, in the order of the table.
    pub const ALL: [Self; 24] = [
        Self::Normal,
        Self::ProtocolError,
        Self::UnsupportedData,
        Self::InvalidPayload,
        Self::MessageTooBig,
        Self::TlsRequired,
        Self::UnknownApp,
        Self::AppDisabled,
        Self::OverQuota,
        Self::PathNotFound,
        Self::BadVersion,
        Self::UnsupportedProtocol,
        Self::NoProtocol,
        Self::Unauthorized,
        Self::NotAuthorizedInTime,
        Self::UserBlocked,
        Self::OriginRefused,
        Self::OverCapacity,
        Self::SlowReader,
        Self::Reconnect,
        Self::PongNotReceived,
        Self::Inactive,
        Self::ClientEventRate,
        Self::WatchlistTooLong,
    ];

    /// The number on the wire.
    pub fn code(self) -> u16 {
        self.row().0
    }

    /// The text on the wire, at most 123 bytes.
    pub fn reason(self) -> &'static str {
        self.row().1
    }

    /// What pusher-js makes of it: the ranges of `docs/protocol.md` 1.5.
    pub fn client_action(self) -> ClientAction {
        match self.code() {
            4000 => ClientAction::SwitchesToTls,
            4001..=4099 => ClientAction::GivesUp,
            4200..=4299 => ClientAction::RetriesAtOnce,
            4300.. => ClientAction::StaysConnected,
            _ => ClientAction::RetriesAfterASecond,
        }
    }

    /// Whether the client comes back by itself.
    pub fn may_come_back(self) -> bool {
        !matches!(self.client_action(), ClientAction::GivesUp)
    }

    fn row(self) -> (u16, &'static str) {
        match self {
            Self::Normal => (1000, "Normal closure"),
            Self::ProtocolError => (1002, "Protocol error"),
            Self::UnsupportedData => (1003, "Binary messages are not supported"),
            Self::InvalidPayload => (1007, "Text is not valid UTF-8"),
            Self::MessageTooBig => (1009, "Message too big"),
            Self::TlsRequired => (4000, "Application only accepts TLS connections"),
            Self::UnknownApp => (4001, "No app has this key. Check the key and the host"),
            Self::AppDisabled => (4003, "Application disabled"),
            Self::OverQuota => (4004, "Application is over its connection quota"),
            Self::PathNotFound => (4005, "Path not found"),
            Self::BadVersion => (4006, "Invalid version string format"),
            Self::UnsupportedProtocol => (4007, "Unsupported protocol version"),
            Self::NoProtocol => (4008, "No protocol version supplied"),
            Self::Unauthorized => (4009, "Connection is unauthorized"),
            Self::NotAuthorizedInTime => (4009, "Connection not authorized within timeout"),
            Self::UserBlocked => (4009, "User is blocked"),
            Self::OriginRefused => (4009, "Origin not allowed"),
            Self::OverCapacity => (4100, "Over capacity"),
            Self::SlowReader => (4100, "Client reads too slowly"),
            Self::Reconnect => (4200, "Please reconnect immediately"),
            Self::PongNotReceived => (4201, "Pong reply not received in time"),
            Self::Inactive => (4202, "Closed after inactivity"),
            Self::ClientEventRate => (4301, "Client event rejected due to rate limit"),
            Self::WatchlistTooLong => (4302, "Watchlist is over its limit and was cut"),
        }
    }
}

impl ClientAction {
    fn words(self) -> &'static str {
        match self {
            Self::GivesUp => "gives up",
            Self::SwitchesToTls => "comes back at once, with TLS",
            Self::RetriesAfterASecond => "comes back after a second",
            Self::RetriesAtOnce => "comes back at once",
            Self::StaysConnected => "stays connected",
        }
    }
}

/// The text of `docs/close-codes.md`.
pub fn table_markdown() -> String {
    let mut text = String::from(INTRODUCTION);
    for code in CloseCode::ALL {
        let action = code.client_action().words();
        text += &format!("| {} | {} | {action} |\n", code.code(), code.reason());
    }
    text
}

const INTRODUCTION: &str = "# Close codes

This page is generated from `crates/wire/src/close.rs`; `ROLLCALL_BLESS=1 cargo test -p rollcall-wire` writes it anew.
It lists every code that Rollcall closes a connection with, or reports in a `pusher:error` while the connection stays (4300 and above), and what the stock pusher-js client then does.

| Code | Text | pusher-js |
| --- | --- | --- |
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p17_every_reason_fits_a_close_frame() {
        for code in CloseCode::ALL {
            assert!((1..=123).contains(&code.reason().len()), "{code:?}");
        }
    }

    #[test]
    fn the_table_holds_every_code_once_and_in_order() {
        let codes: Vec<u16> = CloseCode::ALL.iter().map(|code| code.code()).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        let mut texts: Vec<&str> = CloseCode::ALL.iter().map(|code| code.reason()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), CloseCode::ALL.len());
    }

    #[test]
    fn only_final_refusals_keep_a_client_away() {
        for code in CloseCode::ALL {
            assert_eq!(code.may_come_back(), !(4001..4100).contains(&code.code()), "{code:?}");
        }
    }

    #[test]
    fn the_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/close-codes.md");
        if std::env::var_os("ROLLCALL_BLESS").is_some() {
            std::fs::write(path, table_markdown()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(found, table_markdown(), "stale: run with ROLLCALL_BLESS=1");
    }
}
