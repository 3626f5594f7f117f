//! Client events (docs/protocol.md section 3), and those that the node diverts.

use rollcall_sim::{Staging, check, play};

#[test]
fn p91_they_are_rejected_while_the_setting_is_off() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        a1 triggers client-x on private-room {}
            a1 < error null To send client events, you must enable this feature in the Settings page of your dashboard.
        app client-events=1
        a1 triggers client-x on private-room {}
            b1 < client-x on private-room: {}
        "#,
    );
}

#[test]
fn p92_trap26_they_are_rejected_on_channels_without_auth_and_on_encrypted_ones() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 joins private-encrypted-room
            a1 < subscription_succeeded private-encrypted-room
        a1 triggers client-x on news {}
            a1 < error null Client event rejected - only supported on private and presence channels
        a1 triggers client-x on private-encrypted-room {}
            a1 < error null Client event rejected - only supported on private and presence channels
        a1 triggers client-x on not/a/name {}
            a1 < error null Client event rejected - only supported on private and presence channels
        a1 sends {"event":"client-x","data":{}}
            a1 < error null Client event rejected - only supported on private and presence channels
        "#,
    );
}

#[test]
fn p93_they_are_rejected_from_those_who_are_not_subscribed() {
    check(
        r#"
        app client-events=1
        b1 connects
            b1 < connection_established 30s
        b1 joins private-room
            b1 < subscription_succeeded private-room
        a1 connects
            a1 < connection_established 30s
        a1 triggers client-x on private-room {}
            a1 < error null Client event rejected - you are not subscribed to channel private-room
        a1 joins private-room
            a1 < subscription_succeeded private-room
        a1 leaves private-room
        a1 triggers client-x on private-room {}
            a1 < error null Client event rejected - you are not subscribed to channel private-room
        hold
        a1 joins private-room
        a1 triggers client-x on private-room {}
            a1 < error null Client event rejected - you are not subscribed to channel private-room
        release
            a1 < subscription_succeeded private-room
        "#,
    );
}

#[test]
fn p94_p95_everybody_else_gets_it_the_senders_other_connections_included() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-room as ana
            a1 < subscription_succeeded presence-room [ana] #1
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-room as ana
            a2 < subscription_succeeded presence-room [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-room as bo
            a1 < member_added presence-room bo #2
            a2 < member_added presence-room bo #2
            b1 < subscription_succeeded presence-room [ana bo] #2
        a1 triggers client-x on presence-room {"on":true}
            a2 < client-x on presence-room from ana: {"on":true}
            b1 < client-x on presence-room from ana: {"on":true}
        "#,
    );
}

#[test]
fn p96_p97_trap25_the_sender_is_who_it_was_signed_to_be_whatever_the_frame_says() {
    check(
        r#"
        show raw
        app client-events=1 member-updates=0
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        a1 joins presence-room as ana
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-room","data":"{\"presence\":{\"count\":1,\"ids\":[\"ana\"],\"hash\":{\"ana\":null}}}"}
        b1 joins presence-room as bo
            a1 < {"event":"pusher_internal:member_added","channel":"presence-room","data":"{\"user_id\":\"bo\",\"user_info\":null}"}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-room","data":"{\"presence\":{\"count\":2,\"ids\":[\"ana\",\"bo\"],\"hash\":{\"ana\":null,\"bo\":null}}}"}
        a1 sends {"event":"client-x","channel":"presence-room","data":{},"user_id":"bo","socket_id":"1.1","stray":[]}
            b1 < {"event":"client-x","channel":"presence-room","data":"{}","user_id":"ana"}
        a1 joins private-room
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"private-room","data":"{}"}
        b1 joins private-room
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"private-room","data":"{}"}
        a1 sends {"event":"client-x","channel":"private-room","data":{},"user_id":"bo"}
            b1 < {"event":"client-x","channel":"private-room","data":"{}"}
        "#,
    );
}

#[test]
fn p98_p99_p100_trap37_data_always_arrives_as_a_string_that_is_encoded_once() {
    check(
        r#"
        show raw
        app client-events=1
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        a1 joins private-room
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"private-room","data":"{}"}
        b1 joins private-room
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"private-room","data":"{}"}
        a1 triggers client-x on private-room {"on": true}
            b1 < {"event":"client-x","channel":"private-room","data":"{\"on\": true}"}
        a1 triggers client-x on private-room "{\"on\":true}"
            b1 < {"event":"client-x","channel":"private-room","data":"{\"on\":true}"}
        a1 triggers client-x on private-room "plain \u00e9"
            b1 < {"event":"client-x","channel":"private-room","data":"plain é"}
        a1 triggers client-x on private-room 17
            b1 < {"event":"client-x","channel":"private-room","data":"17"}
        a1 triggers client-x on private-room null
            b1 < {"event":"client-x","channel":"private-room","data":"null"}
        a1 triggers client-x on private-room
            b1 < {"event":"client-x","channel":"private-room","data":"{}"}
        "#,
    );
}

#[test]
fn p101_the_eleventh_within_a_second_gives_4301() {
    let events = "a1 triggers client-x on private-room 1\n".repeat(11);
    let heard = play(
        &format!(
            "app client-events=1\na1 connects\nb1 connects\na1 joins private-room\n\
             b1 joins private-room\n{events}wait 999ms\na1 triggers client-x on private-room 2\n\
             wait 1ms\na1 triggers client-x on private-room 3\n"
        ),
        Staging { edges: 2, shuffle: None },
    );
    let count = |text: &str| heard.lines().filter(|line| line.trim() == text).count();
    assert_eq!(count("b1 < client-x on private-room: 1"), 10);
    assert_eq!(count("a1 < error 4301 Client event rejected due to rate limit"), 2);
    assert_eq!(count("b1 < client-x on private-room: 2"), 0);
    assert_eq!(count("b1 < client-x on private-room: 3"), 1);
    assert!(!heard.contains("close"), "{heard}");
}

