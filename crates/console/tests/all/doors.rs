//! Who may come in (docs/console.md section 1): the code, signing in, limits, and what nobody gets
//! who did not.

use crate::common::{Browser, PASSWORD, Server, Setup};
use axum::http::{Method, StatusCode};
use rollcall_console::Console;
use rollcall_store::{CODE_MS, PROGRAM_SESSION_MS, SESSION_IDLE_MS};
use rollcall_web::Token;
use serde_json::json;

/// Every request that only an operator may make, and some that nobody may; with a body that each
/// would take.
fn guarded_requests() -> Vec<(Method, String)> {
    let mut routes = Console::guarded_routes();
    assert!(routes.len() > 30, "{routes:?}");
    for path in ["", "/nowhere", "/apps/1001/nowhere"] {
        routes.push((Method::GET, format!("/console/api{path}")));
    }
    let filled =
        |path: String| path.replace("{id}", "1001").replace("{key}", "app-key").replace("{n}", "1");
    routes.into_iter().map(|(method, path)| (method, filled(path))).collect()
}

const BODY: &str = r#"{"confirm":"Demo","name":"x","changes":{"mirror":false}}"#;

/// Checks that a browser gets `refused` for every route, and that none of them did anything.
async fn nothing_for(server: &Server, browser: &mut Browser, more: &[(&str, &str)], refused: &str) {
    let before = server.row("1001").await;
    let headers = [&[("content-type", "application/json")], more].concat();
    for (method, path) in guarded_requests() {
        let answer = browser.send(method.clone(), &path, &headers, BODY).await;
        let status = if refused == "cross_site" { 403 } else { 401 };
        assert_eq!(answer.failure(), (status, refused.to_owned()), "{method} {path}");
        assert_eq!(answer.json().get("app"), None);
    }
    assert_eq!(server.row("1001").await, before);
}

#[tokio::test]
async fn who_is_signed_out_gets_nothing_from_any_route() {
    let (server, ana) = Server::signed_in().await;
    let mut stranger = server.browser();
    nothing_for(&server, &mut stranger, &[], "not_signed_in").await;
    stranger.cookies = vec![(ana.cookies[0].0.clone(), Token::random().unwrap().text())];
    nothing_for(&server, &mut stranger, &[], "not_signed_in").await;
    let mut gone = ana.clone();
    gone.post("sign-out", json!({})).await.good();
    gone.cookies.clone_from(&ana.cookies);
    nothing_for(&server, &mut gone, &[], "not_signed_in").await;
}

#[tokio::test]
async fn a_wrong_password_and_a_stale_code_open_no_route() {
    let (server, _) = Server::signed_in().await;
    let mut eve = server.browser();
    assert_eq!(eve.sign_in("ana", "wrong").await.failure().1, "wrong_password");
    nothing_for(&server, &mut eve, &[], "not_signed_in").await;
    let code = server.code().await;
    server.advance(CODE_MS);
    assert_eq!(eve.set_up(&code, "eve").await.failure().1, "wrong_code");
    nothing_for(&server, &mut eve, &[], "not_signed_in").await;
}

#[tokio::test]
async fn s9_a_request_of_another_site_gets_nothing_from_any_route_with_the_operators_cookie() {
    let (server, mut ana) = Server::signed_in().await;
    let forged: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:9000")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
    ];
    for headers in forged {
        nothing_for(&server, &mut ana, headers, "cross_site").await;
    }
    assert_eq!(ana.get("apps/1001/changes").await.good()["changes"], json!([]));
    let typed = [("sec-fetch-site", "none")];
    ana.send(Method::GET, "/console/api/apps", &typed, "").await.good();
}

#[tokio::test]
async fn a_code_sets_the_operator_up_once() {
    let server = Server::start().await;
    let mut ana = server.browser();
    let told = ana.get("session").await.good();
    assert_eq!(told, json!({ "signed_in": false, "setup_needed": true, "version": "0.0.0" }));
    assert!(ana.cookies.is_empty(), "no cookie before somebody signs in");
    let code = server.code().await;
    let told = ana.set_up(&code.to_lowercase(), " ana ").await.good();
    assert_eq!((&told["signed_in"], &told["operator"]["name"]), (&json!(true), &json!("ana")));
    assert_eq!(told["public_url"], "http://127.0.0.1:9000");
    assert_eq!(ana.get("session").await.good(), told);

    let mut eve = server.browser();
    assert_eq!(eve.set_up(&code, "eve").await.failure(), (403, "wrong_code".to_owned()));
    assert!(eve.cookies.is_empty());
    assert_eq!(eve.get("session").await.good()["setup_needed"], false);
}

