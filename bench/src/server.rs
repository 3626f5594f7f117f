//! The server that is measured: a Rollcall with one shard, a fixed app and a directory of its own.

use std::fs;
use std::io::{BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ChildStdout;
use std::thread;

use rollcall_wire::auth::Key;

use crate::child::Running;
use crate::error::{BenchError, Result};
use crate::publisher::HttpPublisher;
use crate::setup::Setup;
use crate::tls::Certificate;
use crate::watcher::Watcher;

/// A running Rollcall.
#[derive(Debug)]
pub(crate) struct Server {
    process: Running,
    address: SocketAddr,
    key: Key,
    certificate: Option<Certificate>,
    /// What opens the console, if somebody is to watch.
    console_code: Option<String>,
    setup: Setup,
    _directory: Directory,
}

/// A directory that is gone when this is.
#[derive(Debug)]
struct Directory(PathBuf);

impl Server {
    /// Starts the program and waits until it listens.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        Self::start_with(program, Setup::Plain)
    }

    /// The same, with a certificate if clients want TLS.
    pub(crate) fn start_with(program: &Path, setup: Setup) -> Result<Self> {
        if !program.is_file() {
            return Err(BenchError::NoServer(program.to_owned()));
        }
        let directory = Directory::create()?;
        let (config, data) = (directory.0.join("config.toml"), directory.0.join("data"));
        let certificate = match setup {
            Setup::Tls => Some(Certificate::make(&directory.0)?),
            Setup::Plain | Setup::Hooked | Setup::Watched | Setup::Http(_) => None,
        };
        fs::write(&config, config_text(certificate.as_ref(), setup))?;
        let (config, data) = (config.to_string_lossy(), data.to_string_lossy());
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--shards", "1"];
        let files = ["--config", &config, "--data", &data];
        let mut process = Running::start(program, &[&arguments[..], &files].concat())?;
        let mut lines = process.lines()?;
        let address = found_in(&mut lines, address_of)?;
        let console_code = match setup {
            Setup::Watched => Some(found_in(&mut lines, code_of)?),
            _ => None,
        };
        // Whatever else it prints must not fill the pipe.
        thread::spawn(move || lines.for_each(drop));
        let key = Key { key: KEY.to_owned(), secret: SECRET.to_owned() };
        Ok(Self { process, address, key, certificate, console_code, setup, _directory: directory })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a reader needs to connect.
    pub(crate) fn reader_arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--server".to_owned(), self.address.to_string()];
        arguments.extend(["--key".to_owned(), self.key().to_owned()]);
        if let Some(Certificate { cert, .. }) = &self.certificate {
            arguments.extend(["--trust".to_owned(), cert.to_string_lossy().into_owned()]);
        }
        if let Setup::Http(transport) = self.setup {
            arguments.extend(["--http".to_owned(), transport.argument().to_owned()]);
        }
        arguments
    }

    /// Its number in the system.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The key that subscribers connect with.
    pub(crate) fn key(&self) -> &str {
        &self.key.key
    }

    /// The same with its secret.
    pub(crate) fn app_key(&self) -> &Key {
        &self.key
    }

    /// The key of the app that is set as the status page's.
    pub(crate) fn lobby_key() -> Key {
        Key { key: LOBBY_KEY.to_owned(), secret: LOBBY_SECRET.to_owned() }
    }

    /// A new back end of that app.
    pub(crate) fn lobby_publisher(&self) -> Result<HttpPublisher> {
        HttpPublisher::connect(self.address, LOBBY_APP, &Self::lobby_key())
    }

    /// Somebody who watches the app, if the setup has one; to be called once.
    pub(crate) fn watcher(&self) -> Result<Option<Watcher>> {
        let code = self.console_code.as_deref();
        code.map(|code| Watcher::begin(self.address, code, APP)).transpose()
    }

    /// A new back end.
    pub(crate) fn publisher(&self) -> Result<HttpPublisher> {
        HttpPublisher::connect(self.address, APP, &self.key)
    }
}

impl Directory {
    fn create() -> Result<Self> {
        let name = format!("rollcall-bench-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // Left by a benchmark of the same number that did not end well.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn config_text(certificate: Option<&Certificate>, setup: Setup) -> String {
    let tls = certificate.map(|Certificate { cert, key }| {
        format!("tls_cert = {:?}\ntls_key = {:?}\n", cert.to_string_lossy(), key.to_string_lossy())
    });
    let config = match setup {
        Setup::Hooked => CONFIG.replacen(NAME, &format!("{NAME}{WEBHOOK}"), 1),
        Setup::Plain | Setup::Watched | Setup::Tls | Setup::Http(_) => CONFIG.to_owned(),
    };
    tls.unwrap_or_default() + &config
}

/// The server prints its address once it listens, and after that what opens the console.
fn found_in<T>(
    lines: &mut Lines<BufReader<ChildStdout>>,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    for line in lines {
        if let Some(found) = find(&line?) {
            return Ok(found);
        }
    }
    Err(BenchError::ServerNotReady)
}

fn address_of(line: &str) -> Option<SocketAddr> {
    let (_, behind) = line.split_once("://")?;
    let end = behind.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    behind[..end.unwrap_or(behind.len())].parse().ok()
}

fn code_of(line: &str) -> Option<String> {
    line.trim().strip_prefix("Code ")?.split_whitespace().next().map(str::to_owned)
}

const APP: &str = "1001";
const KEY: &str = "bench-key";
const SECRET: &str = "bench-secret";
const LOBBY_APP: &str = "1002";
const LOBBY_KEY: &str = "lobby-key";
const LOBBY_SECRET: &str = "lobby-secret";

const NAME: &str = "name = \"Benchmark\"\n";

/// Nobody listens there; what it is owed waits.
const WEBHOOK: &str = "webhooks = [{ url = \"http://127.0.0.1:9/\" }]\n";

/// Defaults, and what the first start gives the app of the status page.
const CONFIG: &str = r#"
[[apps]]
id = "1001"
name = "Benchmark"
keys = [{ key = "bench-key", secret = "bench-secret" }]
client_events = true
limits = { client_events_per_second = 100000 }

[[apps]]
id = "1002"
name = "Lobby"
keys = [{ key = "lobby-key", secret = "lobby-secret" }]
client_events = true
member_updates = true
mirror = true
presence = { max_members = 1000, grace_seconds = 10 }
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_with_a_webhook_has_one() {
        assert!(config_text(None, Setup::Hooked).contains(&format!("{NAME}{WEBHOOK}")));
        assert_eq!(config_text(None, Setup::Plain), CONFIG);
    }

    #[test]
    fn the_address_is_found_in_what_the_server_prints() {
        let expected = "127.0.0.1:4711".parse().ok();
        for line in [
            "  status page  http://127.0.0.1:4711/",
            "http://127.0.0.1:4711",
            "  status page  https://127.0.0.1:4711/",
            "listening on http://127.0.0.1:4711, stop with Ctrl-C",
        ] {
            assert_eq!(address_of(line), expected, "{line}");
        }
        assert_eq!(address_of("see https://example.com"), None);
    }

    #[test]
    fn the_code_of_the_console_is_found_in_what_the_server_prints() {
        let line = "  Code         JZCG-PV9N-55PV (sets it up: once, within 60 minutes)";
        assert_eq!(code_of(line).as_deref(), Some("JZCG-PV9N-55PV"));
        assert_eq!(code_of("  Console      http://127.0.0.1:4711/console"), None);
    }
}
