//! The console of the program: its code, its address, and changes that the server obeys.

use rollcall_store::{ChangeKind, ChangeRow, Store, StoreError};
use serde_json::{Value, json};

use crate::support::{Place, Server};

#[test]
fn the_first_starts_print_a_code_until_somebody_has_used_it() {
    let place = Place::new("console_code");
    let server = place.serve(&[]);
    assert!(server.says("Console").ends_with("/console"), "{}", server.welcome);
    let first = code_of(&server.welcome);
    drop(server);

    let server = place.serve(&[]);
    let second = code_of(&server.welcome);
    assert_ne!(second, first);
    assert_eq!(set_up(&server, &first).0, 403, "the one of the last start is over");
    assert_eq!(set_up(&server, &second).0, 200);
    drop(server);
    let server = place.serve(&[]);
    assert!(!server.welcome.contains("Code"), "{}", server.welcome);
}

#[test]
fn a_code_is_made_beside_a_running_server_and_ends_the_one_before() {
    let place = Place::new("console_new_code");
    let nothing = place.refusal(&["console", "code"]);
    assert!(nothing.starts_with("there is no database in data; "), "{nothing}");
    let server = place.serve(&[]);
    let told = place.print(&["console", "code"]);
    let place_of_console = format!("use at  {}\nIt ", server.says("Console"));
    assert!(told.contains(&place_of_console), "{told}, not {place_of_console}");
    assert!(told.contains("It sets up who runs the console: once, within 60 minutes.\n"), "{told}");
    assert_eq!(set_up(&server, &code_of(&server.welcome)).0, 403);
    assert_eq!(set_up(&server, &code_of(&told)).0, 200);
    let told = place.print(&["console", "code"]);
    assert!(told.contains("It sets a new name and password, and ends all sessions"), "{told}");
    assert_eq!(set_up(&server, &code_of(&told)).0, 200);
}

#[test]
fn a_code_is_used_where_the_server_is_or_would_be() {
    let place = Place::new("console_code_place");
    let options = ["--path-prefix", "/rt", "--public-url", "https://rollcall.example"];
    let server = place.serve(&options);
    let told = place.print(&["console", "code", "--listen", "127.0.0.1:1"]);
    assert!(told.contains("use at  https://rollcall.example/rt/console\nIt "), "{told}");
    drop(server);
    let told = place.print(&["console", "code", "--listen", "0.0.0.0:1"]);
    let would_be =
        "use at  http://127.0.0.1:1/console\nNo server runs on this data directory now; ";
    assert!(told.contains(would_be), "{told}");
}

#[test]
fn a_program_of_this_machine_gets_a_token() {
    let place = Place::new("console_token");
    let nothing = place.refusal(&["console", "token"]);
    assert!(nothing.starts_with("there is no database in data; "), "{nothing}");
    let server = place.serve(&[]);
    let token = place.print(&["console", "token"]);
    let lines = format!("authorization: Bearer {}\r\n", token.trim_end());
    assert_eq!(server.send("GET", "/console/api/apps", &lines, "").status, 200);
    assert_eq!(server.send("GET", "/console/api/apps", "", "").status, 401);
}

#[test]
fn the_server_obeys_the_console_and_refuses_what_the_commands_refuse() {
    let place = Place::new("console_changes");
    let server = place.serve(&["--log", "off"]);
    let (_, cookie) = set_up(&server, &code_of(&server.welcome));
    let (status, made) = ask(&server, &cookie, "POST", "apps", &json!({ "name": "Shop" }));
    assert_eq!(status, 201, "{made}");
    let id = made["app"]["id"].as_str().expect("an id");
    let path = format!("/apps/{id}/channels");
    assert!(comes_to(&server, &path, 401), "the app is there, and the request is not signed");

    let of_page = server.app_id();
    let off = json!({ "changes": { "enabled": false } });
    let (status, refused) =
        ask(&server, &cookie, "PATCH", &format!("apps/{of_page}/settings"), &off);
    let sentence = place.refusal(&["apps", "set", of_page, "enabled=false"]);
    assert_eq!((status, refused["error"].as_str()), (409, Some("status_app")));
    assert_eq!(refused["message"], sentence.as_str());
    let (_, answer) = ask(&server, &cookie, "PATCH", &format!("apps/{id}/settings"), &off);
    assert_eq!(answer["change"]["after"]["enabled"], false, "{answer}");
    let confirmed = json!({ "confirm": "Shop" });
    let (status, answer) = ask(&server, &cookie, "DELETE", &format!("apps/{id}"), &confirmed);
    assert_eq!(status, 200, "{answer}");
    assert!(comes_to(&server, &path, 404), "the app is gone");
}

