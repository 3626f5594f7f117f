//! Running the program: a directory for each test, and a server that is stopped when dropped.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_rollcall");

/// A directory in which the program is run.
pub(crate) struct Place {
    root: PathBuf,
}

/// A server that has printed where it is.
pub(crate) struct Server {
    child: Child,
    /// What it printed when it was ready.
    pub(crate) welcome: String,
}

/// What a server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// All of it, with its head.
    pub(crate) text: String,
}

impl Place {
    /// An empty directory; `name` is that of the test.
    pub(crate) fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program").join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).expect("the target directory is writable");
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the test's directory is writable");
    }

    /// Runs the program to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Output {
        self.command().args(words).output().expect("the program runs")
    }

    /// Runs the program, which has to fail with one sentence, and gives the sentence.
    pub(crate) fn refusal(&self, words: &[&str]) -> String {
        refusal(&self.run(words))
    }

    /// The program, not yet run, without the variables of whoever runs the tests.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ROLLCALL_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.root);
        command
    }

    /// Starts a server on a free port and waits until it is ready.
    pub(crate) fn serve(&self, words: &[&str]) -> Server {
        let mut command = self.command();
        command.args(["--listen", "127.0.0.1:0", "--shards", "1"]).args(words);
        Server::start(command)
    }
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program runs");
        let output = child.stdout.take().expect("it was piped");
        let mut welcome = String::new();
        for line in BufReader::new(output).lines() {
            let line = line.expect("it prints text");
            welcome.push_str(&format!("{line}\n"));
            // The last line; the server does not close its output.
            if line.contains("Secret") {
                break;
            }
        }
        Self { child, welcome }
    }

    /// The rest of the line of the welcome that begins with `label`.
    pub(crate) fn says(&self, label: &str) -> &str {
        let mut lines = self.welcome.lines().map(str::trim);
        let line = lines.find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label} in {}", self.welcome)).trim()
    }

    pub(crate) fn app_id(&self) -> &str {
        let app = self.says("App");
        app.split_once("(id ").and_then(|(_, id)| id.strip_suffix(')')).expect("App … (id …)")
    }

    /// The status page's address, as a socket's.
    pub(crate) fn address(&self) -> SocketAddr {
        let page = self.says("Status page").strip_prefix("http://").expect("a web address");
        let (address, _) = page.split_once('/').expect("it has a path");
        address.parse().expect("a numeric address")
    }

    /// The status of the answer to a GET request.
    pub(crate) fn status_of(&self, path: &str) -> u16 {
        self.send("GET", path, "", "").status
    }

    /// Sends a request with a body of JSON; `lines` are more lines of its head.
    pub(crate) fn send(&self, method: &str, path: &str, lines: &str, body: &str) -> Answer {
        let mut socket = TcpStream::connect(self.address()).expect("it listens");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{lines}\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        socket.read_to_string(&mut text).expect("it answers with text");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {text}"));
        Answer { status, text }
    }

    /// Sends a signal, by its name, and waits for the end.
    pub(crate) fn stop_with(mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(sent.expect("kill is there").success());
        self.child.wait().expect("it is our child")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended, after `stop_with`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one sentence with which the program failed.
pub(crate) fn refusal(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("sentences are text");
    assert!(!output.status.success(), "it should have failed: {text}");
    assert_eq!(text.lines().count(), 1, "one sentence, not {text}");
    assert!(output.stdout.is_empty(), "nothing on standard output");
    let sentence = text.trim_end().strip_prefix("rollcall: ");
    sentence.unwrap_or_else(|| panic!("the program's name first, not {text}")).to_owned()
}
