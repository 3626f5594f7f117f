//! The tutorial's HTTP contract and the page's own requests, as docs/status.md decides them.

use crate::common::{APP_KEY, LOBBY, Server, Setup};
use axum::http::{Method, StatusCode};
use serde_json::json;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What the tutorial's page takes for success.
const SUCCESS: &str = r#"{"success":true,"error":false}"#;

/// A failure as `failure()` gives it.
fn failure(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn s1_a_second_browser_gets_neither_the_name_nor_one_that_looks_like_it() {
    let server = Server::start().await;
    server.signed_up("alice", "hi").await;
    let mut eve = server.browser();
    for name in ["alice", "ALICE", "ａｌｉｃｅ", "аlice", "  alice ", "al\u{200b}ice"] {
        let answer = eve.register(name, "mine").await;
        assert_eq!(answer.failure(), failure(409, "name_taken"), "{name}");
        assert_eq!(answer.field(), "username");
        assert!(eve.cookies.is_empty());
        assert_eq!(eve.authorize("1.2", LOBBY).await.failure(), failure(401, "not_signed_in"));
    }
}

#[tokio::test]
async fn s1_capitals_that_look_like_other_letters_get_no_name() {
    let server = Server::start().await;
    for name in ["Alice", "Bob", "Milo"] {
        server.signed_up(name, "hi").await;
    }
    let mut eve = server.browser();
    for name in ["AIice", "MiIo", "Вob", "ALICE", "bob", "ВОВ", "MILO"] {
        let answer = eve.register(name, "mine").await;
        assert_eq!(answer.failure(), failure(409, "name_taken"), "{name}");
    }
    for name in ["Alicia", "Rob", "Mila", "Ilona", "Lina", "Борис", "Bo"] {
        server.signed_up(name, "hi").await;
    }
}

#[tokio::test]
async fn register_and_is_logged_in_answer_as_the_tutorial_expects() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let before = browser.get("/isLoggedIn").await;
    assert_eq!(
        (before.status, before.text.as_str()),
        (StatusCode::OK, r#"{"authenticated":false}"#)
    );
    let answer = browser.post_form("/register", "username=Ana+B.&status=at+work").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, SUCCESS);
    assert!(browser.is_signed_in().await);
    let user = browser.user().await;
    assert_eq!((&user["name"], &user["status"]), (&json!("Ana B."), &json!("at work")));
}

#[tokio::test]
async fn s2_only_the_lobby_is_signed() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    for channel in ["private-admin-secrets", "presence-other", "public", "private-encrypted-x", ""]
    {
        let answer = ana.authorize("1.2", channel).await;
        assert_eq!(answer.failure(), failure(403, "channel_forbidden"), "{channel}");
        assert!(!answer.text.contains("auth"), "{}", answer.text);
    }
    let answer = ana.authorize("1.2", LOBBY).await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    assert!(json["auth"].as_str().unwrap().starts_with(&format!("{APP_KEY}:")));
    let member: serde_json::Value =
        serde_json::from_str(json["channel_data"].as_str().unwrap()).unwrap();
    let info = json!({ "status": "hi", "rev": 1, "updated_at": server.now() });
    assert_eq!(member, json!({ "user_id": "ana", "user_info": info }));
}