/// Whether the server soon answers so; it needs a moment to follow.
fn comes_to(server: &Server, path: &str, status: u16) -> bool {
    (0..200).any(|_| server.status_of(path) == status)
}

#[test]
fn what_the_commands_change_is_recorded() {
    let place = Place::new("console_record");
    place.print(&["apps", "add", "1001", "name=Demo", "keys=a:hush"]);
    place.print(&["apps", "set", "1001", "mirror=true", "keys=a:hush,b:hush2"]);
    place.print(&["apps", "set", "1001", "mirror=true"]);
    place.print(&["apps", "remove", "1001"]);
    let changes = changes_of(&place, "1001");
    let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
    let expected = [
        ChangeKind::AppRemoved,
        ChangeKind::KeyAdded,
        ChangeKind::Settings,
        ChangeKind::AppCreated,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(changes[2].before.as_deref(), Some(r#"{"mirror":null}"#));
    assert_eq!(changes[2].after.as_deref(), Some(r#"{"mirror":true}"#));
    assert!(changes.iter().all(|change| change.actor == "command line"));
    assert!(!format!("{changes:?}").contains("hush"), "{changes:?}");
}

#[test]
fn the_app_of_the_first_start_is_recorded_as_made_by_it() {
    let place = Place::new("console_first_start");
    let server = place.serve(&[]);
    let id = server.app_id().to_owned();
    drop(server);
    drop(place.serve(&[]));
    let changes = changes_of(&place, &id);
    let told: Vec<_> = changes.iter().map(|one| (one.kind, one.actor.as_str())).collect();
    assert_eq!(told, [(ChangeKind::AppCreated, "first start")]);
    let after = changes[0].after.as_deref().unwrap_or_default();
    assert!(after.contains(r#""name":"rollcall""#) && after.contains("keys"), "{after}");
}

#[test]
fn what_was_counted_last_is_written_when_the_server_stops() {
    let place = Place::new("console_last_stats");
    let server = place.serve(&["--log", "off"]);
    let id = server.app_id().to_owned();
    assert_eq!(server.status_of(&format!("/apps/{id}/channels")), 401);
    assert!(server.stop_with("TERM").success());
    let rows = read(&place, async |store| store.stats(&id, 10, 0, i64::MAX).await);
    let calls = rows.iter().map(|row| {
        let counters: Value = serde_json::from_str(&row.counters).expect("it is JSON");
        counters["api_calls"].as_u64().expect("a count")
    });
    assert_eq!(calls.sum::<u64>(), 1, "{rows:?}");
}

/// Sets an operator up: the status, and the cookie of the session.
fn set_up(server: &Server, code: &str) -> (u16, String) {
    let body = json!({ "code": code, "name": "ana", "password": "a good password" });
    let answer = server.send("POST", "/console/api/setup", "", &body.to_string());
    let line = answer.text.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = line.and_then(|line| line.split(';').next()).unwrap_or_default();
    (answer.status, format!("Cookie: {cookie}\r\n"))
}

fn ask(server: &Server, cookie: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = server.send(method, &format!("/console/api/{path}"), cookie, &body.to_string());
    let (_, body) = answer.text.split_once("\r\n\r\n").expect("it has a head");
    (answer.status, serde_json::from_str(body).expect("it is JSON"))
}

/// The word of a text that looks like a code.
fn code_of(text: &str) -> String {
    let is_code = |word: &&str| word.len() == 14 && word.matches('-').count() == 2;
    text.split_whitespace().find(is_code).unwrap_or_else(|| panic!("no code in {text}")).to_owned()
}

fn changes_of(place: &Place, app: &str) -> Vec<ChangeRow> {
    read(place, async |store| store.changes_of_app(app, None, 50).await)
}

/// Reads from the database of a place.
fn read<T>(place: &Place, question: impl AsyncFnOnce(&Store) -> Result<T, StoreError>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let store = Store::open(place.path("data")).await.expect("the database opens");
        question(&store).await.expect("it is read")
    })
}
