//! Apps, keys, settings, the record of changes, errors and the system (docs/console.md 2.2 to 2.8).

use crate::common::{Browser, SECRET, Scratch, Server, longest_id};
use axum::body::Body;
use axum::http::{Method, Response};
use http_body_util::BodyExt;
use rollcall_node::config::APP;
use rollcall_store::{ErrorGroupRow, Store};
use serde_json::{Value, json};

async fn setting(browser: &mut Browser, app: &str, key: &str) -> Value {
    let body = browser.get(&format!("apps/{app}/settings")).await.good();
    let all = body["settings"].as_array().expect("a list").clone();
    all.into_iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("no {key}"))
}

async fn changes(browser: &mut Browser, app: &str) -> Vec<Value> {
    let body = browser.get(&format!("apps/{app}/changes")).await.good();
    body["changes"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn the_apps_of_the_database_and_of_the_file_are_listed() {
    let (_server, mut ana) = Server::signed_in().await;
    let apps = ana.get("apps").await.good()["apps"].clone();
    assert_eq!((&apps[0]["id"], &apps[0]["name"]), (&json!("1001"), &json!("Demo")));
    assert_eq!((&apps[0]["is_status_app"], &apps[0]["fixed"]), (&json!(true), &Value::Null));
    assert_eq!((&apps[1]["id"], &apps[1]["enabled"]), (&json!("9"), &json!(true)));
    assert!(apps[1]["fixed"].as_str().is_some_and(|place| place.ends_with("rollcall.toml:3")));
    let app = ana.get("apps/1001").await.good()["app"].clone();
    assert_eq!(app["keys"][0]["secret_masked"], "…f3a9");
    assert!(app["created_at"].is_i64() && app["keys"][0]["created_at"].is_i64());
    assert_eq!(app["keys"][0].get("last_used_at"), Some(&Value::Null), "nobody used it");
    assert_eq!(app["keys"][0].get("created_by"), Some(&Value::Null), "no record tells");
    assert_eq!(ana.get("apps/9").await.good()["app"]["created_at"], Value::Null);
    assert_eq!(ana.get("apps/7").await.failure(), (404, "no_such_app".to_owned()));
    assert_eq!(ana.get("apps/%ff").await.failure().0, 404);
}

#[tokio::test]
async fn an_app_is_made_copied_and_removed() {
    let (server, mut ana) = Server::signed_in().await;
    let body = json!({ "name": "Shop", "client_events": true });
    let made = ana.post("apps", body).await;
    assert_eq!(made.status.as_u16(), 201);
    let made = made.good()["app"].clone();
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!((made["name"].as_str(), id.len()), (Some("Shop"), 7));
    assert_eq!(setting(&mut ana, &id, "client_events").await["value"], true);

    let copy = ana.post(&format!("apps/{id}/duplicate"), json!({ "name": "Copy" })).await.good();
    let copy_id = copy["app"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(setting(&mut ana, &copy_id, "client_events").await["value"], true);
    assert_ne!(copy["app"]["keys"][0]["key"], made["keys"][0]["key"]);
    let makers = [&made["keys"][0]["created_by"], &copy["app"]["keys"][0]["created_by"]];
    assert_eq!(makers, ["ana"; 2]);
    let of_the_file = ana.post("apps/9/duplicate", json!({ "name": "Mine" })).await.good();
    let mine = of_the_file["app"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(setting(&mut ana, &mine, "client_events").await["value"], true);

    for (confirm, problem) in [(json!("shop"), "not_confirmed"), (Value::Null, "missing")] {
        let answer = ana.delete(&format!("apps/{id}"), json!({ "confirm": confirm })).await;
        assert_eq!(answer.bad_field(), ("confirm".to_owned(), problem.to_owned()));
    }
    ana.delete(&format!("apps/{id}"), json!({ "confirm": "Shop" })).await.good();
    assert!(server.row(&id).await.is_none());
    let told: Vec<_> =
        changes(&mut ana, &id).await.into_iter().map(|c| c["what"].clone()).collect();
    assert_eq!(told, ["app_removed", "app_created"], "its record outlives it");

    for (body, problem) in [(json!({}), "missing"), (json!({ "name": " " }), "empty")] {
        let answer = ana.post("apps", body).await;
        assert_eq!(answer.bad_field(), ("name".to_owned(), problem.to_owned()));
    }
}

#[tokio::test]
async fn what_the_server_could_not_serve_is_refused_with_its_sentence() {
    let (server, mut ana) = Server::signed_in().await;
    let answer = ana.delete("apps/1001", json!({ "confirm": "Demo" })).await;
    assert_eq!(answer.failure(), (409, "status_app".to_owned()));
    assert_eq!(answer.json()["message"], "the status page uses the app 1001");
    let answer = ana.patch("apps/1001/settings", json!({ "changes": { "name": "taken" } })).await;
    assert_eq!(answer.failure(), (409, "not_served".to_owned()));
    assert_eq!(server.row("1001").await.unwrap().name, "Demo");
    assert_eq!(changes(&mut ana, "1001").await, [0; 0]);
}

#[tokio::test]
async fn an_app_of_the_file_is_fixed() {
    let (_server, mut ana) = Server::signed_in().await;
    let settings = ana.get("apps/9/settings").await.good();
    assert!(settings["fixed"].is_string());
    assert_eq!(setting(&mut ana, "9", "client_events").await["value"], true);
    let fixed = (409, "fixed".to_owned());
    let change = json!({ "changes": { "mirror": true } });
    assert_eq!(ana.patch("apps/9/settings", change).await.failure(), fixed);
    assert_eq!(ana.post("apps/9/keys", json!({})).await.failure(), fixed);
    assert_eq!(ana.delete("apps/9/keys/file-key", json!({})).await.failure(), fixed);
    assert_eq!(ana.delete("apps/9", json!({ "confirm": "Fixed" })).await.failure(), fixed);
    assert_eq!(
        ana.post("apps/9/keys/file-key/reveal", json!({})).await.good()["secret"],
        "file-secret"
    );
}

#[tokio::test]
async fn settings_are_listed_as_their_records_say() {
    let (_server, mut ana) = Server::signed_in().await;
    let all = ana.get("apps/1001/settings").await.good()["settings"].clone();
    let keys: Vec<_> = all.as_array().unwrap().iter().map(|one| one["key"].as_str()).collect();
    let records: Vec<_> = APP.iter().map(|setting| Some(setting.key)).collect();
    assert_eq!(
        keys,
        records
            .into_iter()
            .filter(|key| ![Some("id"), Some("keys")].contains(key))
            .collect::<Vec<_>>()
    );
    let grace = setting(&mut ana, "1001", "presence.grace_seconds").await;
    let doc = grace["doc"].clone();
    assert_eq!(
        grace,
        json!({
            "key": "presence.grace_seconds", "group": "presence", "kind": "whole", "least": 0,
            "most": 120, "default": 3, "value": 3, "is_default": true, "doc": doc,
            "applies_to": "new_and_open",
        })
    );
    let most = setting(&mut ana, "1001", "max_connections").await;
    assert_eq!(
        (&most["zero"], &most["applies_to"]),
        (&json!("no limit"), &json!("new_connections"))
    );
    let mirror = setting(&mut ana, "1001", "mirror").await;
    assert_eq!((&mirror["value"], &mirror["is_default"]), (&json!(true), &json!(false)));
    assert_eq!(setting(&mut ana, "1001", "bridge").await["applies_to"], "next_start");
}

#[tokio::test]
async fn a_change_of_settings_is_stored_recorded_and_told_at_once() {
    let (server, mut ana) = Server::signed_in().await;
    let body =
        json!({ "changes": { "mirror": null, "presence.grace_seconds": 9, "name": "Shop" } });
    let answer = ana.patch("apps/1001/settings", body).await.good();
    let change = answer["change"].clone();
    assert_eq!(
        change["before"],
        json!({ "mirror": true, "presence.grace_seconds": null, "name": "Demo" })
    );
    assert_eq!(
        change["after"],
        json!({ "mirror": null, "presence.grace_seconds": 9, "name": "Shop" })
    );
    assert_eq!((&change["actor"], &change["address"]), (&json!("ana"), &json!("127.0.0.1")));
    assert_eq!((&change["what"], &change["can_revert"]), (&json!("settings"), &json!(true)));
    assert_eq!(changes(&mut ana, "1001").await, [change]);
    let row = server.row("1001").await.unwrap();
    assert_eq!(
        (row.name.as_str(), row.settings_json.as_str()),
        ("Shop", r#"{"presence":{"grace_seconds":9}}"#)
    );
    assert!(server.told_the_follower().await);

    let same =
        ana.patch("apps/1001/settings", json!({ "changes": { "name": "Shop" } })).await.good();
    assert_eq!(same["change"], Value::Null, "what is so already is no change");
    assert_eq!(changes(&mut ana, "1001").await.len(), 1);
}

#[tokio::test]
async fn the_longest_list_of_users_that_the_setting_takes_can_be_saved() {
    let (_server, mut ana) = Server::signed_in().await;
    let users: Vec<String> = (0..1000).map(|n| format!("{n:04}{}", "😀".repeat(196))).collect();
    let changes = json!({ "changes": { "blocked_users": users } });
    ana.patch("apps/1001/settings", changes).await.good();
    assert_eq!(setting(&mut ana, "1001", "blocked_users").await["value"], json!(users));
}

#[tokio::test]
async fn one_bad_value_spoils_all_and_is_told_with_the_sentence_of_its_record() {
    let (server, mut ana) = Server::signed_in().await;
    for (changes, field, [code, key], sentence) in [
        (
            json!({ "client_events": true, "mirror": 1 }),
            "mirror",
            ["not_allowed", "mirror"],
            "mirror must be true or false, not 1",
        ),
        (
            json!({ "limits.batch": 0 }),
            "limits.batch",
            ["not_allowed", "limits.batch"],
            "limits.batch must be a whole number from 1 to 10000, not 0",
        ),
        (
            json!({ "keys": [] }),
            "keys",
            ["no_setting", "keys"],
            "keys is no setting; apps and keys have requests of their own",
        ),
        (
            json!({ "miror": true }),
            "miror",
            ["unknown", "miror"],
            "the request: there is no key \"miror\" in [[apps]]; did you mean \"mirror\"?",
        ),
        (
            json!({ "webhooks": [{ "url": "http://a.test/" }, { "url": "http://a.test" }] }),
            "webhooks",
            ["not_unique", "webhooks.url"],
            "webhooks.url must be another one for each endpoint, not \"http://a.test/\"",
        ),
        (
            json!({ "webhooks": [{ "events": ["presence"] }] }),
            "webhooks",
            ["missing", "webhooks.url"],
            "the request: url is missing in webhooks",
        ),
    ] {
        let answer = ana.patch("apps/1001/settings", json!({ "changes": changes })).await;
        assert_eq!(answer.bad_field(), (field.to_owned(), "bad_value".to_owned()));
        assert_eq!(answer.json()["message"], sentence);
        assert_eq!(answer.json()["reason"], json!({ "code": code, "key": key }));
    }
    let answer = ana.patch("apps/1001/settings", json!({ "changes": [] })).await;
    assert_eq!(answer.bad_field(), ("changes".to_owned(), "wrong_type".to_owned()));
    assert_eq!(server.row("1001").await.unwrap().settings_json, r#"{"mirror":true}"#);
    assert_eq!(changes(&mut ana, "1001").await, [0; 0]);
}

#[tokio::test]
async fn a_change_is_reverted_unless_it_was_changed_since() {
    let (_server, mut ana) = Server::signed_in().await;
    let set = async |ana: &mut Browser, changes: Value| {
        let answer = ana.patch("apps/1001/settings", json!({ "changes": changes })).await.good();
        answer["change"]["n"].as_i64().expect("a number")
    };
    let first = set(&mut ana, json!({ "mirror": null, "client_events": true })).await;
    let second = set(&mut ana, json!({ "presence.grace_seconds": 9 })).await;
    let third = set(&mut ana, json!({ "presence.grace_seconds": 10 })).await;
    let refused = ana.post(&format!("changes/{second}/revert"), json!({})).await;
    assert_eq!(refused.failure(), (409, "changed_since".to_owned()));

    let reverted = ana.post(&format!("changes/{first}/revert"), json!({})).await.good();
    let change = &reverted["change"];
    assert_eq!(change["reverts"], first);
    assert_eq!(change["after"], json!({ "mirror": true, "client_events": null }));
    assert_eq!(setting(&mut ana, "1001", "mirror").await["value"], true);
    let can: Vec<_> = changes(&mut ana, "1001").await;
    let can: Vec<_> = can.iter().map(|one| (one["n"].clone(), one["can_revert"].clone())).collect();
    let fourth = change["n"].clone();
    assert_eq!(
        can,
        [
            (fourth, json!(true)),
            (json!(third), json!(true)),
            (json!(second), json!(false)),
            (json!(first), json!(false)),
        ]
    );
    let missing = (404, "no_change".to_owned());
    assert_eq!(ana.post("changes/999/revert", json!({})).await.failure(), missing);
    assert_eq!(ana.post("changes/x/revert", json!({})).await.failure().0, 404);
}

#[tokio::test]
async fn keys_are_added_revealed_and_removed_but_for_the_last() {
    let (server, mut ana) = Server::signed_in().await;
    let last = ana.delete("apps/1001/keys/app-key", json!({})).await;
    assert_eq!(last.failure(), (409, "last_key".to_owned()));
    let added = ana.post("apps/1001/keys", json!({})).await.good()["key"].clone();
    let key = added["key"].as_str().expect("a key").to_owned();
    assert_eq!(added["created_by"], "ana");
    let app = ana.get("apps/1001").await.good()["app"].clone();
    assert_eq!(app["keys"][1]["created_by"], "ana");
    assert_eq!(server.row("1001").await.unwrap().keys.len(), 2, "beside the other");

    let shown = ana.post("apps/1001/keys/app-key/reveal", json!({})).await;
    assert_eq!(shown.good()["secret"], SECRET);
    ana.delete("apps/1001/keys/app-key", json!({})).await.good();
    let row = server.row("1001").await.unwrap();
    assert_eq!(row.keys.iter().map(|pair| &pair.key).collect::<Vec<_>>(), [&key]);
    let gone = ana.post("apps/1001/keys/app-key/reveal", json!({})).await;
    assert_eq!(gone.failure(), (404, "no_key".to_owned()));

    let record = ana.get("apps/1001/changes").await;
    let told = record.good()["changes"].clone();
    let what: Vec<_> = told.as_array().unwrap().iter().map(|one| one["what"].as_str()).collect();
    assert_eq!(what, [Some("key_removed"), Some("key_revealed"), Some("key_added")]);
    assert_eq!(
        (&told[1]["after"], &told[1]["actor"]),
        (&json!({ "key": "app-key" }), &json!("ana"))
    );
    let secrets = [SECRET, row.keys[0].secret.as_str()];
    assert!(secrets.iter().all(|secret| !record.text.contains(secret)), "{}", record.text);
    assert_eq!(
        ana.post(&format!("changes/{}/revert", told[0]["n"]), json!({})).await.failure().1,
        "not_reversible"
    );
}

#[tokio::test]
async fn an_app_has_twenty_keys_at_most() {
    let (_server, mut ana) = Server::signed_in().await;
    for _ in 1..20 {
        ana.post("apps/1001/keys", json!({})).await.good();
    }
    let refused = ana.post("apps/1001/keys", json!({})).await;
    assert_eq!(refused.failure(), (409, "too_many_keys".to_owned()));
}

#[tokio::test]
async fn the_record_is_told_in_pages_of_fifty() {
    let (_server, mut ana) = Server::signed_in().await;
    for n in 0..51 {
        let body = json!({ "changes": { "presence.grace_seconds": n + 4 } });
        ana.patch("apps/1001/settings", body).await.good();
    }
    let page = changes(&mut ana, "1001").await;
    assert_eq!((page.len(), &page[0]["after"]["presence.grace_seconds"]), (50, &json!(54)));
    let last = page[49]["n"].as_i64().expect("a number");
    let rest = ana.get(&format!("apps/1001/changes?before={last}")).await.good();
    assert_eq!(rest["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(ana.get("apps/1001/changes?before=x").await.bad_field().0, "before");
}

#[tokio::test]
async fn the_system_tells_how_it_was_started_and_no_secret() {
    let (_server, mut ana) = Server::signed_in().await;
    let answer = ana.get("system").await;
    let system = answer.good();
    assert_eq!((&system["version"], &system["draining"]), (&json!("0.0.0"), &json!(false)));
    assert!(system["database_bytes"].as_u64().is_some_and(|bytes| bytes > 1000), "{system}");
    let serde = json!({ "name": "serde", "version": "1.0.0", "licence": "MIT" });
    assert_eq!(system["licences"], json!([serde]));
    assert_eq!(system["log"], json!(["INFO a line of the log"]));
    let option = |key: &str| {
        let options = system["options"].as_array().expect("a list");
        options.iter().find(|option| option["key"] == key).expect(key).clone()
    };
    assert_eq!(option("shards")["source"], "default");
    assert_eq!(
        (option("log")["source"].clone(), option("log")["value"].clone()),
        (json!("file"), json!("\"off\""))
    );
    assert_eq!(option("data")["place"], "--data");
    assert!(!answer.text.contains("a-very-secret-token"), "{}", answer.text);
}

#[tokio::test]
async fn an_app_of_any_id_has_live_channels() {
    let (_server, mut ana) = Server::signed_in().await;
    let escaped = "=f0=9f=8e=ad".repeat(longest_id().chars().count());
    let mut ask = async |app: &str| {
        let channel = format!("private-checklist-{app}");
        ana.post("live/auth", json!({ "socket_id": "1.2", "channel_name": channel })).await
    };
    for app in ["1001", &escaped] {
        assert!(ask(app).await.good()["auth"].is_string());
    }
    for app in ["=31001", &longest_id(), "7"] {
        assert_eq!(ask(app).await.failure(), (403, "no_topic".to_owned()), "{app}");
    }
}

#[tokio::test]
async fn errors_of_no_app_are_told_apart_and_count_for_nobody() {
    let (server, mut ana) = Server::signed_in().await;
    let group = |app: &str, message: &str| ErrorGroupRow {
        app_id: app.to_owned(),
        kind: "unknown_key".to_owned(),
        message: message.to_owned(),
        code: None,
        count: 3,
        first_at: server.now(),
        last_at: server.now(),
        sample: String::new(),
    };
    server.store.add_errors(&[group("", "of none"), group("1001", "its own")]).await.unwrap();
    for (path, message) in [("errors", "of none"), ("apps/1001/errors", "its own")] {
        let errors = ana.get(path).await.good()["errors"].clone();
        let messages: Vec<_> =
            errors.as_array().unwrap().iter().map(|one| &one["message"]).collect();
        assert_eq!(messages, [message], "{path}");
    }
    let cards = ana.get("apps").await.good()["apps"].clone();
    let counts: Vec<_> =
        cards.as_array().unwrap().iter().map(|card| &card["errors_last_hour"]).collect();
    assert_eq!(counts, [3, 0, 0]);
}

#[tokio::test]
async fn a_backup_is_sent_in_pieces_and_leaves_no_file() {
    let (server, mut ana) = Server::signed_in().await;
    let before = server.files();
    let backup = begin_backup(&mut ana).await;
    assert_eq!(server.files(), before, "it has no name while it is sent");
    let busy = ana.post("system/backup", json!({})).await;
    assert_eq!(busy.failure(), (503, "busy".to_owned()), "the disk holds one copy at most");
    let length = backup.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = backup.into_body();
    let mut bytes = body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec();
    assert!(bytes.len() < length, "{} of {length} bytes are in memory", bytes.len());
    bytes.extend(body.collect().await.unwrap().to_bytes());
    assert_eq!(bytes.len(), length);

    let restored = Scratch::new();
    std::fs::create_dir(restored.path()).unwrap();
    std::fs::write(restored.path().join("rollcall.db"), bytes).unwrap();
    let restored = Store::open(restored.path()).await.unwrap();
    assert_eq!(restored.apps().await.unwrap(), server.store.apps().await.unwrap());

    drop(begin_backup(&mut ana).await);
    begin_backup(&mut ana).await;
    assert_eq!(server.files(), before, "who goes away leaves nothing either");
}

/// Has a backup made, as soon as the one before is done with.
async fn begin_backup(browser: &mut Browser) -> Response<Body> {
    loop {
        let answer = browser.begin(Method::POST, "/console/api/system/backup", &[], "").await;
        match answer.status().as_u16() {
            200 => return answer,
            status => assert_eq!(status, 503),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_in_json() {
    let (_server, mut ana) = Server::signed_in().await;
    assert_eq!(ana.get("nowhere").await.failure(), (404, "not_found".to_owned()));
    let put = ana.send(Method::PUT, "/console/api/apps", &[], "").await;
    assert_eq!(put.failure(), (405, "method_not_allowed".to_owned()));
    assert_eq!(ana.post("apps", json!({ "name": "x".repeat(20_000) })).await.failure().0, 413);
}
