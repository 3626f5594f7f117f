//! Opening, refusing and closing connections (docs/protocol.md 1.1–1.5).

use rollcall_sim::check;

#[test]
fn p1_p2_p4_p14_the_first_frame_greets() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        "#,
    );
}

#[test]
fn p5_protocols_5_6_and_7_are_greeted_alike() {
    check(
        r#"
        a1 connects protocol 5
            a1 < connection_established 30s
        a2 connects protocol 6
            a2 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        "#,
    );
}

#[test]
fn p4_the_activity_timeout_is_the_apps() {
    check(
        r#"
        app activity=45
        a1 connects
            a1 < connection_established 45s
        app strict-compat=1
        a2 connects
            a2 < connection_established 120s
        "#,
    );
}

#[test]
fn p13_protocol_5_is_told_before_it_is_closed() {
    check(
        r#"
        a1 is refused 4001 protocol 5
            a1 < error 4001 No app has this key. Check the key and the host
            a1 < close 4001 No app has this key. Check the key and the host
            a1 < eof
        b1 is refused 4001
            b1 < close 4001 No app has this key. Check the key and the host
            b1 < eof
        a2 connects protocol 5
            a2 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        disconnect a2 4009
            a2 < error 4009 Connection is unauthorized
            a2 < close 4009 Connection is unauthorized
            a2 < eof
        disconnect b2 4009
            b2 < close 4009 Connection is unauthorized
            b2 < eof
        # A close without a code of the protocol needs no words before it.
        a3 connects protocol 5
            a3 < connection_established 30s
        a3 sends bytes ff8000000000
            a3 < close 1002 Protocol error
            a3 < eof
        "#,
    );
}

#[test]
fn p9_a_suspended_app_closes_its_connections_with_4003() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects protocol 5
            b1 < connection_established 30s
        app enabled=0
            a1 < close 4003 Application disabled
            a1 < eof
            b1 < error 4003 Application disabled
            b1 < close 4003 Application disabled
            b1 < eof
        "#,
    );
}

#[test]
fn a_close_is_answered_in_kind() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 closes 1000
            a1 < close 1000
            a1 < eof
        a2 connects
            a2 < connection_established 30s
        a2 closes
            a2 < close
            a2 < eof
        b1 connects
            b1 < connection_established 30s
        b1 closes 1001
            b1 < close 1001
            b1 < eof
        b1 pings anybody
            b1 ! is not connected
        "#,
    );
}

#[test]
fn nothing_follows_a_close_frame() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 falls silent
        disconnect a1 4009
            a1 < close 4009 Connection is unauthorized
        publish e on news data late
        a1 sends {"event":"pusher:ping","data":{}}
        a1 pings late
        wait 5s
            a1 < eof  (after 5s)
        "#,
    );
}

#[test]
fn a_rejection_that_crosses_with_a_close_is_not_told() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        a1 falls silent
        intercept client-x on private-room capacity 0
        hold
        a1 triggers client-x on private-room {}
        disconnect a1 4009
            a1 < close 4009 Connection is unauthorized
        release
        "#,
    );
}

#[test]
fn a_peer_that_does_not_answer_a_close_is_hung_up_on_after_five_seconds() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 falls silent
        disconnect a1 4009
            a1 < close 4009 Connection is unauthorized
        wait 4999ms
        wait 1ms
            a1 < eof  (after 1ms)
        b1 is refused 4001
            b1 < close 4001 No app has this key. Check the key and the host
            b1 < eof
        "#,
    );
}

#[test]
fn frames_that_break_the_websocket_protocol_close_with_1002_1007_and_1009() {
    check(
        r#"
        # A reserved bit, then an unmasked frame.
        a1 connects
            a1 < connection_established 30s
        a1 sends bytes c18000000000
            a1 < close 1002 Protocol error
            a1 < eof
        b1 connects
            b1 < connection_established 30s
        b1 sends bytes 8100
            b1 < close 1002 Protocol error
            b1 < eof
        # Text that is not UTF-8.
        a2 connects
            a2 < connection_established 30s
        a2 sends bytes 818100000000ff
            a2 < close 1007 Text is not valid UTF-8
            a2 < eof
        # A header that promises a megabyte.
        b2 connects
            b2 < connection_established 30s
        b2 sends bytes 81ff000000000010000000000000
            b2 < close 1009 Message too big
            b2 < eof
        "#,
    );
}

#[test]
fn a_connection_that_is_gone_is_gone_once() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 ends
        a1 pings x
            a1 ! is not connected
        a1 connects
            a1 < connection_established 30s
        a1 drops
        disconnect a1 4009
        "#,
    );
}
