//! `rollcall trigger`: publishes one event through a running server's HTTP API, with the
//! credentials of the database or the file.
//!
//! The request is made with hyper's client, which is in the program anyway, on a plain connection:
//! the server that is meant is near, and behind a TLS proxy it has its own address still.

use std::io::{self, Read};
use std::time::Duration;
use std::{fmt, str};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rollcall_engine::App;
use rollcall_node::config::Config;
use rollcall_wire::auth::{Key, sign_request};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::apps::{self, print};
use crate::catalogue::Catalogue;
use crate::cli::Trigger;
use crate::failure::Failure;
use crate::now::unix_millis;
use crate::server::{self, ServerError};

/// Publishes.
pub(crate) async fn run(config: &Config, trigger: &Trigger) -> Result<(), Failure> {
    let catalogue = apps::read(config).await?;
    let app = choose(&catalogue, trigger.app.as_deref())?;
    let server = authority(config, trigger.url.as_deref())?;
    let body = body(trigger)?;
    // One without a key could not be served, and is not in the catalogue's sources.
    let key = app.keys.first().ok_or(TriggerError::NoKey)?;
    publish(&server, app, key, body).await?;
    print(&format!("Published to {}.\n", trigger.channel));
    Ok(())
}

/// Why an event was not published.
#[derive(Debug)]
pub(crate) enum TriggerError {
    /// There are several apps, and none was named.
    WhichApp(Vec<String>),
    /// The app has no key to sign with.
    NoKey,
    /// No server can be reached by this URL.
    BadUrl(String),
    /// Nobody knows where the server is.
    Server(ServerError),
    /// Standard input cannot be read as text.
    Stdin(io::Error),
    /// Nothing answers there.
    Unreachable { server: String, error: io::Error },
    /// What answers there is no HTTP server, or went away.
    Broken { server: String, error: hyper::Error },
    /// It does not answer.
    Silent(String),
    /// The server says no.
    Refused { status: StatusCode, sentence: String },
}

impl TriggerError {
    /// Whether the mistake is in what was asked for.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::WhichApp(_) | Self::BadUrl(_) => true,
            Self::Server(error) => error.is_usage(),
            _ => false,
        }
    }
}

fn choose<'a>(catalogue: &'a Catalogue, id: Option<&str>) -> Result<&'a App, Failure> {
    match (id, catalogue.entries()) {
        (None, [only]) => Ok(&only.app),
        (None, _) => Err(TriggerError::WhichApp(catalogue.ids()).into()),
        (Some(id), _) => Ok(&catalogue.named(id)?.app),
    }
}

/// Host and port of the server.
fn authority(config: &Config, url: Option<&str>) -> Result<String, TriggerError> {
    let Some(url) = url else { return own_address(config) };
    let bad = || TriggerError::BadUrl(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let plain = uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/");
    let authority = uri.authority().filter(|_| plain && uri.query().is_none()).ok_or_else(bad)?;
    let port = authority.port_u16().unwrap_or(80);
    Ok(format!("{}:{port}", authority.host()))
}

/// The plain one: the port that speaks TLS takes both.
fn own_address(config: &Config) -> Result<String, TriggerError> {
    let own = server::base(config, None)?;
    let port = own.port_or_known_default().unwrap_or_default();
    Ok(format!("{}:{port}", own.host_str().unwrap_or_default()))
}

fn body(trigger: &Trigger) -> Result<String, TriggerError> {
    let data = match trigger.data.as_str() {
        "-" => standard_input().map_err(TriggerError::Stdin)?,
        data => data.to_owned(),
    };
    let mut body = json!({ "name": trigger.event, "channel": trigger.channel, "data": data });
    if let Some(id) = &trigger.socket_id {
        body["socket_id"] = Value::from(id.as_str());
    }
    Ok(body.to_string())
}

fn standard_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}

async fn publish(server: &str, app: &App, key: &Key, body: String) -> Result<(), TriggerError> {
    let path = format!("/apps/{}/events", encoded(app.id.as_str()));
    let seconds = u64::try_from(unix_millis() / 1000).unwrap_or_default();
    let query = sign_request(key, "POST", &path, "", body.as_bytes(), seconds);
    let answered = timeout(PATIENCE, post(server, &format!("{path}?{query}"), body)).await;
    let (status, answer) = answered.map_err(|_| TriggerError::Silent(server.to_owned()))??;
    match status {
        StatusCode::OK => Ok(()),
        status => Err(TriggerError::Refused { status, sentence: sentence(&answer) }),
    }
}

