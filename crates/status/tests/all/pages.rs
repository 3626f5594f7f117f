//! The pages and the headers of every answer.

use std::fs;
use std::os::unix::fs::symlink;

use crate::common::{LOBBY, Scratch, Server, Setup};
use axum::http::StatusCode;

const TRUSTED_TYPES: &str = "; require-trusted-types-for 'script'; trusted-types 'none'";
const BASE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src \
    'self'; font-src 'self'; manifest-src 'self'; connect-src 'self' ws://127.0.0.1:9000; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// An operator's directory with a page, and a file beside it that nobody may have.
fn operators_pages() -> Scratch {
    let scratch = Scratch::new();
    let pages = scratch.path().join("pages");
    fs::create_dir_all(pages.join("assets")).expect("a scratch directory can be made");
    let files = [
        ("pages/index.html", "<!doctype html><title>Own</title>"),
        ("pages/app.js", "own()"),
        ("pages/assets/own.css", "b{}"),
        ("pages/.hidden", "hidden"),
        ("secret.txt", "secret"),
    ];
    for (path, content) in files {
        fs::write(scratch.path().join(path), content).expect("a scratch file can be written");
    }
    symlink(scratch.path().join("secret.txt"), pages.join("link.txt")).expect("links can be made");
    scratch
}

#[tokio::test]
async fn s5_s18_every_answer_has_the_headers() {
    let server = Server::start().await;
    let mut browser = server.signed_up("ana", "hi").await;
    for path in ["/", "/assets/app-1a2b.js", "/isLoggedIn", "/api/session", "/nowhere", "/logout"] {
        let answer = browser.get(path).await;
        let policy = format!("{BASE_POLICY}{TRUSTED_TYPES}");
        assert_eq!(answer.header("content-security-policy"), policy, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!answer.header("permissions-policy").is_empty(), "{path}");
        assert!(!answer.headers.contains_key("x-powered-by"), "{path}");
    }
}

#[tokio::test]
async fn s5_a_forged_host_does_not_get_into_the_policy() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let answer = browser.get_with("/", &[("host", "x; script-src *")]).await;
    assert!(!answer.header("content-security-policy").contains("script-src *"));
}

#[tokio::test]
async fn s18_with_a_public_url_the_policy_names_its_socket() {
    let setup = Setup { public_url: Some("https://status.example/"), ..Setup::default() };
    let server = Server::with(setup).await;
    let answer = server.browser().get("/").await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' wss://status.example;"), "{policy}");
}

#[tokio::test]
async fn assets_are_cached_for_ever_and_the_page_is_asked_for_again() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let table = [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        (
            "/assets/app-1a2b.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("/api/session", "application/json", "no-store"),
    ];
    for (path, content_type, caching) in table {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.header("cache-control"), caching, "{path}");
    }
    assert_eq!(browser.get("/assets/none.js").await.failure().0, 404);
    assert_eq!(browser.get("/status/index.html").await.failure().0, 404);
}

#[tokio::test]
async fn a_program_without_pages_answers_501() {
    let server = Server::with(Setup { no_pages: true, ..Setup::default() }).await;
    let mut browser = server.browser();
    for path in ["/", "/assets/app-1a2b.js"] {
        assert_eq!(browser.get(path).await.failure(), (501, "no_pages".to_owned()));
    }
    assert_eq!(browser.get("/nowhere").await.failure().0, 404);
    assert_eq!(browser.register("ana", "hi").await.status, StatusCode::OK);
}

#[tokio::test]
async fn s5_an_operators_pages_are_served_under_a_policy_that_keeps_inline_handlers_dead() {
    let directory = operators_pages();
    let pages = Some(directory.path().join("pages"));
    let server = Server::with(Setup { custom_pages: pages, ..Setup::default() }).await;
    let mut browser = server.browser();
    for (path, text) in [
        ("/", "<!doctype html><title>Own</title>"),
        ("/index.html", "<!doctype html><title>Own</title>"),
        ("/app.js", "own()"),
        ("/assets/own.css", "b{}"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, text), "{path}");
        assert_eq!(answer.header("content-security-policy"), BASE_POLICY, "{path}");
    }
    let built_in = browser.get("/rollcall/").await;
    assert!(built_in.text.contains("Rollcall"));
    let policy = format!("{BASE_POLICY}{TRUSTED_TYPES}");
    assert_eq!(built_in.header("content-security-policy"), policy);
    assert_eq!(browser.get("/assets/app-1a2b.js").await.text, "export {}");
    assert_eq!(browser.get("/rollcall").await.header("location"), "/rollcall/");
}

#[tokio::test]
async fn nothing_outside_the_operators_directory_is_served() {
    let directory = operators_pages();
    let pages = Some(directory.path().join("pages"));
    let server = Server::with(Setup { custom_pages: pages, ..Setup::default() }).await;
    let mut browser = server.browser();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/link.txt",
        "/.hidden",
        "/assets",
        "/nothing",
    ] {
        assert_eq!(browser.get(path).await.failure().0, 404, "{path}");
    }
    // The routes come first, whatever the directory has.
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.authorize("1.2", LOBBY).await.failure().0, 401);
}

#[tokio::test]
async fn p16_pages_and_redirects_are_below_the_prefix() {
    let server = Server::with(Setup { path_prefix: "/rt", ..Setup::default() }).await;
    let mut browser = server.signed_up("ana", "hi").await;
    let page = browser.get("/").await;
    assert!(page.text.ends_with(r#"<a href="/rt/x">x</a>"#), "{}", page.text);
    assert_eq!(browser.get("/rollcall").await.header("location"), "/rt/");
    let question = browser.get("/logout").await.text;
    assert!(question.contains(r#"action="/rt/logout""#), "{question}");
    assert!(question.contains(r#"<a href="/rt/">"#), "{question}");
    let answer = browser.get_with("/logout", &[("referer", "http://127.0.0.1:9000/rt/")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (302, "/rt/"));
}

#[tokio::test]
async fn s10_s18_over_tls_cookies_are_secure_and_the_policy_names_the_secure_socket() {
    let server = Server::start().await;
    let mut browser = server.secure_browser();
    let answer = browser.register("ana", "hi").await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        let cookie = cookie.to_str().expect("text");
        assert!(cookie.starts_with("__Host-") && cookie.ends_with("; Secure"), "{cookie}");
    }
    let page = browser.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' wss://127.0.0.1:9000;"), "{policy}");
    assert!(browser.is_signed_in().await);
    let mut plain = server.browser();
    plain.cookies.clone_from(&browser.cookies);
    assert!(!plain.is_signed_in().await, "what was given over TLS is not read without it");
}
