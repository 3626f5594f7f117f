//! `rollcall doctor`: does what browsers and back ends do, from where it runs, and says what is in
//! the way and what to change. It changes nothing.
//!
//! `local.rs` looks at this machine, `site.rs` finds the server, `clock.rs` compares clocks,
//! `websocket.rs`, `fallback.rs` and `cors.rs` try the transports, `report.rs` tells.

mod clock;
mod cors;
mod fallback;
mod local;
mod report;
mod site;
mod websocket;

use std::fmt;

use rollcall_node::config::Config;
use rollcall_wire::auth::Key;

use crate::apps::{self, print};
use crate::catalogue::Catalogue;
use crate::cli::{Doctor, Format};
use crate::failure::Failure;
use crate::running::Running;
use crate::server::ServerError;
use fallback::Transport;
use report::Report;
use site::Site;

/// Examines this machine and the server, and prints what it found.
pub(crate) async fn run(config: &Config, wish: &Doctor) -> Result<(), Failure> {
    // Away from the server's machine there is no database, and it works all the same.
    let catalogue = apps::read(config).await.ok();
    let account = account(catalogue.as_ref(), wish)?;
    let mut report = Report::default();
    if wish.url.is_none() {
        report.extend(local::check(catalogue.as_ref(), Running::on(&config.data).as_ref()));
    }
    let found = Site::find(config, wish.url.as_deref(), account).await?;
    report.add(found.finding);
    if let Some(site) = found.site {
        let (clock, websocket, streaming, polling, cors) = tokio::join!(
            clock::check(&site),
            websocket::check(&site),
            fallback::check(&site, Transport::Streaming),
            fallback::check(&site, Transport::Polling),
            cors::check(&site),
        );
        report.extend([clock, websocket, streaming, polling, cors]);
    }
    print(&match wish.format {
        Format::Table => report.text(),
        Format::Json => format!("{:#}\n", report.json()),
    });
    if report.is_well() { Ok(()) } else { Err(DoctorError::Unwell(report.bad()).into()) }
}

/// Why the doctor ends with a failure.
#[derive(Debug)]
pub(crate) enum DoctorError {
    /// So many checks failed; what was printed says which.
    Unwell(usize),
    /// There is nobody to be asked.
    Server(ServerError),
}

impl DoctorError {
    /// Whether the mistake is in what was asked for.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Server(error) if error.is_usage())
    }
}

/// As whom the transports are tried.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The app's id and secret, if they are known here: they are needed to sign.
    signs: Option<(String, Key)>,
    /// The key to connect with.
    key: String,
}

/// The app that was named, or that of the key, or the first one that is enabled.
fn account(catalogue: Option<&Catalogue>, wish: &Doctor) -> Result<Option<Account>, Failure> {
    if let Some(key) = &wish.key {
        return Ok(Some(Account { signs: None, key: key.clone() }));
    }
    let Some(catalogue) = catalogue else { return Ok(None) };
    let entry = match &wish.app {
        None => catalogue.entries().iter().find(|entry| entry.app.enabled),
        Some(id) => Some(catalogue.named(id)?),
    };
    let account = entry.and_then(|entry| {
        let key = entry.app.keys.first()?.clone();
        let name = key.key.clone();
        Some(Account { signs: Some((entry.app.id.to_string(), key)), key: name })
    });
    Ok(account)
}

impl fmt::Display for DoctorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unwell(1) => f.write_str("one check failed"),
            Self::Unwell(count) => write!(f, "{count} checks failed"),
            Self::Server(error) => error.fmt(f),
        }
    }
}

impl From<ServerError> for DoctorError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}
