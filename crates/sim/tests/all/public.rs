//! Public channels (docs/protocol.md 2).

use rollcall_sim::check;

#[test]
fn p34_p35_p36_trap6_a_subscription_needs_no_auth() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 sends {"event":"pusher:subscribe","data":{"channel":"news"}}
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        b1 sends {"event":"pusher:subscribe","data":{"channel":"news","auth":""}}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}
        "#,
    );
}

#[test]
fn p37_p38_published_data_arrives_byte_for_byte() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        a1 joins news
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}
        b1 joins news
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"news","data":"{}"}
        publish e on news data {"x": 1}
            a1 < {"event":"e","channel":"news","data":"{\"x\": 1}"}
            b1 < {"event":"e","channel":"news","data":"{\"x\": 1}"}
        publish e on news data not JSON: "quoted" \n é ☃
            a1 < {"event":"e","channel":"news","data":"not JSON: \"quoted\" \\n é ☃"}
            b1 < {"event":"e","channel":"news","data":"not JSON: \"quoted\" \\n é ☃"}
        publish e on news data
            a1 < {"event":"e","channel":"news","data":""}
            b1 < {"event":"e","channel":"news","data":""}
        "#,
    );
}

#[test]
fn a_publisher_can_except_a_connection() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        b1 joins news
            b1 < subscription_succeeded news
        publish e on news except a1 data x
            b1 < e on news: x
        publish e on news except b1 data y
            a1 < e on news: y
        publish e on elsewhere data z
        "#,
    );
}

#[test]
fn p39_a_second_subscribe_is_an_error_and_changes_nothing() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 joins news
            a1 < error null Existing subscription to channel news
        publish e on news data once
            a1 < e on news: once
        hold
        a1 joins sport
        a1 joins sport
            a1 < error null Existing subscription to channel sport
        release
            a1 < subscription_succeeded sport
        publish e on sport data once
            a1 < e on sport: once
        "#,
    );
}

#[test]
fn p40_p41_unsubscribing_stops_delivery_until_the_next_subscribe() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        publish e on news data 1
            a1 < e on news: 1
        a1 leaves news
        publish e on news data 2
        a1 joins news
            a1 < subscription_succeeded news
        publish e on news data 3
            a1 < e on news: 3
        a1 leaves sport
            a1 < error null No current subscription to channel sport, or subscription in progress
        "#,
    );
}

#[test]
fn p40_nothing_is_delivered_after_an_unsubscribe_whatever_is_on_its_way() {
    check(
        r#"
        edges 2
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        hold
        publish e on news data 1
        deliver 1
        a1 leaves news
        release
        hold
        a1 joins news
        a1 leaves news
        publish e on news data 2
        a1 joins news
        release
            a1 < subscription_succeeded news
        publish e on news data 3
            a1 < e on news: 3
        "#,
    );
}

#[test]
fn p42_p43_legal_names_work_and_others_are_rejected() {
    check(
        r##"
        a1 connects
            a1 < connection_established 30s
        a1 joins aZ09_-=@,.;
            a1 < subscription_succeeded aZ09_-=@,.;
        a1 sends {"event":"pusher:subscribe","data":{"channel":"a/b"}}
            a1 < subscription_error a/b InvalidChannel 400 Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
            a1 < error null Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
        a1 sends {"event":"pusher:subscribe","data":{"channel":"a b"}}
            a1 < subscription_error a b InvalidChannel 400 Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
            a1 < error null Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
        a1 sends {"event":"pusher:subscribe","data":{"channel":"#a"}}
            a1 < subscription_error #a InvalidChannel 400 Invalid channel name: channel names that start with # are reserved
            a1 < error null Invalid channel name: channel names that start with # are reserved
        a1 sends {"event":"pusher:subscribe","data":{"channel":"a:b"}}
            a1 < subscription_error a:b InvalidChannel 400 Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
            a1 < error null Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
        a1 sends {"event":"pusher:subscribe","data":{"channel":"é"}}
            a1 < subscription_error é InvalidChannel 400 Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
            a1 < error null Invalid channel name: a channel name may only hold letters, digits and _ - = @ , . ;
        a1 sends {"event":"pusher:subscribe","data":{"channel":"#server-to-user-ana"}}
            a1 < subscription_error #server-to-user-ana AuthError 401 Only the signed-in user may subscribe to #server-to-user-ana
            a1 < error null Only the signed-in user may subscribe to #server-to-user-ana
        "##,
    );
}

#[test]
fn p44_a_name_may_have_as_many_characters_as_the_app_says() {
    check(
        r#"
        app channel-name=10
        a1 connects
            a1 < connection_established 30s
        a1 joins 1234567890
            a1 < subscription_succeeded 1234567890
        a1 joins 12345678901
            a1 < subscription_error 12345678901 InvalidChannel 400 Invalid channel name: a channel name must not be longer than 10 characters
            a1 < error null Invalid channel name: a channel name must not be longer than 10 characters
        "#,
    );
    let name = "n".repeat(164);
    let heard = rollcall_sim::play(
        &format!("a1 connects\na1 joins {name}\na1 joins {name}n"),
        rollcall_sim::Staging { edges: 1, shuffle: None },
    );
    assert!(heard.contains(&format!("a1 < subscription_succeeded {name}\n")), "{heard}");
    assert!(heard.contains(&format!("a1 < subscription_error {name}n InvalidChannel")), "{heard}");
}

#[test]
fn p45_only_whole_prefixes_make_a_channel_private() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private
            a1 < subscription_succeeded private
        a1 joins my-private-x
            a1 < subscription_succeeded my-private-x
        a1 joins presence
            a1 < subscription_succeeded presence
        a1 joins privatefoo
            a1 < subscription_succeeded privatefoo
        "#,
    );
}

#[test]
fn invariant_8_the_success_frame_precedes_every_event_of_its_channel() {
    check(
        r#"
        edges 2
        a1 connects
            a1 < connection_established 30s
        hold
        publish e on news data before
        a1 joins news
        publish e on news data between
        deliver 1
        publish e on news data after
        release
            a1 < subscription_succeeded news
            a1 < e on news: between
            a1 < e on news: after
        publish e on news data later
            a1 < e on news: later
        "#,
    );
}
