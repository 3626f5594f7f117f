//! What is wrong ends the program with one clear sentence and a non-zero exit.

use std::net::TcpListener;

use crate::support::{Place, refusal};

#[test]
fn words_it_does_not_know() {
    let place = Place::new("words");
    for (words, expected) in [
        (&["--shard", "2"][..], "there is no option --shard; did you mean --shards?"),
        (&["serve", "--frobnicate"], "there is no option --frobnicate; rollcall --help lists them"),
        (&["srve"], "there is no command \"srve\"; did you mean serve?"),
        (&["apps"], "a command is missing; rollcall apps --help lists them"),
        (&["apps", "show"], "<ID> is missing"),
        (&["--data"], "--data needs a value"),
        (&["--data", "a", "--data", "b"], "--data may be given only once"),
        (&["serve", "x"], "\"x\" is one word too many; rollcall --help shows what goes"),
    ] {
        assert_eq!(place.refusal(words), expected);
        assert_eq!(place.run(words).status.code(), Some(2));
    }
}

#[test]
fn bad_values_of_flags_and_variables() {
    let place = Place::new("values");
    let expected = "must be a whole number from 1 to 64, not \"many\"";
    assert_eq!(place.refusal(&["--shards", "many"]), format!("--shards {expected}"));
    let by_variable = place.command().env("ROLLCALL_SHARDS", "many").output().unwrap();
    assert_eq!(refusal(&by_variable), format!("the variable ROLLCALL_SHARDS {expected}"));
    assert!(!place.path("data").exists(), "nothing is created before all is checked");
}

#[test]
fn unknown_keys_bad_values_and_later_values_of_the_file() {
    let place = Place::new("file");
    for (text, expected) in [
        (
            "lisen = 'x'",
            "rollcall.toml, line 1: there is no key \"lisen\"; did you mean \"listen\"?",
        ),
        (
            "\nlisten = '9000'",
            "rollcall.toml, line 2: listen must be a host and a port, such as 127.0.0.1:9000, \
             localhost:9000 or [::1]:9000, not \"9000\"",
        ),
        (
            "path_prefix = '/chat/'",
            "rollcall.toml, line 1: path_prefix must be a path such as /rollcall, of letters, \
             digits and the signs - . _ ~, that does not begin as a path of this server's does \
             (/app, /apps, /api, …), not \"/chat/\"",
        ),
        (
            "tls_key = 'key.pem'",
            "rollcall.toml, line 1: tls_key is given, and tls_cert is not; TLS needs both",
        ),
        (
            "tls_cert = 'none.pem'\ntls_key = 'none.pem'",
            "none.pem cannot be read: entity not found",
        ),
        (
            "tls_cert = 'rollcall.toml'\ntls_key = 'rollcall.toml'",
            "rollcall.toml is no certificate; it should be PEM, and begin with -----BEGIN \
             CERTIFICATE-----",
        ),
    ] {
        place.write("rollcall.toml", text);
        assert_eq!(place.refusal(&["--config", "rollcall.toml"]), expected);
    }
    let missing = place.refusal(&["--config", "missing.toml"]);
    assert!(
        missing.starts_with("the configuration file missing.toml cannot be read: "),
        "{missing}"
    );
}

#[test]
fn a_port_in_use() {
    let place = Place::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(
        place.refusal(&["--log", "off", "--listen", &address]),
        format!(
            "{address} is in use by another program; stop that one, or choose another port with \
             --listen"
        )
    );
    assert!(!place.path("data").exists(), "a server that cannot listen makes no database");
}

#[test]
fn a_data_directory_that_cannot_be_one() {
    let place = Place::new("data");
    place.write("file", "");
    let sentence = place.refusal(&["--log", "off", "--listen", "127.0.0.1:0", "--data", "file/x"]);
    assert!(sentence.starts_with("cannot use the data directory file/x: "), "{sentence}");
}

#[test]
fn own_pages_that_are_not_there() {
    let place = Place::new("pages");
    assert_eq!(
        place.refusal(&["--pages", "nowhere"]),
        "--pages must be a directory, and nowhere is none"
    );
}

#[test]
fn a_status_app_that_does_not_exist() {
    let place = Place::new("status_app");
    let words = ["--log", "off", "--listen", "127.0.0.1:0", "--status-app", "7"];
    let sentence = place.refusal(&words);
    assert!(
        sentence.starts_with("status_app names \"7\", which is no app; there are "),
        "{sentence}"
    );
}

#[test]
fn a_key_that_the_file_shares_with_the_database() {
    let place = Place::new("shared_key");
    let server = place.serve(&["--log", "off"]);
    let (key, id) = (server.says("Key").to_owned(), server.app_id().to_owned());
    drop(server);
    let app = format!("[[apps]]\nid = '1'\nkeys = [{{ key = '{key}', secret = 's' }}]");
    place.write("rollcall.toml", &app);
    let words = ["--log", "off", "--listen", "127.0.0.1:0", "--config", "rollcall.toml"];
    assert_eq!(
        place.refusal(&words),
        format!(
            "rollcall.toml, line 1: the key \"{key}\" belongs to the app {id} of the database; \
             change it here, or there with rollcall apps set {id} keys=…"
        )
    );
}
