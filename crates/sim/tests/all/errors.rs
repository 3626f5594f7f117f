//! What is wrong is answered, and the connection stays (docs/protocol.md 1.6, 1.7).

use rollcall_sim::check;

#[test]
fn p25_p33_trap33_an_error_is_an_object_and_names_no_channel() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 sends nonsense
            a1 < {"event":"pusher:error","data":{"code":null,"message":"Invalid message format"}}
        a1 joins news
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}
        a1 joins news
            a1 < {"event":"pusher:error","data":{"code":null,"message":"Existing subscription to channel news"}}
        "#,
    );
}

#[test]
fn p26_trap21_invalid_json_keeps_the_connection() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {
            a1 < error null Invalid message format
        a1 sends []
            a1 < error null Invalid message format
        a1 sends "text"
            a1 < error null Invalid message format
        a1 sends
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn p27_a_frame_without_an_event_keeps_the_connection() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {}
            a1 < error null Invalid message format
        a1 sends {"event":null}
            a1 < error null Invalid message format
        a1 sends {"event":7,"data":{}}
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn p28_an_unknown_event_keeps_the_connection() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {"event":"pusher:nonsense","data":{}}
            a1 < error null Unsupported event received on socket: pusher:nonsense
        a1 sends {"event":"whatever","data":{}}
            a1 < error null Unsupported event received on socket: whatever
        a1 sends {"event":"","data":{}}
            a1 < error null Unsupported event received on socket:
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn p29_trap27_an_internal_event_is_rejected_and_not_relayed() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        a1 sends {"event":"pusher_internal:member_added","channel":"private-room","data":{}}
            a1 < error null Unsupported event received on socket: pusher_internal:member_added
        a1 sends {"event":"pusher:error","channel":"private-room","data":{}}
            a1 < error null Unsupported event received on socket: pusher:error
        "#,
    );
}

#[test]
fn p31_a_subscribe_without_a_usable_channel_is_an_error() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {"event":"pusher:subscribe","data":{"channel":""}}
            a1 < error null pusher:subscribe must name a channel
        a1 sends {"event":"pusher:subscribe","data":{}}
            a1 < error null pusher:subscribe must name a channel
        a1 sends {"event":"pusher:subscribe","data":{"channel":17}}
            a1 < error null pusher:subscribe must name a channel
        a1 sends {"event":"pusher:subscribe","data":{"channel":null}}
            a1 < error null pusher:subscribe must name a channel
        a1 sends {"event":"pusher:subscribe","data":[]}
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:subscribe"}
            a1 < error null pusher:subscribe must name a channel
        a1 sends {"event":"pusher:unsubscribe","data":{"channel":{}}}
            a1 < error null pusher:unsubscribe must name a channel
        a1 sends {"event":"pusher:unsubscribe"}
            a1 < error null pusher:unsubscribe must name a channel
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn p32_binary_messages_keep_the_connection() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends binary abc
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn what_a_client_sends_as_a_string_is_read_like_the_object_in_it() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {"event":"pusher:subscribe","data":"{\"channel\":\"news\"}","stray":1}
            a1 < subscription_succeeded news
        "#,
    );
}

#[test]
fn an_error_repeats_a_bounded_part_of_what_was_wrong() {
    let (long, told) = ("x".repeat(5_000), "x".repeat(3_962));
    let (kept, key) = ("k".repeat(3_960), "k".repeat(5_000));
    check(&format!(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 sends {{"event":"{long}"}}
            a1 < error null Unsupported event received on socket: {told}
        a1 sends {{"event":"pusher:subscribe","data":{{"channel":"{long}"}}}}
            a1 < error null Invalid channel name: a channel name must not be longer than 164 characters
        a1 sends {{"event":"pusher:subscribe","data":{{"channel":"private-a","auth":"{key}:0"}}}}
            a1 < subscription_error private-a AuthError 401 Invalid key in subscription auth data: '{kept}
            a1 < error null Invalid key in subscription auth data: '{kept}
        "#
    ));
}