async fn post(
    server: &str,
    target: &str,
    body: String,
) -> Result<(StatusCode, Bytes), TriggerError> {
    let unreachable = |error| TriggerError::Unreachable { server: server.to_owned(), error };
    let broken = |error| TriggerError::Broken { server: server.to_owned(), error };
    let stream = TcpStream::connect(server).await.map_err(unreachable)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // It ends with the request; what goes wrong there, the request tells.
    tokio::spawn(connection);
    let request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, server)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .expect("the target is encoded and the server was an authority");
    let response = sender.send_request(request).await.map_err(broken)?;
    let status = response.status();
    let answer = response.into_body().collect().await.map_err(broken)?;
    Ok((status, answer.to_bytes()))
}

/// What the server says, out of its JSON where it is some.
fn sentence(answer: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(answer).ok();
    let error = json.as_ref().and_then(|json| json.get("error")?.as_str());
    let text = error.map_or_else(|| String::from_utf8_lossy(answer), Into::into);
    text.lines().next().unwrap_or_default().to_owned()
}

/// An id as a segment of a path.
fn encoded(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    id.bytes().fold(String::new(), |text, byte| match plain(byte) {
        true => text + str::from_utf8(&[byte]).unwrap_or_default(),
        false => text + &format!("%{byte:02X}"),
    })
}

impl fmt::Display for TriggerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WhichApp(ids) => {
                write!(f, "there are several apps; name one with --app: {}", ids.join(", "))
            }
            Self::NoKey => f.write_str("the app has no key"),
            Self::BadUrl(url) => write!(
                f,
                "--url must be an http URL without a path, such as http://127.0.0.1:9000, not \
                 {url:?}"
            ),
            Self::Server(error) => error.fmt(f),
            Self::Stdin(error) => write!(f, "standard input cannot be read: {error}"),
            Self::Unreachable { server, error } => write!(
                f,
                "no server answers at {server}: {error}; start it, or say where it is with --url"
            ),
            Self::Broken { server, error } => {
                write!(f, "{server} does not answer as a server does: {error}")
            }
            Self::Silent(server) => write!(f, "{server} does not answer"),
            Self::Refused { status, sentence } => {
                write!(f, "the server refuses it ({}): {sentence}", status.as_u16())
            }
        }
    }
}

impl From<ServerError> for TriggerError {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use rollcall_node::config::{Given, load};

    use super::*;

    #[test]
    fn the_server_is_where_it_listens_or_where_it_is_said_to_be() {
        for (listen, url, expected) in [
            ("127.0.0.1:9000", None, Some("127.0.0.1:9000")),
            ("0.0.0.0:80", None, Some("127.0.0.1:80")),
            ("[::]:80", None, Some("[::1]:80")),
            ("[::1]:0", None, None),
            ("[::1]:0", Some("http://[::1]:9"), Some("[::1]:9")),
            ("[::1]:0", Some("http://host/"), Some("host:80")),
            ("[::1]:0", Some("https://host"), None),
            ("[::1]:0", Some("http://host/path"), None),
            ("[::1]:0", Some("host"), None),
        ] {
            let mut given = Given::default();
            given.flags.insert("listen", listen.into());
            let config = load(&given).unwrap();
            assert_eq!(authority(&config, url).ok().as_deref(), expected, "{listen} {url:?}");
        }
    }

    #[test]
    fn the_sentence_is_taken_out_of_its_json() {
        for (answer, expected) in [
            (r#"{"error":"No such app"}"#, "No such app"),
            ("plain text\nand more", "plain text"),
            ("[1]", "[1]"),
            ("", ""),
        ] {
            assert_eq!(sentence(answer.as_bytes()), expected);
        }
    }

    #[test]
    fn ids_become_segments() {
        assert_eq!(encoded("1001"), "1001");
        assert_eq!(encoded("a é?"), "a%20%C3%A9%3F");
    }
}