#[test]
fn p101_the_rate_is_the_apps_and_each_connections_own() {
    check(
        r#"
        app client-events=1 event-rate=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        a1 triggers client-x on private-room 1
            b1 < client-x on private-room: 1
        a1 triggers client-x on private-room 2
            a1 < error 4301 Client event rejected due to rate limit
        b1 triggers client-x on private-room 3
            a1 < client-x on private-room: 3
        "#,
    );
}

#[test]
fn p102_the_prefix_is_anchored() {
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
        a1 triggers my-client-x on private-room {}
            a1 < error null Unsupported event received on socket: my-client-x
        a1 triggers client on private-room {}
            a1 < error null Unsupported event received on socket: client
        a1 triggers Client-x on private-room {}
            a1 < error null Unsupported event received on socket: Client-x
        a1 triggers client- on private-room {}
            b1 < client- on private-room: {}
        "#,
    );
}

#[test]
fn p103_oversized_data_and_names_are_rejected() {
    let name = format!("client-{}", "n".repeat(194));
    let heard = play(
        &format!(
            "app client-events=1\na1 connects\na1 joins private-room\n\
             a1 triggers {name} on private-room {{}}\n"
        ),
        Staging { edges: 1, shuffle: None },
    );
    assert!(heard.contains("its name is longer than 200 characters"), "{heard}");
    check(
        r#"
        app client-events=1 max-payload=10
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        a1 triggers client-x on private-room "1234567890"
            b1 < client-x on private-room: 1234567890
        a1 triggers client-x on private-room "12345678901"
            a1 < error null Client event rejected - its data is larger than 10 bytes
        a1 triggers client-x on private-room [1,2,3,45]
            b1 < client-x on private-room: [1,2,3,45]
        a1 triggers client-x on private-room [1,2,3,456]
            a1 < error null Client event rejected - its data is larger than 10 bytes
        "#,
    );
}

#[test]
fn an_intercepted_event_is_diverted_and_only_as_many_as_there_is_room_for() {
    check(
        r#"
        app client-events=1
        intercept client-status-update on presence-room capacity 2
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-room as ana
            a1 < subscription_succeeded presence-room [ana] #1
        b1 joins presence-room as bo
            a1 < member_added presence-room bo #2
            b1 < subscription_succeeded presence-room [ana bo] #2
        a1 triggers client-status-update on presence-room {"status":"1"}
            node < intercepted 1 ana: {"status":"1"}
        b1 triggers client-status-update on presence-room {"status":"2"}
            node < intercepted 2 bo: {"status":"2"}
        a1 triggers client-status-update on presence-room {"status":"3"}
            a1 < error 4301 Client event rejected due to rate limit
        a1 triggers client-other on presence-room {}
            b1 < client-other on presence-room from ana: {}
        handled on presence-room
        a1 triggers client-status-update on presence-room {"status":"4"}
            node < intercepted 3 ana: {"status":"4"}
        a1 triggers client-status-update on presence-room {"status":"5"}
            a1 < error 4301 Client event rejected due to rate limit
        "#,
    );
}

#[test]
fn what_the_node_publishes_can_except_all_connections_of_a_user() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-room as ana
            a1 < subscription_succeeded presence-room [ana] #1
        b1 joins presence-room as ana
            b1 < subscription_succeeded presence-room [ana] #1
        a2 joins presence-room as bo
            a1 < member_added presence-room bo #2
            a2 < subscription_succeeded presence-room [ana bo] #2
            b1 < member_added presence-room bo #2
        b2 joins presence-room as cy
            a1 < member_added presence-room cy #3
            a2 < member_added presence-room cy #3
            b1 < member_added presence-room cy #3
            b2 < subscription_succeeded presence-room [ana bo cy] #3
        publish client-status-update on presence-room except user ana data {"username":"ana"}
            a2 < client-status-update on presence-room: {"username":"ana"}
            b2 < client-status-update on presence-room: {"username":"ana"}
        publish client-status-update on presence-room except user nobody data {}
            a1 < client-status-update on presence-room: {}
            a2 < client-status-update on presence-room: {}
            b1 < client-status-update on presence-room: {}
            b2 < client-status-update on presence-room: {}
        "#,
    );
}

#[test]
fn what_an_operator_says_in_a_members_name_reaches_everybody_as_a_client_event() {
    check(
        r#"
        app webhooks=1
        intercept client-said on presence-room capacity 1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-room as ana
            a1 < subscription_succeeded presence-room [ana] #1
            hooks < channel_occupied presence-room
            hooks < member_added presence-room ana
        b1 joins presence-room as bo
            a1 < member_added presence-room bo #2
            b1 < subscription_succeeded presence-room [ana bo] #2
            hooks < member_added presence-room bo
        # Ana herself hears it, for none of her connections said it; and nobody's room is taken.
        impersonate ana client-said on presence-room data {"n":1}
            a1 < client-said on presence-room from ana: {"n":1}
            b1 < client-said on presence-room from ana: {"n":1}
        a1 joins private-room
            a1 < subscription_succeeded private-room
            hooks < channel_occupied private-room
        impersonate ana client-said on private-room data {}
            a1 < client-said on private-room: {}
        impersonate ana client-said on private-empty data {}
        "#,
    );
}
