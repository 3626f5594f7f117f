//! `rollcall webhooks`, beside a running server and without one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use rollcall_store::{Delivery, DeliveryEntry, Store};
use serde_json::Value;

use crate::support::Place;

#[test]
fn what_was_given_up_is_listed_and_sent_again_by_the_server_that_runs() {
    let place = Place::new("webhooks");
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", receiver.local_addr().expect("an address"));
    place.write("rollcall.toml", &config(&url));
    let words = ["--config", "rollcall.toml"];
    let server = place.serve(&words);
    give_up(&place, &["first", "second"], &url);

    let table = place.print(&[&["webhooks", "list"], &words[..]].concat());
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "APP", "STATE", "EVENTS", "TRIES", "AGE", "URL"]);
    assert_eq!(rows[1][..5], ["second", "1001", "given-up", "1", "9"]);
    assert!(table.contains(&format!("{url}  it answered 500")), "{table}");
    let json =
        place.print(&[&["webhooks", "list", "--json", "--app", "1001"], &words[..]].concat());
    let listed: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(listed[1]["id"], "first");
    assert_eq!(listed[1]["events"][0]["channel"], "a");
    let none = place.print(&[&["webhooks", "list", "--app", "2"], &words[..]].concat());
    assert_eq!(none, "Everything has arrived.\n");

    let said = place.print(&[&["webhooks", "resend", "first"], &words[..]].concat());
    assert!(said.starts_with("One request is sent again"), "{said}");
    assert!(take(&receiver).contains("rollcall-webhook-id: first\r\n"));
    let said =
        place.print(&[&["webhooks", "resend", "--all", "--app", "1001"], &words[..]].concat());
    assert!(said.starts_with("One request is sent again"), "{said}");
    assert!(take(&receiver).contains("rollcall-webhook-id: second\r\n"));
    drop(server);
}

#[test]
fn what_is_not_there_is_not_sent_again() {
    let place = Place::new("webhooks-none");
    let sentence = place.refusal(&["webhooks", "list"]);
    assert!(sentence.contains("there is no database in data"), "{sentence}");
    drop(place.serve(&[]));
    let sentence = place.refusal(&["webhooks", "resend", "x"]);
    assert!(sentence.contains("no request x was given up"), "{sentence}");
    assert_eq!(place.print(&["webhooks", "resend", "--all"]), "Nothing was given up.\n");
    place.refusal(&["webhooks", "resend"]);
    place.refusal(&["webhooks", "resend", "x", "--all"]);
}

/// One request, answered with 200.
fn take(receiver: &TcpListener) -> String {
    let (mut stream, _) = receiver.accept().expect("a request");
    let request = read_request(&mut stream);
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        .expect("an answer");
    request
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut chunk = [0; 4096];
    while !text.ends_with("]}") {
        let read = stream.read(&mut chunk).expect("bytes");
        text.push_str(&String::from_utf8_lossy(&chunk[..read]));
    }
    text
}

fn give_up(place: &Place, ids: &[&str], url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let store = Store::open(place.path("data")).await.expect("the server made it");
        let entries: Vec<_> = ids.iter().flat_map(|id| given_up(id, url)).collect();
        store.write_deliveries(&entries).await.expect("rows");
        store.close().await;
    });
}

fn given_up(id: &str, url: &str) -> [DeliveryEntry; 2] {
    let (id, app) = (id.to_owned(), "1001".to_owned());
    let delivery = Delivery {
        id: id.clone(),
        app_id: app.clone(),
        url: url.to_owned(),
        events: r#"[{"name":"cache_miss","channel":"a"}]"#.to_owned(),
        count: 1,
        time_ms: 5,
        attempts: 9,
    };
    let problem = Some("it answered 500".to_owned());
    let made = DeliveryEntry::Made { delivery, events: Vec::new() };
    [made, DeliveryEntry::GivenUp { id, app, now: i64::MAX, problem }]
}

fn config(url: &str) -> String {
    format!(
        "[[apps]]\nid = '1001'\nkeys = [{{ key = 'app-key', secret = 'app-secret' }}]\n\
         webhooks = [{{ url = '{url}' }}]\n"
    )
}
