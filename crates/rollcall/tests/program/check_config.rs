//! `rollcall check-config`: everything that is wrong, or what would be served; and no trace of it.

use std::fs;

use crate::support::Place;

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let place = Place::new("check_wrong");
    place.print(&["apps", "add", "1", "keys=app-key:s"]);
    place.write(
        "r.toml",
        "lisen = 'x'\npages = '/nonexistent'\n[[apps]]\nid = '1001'\nkeys = []\n\
         [[apps]]\nid = '7'\nkeys = [{ key = 'app-key', secret = 's' }]\n",
    );
    let output = place.run(["check-config", "--config", "r.toml", "--shards", "many"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    let beginnings = [
        "rollcall: --shards must be",
        "rollcall: r.toml, line 1: there is no key \"lisen\"",
        "rollcall: r.toml, line 5: keys must be",
        "rollcall: r.toml, line 2: pages must be a directory",
        "rollcall: r.toml, line 6: the key \"app-key\" belongs to the app 1 of the database; ",
    ];
    assert_eq!(told.lines().count(), beginnings.len(), "{told}");
    for (line, beginning) in told.lines().zip(beginnings) {
        assert!(line.starts_with(beginning), "{line}\nexpected {beginning}");
    }
}

#[test]
fn what_would_be_served_is_told_beside_a_server_and_without_one() {
    let place = Place::new("check_right");
    let text = place.print(&["check-config"]);
    assert!(text.starts_with("Everything is right."), "{text}");
    assert!(text.contains("rollcall, which the start makes for the status page"), "{text}");
    assert!(!place.path("data").exists(), "it makes nothing");

    place.write(
        "r.toml",
        "log = 'warn'\n[[apps]]\nid = '1001'\nkeys = [{ key = 'k', secret = 'hush' }]\n",
    );
    let server = place.serve(&[]);
    let words = ["check-config", "--config", "r.toml", "--listen", "127.0.0.1:1"];
    let text = place.print(&words);
    for part in [
        "\"127.0.0.1:1\" from --listen".to_owned(),
        "\"warn\" from r.toml, line 1".to_owned(),
        "1001 1001 from r.toml, line 2".to_owned(),
        format!("{} rollcall from the database, for the status page", server.app_id()),
    ] {
        assert!(text.contains(&part), "{part} in {text}");
    }
    assert!(!text.contains("hush"), "{text}");
    assert!(server.stop_with("TERM").success());

    let files = || {
        let entries = fs::read_dir(place.path("data")).unwrap().map(|entry| entry.unwrap());
        let mut files: Vec<_> =
            entries.map(|entry| (entry.path(), fs::read(entry.path()).unwrap())).collect();
        files.sort();
        files
    };
    let before = files();
    assert_eq!(place.print(&words), text);
    assert!(files() == before, "it writes nothing");
}

#[test]
fn a_status_page_that_could_not_be_served_is_told() {
    let place = Place::new("check_status");
    let sentence = place.refusal(&["check-config", "--status-app", "7"]);
    assert!(sentence.starts_with("status_app names \"7\", which is no app"), "{sentence}");
}
