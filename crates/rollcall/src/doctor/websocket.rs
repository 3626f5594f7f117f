//! Whether a WebSocket gets through, with everything that is between.

use reqwest::header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{StatusCode, Upgraded};
use rollcall_wire::ws::Message;
use rollcall_wire::ws::client::Decoder;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::report::{Check, Finding};
use super::site::{PATIENCE, Site, closed, root};

/// What the first frame said.
enum Greeting {
    Established,
    /// The server closed it at once, with a code and a reason.
    Closed(Option<u16>, String),
    /// Something that Rollcall does not say.
    Strange,
    /// Nothing came.
    Silence,
}

/// Connects as a browser does and waits for the greeting.
pub(super) async fn check(site: &Site) -> Finding {
    let path = format!("app/{}?protocol=7&client=rollcall-doctor", site.key());
    let request = site
        .get(&path)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, KEY);
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return bad(format!("The request for one fails: {}.", root(&error))),
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let status = response.status().as_u16();
        return bad(format!("The request for one is answered with {status} and not with 101."));
    }
    let greeting = match response.upgrade().await {
        Ok(stream) => timeout(PATIENCE, greeting(stream)).await.unwrap_or(Greeting::Silence),
        Err(_) => Greeting::Silence,
    };
    judge(greeting, site.account().is_some())
}

fn judge(greeting: Greeting, has_key: bool) -> Finding {
    match greeting {
        Greeting::Established => Check::WebSocket.good("A WebSocket gets through."),
        Greeting::Closed(Some(4001), _) if !has_key => Check::WebSocket
            .good("A WebSocket gets through; name an app with --key to have it stay."),
        Greeting::Closed(code, reason) => closed(Check::WebSocket, "A WebSocket", code, &reason),
        Greeting::Strange => bad("What is said over it is not Rollcall's.".to_owned()),
        Greeting::Silence => bad("One is opened, and nothing comes through it.".to_owned()),
    }
}

fn bad(says: String) -> Finding {
    Check::WebSocket.bad(
        format!("No WebSocket gets through. {says}"),
        "What is in front must pass on the headers Upgrade and Connection: in nginx \
         proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade and proxy_set_header \
         Connection \"upgrade\" (docs/proxies.md). Until then clients fall back to HTTP.",
    )
}

async fn greeting(mut stream: Upgraded) -> Greeting {
    let mut decoder = Decoder::new(MAX_GREETING);
    let mut buffer = [0; 4096];
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return Greeting::Silence };
        match decoder.decode(&mut buffer[..count]) {
            Ok((_, None)) => {}
            Ok((_, Some(Message::Text(text)))) if text.contains(ESTABLISHED) => {
                return Greeting::Established;
            }
            Ok((_, Some(Message::Close { code, reason }))) => {
                return Greeting::Closed(code, reason.to_owned());
            }
            _ => return Greeting::Strange,
        }
    }
}

pub(super) const ESTABLISHED: &str = "pusher:connection_established";

/// Nothing hangs on what it is.
const KEY: &str = "cm9sbGNhbGwtZG9jdG9yIQ==";

const MAX_GREETING: usize = 64 * 1024;
