//! How often people may do what (docs/status.md S14): what is refused, for how long, and that a
//! refusal changes nothing.

use crate::common::{Browser, LOBBY, Server, Setup};
use axum::http::StatusCode;
use rollcall_status::{LimitSettings, LimitedStats};
use serde_json::json;

async fn server(limits: LimitSettings) -> Server {
    Server::with(Setup { limits, ..Setup::default() }).await
}

/// Three sign-ups per address.
async fn server_with_few_sign_ups() -> Server {
    server(LimitSettings { sign_ups_per_10_minutes: 3, ..LimitSettings::default() }).await
}

async fn saved(browser: &mut Browser, text: &str) {
    let answer = browser.save(text, text).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn s14_sign_ups_are_limited_per_address() {
    let server = server_with_few_sign_ups().await;
    for name in ["ana", "bo", "cy"] {
        server.signed_up(name, "hi").await;
        server.advance(1000);
    }
    let mut dee = server.browser();
    let answer = dee.register("dee", "hi").await;
    assert_eq!(answer.seconds_to_wait(), 597);
    assert_eq!(answer.json()["message"], SIGN_UPS_MESSAGE);
    assert!(dee.cookies.is_empty());
    assert_eq!(server.store.account("dee").await.unwrap(), None);
    let elsewhere = server.browser_at("192.0.2.7").register("eve", "hi").await;
    assert_eq!(elsewhere.status, StatusCode::OK);
    server.advance(597_000 - 1);
    assert_eq!(dee.register("dee", "hi").await.seconds_to_wait(), 1);
    server.advance(1);
    assert_eq!(dee.register("dee", "hi").await.status, StatusCode::OK);
    assert_eq!(server.app.stats().limited, LimitedStats { sign_ups: 2, ..Default::default() });
    assert_eq!(server.app.stats().sign_ups, 5);
}

const SIGN_UPS_MESSAGE: &str = "Too many people signed up from this address. Try again in 10 min.";

#[tokio::test]
async fn s14_an_ipv6_network_is_one_address() {
    let server = server_with_few_sign_ups().await;
    for (name, address) in [("ana", "2001:db8::1"), ("bo", "2001:db8::2:3"), ("cy", "2001:db8::4")]
    {
        let answer = server.browser_at(address).register(name, "hi").await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let neighbour = server.browser_at("2001:db8::ffff:5").register("dee", "hi").await;
    assert_eq!(neighbour.seconds_to_wait(), 600);
    let next = server.browser_at("2001:db8:0:1::1").register("dee", "hi").await;
    assert_eq!(next.status, StatusCode::OK);
}

#[tokio::test]
async fn s14_names_of_others_count_as_sign_ups_and_signing_in_does_not() {
    let server = server_with_few_sign_ups().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let mut eve = server.browser();
    for name in ["ana", "ANA"] {
        assert_eq!(eve.register(name, "hi").await.failure().1, "name_taken");
    }
    for name in ["ana", "eve"] {
        assert_eq!(eve.register(name, "hi").await.seconds_to_wait(), 600);
    }
    ana.post_form("/logout", "").await;
    assert_eq!(ana.register("ana", "back").await.status, StatusCode::OK);
}

#[tokio::test]
async fn s14_the_wait_after_five_failed_sign_ins_doubles_and_never_keeps_the_owner_out() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let mut eve = server.browser();
    for _ in 0..5 {
        assert_eq!(eve.register("ana", "mine").await.failure().1, "name_taken");
    }
    for minutes in [1, 2, 4] {
        // A try that is refused makes the wait no longer.
        for _ in 0..3 {
            assert_eq!(eve.register("ana", "mine").await.seconds_to_wait(), minutes * 60);
        }
        server.advance(minutes * 60_000);
        assert_eq!(eve.register("ana", "mine").await.failure().1, "name_taken");
    }
    assert_eq!(eve.register("eve", "other names are free").await.status, StatusCode::OK);
    ana.post_form("/logout", "").await;
    for _ in 0..5 {
        assert_eq!(ana.register("ana", "back").await.status, StatusCode::OK);
    }
    let answer = ana.register("ANA", "once too often").await;
    assert_eq!(answer.seconds_to_wait(), 60);
    assert_eq!(ana.user().await["status"], "back");
    server.advance(60_000);
    assert_eq!(ana.register("ana", "in time").await.status, StatusCode::OK);
}

#[tokio::test]
async fn s14_a_user_saves_five_statuses_in_ten_seconds() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "zero").await;
    let mut other_tab = ana.clone();
    for text in ["one", "two", "three", "four"] {
        saved(&mut ana, text).await;
    }
    server.advance(2500);
    saved(&mut other_tab, "five").await;
    for browser in [&mut ana, &mut other_tab] {
        let answer = browser.save("six", "m-6").await;
        assert_eq!(answer.seconds_to_wait(), 8);
        let message = "You're changing status too quickly. Try again in 8 s.";
        assert_eq!(answer.json()["message"], message);
    }
    assert_eq!(
        (&ana.user().await["status"], &ana.user().await["rev"]),
        (&json!("five"), &json!(6))
    );
    let mut bo = server.signed_up("bo", "hi").await;
    saved(&mut bo, "unhindered").await;
    server.advance(8000);
    assert_eq!(ana.save("six", "m-6").await.json()["rev"], 7);
    assert_eq!((server.app.stats().limited.statuses, server.app.stats().saves), (2, 7));
}

