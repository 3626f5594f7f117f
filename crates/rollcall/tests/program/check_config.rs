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

#[test]
fn the_database_that_is_staged_is_the_one_that_is_checked() {
    let (place, other) = (Place::new("check_staged"), Place::new("check_staged_other"));
    place.print(&["apps", "add", "1", "keys=old-key:s"]);
    other.print(&["apps", "add", "2", "keys=new-key:s"]);
    let backup = other.path("data/rollcall.db");
    let server = place.serve(&[]);
    place.print(&["restore", backup.to_str().unwrap()]);
    let text = place.print(&["check-config"]);
    for part in [
        "data/rollcall.db.restore takes the place of the database when the server starts",
        "2 2 from the database",
        "rollcall, which the start makes for the status page",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("1 1 from the database"), "{text}");

    // What is wrong with it alone is told as such, and what is right in it is right.
    let declared = "[[apps]]\nid = '{}'\nkeys = [{ key = 'k', secret = 's' }]\n";
    place.write("r.toml", &declared.replace("{}", "2"));
    let sentence = place.refusal(&["check-config", "--config", "r.toml"]);
    let beginning = "once data/rollcall.db.restore is in the place of the database: r.toml, line 1: \
                     the app 2 is in the database too; ";
    assert!(sentence.starts_with(beginning), "{sentence}");
    place.write("r.toml", &declared.replace("{}", "1"));
    place.print(&["check-config", "--config", "r.toml"]);
    drop(server);
}

#[test]
fn a_staged_file_that_the_start_would_refuse_is_told() {
    let place = Place::new("check_staged_damaged");
    place.print(&["apps", "add", "1"]);
    place.write("data/rollcall.db.restore", "put here by hand");
    let sentence = place.refusal(&["check-config"]);
    let beginning = "data/rollcall.db.restore cannot take the place of the database: ";
    assert!(sentence.starts_with(beginning), "{sentence}");
    assert_eq!(place.refusal(&["--listen", "127.0.0.1:0"]), sentence);
}
