//! The program itself: how it starts, and the one sentence with which it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files has failed")]

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

#[test]
fn two_servers_do_not_share_a_data_directory() {
    let place = Place::new("lock");
    let server = Server::start(&place, &[]);
    let second = run(&place, &["serve"]);
    assert_eq!((second.code, second.sentences()), (1, 1), "{}", second.stderr);
    assert!(second.stderr.contains("is in use by another Rollcall"), "{}", second.stderr);
    assert!(second.stderr.contains("--data"), "{}", second.stderr);

    let list = run(&place, &["apps", "list"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    assert!(list.stdout.contains("rollcall"), "{}", list.stdout);
    drop(server);
    Server::start(&place, &[]);
}

#[test]
fn a_data_directory_that_others_can_read_becomes_private() {
    let place = Place::new("mode");
    fs::create_dir(place.data()).unwrap();
    fs::set_permissions(place.data(), Permissions::from_mode(0o755)).unwrap();
    let _server = Server::start(&place, &[]);
    let mode = fs::metadata(place.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn the_app_of_the_status_page_must_be_able_to_carry_it() {
    let place = Place::new("unfit");
    for (setting, sentence) in [
        ("enabled = false", "its enabled must be true, not false"),
        ("member_updates = false", "its member_updates must be true, not false"),
        (
            "presence = { max_info_bytes = 1000 }",
            "its presence.max_info_bytes must be at least 1024, not 1000",
        ),
    ] {
        place.configure(setting);
        let said = run(&place, &["serve", "--config", "rollcall.toml"]);
        assert_eq!((said.code, said.sentences()), (2, 1), "{}", said.stderr);
        let sentence = format!("the app \"7\" cannot be that of the status page: {sentence}");
        assert!(said.stderr.contains(&sentence), "{}", said.stderr);
    }
}

#[test]
fn own_pages_on_an_app_without_bridge_and_mirror_are_warned_of() {
    let place = Place::new("bare");
    place.configure("bridge = true");
    let log = Server::start(&place, &["--config", "rollcall.toml", "--pages", "."]).log();
    assert!(log.contains("need mirror = true") && !log.contains("bridge = true"), "{log}");
}

#[test]
fn apps_are_not_listed_where_the_server_never_started() {
    let place = Place::new("nowhere");
    for words in [["apps", "list"].as_slice(), &["apps", "show", "7"]] {
        let said = run(&place, &[words, &["--data", "nodir"]].concat());
        assert_eq!((said.code, said.sentences()), (1, 1), "{}", said.stderr);
        assert!(said.stderr.contains("no database in nodir"), "{}", said.stderr);
        assert_eq!(said.stdout, "");
    }
    assert!(!place.path().join("nodir").exists());
    place.configure("");
    let said = run(&place, &["apps", "list", "--config", "rollcall.toml"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("file"), "{}", said.stdout);
}

#[test]
fn a_missing_directory_of_pages_is_named_where_it_was_given() {
    let place = Place::new("pages");
    fs::write(place.path().join("r.toml"), "log = 'warn'\npages = '/nonexistent'\n").unwrap();
    let said = run(&place, &["serve", "--config", "r.toml"]);
    assert_eq!((said.code, said.sentences()), (2, 1), "{}", said.stderr);
    let sentence = "r.toml, line 2: pages must be a directory, and /nonexistent is none";
    assert!(said.stderr.contains(sentence), "{}", said.stderr);
}

#[test]
fn s9_an_origin_that_differs_is_warned_of_once() {
    let place = Place::new("origin");
    let server = Server::start(&place, &["--public-url", "https://status.example"]);
    for origin in ["null", "http://10.0.0.7:9000", "http://10.0.0.7:9000"] {
        let request = format!(
            "POST /logout HTTP/1.1\r\nHost: 10.0.0.7:9000\r\nOrigin: {origin}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        assert!(server.send(&request).contains(" 403 "), "{origin}");
    }
    let log = server.log();
    let sentence = "Origin http://10.0.0.7:9000 differs from https://status.example";
    assert_eq!(log.matches(sentence).count(), 1, "{log}");
}

/// A directory for the files of one test, removed when it ends.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("rollcall-start-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// Writes a configuration whose status page has an app with this setting.
    fn configure(&self, setting: &str) {
        let keys = r#"[{ key = "k", secret = "s" }]"#;
        let text = format!("status_app = '7'\n[[apps]]\nid = '7'\nkeys = {keys}\n{setting}\n");
        fs::write(self.0.join("rollcall.toml"), text).unwrap();
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(place: &Place, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(words).current_dir(place.path()).env("ROLLCALL_LISTEN", "127.0.0.1:0");
    command
}

/// What a program that ended by itself said.
struct Said {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Said {
    fn sentences(&self) -> usize {
        self.stderr.lines().count()
    }
}

fn run(place: &Place, words: &[&str]) -> Said {
    let Output { status, stdout, stderr } = command(place, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

/// A server that is ready; killed when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(place: &Place, words: &[&str]) -> Self {
        let mut command = command(place, &[&["serve"], words].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let start = line.find("127.0.0.1:")?;
            let address = line[start..].split('/').next().unwrap_or_default();
            Some(address.to_owned())
        });
        // Read to the end of the greeting, so that the program is never refused a write.
        lines.take_while(|line| !line.as_ref().unwrap().contains("Secret")).count();
        Self { child, address: address.unwrap() }
    }

    /// Ends it and returns its log.
    fn log(mut self) -> String {
        self.child.kill().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }

    /// Sends a request and returns the line with the status.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
