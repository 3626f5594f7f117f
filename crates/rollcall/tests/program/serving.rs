//! A server's life: its first start, its end, and its second start.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{PROGRAM, Place, Server};

#[test]
fn the_first_start_makes_the_app_and_says_where_everything_is() {
    let place = Place::new("first_start");
    let server = place.serve(&[]);
    assert_ne!(server.address().port(), 0, "the real port");
    assert_eq!(server.status_of("/up"), 200);
    let id = server.app_id();
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    assert!(is_twenty_hex_digits(server.says("Key")));
    assert_eq!(server.says("Secret"), format!("shown by: {PROGRAM} apps show {id} --secret"));
    let mode = fs::metadata(place.path("data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn the_app_survives_a_kill() {
    let place = Place::new("second_start");
    let first = place.serve(&[]);
    let (id, key) = (first.app_id().to_owned(), first.says("Key").to_owned());
    assert!(!first.stop_with("KILL").success());
    let second = place.serve(&[]);
    assert_eq!((second.app_id(), second.says("Key")), (id.as_str(), key.as_str()));
}

#[test]
fn both_signals_end_it_with_success() {
    for signal in ["TERM", "INT"] {
        let place = Place::new(signal);
        let server = place.serve(&[]);
        assert_eq!(server.stop_with(signal).code(), Some(0), "{signal}");
        assert!(!place.path("data/rollcall.db-wal").exists(), "the database is closed");
    }
}

#[test]
fn the_page_is_embedded_or_said_to_be_missing() {
    let server = Place::new("page").serve(&[]);
    let expected = if cfg!(embedded_pages) { 200 } else { 501 };
    assert_eq!(server.status_of("/"), expected);
}

#[test]
fn own_pages_take_the_front() {
    let place = Place::new("own_pages");
    fs::create_dir(place.path("site")).unwrap();
    place.write("site/index.html", "<!doctype html>");
    let server = place.serve(&["--pages", "site"]);
    assert!(server.says("Status page").ends_with("/rollcall/"), "{}", server.welcome);
    assert_eq!(server.status_of("/"), 200);
}

#[test]
fn a_variable_sets_what_no_flag_does() {
    let place = Place::new("variables");
    let mut command = place.command();
    command.env("ROLLCALL_LISTEN", "127.0.0.1:0").env("ROLLCALL_DATA", "elsewhere");
    let server = Server::start(command);
    assert!(place.path("elsewhere/rollcall.db").is_file());
    assert!(server.says("Secret").ends_with("--secret --data elsewhere"), "{}", server.welcome);
}

#[test]
fn the_file_sets_what_nothing_else_does_and_picks_the_app() {
    let place = Place::new("by_file");
    place.write(
        "rollcall.toml",
        "listen = '127.0.0.1:0'\nstatus_app = '1001'\n\
         [[apps]]\nid = '1001'\nname = 'Demo'\nkeys = [{ key = 'app-key', secret = 's' }]\n",
    );
    let mut command = place.command();
    command.args(["serve", "--config", "rollcall.toml"]);
    let server = Server::start(command);
    assert_eq!(server.says("App"), "Demo (id 1001)");
    assert_eq!(server.says("Key"), "app-key");
    let secret = format!("shown by: {PROGRAM} apps show 1001 --secret --config rollcall.toml");
    assert_eq!(server.says("Secret"), secret);
}

fn is_twenty_hex_digits(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
