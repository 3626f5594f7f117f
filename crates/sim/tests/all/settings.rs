//! Settings that change while people are there (docs/protocol.md section 8).

use rollcall_sim::check;

#[test]
fn client_events_obey_at_the_next_event_and_nobody_is_disconnected() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-x
            a1 < subscription_succeeded private-x
        b1 joins private-x
            b1 < subscription_succeeded private-x
        a1 triggers client-x on private-x 1
            a1 < error null To send client events, you must enable this feature in the Settings page of your dashboard.
        app client-events=1
        a1 triggers client-x on private-x 2
            b1 < client-x on private-x: 2
        b1 triggers client-x on private-x 3
            a1 < client-x on private-x: 3
        app client-events=0
        b1 triggers client-x on private-x 4
            b1 < error null To send client events, you must enable this feature in the Settings page of your dashboard.
        publish e on private-x data still
            a1 < e on private-x: still
            b1 < e on private-x: still
        "#,
    );
}

#[test]
fn the_rate_of_client_events_obeys_at_once() {
    check(
        r#"
        app client-events=1 event-rate=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-x
            a1 < subscription_succeeded private-x
        b1 joins private-x
            b1 < subscription_succeeded private-x
        a1 triggers client-x on private-x 1
            b1 < client-x on private-x: 1
        a1 triggers client-x on private-x 2
            a1 < error 4301 Client event rejected due to rate limit
        app event-rate=3
        a1 triggers client-x on private-x 3
            b1 < client-x on private-x: 3
        "#,
    );
}

#[test]
fn p190_the_lengths_of_names_obey_on_open_connections() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-long
            a1 < subscription_succeeded private-long
        b1 joins private-long
            b1 < subscription_succeeded private-long
        app channel-name=9 event-name=8
        a1 joins private-other
            a1 < subscription_error private-other InvalidChannel 400 Invalid channel name: a channel name must not be longer than 9 characters
            a1 < error null Invalid channel name: a channel name must not be longer than 9 characters
        a1 triggers client-xy on private-long 1
            a1 < error null Client event rejected - its name is longer than 8 characters
        # What is there stays, and can be used and left.
        a1 triggers client-x on private-long 2
            b1 < client-x on private-long: 2
        a1 leaves private-long
        publish e on private-long data 3
            b1 < e on private-long: 3
        app channel-name=164 event-name=200
        a1 joins private-other
            a1 < subscription_succeeded private-other
        b1 triggers client-a-long-name on private-long 4
        "#,
    );
}

#[test]
fn p189_p190_what_a_client_may_owe_obeys_at_once() {
    let (big, owed) = ("x".repeat(600), "y".repeat(600));
    check(&format!(
        "
a1 connects
    a1 < connection_established 30s
a1 joins news
    a1 < subscription_succeeded news
a1 stops reading
publish e on news data {big}
publish e on news data {owed}
app max-pending=5000
publish e on news data {owed}
app max-pending=1000
publish e on news data {owed}
a1 reads
    a1 < close 4100 Client reads too slowly
    a1 < eof
"
    ));
}

#[test]
fn member_updates_and_mirror_obey_at_the_next_change() {
    check(
        r#"
        app member-updates=0
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana]
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo
            b1 < subscription_succeeded presence-team [ana bo]
        app member-updates=1
        update ana on presence-team {"n":1}
            a1 < member_updated presence-team ana {"n":1} #3
            b1 < member_updated presence-team ana {"n":1} #3
            node < Updated
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana{"n":1} bo] #3
        app mirror=1
        update ana on presence-team {"n":2}
            a1 < subscription_succeeded presence-team [ana{"n":2} bo] #4
            b1 < member_added presence-team ana {"n":2} #4
            b2 < member_added presence-team ana {"n":2} #4
            node < Updated
        app mirror=0 member-updates=0
        update ana on presence-team {"n":3}
            a1 < member_removed presence-team ana
            a1 < member_added presence-team ana {"n":3}
            b1 < member_removed presence-team ana
            b1 < member_added presence-team ana {"n":3}
            b2 < member_removed presence-team ana
            b2 < member_added presence-team ana {"n":3}
            node < Updated
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-team as cy
            a1 < member_added presence-team cy
            a2 < subscription_succeeded presence-team [ana{"n":3} bo cy]
            b1 < member_added presence-team cy
            b2 < member_added presence-team cy
        "#,
    );
}

