//! What operators are told of the status page.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::time::Duration;

use crate::common::{LOBBY, Server, Setup};
use axum::http::StatusCode;
use rollcall_node::observe::Tap;
use rollcall_status::LimitSettings;

#[tokio::test]
async fn statuses_decisions_and_limits_are_told() {
    let limits = LimitSettings { sign_ups_per_10_minutes: 1, ..LimitSettings::default() };
    let server = Server::with(Setup { limits, ..Setup::default() }).await;
    let mut tap = server.node.as_ref().unwrap().handle().tap("1001").unwrap();
    let mut ana = server.signed_up("ana", "hi").await;
    assert_eq!(next(&mut tap).await, "StatusChange ana hi");
    assert_eq!(ana.save("away", "m").await.status, StatusCode::OK);
    assert_eq!(next(&mut tap).await, "StatusChange ana away");
    assert_eq!(ana.authorize("1.2", LOBBY).await.status, StatusCode::OK);
    assert_eq!(next(&mut tap).await, format!("Auth ana 1.2 {LOBBY} allowed"));
    assert_eq!(ana.authorize("1.2", "private-x").await.status, StatusCode::FORBIDDEN);
    let told = "Auth ana 1.2 private-x You may not subscribe to this channel.";
    assert_eq!(next(&mut tap).await, told);
    let mut nobody = server.browser();
    assert_eq!(nobody.authorize("1.2", LOBBY).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(next(&mut tap).await, "Auth Sign in first.");
    assert_eq!(nobody.register("bo", "hi").await.status, StatusCode::TOO_MANY_REQUESTS);
    let told = "RateLimit Too many people signed up from this address. Try again in 10 min.";
    assert_eq!(next(&mut tap).await, told);
}

async fn next(tap: &mut Tap) -> String {
    let batch = tokio::time::timeout(Duration::from_secs(30), tap.recv()).await.unwrap().unwrap();
    let [event] = &batch.events[..] else { panic!("one at a time, not {batch:?}") };
    let texts = [&event.user, &event.socket, &event.channel, &event.data, &event.message];
    let texts: Vec<_> = texts.into_iter().flatten().map(String::as_str).collect();
    format!("{:?} {}", event.what, texts.join(" "))
}
