//! Starting the shards, serving connections, and shutting down in order.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use rollcall_engine::{App, HashSeed, PARTITIONS};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use crate::apps::{Apps, AppsError};
use crate::clock::Clock;
use crate::config::{Front, MetricsToken};
use crate::descriptors;
use crate::handle::{Metering, NodeHandle};
use crate::http::{self, Acceptor, accept};
use crate::journal::{Journal, Scribe};
use crate::mail::Mailboxes;
use crate::shard::{self, ShardSetup};
use crate::socket_ids::SocketIds;
use crate::tls::Tls;

/// What a node is made of.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// How many shard threads there are, 1 to 64.
    pub shards: usize,
    /// Whose connections and requests are taken.
    pub apps: Vec<App>,
    /// Bytes of mail that a shard may be behind before the doors refuse.
    pub mailbox_bytes: usize,
    /// Where it writes down what it owes; without one nothing outlives it.
    pub journal: Option<Journal>,
    /// Connections that may be without a finished HTTP request at once.
    pub max_unfinished: usize,
    /// What stands in front of the node.
    pub front: Front,
    /// The certificate, for connections with TLS; none for a node without.
    pub tls: Option<Tls>,
    /// What a reader of the metrics has to know; none for metrics that are this machine's alone.
    pub metrics_token: Option<MetricsToken>,
}

/// A running node: its shard threads.
#[derive(Debug)]
pub struct Node {
    handle: NodeHandle,
    threads: Vec<JoinHandle<()>>,
    scribe: Option<tokio::task::JoinHandle<()>>,
    /// Tells operators what goes on.
    hub: tokio::task::JoinHandle<()>,
    /// Told when a thread ends.
    ended: mpsc::Receiver<()>,
    max_unfinished: usize,
    tls: Option<Tls>,
}

/// Why a node does not start.
#[derive(Debug)]
pub enum StartError {
    /// More shards than partitions, or none.
    ShardCount(usize),
    /// The apps cannot be told apart.
    Apps(AppsError),
    /// The system has no random numbers.
    Random(getrandom::Error),
    /// The system has no thread, or no descriptors for it.
    Thread(io::Error),
}

/// Why a node stops by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServeError {
    /// A shard's thread ended; what it held cannot be saved.
    ShardStopped,
}

impl NodeConfig {
    /// A node for these apps, with one shard for each core.
    pub fn new(apps: Vec<App>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            shards: cores.min(usize::from(PARTITIONS)),
            apps,
            mailbox_bytes: 64 << 20,
            journal: None,
            max_unfinished: 1024,
            front: Front::default(),
            tls: None,
            metrics_token: None,
        }
    }
}

impl Node {
    /// Starts the shard threads, and tasks of the runtime that this is called in. Nothing is served
    /// until [`Node::serve`].
    pub fn start(config: NodeConfig) -> Result<Self, StartError> {
        if config.shards == 0 || config.shards > usize::from(PARTITIONS) {
            return Err(StartError::ShardCount(config.shards));
        }
        if let Some(limit) = descriptors::raise_limit() {
            info!(limit, "open files, and so connections, that the system allows");
        }
        let clock = Clock::start();
        let apps = Apps::new(config.apps)?;
        let seed = draw_seed()?;
        let (mailboxes, inboxes) = Mailboxes::new(config.shards, config.mailbox_bytes);
        let socket_ids = SocketIds::draw()?;
        let (pen, mut recovered, scribe) = Scribe::start(config.journal, &apps, &mailboxes, clock);
        let (account, front) = (pen.account().clone(), config.front);
        let metering = Metering::new(clock.unix_seconds(), config.metrics_token);
        let post = mailboxes.clone();
        let handle = NodeHandle::new(apps, post, account, clock, socket_ids, front, metering);
        let hub = handle.start_hub();
        let (tell_ended, ended) = mpsc::channel(1);
        let start = |(shard, inbox)| {
            let restored = recovered.take_shard(shard, &mailboxes);
            let (mailboxes, pen, ended) = (mailboxes.clone(), pen.clone(), tell_ended.clone());
            let reporter = handle.reporter().clone();
            shard::start(ShardSetup {
                shard,
                inbox,
                mailboxes,
                clock,
                pen,
                reporter,
                restored,
                seed,
                ended,
            })
        };
        let threads = inboxes.into_iter().enumerate().map(start).collect::<Result<_, _>>();
        let threads = threads.map_err(StartError::Thread)?;
        let NodeConfig { max_unfinished, tls, .. } = config;
        Ok(Self { handle, threads, scribe, hub, ended, max_unfinished, tls })
    }

