//! Accepting connections and serving HTTP on them until they are upgraded or done.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, timeout};
use tower::Service;
use tracing::{debug, warn};

use super::paths;
use super::patience::{Patient, Turns};
use super::places::{Place, Places};
use super::router::WithoutTls;
use super::visitor::Visitor;
use crate::NodeHandle;
use crate::config::Front;
use crate::tls::{Greeted, Tls};

/// What every accepted connection needs.
#[derive(Clone)]
pub(crate) struct Acceptor {
    router: Router,
    /// For connections without a finished request.
    places: Places,
    node: NodeHandle,
    /// The certificate, for who wants TLS.
    tls: Option<Tls>,
    /// Held by every connection, so that the end of the last one can be awaited.
    _open: mpsc::Sender<Infallible>,
}

impl Acceptor {
    /// Serves `router`. The receiver ends with the last connection after the acceptor is gone.
    pub(crate) fn new(
        router: Router,
        max_unfinished: usize,
        node: NodeHandle,
        tls: Option<Tls>,
    ) -> (Self, mpsc::Receiver<Infallible>) {
        let (open, closed) = mpsc::channel(1);
        (Self { router, places: Places::new(max_unfinished), node, tls, _open: open }, closed)
    }

    /// The same, but the end of its connections is told apart.
    pub(crate) fn successor(self) -> (Self, mpsc::Receiver<Infallible>) {
        let (open, closed) = mpsc::channel(1);
        (Self { _open: open, ..self }, closed)
    }
}