#[tokio::test]
async fn a_wrong_a_stale_and_a_replaced_code_are_refused() {
    let server = Server::start().await;
    let replaced = server.code().await;
    let code = server.code().await;
    let mut browser = server.browser();
    for wrong in ["", "ABCD-EFGH-JKLM", &replaced] {
        let answer = browser.set_up(wrong, "ana").await;
        assert_eq!(answer.failure(), (403, "wrong_code".to_owned()), "{wrong}");
    }
    server.advance(CODE_MS);
    assert_eq!(browser.set_up(&code, "ana").await.failure().1, "wrong_code");
    assert!(server.store.operator().await.unwrap().is_none());
}

#[tokio::test]
async fn what_cannot_be_a_name_or_a_password_leaves_the_code_good() {
    let server = Server::start().await;
    let code = server.code().await;
    let mut browser = server.browser();
    let long = "x".repeat(1001);
    for (name, password, field, problem) in [
        (" ", PASSWORD, "name", "empty"),
        ("a\u{202e}b", PASSWORD, "name", "illegal_character"),
        ("ana", "too short", "password", "too_short"),
        ("ana", "Password123", "password", "common_password"),
        ("ana", &long, "password", "too_long"),
    ] {
        let body = json!({ "code": code, "name": name, "password": password });
        let answer = browser.post("setup", body).await;
        assert_eq!(answer.bad_field(), (field.to_owned(), problem.to_owned()));
        assert!(!answer.text.contains(password), "{}", answer.text);
    }
    let missing = browser.post("setup", json!({ "code": code, "name": "ana" })).await;
    assert_eq!(missing.bad_field(), ("password".to_owned(), "missing".to_owned()));
    browser.set_up(&code, "ana").await.good();
}

#[tokio::test]
async fn a_new_code_gives_the_operator_another_password_and_ends_all_sessions() {
    let (server, mut ana) = Server::signed_in().await;
    let mut bo = server.browser();
    let body = json!({ "code": server.code().await, "name": "bo", "password": "another password" });
    bo.post("setup", body).await.good();
    assert!(!ana.is_signed_in().await && bo.is_signed_in().await);
    assert_eq!(ana.sign_in("ana", PASSWORD).await.failure(), (401, "wrong_password".to_owned()));
    ana.sign_in("bo", "another password").await.good();
}

#[tokio::test]
async fn setting_up_is_limited_per_address() {
    let server = Server::start().await;
    let mut eve = server.browser();
    for _ in 0..10 {
        assert_eq!(eve.set_up("ABCD-EFGH-JKLM", "eve").await.failure().1, "wrong_code");
    }
    let code = server.code().await;
    assert_eq!(eve.set_up(&code, "eve").await.seconds_to_wait(), 60);
    server.browser_at("192.0.2.7").set_up(&code, "ana").await.good();
}

#[tokio::test]
async fn after_five_wrong_passwords_the_wait_doubles_for_that_address_and_name() {
    let (server, _) = Server::signed_in().await;
    let mut eve = server.browser();
    for _ in 0..5 {
        assert_eq!(eve.sign_in("ana", "wrong").await.failure(), (401, "wrong_password".to_owned()));
    }
    for minutes in [1, 2, 4] {
        let right = eve.sign_in("ana", PASSWORD).await;
        assert_eq!(right.seconds_to_wait(), minutes * 60, "a right one is not even looked at");
        server.advance(minutes * 60_000);
        assert_eq!(eve.sign_in("ana", "wrong").await.failure().1, "wrong_password");
    }
    assert_eq!(eve.sign_in("nobody", "wrong").await.failure().1, "wrong_password");
    server.browser_at("192.0.2.7").sign_in("ana", PASSWORD).await.good();
}

#[tokio::test]
async fn guesses_at_once_are_judged_one_after_the_other() {
    let (server, _) = Server::signed_in().await;
    let guesses = (0..12).map(|_| {
        let mut eve = server.browser();
        tokio::spawn(async move { eve.sign_in("ana", "wrong").await.status })
    });
    let guesses: Vec<_> = guesses.collect();
    let mut judged = 0;
    for guess in guesses {
        judged += u32::from(guess.await.unwrap() == StatusCode::UNAUTHORIZED);
    }
    assert_eq!(judged, 5);
}