    /// What others may ask of the node.
    pub fn handle(&self) -> NodeHandle {
        self.handle.clone()
    }

    /// Accepts connections and serves them, and `fallback` at paths that are not the engine's,
    /// until `stop` is done; then drains and ends the shards, all within five seconds.
    ///
    /// # Errors
    ///
    /// If a shard ends before it was told to.
    pub async fn serve(
        self,
        listener: TcpListener,
        fallback: Router,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        self.serve_then(listener, fallback, stop, std::future::ready(())).await
    }

    /// The same with a last thing to do between the drain and the end of the shards: for who has to
    /// look once more at what they counted. It gets half a second.
    ///
    /// # Errors
    ///
    /// If a shard ends before it was told to. Then there is no last look.
    pub async fn serve_then(
        mut self,
        listener: TcpListener,
        fallback: Router,
        stop: impl Future<Output = ()>,
        last: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let router = http::router(self.handle(), fallback);
        let (acceptor, closed) =
            Acceptor::new(router, self.max_unfinished, self.handle(), self.tls.clone());
        let served = tokio::select! {
            never = accept(&listener, &acceptor) => match never {},
            never = follow(self.tls.as_ref()) => match never {},
            _ = self.ended.recv() => Err(ServeError::ShardStopped),
            () = stop => Ok(()),
        };
        if served.is_ok() {
            self.drain(listener, acceptor, closed).await;
            if tokio::time::timeout(LAST_WORDS, last).await.is_err() {
                warn!("what was counted last could not be written down in time");
            }
        } else {
            drop(listener);
        }
        self.stop().await;
        served
    }

    /// Sends everybody elsewhere, until nobody is left or time is up. Newcomers are accepted
    /// meanwhile, to be told to go elsewhere too (docs/protocol.md item 188).
    async fn drain(
        &self,
        listener: TcpListener,
        acceptor: Acceptor,
        mut closed: mpsc::Receiver<Infallible>,
    ) {
        self.handle.drain();
        let (newcomers, mut newcomers_closed) = acceptor.successor();
        let nobody_left = async {
            tokio::select! {
                never = accept(&listener, &newcomers) => match never {},
                () = async { closed.recv().await; self.handle.emptied().await } => {}
            }
            // Who comes now is not left to wait for an answer.
            drop((listener, newcomers));
            newcomers_closed.recv().await;
            self.handle.emptied().await;
        };
        if tokio::time::timeout(DRAIN_TIME, nobody_left).await.is_err() {
            warn!("not everybody left in time");
        }
    }

    async fn stop(self) {
        self.handle.stop();
        let join = || {
            for thread in self.threads {
                // A thread that panicked has said so itself.
                let _ = thread.join();
            }
        };
        let _ = tokio::task::spawn_blocking(join).await;
        self.handle.end_observation();
        self.hub.abort();
        if let Some(scribe) = self.scribe
            && tokio::time::timeout(LAST_WORDS, scribe).await.is_err()
        {
            error!("the journal could not be written to its end");
        }
    }
}

/// Follows the files of the certificate, if there is one.
async fn follow(tls: Option<&Tls>) -> Infallible {
    match tls {
        Some(tls) => tls.follow().await,
        None => std::future::pending().await,
    }
}

fn draw_seed() -> Result<HashSeed, getrandom::Error> {
    Ok([getrandom::u64()?, getrandom::u64()?, getrandom::u64()?, getrandom::u64()?])
}

impl From<AppsError> for StartError {
    fn from(error: AppsError) -> Self {
        Self::Apps(error)
    }
}

impl From<getrandom::Error> for StartError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShardCount(count) => {
                write!(f, "there can be 1 to {PARTITIONS} shards, not {count}")
            }
            Self::Apps(error) => error.fmt(f),
            Self::Random(error) => write!(f, "the system has no random numbers: {error}"),
            Self::Thread(error) => write!(f, "cannot start a shard: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShardStopped => f.write_str("a shard stopped; its connections are lost"),
        }
    }
}

impl std::error::Error for ServeError {}

/// How long the last of the journal, and of what was counted, may take to be written.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long everybody has to leave; the process has five seconds in all.
const DRAIN_TIME: Duration = Duration::from_secs(4);