/// Accepts for ever. A connection that cannot be had, for want of descriptors say, is no reason to
/// stop; the others go on, and the next may be had again.
pub(crate) async fn accept(listener: &TcpListener, acceptor: &Acceptor) -> Infallible {
    let mut complaint = Complaint::default();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (place, lost) = acceptor.places.take();
                tokio::spawn(unless(lost, serve(acceptor.clone(), stream, peer, place)));
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                if complaint.is_due(Instant::now()) {
                    warn!(%error, "cannot accept connections");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// When something that goes on failing was last said.
#[derive(Debug, Default)]
struct Complaint {
    last: Option<Instant>,
}

impl Complaint {
    /// The first time at once, then not too often.
    fn is_due(&mut self, now: Instant) -> bool {
        let due = self.last.is_none_or(|last| now - last >= COMPLAINT_PAUSE);
        if due {
            self.last = Some(now);
        }
        due
    }
}

/// Serves a connection until it ends, or loses the place that it has until its first request is
/// done.
async fn unless(lost: oneshot::Receiver<()>, served: impl Future<Output = ()>) {
    tokio::select! {
        () = served => {}
        Ok(()) = lost => debug!("a connection lost its place to a newer one"),
    }
}

/// The life of one connection. It waits for its first words, for the connection to end, or for the
/// node to drain, after which the request in flight is the last.
async fn serve(acceptor: Acceptor, stream: TcpStream, peer: SocketAddr, place: Place) {
    let _ = stream.set_nodelay(true);
    let waiting = Waiting::new(place);
    let greeted = match &acceptor.tls {
        Some(tls) => tokio::select! {
            greeted = tls.greet(stream) => greeted,
            () = last_chance(&acceptor.node, &waiting) => return,
        },
        None => Ok(Greeted::Plain(stream)),
    };
    match greeted {
        Ok(Greeted::Plain(stream)) => {
            let visitor = Visitor::over_tcp(peer.ip());
            converse(acceptor, stream, Peer { address: peer, visitor }, waiting).await;
        }
        Ok(Greeted::Tls(stream)) => {
            let visitor = Visitor::over_tls(peer.ip());
            converse(acceptor, *stream, Peer { address: peer, visitor }, waiting).await;
        }
        Err(error) => debug!(%error, %peer, "a TLS handshake failed"),
    }
}

/// The other end of a connection.
#[derive(Clone, Copy)]
struct Peer {
    address: SocketAddr,
    /// Who that is, if no proxy is in between.
    visitor: Visitor,
}

async fn converse<S>(acceptor: Acceptor, stream: S, peer: Peer, waiting: Waiting)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let turns = Turns::default();
    let service = service_fn(async |request| {
        turns.pass();
        let response = respond(&acceptor, request, peer, waiting.take()).await;
        turns.pass();
        response
    });
    let connection =
        http().serve_connection(Patient::new(stream, turns.clone()), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = last_chance(&acceptor.node, &waiting) => {
            // Browsers open connections that they may need; nobody waits for those.
            if waiting.is_on() {
                return;
            }
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, peer = %peer.address, "an HTTP connection failed");
    }
}

/// Waits for the node to drain, and then for the first request if there was none: before it, hyper
/// would close the connection without a look at what has come. A connection has only so long for it.
async fn last_chance(node: &NodeHandle, waiting: &Waiting) {
    // The node outlives its connections' tasks.
    let _ = node.draining().wait_for(|&draining| draining).await;
    let _ = timeout(LAST_CHANCE, waiting.ended()).await;
}

/// A connection's wait for its first request.
#[derive(Debug)]
struct Waiting {
    /// Its place meanwhile.
    place: Mutex<Option<Place>>,
    end: Notify,
}

impl Waiting {
    fn new(place: Place) -> Self {
        Self { place: Mutex::new(Some(place)), end: Notify::new() }
    }

    /// The first request is here, and takes the place along; later ones find none.
    fn take(&self) -> Option<Place> {
        let place = self.lock().take();
        self.end.notify_one();
        place
    }

    fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    async fn ended(&self) {
        if self.is_on() {
            self.end.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request. The first one gives back the connection's place.
async fn respond(
    acceptor: &Acceptor,
    mut request: Request<Incoming>,
    peer: Peer,
    place: Option<Place>,
) -> Result<Response, Infallible> {
    let Front { path_prefix, trusted_proxies, .. } = acceptor.node.front();
    let visitor = peer.visitor.behind(request.headers(), trusted_proxies);
    request.extensions_mut().insert(ConnectInfo(peer.address));
    request.extensions_mut().insert(visitor);
    if acceptor.tls.is_some() && !visitor.is_secure() {
        request.extensions_mut().insert(WithoutTls);
    }
    if let Some(uri) = paths::below(request.uri(), path_prefix) {
        *request.uri_mut() = uri;
    }
    if let Some(uri) = paths::canonical(request.uri()) {
        *request.uri_mut() = uri;
    }
    let mut response = acceptor.router.clone().call(request).await?;
    drop(place);
    if acceptor.node.is_draining() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

fn http() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(MAX_HEAD);
    builder
}

/// Whether accepting failed because of that one connection.
fn is_of_the_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionReset)
}

/// How long a kept connection may wait for its next request and have it whole. Client libraries keep
/// connections for about a minute, and a request on one that is just being closed fails.
/// What is slow, once it has begun, ends earlier: see [`Patient`].
const IDLE: Duration = Duration::from_secs(75);

/// How long a connection has to begin its first request once the node drains, and to shake hands.
const LAST_CHANCE: Duration = Duration::from_millis(500);

/// The largest head of a request.
const MAX_HEAD: usize = 64 * 1024;

/// How long accepting pauses when the system has nothing to give.
const PAUSE: Duration = Duration::from_millis(50);

/// How often the log is told that accepting fails.
const COMPLAINT_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::task::JoinHandle;

    use super::super::tests::idle_node;
    use super::*;

    /// A connection of a node that drains already, or does so when told.
    async fn visit(node: &NodeHandle) -> (DuplexStream, JoinHandle<()>) {
        let router = super::super::router(node.clone(), Router::new());
        let (acceptor, _) = Acceptor::new(router, 1, node.clone(), None);
        let (near, far) = tokio::io::duplex(1024);
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let peer = Peer { address, visitor: Visitor::over_tcp(address.ip()) };
        let waiting = Waiting::new(acceptor.places.take().0);
        let served = tokio::spawn(converse(acceptor, near, peer, waiting));
        tokio::task::yield_now().await;
        (far, served)
    }

    #[tokio::test(start_paused = true)]
    async fn p188_who_was_just_accepted_is_answered_when_the_node_drains() {
        let (node, _inboxes) = idle_node();
        let (mut client, served) = visit(&node).await;
        node.drain();
        tokio::time::advance(LAST_CHANCE / 2).await;
        client.write_all(b"GET /up HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.contains("connection: close"),
            "{answer}"
        );
        served.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_nothing_while_the_node_drains_is_not_waited_for() {
        let (node, _inboxes) = idle_node();
        let (mut before, early) = visit(&node).await;
        node.drain();
        let (mut after, late) = visit(&node).await;
        for client in [&mut before, &mut after] {
            client.write_all(b"GET /up").await.unwrap();
        }
        let start = Instant::now();
        early.await.unwrap();
        late.await.unwrap();
        assert!(start.elapsed() <= LAST_CHANCE * 2);
    }

    #[test]
    fn the_log_is_told_at_once_and_then_once_a_minute() {
        let (mut complaint, start) = (Complaint::default(), Instant::now());
        let told = (0..2400).filter(|n| complaint.is_due(start + *n * PAUSE)).collect::<Vec<_>>();
        assert_eq!(told, [0, 1200]);
    }
}
