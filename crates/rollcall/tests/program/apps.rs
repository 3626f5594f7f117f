//! `rollcall apps`, beside a running server and without one.

use rollcall_store::{AppRow, KeyRow, Store};
use serde_json::Value;

use crate::support::{PROGRAM, Place};

#[test]
fn apps_are_listed_beside_a_running_server() {
    let place = Place::new("list");
    place.write("rollcall.toml", DEMO);
    let server = place.serve(&["--config", "rollcall.toml"]);
    let table = place.print(&["apps", "list", "--config", "rollcall.toml"]);
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "NAME", "KEY", "FROM", "SETTINGS"]);
    assert_eq!(rows[1][..4], [server.app_id(), "rollcall", server.says("Key"), "database"]);
    assert!(rows[1][4..].contains(&"bridge=true"), "{table}");
    assert_eq!(rows[2], ["1001", "Demo", "app-key", "file", "presence.grace_seconds=9"]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn programs_get_json_without_secrets() {
    let place = Place::new("json");
    place.write("rollcall.toml", DEMO);
    let text = place.print(&["apps", "list", "--json", "--config", "rollcall.toml"]);
    assert!(!text.contains("app-secret"), "{text}");
    let apps: Value = serde_json::from_str(&text).unwrap();
    let expected = serde_json::json!([
        {
            "id": "1001",
            "name": "Demo",
            "keys": ["app-key"],
            "enabled": true,
            "source": "file",
            "settings": { "presence.grace_seconds": 9 },
        }
    ]);
    assert_eq!(apps, expected);
}

#[test]
fn a_secret_is_shown_only_on_request() {
    let place = Place::new("secret");
    place.write("rollcall.toml", DEMO);
    let words = ["apps", "show", "1001", "--config", "rollcall.toml"];
    let hidden = place.print(&words);
    assert!(hidden.contains("app-key") && !hidden.contains("app-secret"), "{hidden}");
    let shown = place.print(&[&words[..], &["--secret"]].concat());
    assert!(shown.contains("app-secret"), "{shown}");
    assert!(shown.contains("rollcall.toml, line 1"), "{shown}");
    assert!(shown.contains("presence.grace_seconds = 9"), "{shown}");
    let json = place.print(&[&words[..], &["--secret", "--json"]].concat());
    let app: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(app["keys"][0]["secret"], "app-secret");
    assert_eq!(app["settings"]["presence.grace_seconds"], 9);
}

#[test]
fn the_command_of_the_welcome_shows_the_secret() {
    let place = Place::new("welcome");
    let server = place.serve(&[]);
    let shown = place.print(&["apps", "show", server.app_id(), "--secret"]);
    let secret = shown.lines().find_map(|line| line.strip_prefix("secret")).unwrap().trim();
    assert_eq!(secret.len(), 20, "{shown}");
    assert_ne!(secret, server.says("Key"));
}

#[test]
fn looking_creates_nothing_and_an_unknown_app_is_a_failure() {
    let place = Place::new("unknown");
    let nothing = "there is no database in data; the first start of the server makes one, or name \
                   another directory with --data";
    assert_eq!(place.refusal(&["apps", "list"]), nothing);
    assert_eq!(place.refusal(&["apps", "show", "9"]), nothing);
    place.write("rollcall.toml", DEMO);
    assert_eq!(
        place.refusal(&["apps", "show", "9", "--config", "rollcall.toml"]),
        "there is no app with the id \"9\"; there are 1001"
    );
    assert!(!place.path("data").exists());
}

#[test]
fn help_and_version_are_answers() {
    let place = Place::new("help");
    assert_eq!(place.print(&["--version"]), concat!("rollcall ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = place.print(&["--help"]);
    for taught in ["ROLLCALL_LISTEN", "[[apps]]", "rollcall apps show", "key of the file: shards"] {
        assert!(help.contains(taught), "{taught} in {help}");
    }
}

#[test]
fn an_app_is_added_changed_and_removed_without_a_server() {
    let place = Place::new("edit");
    let added = place.print(&["apps", "add", "1001", "name=Demo", "presence.grace_seconds=5"]);
    let key = said(&added, "key");
    assert_eq!((said(&added, "id"), key.len()), ("1001", 20));
    let secret = format!("shown by: {PROGRAM} apps show 1001 --secret");
    assert_eq!(said(&added, "secret"), secret);
    let shown = place.print(&["apps", "show", "1001", "--secret"]);
    assert_eq!((said(&shown, "key"), said(&shown, "secret").len()), (key, 20));
    assert_eq!(said(&shown, "settings"), "presence.grace_seconds = 5");

    assert_eq!(place.print(&["apps", "set", "1001", "mirror=true"]), "The app 1001 is changed.\n");
    assert!(place.print(&["apps", "show", "1001"]).contains("mirror = true"));
    place.print(&["apps", "set", "1001", "mirror=", "presence.grace_seconds="]);
    assert!(!place.print(&["apps", "show", "1001"]).contains("settings"));
    assert_eq!(place.print(&["apps", "remove", "1001"]), "The app 1001 is removed.\n");
    assert_eq!(
        place.refusal(&["apps", "show", "1001"]),
        "there is no app with the id \"1001\"; there is none before the first start of the server"
    );
}

#[test]
fn what_is_so_already_is_no_failure() {
    let place = Place::new("again");
    let words = ["apps", "add", "1001", "keys=app-key:app-secret", "mirror=true", "--json"];
    let first = place.print(&words);
    assert!(!first.contains("app-secret"), "{first}");
    assert_eq!(place.print(&words), first);
    assert_eq!(
        place.print(&["apps", "set", "1001", "mirror=true"]),
        "The app 1001 is so already.\n"
    );
    let other = place.refusal(&["apps", "add", "1001", "mirror=false"]);
    assert!(other.starts_with("there is an app 1001 already, with other settings; "), "{other}");
    assert_eq!(
        place.refusal(&["apps", "remove", "9"]),
        "there is no app with the id \"9\"; there are 1001"
    );
}

#[test]
fn changes_that_no_server_could_serve_are_refused_and_nothing_is_written() {
    let place = Place::new("refused");
    place.write("rollcall.toml", DEMO);
    drop(place.serve(&["--log", "off"]));
    let with_file = |words: &[&'static str]| [words, &["--config", "rollcall.toml"]].concat();
    let before = place.print(&with_file(&["apps", "list"]));
    let status_app = before.lines().nth(1).and_then(|line| line.split(' ').next()).unwrap();
    place.print(&["apps", "add", "1", "keys=k1:s"]);
    place.print(&["apps", "add", "2", "keys=k2:s"]);
    let before = place.print(&with_file(&["apps", "list"]));
    for (words, sentence) in [
        (
            &["apps", "add", "x1"][..],
            "the id of an app must be 1 to 15 digits, which every server library takes, not \"x1\"",
        ),
        (
            &["apps", "set", "1", "client_events=yes"],
            "client_events must be true or false, not \"yes\"",
        ),
        (
            &["apps", "set", "1", "mirror=true", "force_tls=perhaps"],
            "force_tls must be true or false, not \"perhaps\"",
        ),
        (
            &["apps", "set", "1", "keys=k2:s"],
            "the key \"k2\" belongs to the app 2; each app needs its own",
        ),
        (
            &["apps", "add", "3", "keys=app-key:s"],
            "the key \"app-key\" belongs to the app 1001; each app needs its own",
        ),
        (&["apps", "set", "1", "keys=a:s,a:t"], "the key \"a\" occurs twice; each may occur once"),
        (
            &["apps", "set", "1001", "mirror=true"],
            "the app 1001 is fixed in rollcall.toml, line 1; change it there, and start the server anew",
        ),
        (
            &["apps", "remove", "1001"],
            "the app 1001 is fixed in rollcall.toml, line 1; change it there, and start the server anew",
        ),
        (
            &["apps", "add", "1001"],
            "the app 1001 is fixed in rollcall.toml, line 1; change it there, and start the server anew",
        ),
        (
            &["apps", "set", "1", "name=rollcall"],
            "the status page finds its app by the name rollcall; name an app with --status-app to use another",
        ),
    ] {
        assert_eq!(place.refusal(&with_file(words)), sentence);
        assert_eq!(place.run(with_file(words)).status.code(), Some(2), "{words:?}");
    }
    for (change, sentence) in [
        ("enabled=false", "cannot be that of the status page: its enabled must be true, not false"),
        ("name=other", "the status page finds its app by the name rollcall; "),
    ] {
        let refused = place.refusal(&["apps", "set", status_app, change]);
        assert!(refused.contains(sentence), "{refused}");
    }
    let refused = place.refusal(&["apps", "remove", status_app]);
    assert!(
        refused.starts_with(&format!("the status page uses the app {status_app}; ")),
        "{refused}"
    );
    assert_eq!(place.print(&with_file(&["apps", "list"])), before);
    place.print(&["apps", "remove", status_app, "--status-app", "1"]);
}

/// As comes about when an app is added by a command that does not name the file.
#[test]
fn what_file_and_database_both_have_is_told_with_the_way_out() {
    let place = Place::new("both");
    let with_file = ["--config", "rollcall.toml"];
    place.print(&["apps", "add", "1001"]);
    place.print(&["apps", "add", "1", "keys=app-key:s"]);
    place.write("rollcall.toml", DEMO);
    assert_eq!(
        place.refusal(&[&["apps", "list"][..], &with_file].concat()),
        "rollcall.toml, line 1: the app 1001 is in the database too; take it out of the file, or \
         out of the database with rollcall apps remove 1001, without --config"
    );
    place.print(&["apps", "remove", "1001"]);
    assert_eq!(
        place.refusal(&[&["apps", "list"][..], &with_file].concat()),
        "rollcall.toml, line 1: the key \"app-key\" belongs to the app 1 of the database; change it \
         here, or there with rollcall apps set 1 keys=…"
    );
    place.print(&[&["apps", "set", "1", "keys=other:s"][..], &with_file].concat());
    place.print(&[&["apps", "list"][..], &with_file].concat());
}

#[test]
fn a_word_that_is_wrong_makes_no_database_and_a_right_one_says_that_it_does() {
    let place = Place::new("wrong_directory");
    place.refusal(&["apps", "add", "1", "colour=blue"]);
    assert!(!place.path("data").exists());
    let told = String::from_utf8(place.run(["apps", "add", "1"]).stderr).unwrap();
    assert_eq!(told, "rollcall: there is no database in data yet; making one\n");
    assert!(place.run(["apps", "add", "2"]).stderr.is_empty());
}

#[test]
fn an_app_may_be_added_before_the_first_start() {
    let place = Place::new("before");
    place.print(&["apps", "add", "1001"]);
    let server = place.serve(&[]);
    assert!(server.says("App").starts_with("rollcall (id "), "{}", server.welcome);
    assert_ne!(server.app_id(), "1001");
}

#[tokio::test]
async fn an_app_that_cannot_be_read_can_be_repaired_or_removed() {
    let place = Place::new("broken");
    let store = Store::open(place.path("data")).await.unwrap();
    for (id, settings) in [("1", r#"{"mirror":3}"#), ("2", r#"{"colour":"blue"}"#), ("3", "{}")] {
        let key = KeyRow { key: format!("k{id}"), secret: "s".to_owned(), created_at: 0 };
        let (id, settings_json) = (id.to_owned(), settings.to_owned());
        let row = AppRow { id, name: String::new(), settings_json, keys: vec![key] };
        store.insert_app(&row, 0).await.unwrap();
    }
    store.close().await;
    let broken = "the stored app 1: mirror must be true or false, not 3";
    assert_eq!(place.refusal(&["apps", "list"]), broken);
    assert_eq!(place.refusal(&["apps", "set", "1", "bridge=true"]), broken);
    // The status page's app is guarded all the same.
    let guarded = ["apps", "remove", "3", "--status-app", "3"];
    assert!(place.refusal(&guarded).starts_with("the status page uses the app 3; "));
    place.print(&["apps", "set", "1", "mirror=true"]);
    place.print(&["apps", "remove", "2"]);
    assert!(place.print(&["apps", "list"]).contains("mirror=true"));
}

/// The rest of the line that begins with `label`.
fn said<'a>(text: &'a str, label: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label} in {text}")).trim()
}

impl Place {
    /// What the program prints, which has to succeed.
    pub(crate) fn print(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints text")
    }
}

const DEMO: &str = "\
[[apps]]
id = '1001'
name = 'Demo'
keys = [{ key = 'app-key', secret = 'app-secret' }]
presence = { grace_seconds = 9 }
";
