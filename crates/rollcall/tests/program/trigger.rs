//! `rollcall trigger`: what it says when it publishes and when it cannot.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::support::{Place, Server, refusal};

#[test]
fn an_event_is_published_with_the_credentials_that_are_there() {
    let place = Place::new("trigger");
    let server = place.serve(&["--log", "off"]);
    let words = ["trigger", "news", "headline", "-1"];
    assert_eq!(place.print(&words), "Published to news.\n", "it is found by its directory");
    assert_eq!(place.print(&[&words[..], &url(&server)].concat()), "Published to news.\n");

    place.print(&["apps", "add", "1001", "limits.payload_bytes=10"]);
    let several = place.refusal(&[&words[..], &url(&server)].concat());
    assert!(several.starts_with("there are several apps; name one with --app: "), "{several}");
    let ours = [&url(&server)[..], &["--app", "1001"]].concat();
    let published = Place::until_known(|| place.run([&words[..], &ours].concat()));
    assert!(published.status.success(), "{}", refusal(&published));

    let too_big = refusal(
        &place.fed(&[&["trigger", "news", "headline", "-"][..], &ours].concat(), "12345678901"),
    );
    assert!(too_big.starts_with("the server refuses it (413): "), "{too_big}");
    let fits =
        place.fed(&[&["trigger", "news", "headline", "-"][..], &ours].concat(), "1234567890");
    assert!(fits.status.success());
    let bad = refusal(&place.run([&["trigger", "ne ws", "headline", "1"][..], &ours].concat()));
    assert!(bad.starts_with("the server refuses it (400): "), "{bad}");
}

#[test]
fn what_cannot_be_reached_is_one_sentence() {
    let place = Place::new("trigger_nobody");
    place.print(&["apps", "add", "1001"]);
    for (url, code, sentence) in [
        ("http://127.0.0.1:1", 1, "no server answers at 127.0.0.1:1: "),
        ("https://127.0.0.1:1", 2, "--url must be an http URL without a path"),
    ] {
        let output = place.run(["trigger", "news", "headline", "1", "--url", url]);
        assert_eq!(output.status.code(), Some(code));
        assert!(refusal(&output).starts_with(sentence), "{}", refusal(&output));
    }
    let nowhere = place.refusal(&["trigger", "--listen", "[::1]:0", "news", "headline", "1"]);
    assert!(nowhere.starts_with("no server runs on this data directory, and "), "{nowhere}");
    let unknown = place.refusal(&["trigger", "--app", "9", "news", "headline", "1"]);
    assert_eq!(unknown, "there is no app with the id \"9\"; there are 1001");
}

impl Place {
    /// Runs the program with this on its standard input.
    fn fed(&self, words: &[&str], input: &str) -> Output {
        let mut command = self.command();
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("it was piped");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("it is our child")
    }

    /// A server needs a moment to see a new app.
    fn until_known(publish: impl Fn() -> Output) -> Output {
        let unknown = |output: &Output| String::from_utf8_lossy(&output.stderr).contains("(404)");
        (0..200).map(|_| publish()).find(|output| !unknown(output)).expect("it is seen in time")
    }
}

fn url(server: &Server) -> [&'static str; 2] {
    ["--url", format!("http://{}", server.address()).leak()]
}
