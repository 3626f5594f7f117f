//! Apps that give a connection a time to sign in or to join what needs a signature (docs/protocol.md
//! section 8). That who did not yet takes no place in the quota is a matter of the shell.

use rollcall_sim::check;

#[test]
fn p118_who_neither_signs_in_nor_joins_is_closed_with_4009() {
    check(
        r#"
        app authorize-within=10
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        b3 connects
            b3 < connection_established 30s
        # What needs no signature shows nothing, and neither does a wrong one.
        a1 joins public
            a1 < subscription_succeeded public
        b1 joins private-x with auth key1:00
            b1 < subscription_error private-x AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1002.2:private-x, but got 00
            b1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1002.2:private-x, but got 00
        b1 joins presence-x as bo
            b1 < subscription_succeeded presence-x [bo] #1
        b2 signs in as cy
            b2 < signin_success {"id":"cy"}
        b3 joins private-x
            b3 < subscription_succeeded private-x
        wait 9999ms
        wait 1ms
            a1 < close 4009 Connection not authorized within timeout  (after 1ms)
            a1 < eof  (after 1ms)
        wait 60s
        "#,
    );
}

#[test]
fn p118_a_full_channel_is_not_the_fault_of_who_may_join_it() {
    check(
        r#"
        app authorize-within=10 max-members=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-x as ana
            a1 < subscription_succeeded presence-x [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-x as bo
            b1 < subscription_error presence-x LimitReached 403 Channel presence-x is full: it has 1 members
            b1 < error null Channel presence-x is full: it has 1 members
        wait 10s
        "#,
    );
}

#[test]
fn p118_a_ping_is_no_authorization_and_a_probe_is_not_put_off() {
    check(
        r#"
        show pings
        app authorize-within=20 activity=5 pong=2
        a1 connects
            a1 < connection_established 5s
        wait 12s
            a1 < ping  (after 5s)
            a1 < ping  (after 10s)
        a1 pings x
            a1 < control pong x
        wait 8s
            a1 < ping  (after 5s)
            a1 < close 4009 Connection not authorized within timeout  (after 8s)
            a1 < eof  (after 8s)
        "#,
    );
}

#[test]
fn p118_p190_connections_older_than_the_switch_are_left_alone() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        app authorize-within=10
        b1 connects
            b1 < connection_established 30s
        wait 5s
        app authorize-within=0
        c1 connects
            c1 < connection_established 30s
        wait 10s
        app authorize-within=10
        wait 10s
        c2 connects
            c2 < connection_established 30s
        wait 5s
        # Another time counts from when they connected.
        app authorize-within=7
        wait 2s
            c2 < close 4009 Connection not authorized within timeout  (after 2s)
            c2 < eof  (after 2s)
        "#,
    );
}
