//! `rollcall serve`: opens what the server needs in an order in which a failure leaves nothing
//! behind, puts the parts together and runs them until a signal.

use std::env;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use rollcall_console::{By, Code, Console, ConsoleSettings, LogTail, record};
use rollcall_engine::App;
use rollcall_node::config::{Config, TrustedProxies, differences};
use rollcall_node::handle::QueueError;
use rollcall_node::{Journal, Node, NodeConfig, Webhooks};
use rollcall_status::{LimitSettings, StatusApp, StatusSettings};
use rollcall_store::{AppRow, DataDirectory, Store};
use rollcall_web::{Clock, PublicUrl};
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::catalogue::Catalogue;
use crate::failure::{Failure, StatusPageFailure};
use crate::follow::Follower;
use crate::judge::ServersJudge;
use crate::now::unix_millis;
use crate::running::Running;
use crate::signals::StopSignals;
use crate::welcome::Welcome;
use crate::{certificate, code, first_start, licences, log, pages, unfit};

/// Serves until SIGTERM or SIGINT, then drains.
pub(crate) async fn run(config: &Config) -> Result<(), Failure> {
    let log = log::start(config.log);
    check_pages(config)?;
    let tls = certificate::load(config)?;
    let stop = StopSignals::new().map_err(Failure::Runtime)?;
    // The port first: an operator who starts a second server by mistake gets no second database.
    let listener = listen(config).await?;
    let address = listener.local_addr().map_err(Failure::Runtime)?;
    let mut directory = DataDirectory::claim(&config.data)?;
    make_private(&directory);
    restore_staged(&directory).await?;
    let store = Store::open(&config.data).await?;
    let rows = apps_of(config, &store).await?;
    let catalogue = Catalogue::new(config, &rows)?;
    let app = catalogue.status_app(config)?.clone();
    warn_of_own_pages(config, &app);
    warn_of_plain_cookies(config);
    warn_of_a_small_lobby(&app);
    let node_config = NodeConfig {
        shards: config.shards,
        front: config.front.clone(),
        journal: Some(Journal::open(store.clone()).await?),
        tls,
        metrics_token: config.metrics_token.clone(),
        ..NodeConfig::new(catalogue.into_apps())
    };
    let node = Node::start(node_config)?;
    let status = StatusApp::new(node.handle(), store.clone(), status_settings(config, &app));
    let (changed, drain) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let bells = [Arc::clone(&changed), Arc::clone(&drain)];
    let console = console_settings(config, &app, bells, log);
    let console = Console::new(node.handle(), store.clone(), console).map_err(Failure::Random)?;
    let router = console.router().fallback_service(status.router());
    let code = code_of_first_start(&store).await?;
    let (handle, id) = (node.handle(), app.id.clone());
    let follower = Follower::start(config, handle, &store, rows, id, changed).await?;
    let mut webhooks = Webhooks::start(node.handle(), store.clone())?;
    let mut background = tokio::spawn(status.clone().run());
    let mut recording = console.start_recording();
    let program = env::args().next().unwrap_or_else(|| "rollcall".to_owned());
    Running::here(config, address).announce(&mut directory);
    greet(&Welcome { program: &program, config, address, app: &app, code: code.as_ref() });
    let mut ended = Ok(());
    let stop = async { ended = stopping(stop, &drain, &mut background, &mut webhooks).await };
    let served = node.serve_then(listener, router, stop, recording.write_last()).await;
    background.abort();
    recording.stop().await;
    follower.stop().await;
    webhooks.stop().await;
    store.close().await;
    drop(directory);
    served?;
    ended
}

/// Waits for a signal, for an operator of the console, or for the status app or the delivery of webhooks to fail: without them, what
/// people write, and what back ends are owed, would be lost silently.
async fn stopping(
    signals: StopSignals,
    drain: &Notify,
    status: &mut Background,
    webhooks: &mut Webhooks,
) -> Result<(), Failure> {
    tokio::select! {
        () = signals.recv() => {
            info!("draining");
            Ok(())
        }
        () = drain.notified() => {
            info!("draining, as the console asks");
            Ok(())
        }
        ended = status => match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StatusPageFailure::Stopped(error).into()),
            Err(_) => Err(StatusPageFailure::Panicked.into()),
        },
        () = webhooks.broken() => Err(Failure::WebhooksPanicked),
    }
}

type Background = JoinHandle<Result<(), QueueError>>;

fn status_settings(config: &Config, app: &App) -> StatusSettings {
    StatusSettings {
        app_id: app.id.to_string(),
        public_url: public_url(config),
        path_prefix: config.front.path_prefix.to_string(),
        pages: pages::embedded(),
        custom_pages: config.pages.clone(),
        limits: LimitSettings {
            sign_ups_per_10_minutes: config.sign_ups_per_10_minutes,
            sign_ins_per_minute: config.sign_ins_per_minute,
            statuses_per_10_seconds: config.statuses_per_10_seconds,
            auths_per_minute: config.auths_per_minute,
        },
        clock: Clock::system(),
    }
}