#[tokio::test]
async fn s3_s17_failures_are_json_without_paths_or_libraries() {
    let server = Server::start().await;
    let mut nobody = server.browser();
    let mut ana = server.signed_up("ana", "hi").await;
    let json_type = [("content-type", "application/json")];
    let answers = [
        (nobody.authorize("1.2", LOBBY).await, 401, "not_signed_in"),
        (nobody.save("x", "m").await, 401, "not_signed_in"),
        (ana.authorize("nonsense", LOBBY).await, 422, "malformed"),
        (ana.authorize("1", LOBBY).await, 422, "malformed"),
        (ana.post_form("/usersystem/auth", "socket_id=1.2").await, 422, "missing"),
        (ana.send(Method::POST, "/register", &json_type, "{oops").await, 400, "malformed_json"),
        (ana.send(Method::POST, "/register", &json_type, "[]").await, 400, "malformed_json"),
        (ana.send(Method::POST, "/register", &[], "x").await, 415, "unsupported_media_type"),
        (ana.get("/api/nothing").await, 404, "not_found"),
        (ana.get("/api/").await, 404, "not_found"),
        (ana.get("/no/such/page").await, 404, "not_found"),
        (ana.get("/register").await, 405, "method_not_allowed"),
        (ana.send(Method::DELETE, "/api/me/status", &[], "").await, 405, "method_not_allowed"),
    ];
    for (answer, status, code) in answers {
        assert_eq!(answer.failure(), failure(status, code), "{}", answer.text);
        for leak in ["/src/", ".rs", "axum", "serde", "sqlx", "panick", "<html"] {
            assert!(!answer.text.contains(leak), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn s8_get_logout_signs_out_only_by_a_link_of_our_own() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let foreign: [&[(&str, &str)]; 4] = [
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-dest", "image"),
        ],
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        &[("referer", "http://evil.example/")],
        &[],
    ];
    for headers in foreign {
        let answer = ana.get_with("/logout", headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{headers:?}");
        assert!(answer.text.contains("<form method=\"post\" action=\"/logout\">"));
        assert!(ana.is_signed_in().await);
    }
    let french = ana.get_with("/logout", &[("accept-language", "fr-CH, en;q=0.5")]).await;
    assert!(french.text.contains("lang=\"fr\"") && french.text.contains("Se déconnecter"));

    let own = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let answer = ana.get_with("/logout", &own).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, "/"));
    assert!(!ana.is_signed_in().await);
    assert_eq!(ana.get("/logout").await.status, StatusCode::FOUND);
}

#[tokio::test]
async fn s8_the_confirmation_page_and_scripts_sign_out_by_post() {
    let server = Server::start().await;
    for (accept, status) in [("text/html,*/*;q=0.8", 303), ("application/json, */*", 200)] {
        let mut browser = server.signed_up(&format!("user {status}"), "hi").await;
        let headers = [("accept", accept), ("sec-fetch-site", "same-origin")];
        let answer = browser.send(Method::POST, "/logout", &headers, "").await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(!browser.is_signed_in().await);
        assert_eq!(browser.cookie("s"), None);
        assert!(browser.cookie("k").is_some(), "the device key outlives sign-out");
    }
}

#[tokio::test]
async fn s9_other_sites_sign_nobody_in_or_out() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let form = "application/x-www-form-urlencoded";
    let sites: [&[(&str, &str)]; 4] = [
        &[("content-type", form), ("sec-fetch-site", "cross-site")],
        &[("content-type", form), ("sec-fetch-site", "same-site")],
        &[("content-type", form), ("origin", "http://evil.example")],
        &[("content-type", form), ("origin", "null")],
    ];
    for headers in sites {
        for path in ["/register", "/logout", "/usersystem/auth"] {
            let body = "username=mallory&status=x&confirm=true";
            let answer = ana.send(Method::POST, path, headers, body).await;
            assert_eq!(answer.failure(), failure(403, "cross_site"), "{path} {headers:?}");
        }
    }
    assert_eq!(ana.user().await["name"], "ana");
    let own = [("content-type", form), ("origin", "http://127.0.0.1:9000")];
    let answer = ana.send(Method::POST, "/logout", &own, "").await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn s9_another_name_needs_confirmation() {
    let server = Server::start().await;
    let mut browser = server.signed_up("ana", "hi").await;
    let session = browser.cookie("s").unwrap().to_owned();
    let answer = browser.register("bo", "yo").await;
    assert_eq!(answer.failure(), failure(409, "already_signed_in"));
    assert_eq!(browser.cookie("s"), Some(session.as_str()));
    let body = json!({ "username": "bo", "status": "yo", "confirm": true });
    assert_eq!(browser.post_json("/register", &body).await.status, StatusCode::OK);
    assert_eq!(browser.user().await["name"], "bo");
    assert_ne!(browser.cookie("s"), Some(session.as_str()));
    let mut stolen = server.browser();
    stolen.cookies = vec![("s".to_owned(), session)];
    assert!(!stolen.is_signed_in().await);
}

#[tokio::test]
async fn s9_with_a_public_url_its_origin_counts() {
    let server =
        Server::with(Setup { public_url: Some("https://status.example"), ..Setup::default() })
            .await;
    let mut browser = server.browser();
    let body = r#"{"username":"ana","status":"hi"}"#;
    for (origin, status) in [("http://127.0.0.1:9000", 403), ("https://status.example", 200)] {
        let headers = [("content-type", "application/json"), ("origin", origin)];
        let answer = browser.send(Method::POST, "/register", &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{origin}");
    }
    assert!(browser.cookie("__Host-s").is_some() && browser.cookie("__Host-k").is_some());
    let session = browser.cookie("__Host-s").unwrap().to_owned();
    browser.cookies = vec![("s".to_owned(), session)];
    assert!(!browser.is_signed_in().await, "a server on https ignores s");
}

#[tokio::test]
async fn s10_no_cookie_until_sign_in_and_a_new_session_at_each() {
    let server = Server::start().await;
    let mut browser = server.browser();
    for path in ["/", "/isLoggedIn", "/api/session", "/logout"] {
        assert!(!browser.get(path).await.headers.contains_key("set-cookie"), "{path}");
    }
    let planted = "A".repeat(43);
    browser.cookies = vec![("s".to_owned(), planted.clone()), ("k".to_owned(), planted.clone())];
    let answer = browser.register("ana", "hi").await;
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().unwrap();
        assert!(line.contains("HttpOnly; SameSite=Lax; Path=/"), "{line}");
        assert!(!line.contains(&planted) && !line.contains("Secure"), "{line}");
    }
    let first = browser.cookie("s").unwrap().to_owned();
    assert_eq!(browser.register("ana", "again").await.status, StatusCode::OK);
    assert_ne!(browser.cookie("s"), Some(first.as_str()));
}

#[tokio::test]
async fn s10_a_session_ends_after_30_idle_days_and_the_device_key_signs_in_again() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    server.advance(29 * DAY_MS);
    assert!(ana.is_signed_in().await);
    server.advance(30 * DAY_MS);
    assert!(!ana.is_signed_in().await);
    assert_eq!(ana.register("ana", "back").await.status, StatusCode::OK);
    assert_eq!(ana.user().await["rev"], 2);
}

