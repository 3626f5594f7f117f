//! `rollcall apps`, beside a running server and without one.

use serde_json::Value;

use crate::support::Place;

#[test]
fn apps_are_listed_beside_a_running_server() {
    let place = Place::new("list");
    place.write("rollcall.toml", DEMO);
    let server = place.serve(&["--config", "rollcall.toml"]);
    let table = place.print(&["apps", "list", "--config", "rollcall.toml"]);
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "NAME", "KEY", "FROM"]);
    assert_eq!(rows[1], [server.app_id(), "rollcall", server.says("Key"), "database"]);
    assert_eq!(rows[2], ["1001", "Demo", "app-key", "file"]);
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
        { "id": "1001", "name": "Demo", "keys": ["app-key"], "enabled": true, "source": "file" }
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

impl Place {
    /// What the program prints, which has to succeed.
    fn print(&self, words: &[&str]) -> String {
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
";
