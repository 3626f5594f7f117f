//! What the server needs to itself and from its app, and what it warns of.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;

use crate::support::{Place, Server};

#[test]
fn two_servers_do_not_share_a_data_directory() {
    let place = Place::new("lock");
    let server = place.serve(&[]);
    assert_eq!(
        place.refusal(&["serve", "--listen", "127.0.0.1:0"]),
        "the data directory data is in use by another Rollcall; stop that one, or choose another \
         directory with --data"
    );
    assert!(place.run(["apps", "list"]).status.success());
    drop(server);
    place.serve(&[]);
}

#[test]
fn a_data_directory_that_others_can_read_becomes_private() {
    let place = Place::new("mode");
    let data = place.path("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let _server = place.serve(&[]);
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
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
        configure(&place, setting);
        let said = place.refusal(&["--listen", "127.0.0.1:0", "--config", "rollcall.toml"]);
        assert_eq!(said, format!("the app \"7\" cannot be that of the status page: {sentence}"));
    }
}

#[test]
fn own_pages_on_an_app_without_bridge_and_mirror_are_warned_of() {
    let place = Place::new("bare");
    configure(&place, "bridge = true");
    drop(logged(&place, &["--config", "rollcall.toml", "--pages", "."]));
    let log = fs::read_to_string(place.path("log")).unwrap();
    assert!(log.contains("need mirror = true") && !log.contains("bridge = true"), "{log}");
}

#[test]
fn a_missing_directory_of_pages_is_named_where_it_was_given() {
    let place = Place::new("pages");
    place.write("r.toml", "log = 'warn'\npages = '/nonexistent'\n");
    assert_eq!(
        place.refusal(&["serve", "--config", "r.toml"]),
        "r.toml, line 2: pages must be a directory, and /nonexistent is none"
    );
}

#[test]
fn s9_an_origin_that_differs_is_warned_of_once() {
    let place = Place::new("origin");
    let server = logged(&place, &["--public-url", "https://status.example"]);
    let address = server.says("Listening").parse().unwrap();
    for origin in ["null", "http://10.0.0.7:9000", "http://10.0.0.7:9000"] {
        assert!(sign_out_from(address, origin).contains(" 403 "), "{origin}");
    }
    drop(server);
    let log = fs::read_to_string(place.path("log")).unwrap();
    let sentence = "Origin http://10.0.0.7:9000 differs from https://status.example";
    assert_eq!(log.matches(sentence).count(), 1, "{log}");
}

/// A server whose log goes to the file `log`.
fn logged(place: &Place, words: &[&str]) -> Server {
    let mut command = place.command();
    command.args(["--listen", "127.0.0.1:0"]).args(words);
    command.stderr(File::create(place.path("log")).expect("a log can be made"));
    Server::start(command)
}

/// Writes a configuration whose status page has an app with this setting.
fn configure(place: &Place, setting: &str) {
    let keys = "[{ key = 'k', secret = 's' }]";
    let app = format!("[[apps]]\nid = '7'\nkeys = {keys}\n{setting}\n");
    place.write("rollcall.toml", &format!("status_app = '7'\n{app}"));
}

/// The first line of the answer.
fn sign_out_from(address: SocketAddr, origin: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "POST /logout HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).expect("it reads");
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).expect("it answers");
    line
}