#[test]
fn the_most_members_and_the_grace_obey_at_once_and_who_is_there_stays() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        app max-members=1
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as cy
            b2 < subscription_error presence-team LimitReached 403 Channel presence-team is full: it has 1 members
            b2 < error null Channel presence-team is full: it has 1 members
        app max-members=3
        b2 joins presence-team as cy
            a1 < member_added presence-team cy #3
            b1 < member_added presence-team cy #3
            b2 < subscription_succeeded presence-team [ana bo cy] #3
        b2 drops
        app grace=0
        # A grace that runs ends when it was to end.
        wait 2999ms
        wait 1ms
            a1 < member_removed presence-team cy #4  (after 1ms)
            b1 < member_removed presence-team cy #4  (after 1ms)
        b1 drops
            a1 < member_removed presence-team bo #5
        "#,
    );
}

#[test]
fn a_join_on_its_way_is_judged_by_the_settings_it_arrives_under() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        hold
        b1 joins presence-team as bo
        app max-members=1
        release
            b1 < subscription_error presence-team LimitReached 403 Channel presence-team is full: it has 1 members
            b1 < error null Channel presence-team is full: it has 1 members
        app max-members=2
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        "#,
    );
}

#[test]
fn open_connections_are_probed_by_the_new_times() {
    check(
        r#"
        show pings
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b1 falls silent
        wait 3s
        app activity=5 pong=1
        wait 3s
            a1 < ping  (after 2s)
            b1 < ping  (after 2s)
            b1 < close 4201 Pong reply not received in time  (after 3s)
        app activity=60
        wait 60s
            b1 < eof  (after 5s)
            a1 < ping  (after 59s)
        "#,
    );
}

#[test]
fn p9_a_suspended_app_closes_with_4003_and_serves_again_later() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        app enabled=0
            a1 < close 4003 Application disabled
            a1 < eof
        app enabled=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        "#,
    );
}

#[test]
fn p8_the_connections_of_a_removed_app_are_closed_with_4001() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects protocol 5
            b1 < connection_established 30s
        app is removed
            a1 < close 4001 No app has this key. Check the key and the host
            a1 < eof
            b1 < error 4001 No app has this key. Check the key and the host
            b1 < close 4001 No app has this key. Check the key and the host
            b1 < eof
        # It passed the door before.
        b2 connects
            b2 < close 4001 No app has this key. Check the key and the host
            b2 < eof
        app client-events=1
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo] #2
        wait 3s
            b2 < member_removed presence-team ana #3  (after 3s)
        "#,
    );
}

#[test]
fn p11_forced_tls_closes_with_4000_who_came_without_it_and_nobody_else() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a2 connects protocol 5
            a2 < connection_established 30s
        b1 connects over tls
            b1 < connection_established 30s
        b1 joins presence-team as bo
            b1 < subscription_succeeded presence-team [bo] #1
        app force-tls=1
            a1 < close 4000 Application only accepts TLS connections
            a1 < eof
            a2 < error 4000 Application only accepts TLS connections
            a2 < close 4000 Application only accepts TLS connections
            a2 < eof
        # It passed the door before.
        a1 connects
            a1 < close 4000 Application only accepts TLS connections
            a1 < eof
        a1 connects over tls
            a1 < connection_established 30s
        app force-tls=0
        a2 connects
            a2 < connection_established 30s
        "#,
    );
}

#[test]
fn a_blocked_user_is_sent_away_and_kept_out_and_nobody_else_is() {
    check(
        r#"
        app blocked=0
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            node < Joined("ana")
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as user1
            a1 < member_added presence-team user1 #2
            b1 < subscription_succeeded presence-team [ana user1] #2
            node < Joined("user1")
        c1 connects
            c1 < connection_established 30s
        c1 signs in as user1
            c1 < signin_success {"id":"user1"}
        app blocked=1
            a1 < member_removed presence-team user1 #3
            b1 < close 4009 User is blocked
            b1 < eof
            c1 < close 4009 User is blocked
            c1 < eof
            node < Left("user1")
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as user1
            b2 < close 4009 User is blocked
            b2 < eof
        c2 connects
            c2 < connection_established 30s
        c2 signs in as user1
            c2 < close 4009 User is blocked
            c2 < eof
        c3 connects
            c3 < connection_established 30s
        c3 signs in as user11
            c3 < signin_success {"id":"user11"}
        app blocked=0
        b3 connects
            b3 < connection_established 30s
        b3 joins presence-team as user1
            a1 < member_added presence-team user1 #4
            b3 < subscription_succeeded presence-team [ana user1] #4
            node < Joined("user1")
        "#,
    );
}
