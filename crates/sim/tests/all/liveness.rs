//! Signs of life (docs/protocol.md 1.4).

use rollcall_sim::check;

#[test]
fn p18_p30_a_ping_event_is_answered_by_a_pong_event() {
    check(
        r#"
        show raw
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 sends {"event":"pusher:ping","data":{}}
            a1 < {"event":"pusher:pong","data":"{}"}
        a1 sends {"event":"pusher:ping","data":""}
            a1 < {"event":"pusher:pong","data":"{}"}
        a1 sends {"event":"pusher:ping"}
            a1 < {"event":"pusher:pong","data":"{}"}
        "#,
    );
}

#[test]
fn p19_a_control_ping_is_answered_with_its_payload() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 pings
            a1 < control pong
        a1 pings hello
            a1 < control pong hello
        "#,
    );
}

#[test]
fn p20_trap19_a_connection_that_only_sends_control_pings_is_never_idle() {
    check(
        r#"
        show pings
        a1 connects
            a1 < connection_established 30s
        a1 falls silent
        wait 29s
        a1 pings 1
            a1 < control pong 1
        wait 29s
        a1 pings 2
            a1 < control pong 2
        wait 29s
        a1 pings 3
            a1 < control pong 3
        "#,
    );
}

#[test]
fn p21_p24_trap19_trap20_a_quiet_connection_is_probed_whatever_it_is_sent_and_lives_if_it_answers()
{
    check(
        r#"
        show pings
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        wait 29s
        publish e on news data x
            a1 < e on news: x
        wait 29s
            a1 < ping  (after 1s)
        publish e on news data y
            a1 < e on news: y
        wait 60s
            a1 < ping  (after 2s)
            a1 < ping  (after 32s)
        "#,
    );
}

#[test]
fn p22_p24_trap20_a_peer_that_stops_answering_is_closed_with_4201() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 falls silent
        wait 25s
        publish e on news data x
            a1 < e on news: x
        wait 13s
            a1 < ping  (after 5s)
        publish e on news data y
            a1 < e on news: y
        wait 2s
            a1 < close 4201 Pong reply not received in time  (after 2s)
        wait 5s
            a1 < eof  (after 5s)
        "#,
    );
}

#[test]
fn p22_strict_compatibility_has_the_hosted_numbers() {
    check(
        r#"
        app strict-compat=1
        a1 connects
            a1 < connection_established 120s
        a1 falls silent
        wait 160s
            a1 < ping  (after 120s)
            a1 < close 4201 Pong reply not received in time  (after 150s)
            a1 < eof  (after 155s)
        "#,
    );
}

#[test]
fn p23_a_pong_event_counts_as_activity() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 falls silent
        wait 35s
            a1 < ping  (after 30s)
        a1 sends {"event":"pusher:pong","data":{}}
        wait 29s
        wait 1s
            a1 < ping  (after 1s)
        a1 pongs
        wait 29s
        "#,
    );
}