#[tokio::test]
async fn s14_r15_c10_a_retry_of_a_stored_save_is_answered_over_the_limit_and_does_not_count() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "zero").await;
    let first = ana.save("one", "m-1").await.json();
    for _ in 0..10 {
        assert_eq!(ana.save("one", "m-1").await.json(), first);
    }
    for text in ["two", "three", "four", "five"] {
        saved(&mut ana, text).await;
    }
    assert_eq!(ana.save("one", "m-1").await.json(), first);
    assert_eq!(ana.save("six", "m-6").await.seconds_to_wait(), 10);
    assert_eq!(ana.user().await["status"], "five");
}

#[tokio::test]
async fn s14_a_web_session_gets_120_signatures_a_minute_however_often_it_is_renewed() {
    let server = Server::start().await;
    let mut ana = server.signed_up("ana", "hi").await;
    let mut bo = server.signed_up("bo", "hi").await;
    for n in 0..120 {
        assert_eq!(ana.authorize(&format!("1.{n}"), LOBBY).await.status, StatusCode::OK);
    }
    let refused = ana.authorize("1.121", LOBBY).await;
    assert_eq!(refused.seconds_to_wait(), 60);
    assert!(!refused.text.contains("auth\""), "{}", refused.text);
    ana.register("ana", "renewed").await;
    assert_eq!(ana.authorize("1.121", LOBBY).await.seconds_to_wait(), 60);
    assert_eq!(bo.authorize("1.1", LOBBY).await.status, StatusCode::OK);
    server.advance(60_000);
    assert_eq!(ana.authorize("1.121", LOBBY).await.status, StatusCode::OK);
    assert_eq!(server.app.stats().limited, LimitedStats { auths: 2, ..Default::default() });
}

#[tokio::test]
async fn s14_zero_is_no_limit() {
    let none = LimitSettings {
        sign_ins_per_minute: 0,
        sign_ups_per_10_minutes: 0,
        statuses_per_10_seconds: 0,
        auths_per_minute: 0,
    };
    let server = server(none).await;
    let mut ana = server.signed_up("ana", "hi").await;
    let mut eve = server.browser();
    for n in 0..10 {
        assert_eq!(eve.register("ana", "mine").await.failure().1, "name_taken");
        assert_eq!(ana.register("ana", "again").await.status, StatusCode::OK);
        saved(&mut ana, &n.to_string()).await;
    }
}