#[tokio::test]
async fn s10_signing_in_gives_a_new_session_and_ends_the_one_before() {
    let (server, mut ana) = Server::signed_in().await;
    let mut before = ana.clone();
    let answer = ana.sign_in("ana", PASSWORD).await;
    answer.good();
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("c=") && cookie.contains("; HttpOnly; SameSite=Lax; Path=/;"));
    assert!(ana.is_signed_in().await && !before.is_signed_in().await);
    server.advance(SESSION_IDLE_MS);
    assert!(!ana.is_signed_in().await);
}

#[tokio::test]
async fn s10_on_https_the_cookie_is_secure_and_a_plain_one_is_ignored() {
    let public_url = Some("https://rollcall.example");
    let server = Server::with(Setup { public_url, ..Setup::default() }).await;
    let mut ana = server.browser();
    let answer = ana.set_up(&server.code().await, "ana").await;
    assert_eq!(answer.good()["public_url"], "https://rollcall.example");
    assert!(answer.header("set-cookie").starts_with("__Host-c="), "{:?}", answer.headers);
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    let (_, token) = ana.cookies[0].clone();
    ana.cookies = vec![("c".to_owned(), token)];
    assert!(!ana.is_signed_in().await);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_a_new_password_the_others() {
    let (server, mut ana) = Server::signed_in().await;
    let mut other = server.browser();
    other.sign_in("ana", PASSWORD).await.good();
    let wrong = json!({ "current": "wrong", "new": "another password" });
    assert_eq!(ana.post("password", wrong).await.failure(), (401, "wrong_password".to_owned()));
    let short = json!({ "current": PASSWORD, "new": "short" });
    assert_eq!(ana.post("password", short).await.bad_field().0, "new");
    let right = json!({ "current": PASSWORD, "new": "another password" });
    ana.post("password", right).await.good();
    assert!(ana.is_signed_in().await && !other.is_signed_in().await);
    other.sign_in("ana", "another password").await.good();
    let mut stolen = other.clone();
    other.post("sign-out", json!({})).await.good();
    assert!(other.cookies.is_empty() && !stolen.is_signed_in().await);
    assert!(ana.is_signed_in().await);
}

#[tokio::test]
async fn s9_our_own_pages_may_and_forms_may_not() {
    let (_server, mut ana) = Server::signed_in().await;
    let path = "/console/api/apps/1001/settings";
    let form = [("content-type", "text/plain")];
    assert_eq!(ana.send(Method::PATCH, path, &form, BODY).await.failure().0, 415);
    let own = [("content-type", "application/json"), ("origin", "http://127.0.0.1:9000")];
    ana.send(Method::PATCH, path, &own, BODY).await.good();
}

#[tokio::test]
async fn a_program_of_the_machine_comes_in_by_its_token_for_twelve_hours() {
    let (server, ana) = Server::signed_in().await;
    let token = Token::random().unwrap();
    server.store.open_program_session(&token.hash(), server.now()).await.unwrap();
    let authorization = format!("Bearer {}", token.text());
    let bearer = [("authorization", authorization.as_str())];
    let mut program = server.browser();
    let answer = program.send(Method::POST, "/console/api/apps/1001/keys", &bearer, "").await;
    answer.good();
    let mut ana = ana;
    let record = ana.get("apps/1001/changes").await.good();
    assert_eq!(record["changes"][0]["actor"], "command line");
    // Neither is good for the other's purpose.
    program.cookies = vec![("c".to_owned(), token.text())];
    assert!(!program.is_signed_in().await);
    let cookie = format!("Bearer {}", ana.cookies[0].1);
    let answer = server
        .browser()
        .send(Method::GET, "/console/api/apps", &[("authorization", &cookie)], "")
        .await;
    assert_eq!(answer.failure().0, 401);
    server.advance(PROGRAM_SESSION_MS);
    program.cookies.clear();
    let answer = program.send(Method::GET, "/console/api/apps", &bearer, "").await;
    assert_eq!(answer.failure().0, 401);
}

#[tokio::test]
async fn the_page_is_at_every_address_of_the_console_with_a_strict_policy() {
    let server = Server::with(Setup { path_prefix: "/rt", ..Setup::default() }).await;
    for path in ["/console", "/console/", "/console/apps/1001/debug?filter=type:error"] {
        let answer = server.browser().send(Method::GET, path, &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains("href=\"/rt/x\""), "{}", answer.text);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.ends_with("trusted-types 'none'"), "{policy}");
    }
    let without = Server::with(Setup { no_pages: true, ..Setup::default() }).await;
    let answer = without.browser().send(Method::GET, "/console", &[], "").await;
    assert_eq!(answer.failure(), (501, "no_pages".to_owned()));
}