#[tokio::test]
async fn a_device_key_outlives_sign_out_until_it_is_forgotten() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let key = ana.cookie("k").unwrap().to_owned();
    ana.post_form("/logout", "").await;
    let answer = ana.post_form("/register", "username=ANA&status=back").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(ana.user().await["name"], "ana", "the name stays as it was first written");
    assert_eq!(ana.cookie("k"), Some(key.as_str()));

    ana.post_form("/logout", "forget=true").await;
    assert_eq!(ana.cookie("k"), None);
    ana.cookies = vec![("k".to_owned(), key)];
    assert_eq!(ana.register("ana", "back").await.failure(), failure(409, "name_taken"));
}

#[tokio::test]
async fn s12_signing_out_everywhere_ends_all_sessions_and_keeps_the_device_key() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    // Another session under the same key, as of a copied profile.
    let mut copy = server.browser();
    copy.cookies = vec![("k".to_owned(), ana.cookie("k").unwrap().to_owned())];
    copy.register("ana", "there").await;
    let mut bo = server.signed_up("bo", "hi").await;
    let answer = copy.post_form("/api/me/sign-out-everywhere", "").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, SUCCESS));
    assert_eq!(copy.cookie("s"), None);
    for browser in [&mut ana, &mut copy] {
        assert_eq!(browser.save("x", "m").await.failure(), failure(401, "not_signed_in"));
        let again = browser.post_form("/api/me/sign-out-everywhere", "").await;
        assert_eq!(again.failure(), failure(401, "not_signed_in"));
    }
    assert!(bo.is_signed_in().await);
    assert_eq!(ana.register("ana", "back").await.status, StatusCode::OK);
}

