//! Restoring a backup: what is told, refused, staged and discarded, and what is recorded.

use axum::body::Body;
use axum::http::Method;
use rollcall_store::{AppRow, Store};
use serde_json::{Value, json};

use crate::common::{Answer, Browser, Server};

const PATH: &str = "/console/api/system/restore";
const OCTETS: [(&str, &str); 1] = [("content-type", "application/octet-stream")];

async fn send(browser: &mut Browser, body: impl Into<Body>) -> Answer {
    browser.send(Method::POST, PATH, &OCTETS, body).await
}

/// A copy of the server's database, with one more app in it.
async fn backup(server: &Server, id: &str) -> Vec<u8> {
    let aside = server.data().join("aside");
    std::fs::create_dir_all(&aside).expect("a directory can be made");
    let file = aside.join("rollcall.db");
    server.store.copy_to(&file).await.expect("a copy can be made");
    let store = Store::open(&aside).await.expect("a copy can be opened");
    let app = AppRow {
        id: id.to_owned(),
        name: "Backed up".to_owned(),
        settings_json: "{}".to_owned(),
        keys: Vec::new(),
    };
    store.insert_app(&app, 1).await.expect("it is new");
    store.close().await;
    let bytes = std::fs::read(&file).expect("it can be read");
    std::fs::remove_dir_all(&aside).expect("it can be removed");
    bytes
}

async fn staged(browser: &mut Browser) -> Value {
    browser.get("system").await.good()["restore"].clone()
}

#[tokio::test]
async fn what_is_sent_is_staged_told_recorded_and_discarded() {
    let (server, mut ana) = Server::signed_in().await;
    assert_eq!(staged(&mut ana).await, Value::Null);
    let nothing = ana.delete("system/restore", json!({})).await;
    assert_eq!(nothing.failure(), (404, "nothing_staged".to_owned()));
    let file = backup(&server, "77").await;
    let answer = send(&mut ana, file).await.good();
    assert!(answer["message"].as_str().is_some_and(|told| told.contains("starts the next time")));
    let told = &answer["restore"];
    assert_eq!((&told["apps"], &told["people"]), (&json!(2), &json!(0)));
    assert_eq!(told["newest_change"], server.now(), "the operator was made then");
    assert!(told["at"].is_i64() && told["bytes"].as_u64() > Some(1000), "{told}");
    assert_eq!(staged(&mut ana).await, *told);
    assert!(server.row("77").await.is_none(), "nothing changes before the next start");

    ana.delete("system/restore", json!({})).await.good();
    assert_eq!(staged(&mut ana).await, Value::Null);
    let made = server.store.change(2).await.unwrap().unwrap();
    let gone = server.store.change(3).await.unwrap().unwrap();
    assert_eq!([made.kind.name(), gone.kind.name()], ["restore", "restore"]);
    assert_eq!((made.actor.as_str(), made.before), ("ana", None));
    assert_eq!((made.after.is_some(), gone.before.is_some(), gone.after), (true, true, None));
}

#[tokio::test]
async fn what_cannot_be_restored_is_refused_with_a_sentence_and_changes_nothing() {
    let (server, mut ana) = Server::signed_in().await;
    let good = send(&mut ana, backup(&server, "77").await).await.good()["restore"].clone();
    let json = ana.post("system/restore", json!({})).await;
    assert_eq!(json.failure(), (415, "unsupported_media_type".to_owned()));
    let garbage = send(&mut ana, "this is no database at all").await;
    assert_eq!(garbage.failure(), (422, "no_database".to_owned()));
    let message = garbage.json()["message"].clone();
    assert_eq!(message, "The file is no SQLite database; take one that was saved as a backup.");
    let mut cut = backup(&server, "77").await;
    cut.truncate(cut.len() / 2);
    assert_eq!(send(&mut ana, cut).await.failure(), (422, "damaged".to_owned()));
    let unfit = send(&mut ana, backup(&server, "9").await).await;
    assert_eq!(unfit.failure(), (409, "not_served".to_owned()));
    let large = [OCTETS[0], ("content-length", "9999999999")];
    let large = ana.send(Method::POST, PATH, &large, "").await;
    assert_eq!(large.failure(), (413, "body_too_large".to_owned()));
    assert_eq!(staged(&mut ana).await, good, "what was staged before is as it was");
}