fn console_settings(
    config: &Config,
    app: &App,
    [changed, drain]: [Arc<Notify>; 2],
    log: LogTail,
) -> ConsoleSettings {
    ConsoleSettings {
        config: config.clone(),
        status_app: app.id.to_string(),
        judge: Arc::new(ServersJudge(config.clone())),
        changed,
        drain,
        public_url: public_url(config),
        pages: pages::embedded(),
        clock: Clock::system(),
        version: env!("CARGO_PKG_VERSION"),
        log,
        licences: licences::all(),
    }
}

/// Where people reach the server, as the web apps take it.
fn public_url(config: &Config) -> Option<PublicUrl> {
    let url = config.front.public_url.as_ref();
    url.map(|url| PublicUrl::parse(url.origin()).expect("an origin is parsed"))
}

/// While nobody runs the console, each start draws a code for it.
async fn code_of_first_start(store: &Store) -> Result<Option<Code>, Failure> {
    match store.operator().await? {
        Some(_) => Ok(None),
        None => Ok(Some(code::draw(store).await?)),
    }
}

/// Whether the directory of the operator's own pages is one.
pub(crate) fn check_pages(config: &Config) -> Result<(), Failure> {
    match &config.pages {
        Some(path) if !path.is_dir() => {
            let subject = config.subject("pages");
            Err(Failure::NoPagesDirectory { subject, path: path.clone() })
        }
        _ => Ok(()),
    }
}

async fn listen(config: &Config) -> Result<TcpListener, Failure> {
    let address = &config.listen;
    let listener = bind(address.host(), address.port()).await;
    listener.map_err(|error| Failure::Listen { address: address.clone(), error })
}

/// Listens on the first address of the host that can be had.
async fn bind(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut failed = io::ErrorKind::AddrNotAvailable.into();
    for address in lookup_host((host, port)).await? {
        match bind_to(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn bind_to(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Or a restart would have to wait for the connections of the last run to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn warn_of_own_pages(config: &Config, app: &App) {
    if config.pages.is_none() {
        return;
    }
    for setting in unfit::missing_for_own_pages(app) {
        warn!(app = app.id.as_str(), "pages that know only Pusher need {setting} = true");
    }
}

/// What is in front may know better, and then the cookies are secure; here nobody can tell.
fn warn_of_plain_cookies(config: &Config) {
    let is_https = config.front.public_url.as_ref().is_some_and(|url| url.is_https());
    let is_secure = is_https || config.tls_cert.is_some();
    if !is_secure && config.front.trusted_proxies == TrustedProxies::default() {
        warn!(
            "cookies travel over plain http; a certificate or a public https URL makes them secure"
        );
    }
}

fn warn_of_a_small_lobby(app: &App) {
    if let Some(most) = unfit::small_lobby(app) {
        warn!(
            app = app.id.as_str(),
            "the status page takes only {most} people; presence.max_members says how many"
        );
    }
}

fn make_private(directory: &DataDirectory) {
    if let Err(error) = directory.make_private() {
        warn!(%error, "others can look into the data directory; its files are private all the same");
    }
}

/// What is staged takes the place of the database while nobody has it open.
async fn restore_staged(directory: &DataDirectory) -> Result<(), Failure> {
    if let Some(kept) = directory.put_staged_in_place().await? {
        let kept = kept.display();
        warn!("the database is now the one that was staged; the one before, if any, is {kept}");
    }
    Ok(())
}

/// The apps of the database, with the one of the first start. Apps may have been added before.
async fn apps_of(config: &Config, store: &Store) -> Result<Vec<AppRow>, Failure> {
    let rows = store.apps().await?;
    if !first_start::is_due(config, &rows) {
        return Ok(rows);
    }
    let mut random = [0; first_start::RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(Failure::Random)?;
    let now = unix_millis();
    let app = first_start::new_app(random, now);
    let mut edit = store.edit_apps().await?;
    edit.insert(&app, now).await.map_err(Failure::Write)?;
    record(&mut edit, By::FIRST_START, &app.id, &differences(None, Some(&app)), now).await?;
    edit.commit().await?;
    Ok(store.apps().await?)
}

fn greet(welcome: &Welcome<'_>) {
    // Started with its output closed, a server still serves.
    let _ = write!(io::stdout().lock(), "{welcome}").and_then(|()| io::stdout().flush());
}

/// How many connections may wait to be accepted, as far as the system allows: after a restart all
/// clients come back at once, and whoever finds no room tries again only a second later.
const BACKLOG: u32 = 4096;

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn many_may_come_at_once_on_either_family() {
        for host in ["127.0.0.1", "::1"] {
            let Ok(listener) = bind(host, 0).await else {
                assert_eq!(host, "::1", "only IPv6 may be missing");
                continue;
            };
            let address = listener.local_addr().unwrap();
            let wait = Duration::from_millis(500);
            let come = |_| TcpStream::connect_timeout(&address, wait).unwrap();
            let waiting: Vec<_> = (0..400).map(come).collect();
            assert_eq!(waiting.len(), 400, "nobody accepts");
        }
    }

    #[tokio::test]
    async fn a_port_is_had_once() {
        let first = bind("127.0.0.1", 0).await.unwrap();
        let second = bind("127.0.0.1", first.local_addr().unwrap().port()).await;
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