#[tokio::test]
async fn s12_sign_ins_that_race_with_signing_out_everywhere_live_or_are_ended_whole() {
    let server = Server::start().await;
    let ana = server.signed_up("ana", "hi").await;
    let sign_in = async |n: i32| {
        let mut browser = server.browser();
        browser.cookies = vec![("k".to_owned(), ana.cookie("k").unwrap().to_owned())];
        let answer = browser.register("ana", &format!("status {n}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        browser
    };
    let mut first = ana.clone();
    let (one, ended, two) =
        tokio::join!(sign_in(1), first.post_form("/api/me/sign-out-everywhere", ""), sign_in(2),);
    assert_eq!(ended.status, StatusCode::OK);
    for mut browser in [one, two] {
        let lives = browser.is_signed_in().await;
        let signed = browser.authorize("1.2", LOBBY).await;
        assert_eq!(signed.status == StatusCode::OK, lives, "{}", signed.text);
    }
    assert!(!ana.clone().is_signed_in().await);
    let mut last = sign_in(3).await;
    assert_eq!(last.post_form("/api/me/sign-out-everywhere", "").await.status, StatusCode::OK);
    assert!(!last.is_signed_in().await);
}

#[tokio::test]
async fn forgetting_the_device_leaves_the_session_and_can_be_repeated() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let key = ana.cookie("k").unwrap().to_owned();
    for _ in 0..2 {
        let answer = ana.post_form("/api/device/forget", "").await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, SUCCESS));
        assert_eq!(ana.cookie("k"), None);
    }
    assert!(ana.is_signed_in().await);
    assert_eq!(ana.get("/api/session").await.json()["device"], json!([]));
    let mut old = server.browser();
    old.cookies = vec![("k".to_owned(), key)];
    assert_eq!(old.register("ana", "back").await.failure(), failure(409, "name_taken"));
    // Who is signed in has the name, and gets a new key by signing in again.
    assert_eq!(ana.register("ana", "again").await.status, StatusCode::OK);
    assert_eq!(ana.get("/api/session").await.json()["device"], json!(["ana"]));
}

#[tokio::test]
async fn s9_the_guard_stands_before_signing_out_everywhere_and_forgetting() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    for path in ["/api/me/sign-out-everywhere", "/api/device/forget"] {
        for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let answer = ana.send(Method::POST, path, &[header], "").await;
            assert_eq!(answer.failure(), failure(403, "cross_site"), "{path}");
        }
    }
    assert!(ana.is_signed_in().await && ana.cookie("k").is_some());
}

#[tokio::test]
async fn a_name_unused_for_30_days_starts_an_empty_account() {
    let server = Server::start().await;
    let mut old = server.signed_up("ana", "old").await;
    server.advance(30 * DAY_MS);
    let mut new = server.signed_up("Ana", "new").await;
    assert_eq!(new.user().await["status"], "new");
    assert!(!old.is_signed_in().await);
    assert_eq!(old.register("ana", "mine").await.failure(), failure(409, "name_taken"));
}

#[tokio::test]
async fn s11_c2_a_kill_and_a_restart_lose_nothing() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "first").await;
    ana.save("second", "m-1").await;
    let before = ana.user().await;
    let cookies = ana.cookies;
    let server = server.restart().await;
    let mut ana = server.browser();
    ana.cookies = cookies;
    assert!(ana.is_signed_in().await);
    assert_eq!(ana.user().await, before);
    assert_eq!(before["status"], "second");
}

#[tokio::test]
async fn s13_wrong_types_and_bad_texts_name_their_field() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let table = [
        (json!({ "username": { "x": 1 }, "status": "" }), "username", "wrong_type"),
        (json!({ "username": ["a"], "status": "" }), "username", "wrong_type"),
        (json!({ "username": 7, "status": "" }), "username", "wrong_type"),
        (json!({ "status": "" }), "username", "missing"),
        (json!({ "username": null }), "username", "missing"),
        (json!({ "username": " \n" }), "username", "empty"),
        (json!({ "username": "x".repeat(65) }), "username", "too_long"),
        (json!({ "username": "<b>" }), "username", "illegal_character"),
        (json!({ "username": "__proto__" }), "username", "reserved_name"),
        (json!({ "username": "ana", "status": {} }), "status", "wrong_type"),
        (json!({ "username": "ana", "status": "x".repeat(141) }), "status", "too_long"),
        (json!({ "username": "ana", "status": "\u{202e}" }), "status", "illegal_character"),
        (json!({ "username": "ana", "confirm": "maybe" }), "confirm", "wrong_type"),
    ];
    for (body, field, code) in table {
        let answer = browser.post_json("/register", &body).await;
        assert_eq!(answer.failure(), failure(422, code), "{body}");
        assert_eq!(answer.field(), field, "{body}");
    }
    let mut ana = server.signed_up("ana", "hi").await;
    let table = [
        (json!({ "socket_id": { "x": 1 }, "channel_name": LOBBY }), "socket_id", "wrong_type"),
        (json!({ "socket_id": 1.2, "channel_name": LOBBY }), "socket_id", "wrong_type"),
        (json!({ "socket_id": "1.2", "channel_name": [LOBBY] }), "channel_name", "wrong_type"),
        (json!({ "socket_id": "1.2" }), "channel_name", "missing"),
        (json!({ "socket_id": "1.2\n", "channel_name": LOBBY }), "socket_id", "malformed"),
    ];
    for (body, field, code) in table {
        let answer = ana.post_json("/usersystem/auth", &body).await;
        assert_eq!(answer.failure(), failure(422, code), "{body}");
        assert_eq!(answer.field(), field, "{body}");
    }
    for form in ["username=a&username=b", "username[x]=1", ""] {
        assert_eq!(browser.post_form("/register", form).await.status.as_u16(), 422, "{form}");
    }
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn s13_names_that_break_naive_code_are_harmless() {
    let server = Server::start().await;
    for name in ["constructor", "me", "toString", "hasOwnProperty", "null", "{{username}}"] {
        let mut browser = server.signed_up(name, "hi").await;
        assert_eq!(browser.user().await["name"], name);
    }
}

#[tokio::test]
async fn s13_bodies_over_16_kb_are_refused() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let fits =
        format!("{{\"text\":\"x\",\"mutation_id\":\"m\",\"pad\":\"{}\"}}", "x".repeat(16_000));
    let json_type = [("content-type", "application/json")];
    let answer = ana.send(Method::PUT, "/api/me/status", &json_type, fits).await;
    assert_eq!(answer.status, StatusCode::OK);
    let long = "x".repeat(16 * 1024 + 1);
    let form_type = [("content-type", "application/x-www-form-urlencoded")];
    for (method, path) in [
        (Method::PUT, "/api/me/status"),
        (Method::POST, "/register"),
        (Method::POST, "/usersystem/auth"),
        (Method::POST, "/logout"),
    ] {
        let answer = ana.send(method.clone(), path, &json_type, long.clone()).await;
        assert_eq!(answer.failure(), failure(413, "body_too_large"), "{path}");
        if method == Method::POST {
            let answer = ana.send(method, path, &form_type, long.clone()).await;
            assert_eq!(answer.failure(), failure(413, "body_too_large"), "{path}");
        }
    }
    assert!(ana.is_signed_in().await);
}

#[tokio::test]
async fn the_session_tells_the_page_what_it_needs() {
    let server = Server::start().await;
    let mut ana = server.browser();
    let expect = json!({
        "app_key": APP_KEY, "channel": LOBBY, "user": null, "device": [], "now": server.now(),
    });
    assert_eq!(ana.get("/api/session").await.json(), expect);
    ana.register("ana", "hi").await;
    let user = json!({ "name": "ana", "status": "hi", "rev": 1, "updated_at": server.now() });
    assert_eq!(ana.user().await, user);
    ana.post_form("/logout", "").await;
    let after = ana.get("/api/session").await.json();
    assert_eq!((&after["user"], &after["device"]), (&json!(null), &json!(["ana"])));
}

#[tokio::test]
async fn c11_r13_r20_a_saved_status_has_the_next_revision_everywhere() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "one").await;
    let mut other_tab = ana.clone();
    server.advance(1000);
    let answer = ana.save("  two\n lines ", "m-1").await;
    assert_eq!(answer.status, StatusCode::OK);
    let expect = json!({ "text": "two lines", "rev": 2, "updated_at": server.now() });
    assert_eq!(answer.json(), expect);
    assert_eq!(other_tab.user().await["rev"], 2);
    assert_eq!(other_tab.save("three", "m-2").await.json()["rev"], 3);
    assert_eq!(ana.user().await["status"], "three");
}

#[tokio::test]
async fn r14_a_stale_revision_gets_the_current_status() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "one").await;
    ana.save("two", "m-1").await;
    let body = json!({ "text": "three", "mutation_id": "m-2", "if_rev": 1 });
    let answer = ana.put("/api/me/status", &body).await;
    assert_eq!(answer.failure(), failure(409, "revision_conflict"));
    let current = json!({ "text": "two", "rev": 2, "updated_at": server.now() });
    assert_eq!(answer.json()["current"], current);
    let body = json!({ "text": "three", "mutation_id": "m-3", "if_rev": 2 });
    assert_eq!(ana.put("/api/me/status", &body).await.json()["rev"], 3);
}

#[tokio::test]
async fn r15_a_retry_returns_the_first_result_for_10_minutes() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "one").await;
    let first = ana.save("two", "m-1").await.json();
    ana.save("three", "m-2").await;
    assert_eq!(ana.save("two", "m-1").await.json(), first);
    assert_eq!(ana.user().await["status"], "three");
    server.advance(10 * 60 * 1000);
    assert_eq!(ana.save("two", "m-1").await.json()["rev"], 4);
}

#[tokio::test]
async fn saving_refuses_what_is_no_status_or_no_mutation() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "one").await;
    let table = [
        (json!({ "mutation_id": "m" }), "text", "missing"),
        (json!({ "text": 1, "mutation_id": "m" }), "text", "wrong_type"),
        (json!({ "text": "x".repeat(141), "mutation_id": "m" }), "text", "too_long"),
        (json!({ "text": "a\u{0}", "mutation_id": "m" }), "text", "illegal_character"),
        (json!({ "text": "x" }), "mutation_id", "missing"),
        (json!({ "text": "x", "mutation_id": "" }), "mutation_id", "malformed"),
        (json!({ "text": "x", "mutation_id": "m".repeat(65) }), "mutation_id", "malformed"),
        (json!({ "text": "x", "mutation_id": "m", "if_rev": -1 }), "if_rev", "wrong_type"),
        (json!({ "text": "x", "mutation_id": "m", "if_rev": "1" }), "if_rev", "wrong_type"),
    ];
    for (body, field, code) in table {
        let answer = ana.put("/api/me/status", &body).await;
        assert_eq!(answer.failure(), failure(422, code), "{body}");
        assert_eq!(answer.field(), field, "{body}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = ana.send(Method::PUT, "/api/me/status", &form, "text=x&mutation_id=m").await;
    assert_eq!(answer.failure(), failure(415, "unsupported_media_type"));
    assert_eq!(ana.user().await["rev"], 1);
}
