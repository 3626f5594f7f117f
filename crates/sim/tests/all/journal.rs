//! What waits for the journal, and what is so after a restart (docs/protocol.md section 7).

use rollcall_sim::check;

#[test]
fn what_shows_an_event_waits_until_it_is_written_down() {
    check(
        r#"
        app webhooks=1 client-events=1
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
            node < Joined("ana")
        journal waits
        b1 joins presence-team as bo
        publish e on presence-team data 1
        update ana on presence-team rev 1 {"n":1}
        a1 triggers client-x on presence-team 2
        # One of the two is written: bo's arrival is seen, what came after it is not.
        journal writes 1
            a1 < member_added presence-team bo #2
            a1 < e on presence-team: 1
            a1 < member_updated presence-team ana {"n":1} #3
            b1 < subscription_succeeded presence-team [ana bo] #2
            b1 < e on presence-team: 1
            b1 < member_updated presence-team ana {"n":1} #3
            hooks < member_added presence-team bo
            node < Joined("bo")
            node < Updated
        journal writes 1
            b1 < client-x on presence-team from ana: 2
            hooks < client_event presence-team client-x ana 1001.1 2
        publish e on presence-team data 3
            a1 < e on presence-team: 3
            b1 < e on presence-team: 3
        journal goes on
        publish e on presence-team data 4
            a1 < e on presence-team: 4
            b1 < e on presence-team: 4
        "#,
    );
}

#[test]
fn other_channels_and_other_events_do_not_wait() {
    check(
        r#"
        # Nobody asks for client events.
        app webhooks=6 client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
            hooks < channel_occupied private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        journal waits
        a1 joins private-other
        a1 triggers client-x on private-room 1
            b1 < client-x on private-room: 1
        publish e on private-room data 2
            a1 < e on private-room: 2
            b1 < e on private-room: 2
        b1 joins private-other
        journal goes on
            a1 < subscription_succeeded private-other
            b1 < subscription_succeeded private-other
            hooks < channel_occupied private-other
        "#,
    );
}

#[test]
fn who_leaves_while_the_journal_waits_hears_nothing_more() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        journal waits
        a1 joins presence-team as ana
        a1 joins news
        a1 leaves presence-team
        a1 drops
        journal goes on
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
            hooks < channel_occupied news
        wait 10s
            hooks < channel_vacated news  (after 3s)
            hooks < member_removed presence-team ana  (after 3s)
            hooks < channel_vacated presence-team  (after 3s)
        "#,
    );
}

#[test]
fn p180_p181_who_is_not_back_after_a_restart_is_told_to_be_gone_once() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
            hooks < member_added presence-team bo
        a1 joins news
            a1 < subscription_succeeded news
            hooks < channel_occupied news
        restart
            a1 < reset
            b1 < reset
        wait 2s
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        wait 1s
            hooks < channel_vacated news  (after 1s)
            hooks < member_removed presence-team bo  (after 1s)
        wait 10s
        restart
            a1 < reset
        restart
        wait 3s
            hooks < member_removed presence-team ana  (after 3s)
            hooks < channel_vacated presence-team  (after 3s)
        wait 10s
        restart
        wait 10s
        "#,
    );
}

#[test]
fn what_was_not_written_down_was_never_seen() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        b1 connects
            b1 < connection_established 30s
        journal waits
        b1 joins presence-team as bo
        restart
            a1 < reset
            b1 < reset
        wait 10s
            hooks < member_removed presence-team ana  (after 3s)
            hooks < channel_vacated presence-team  (after 3s)
        "#,
    );
}

#[test]
fn while_the_journal_is_full_nothing_more_is_owed_and_nothing_is_lost() {
    check(
        r#"
        app webhooks=1 client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
            hooks < channel_occupied private-room
        b1 joins private-room
            b1 < subscription_succeeded private-room
        journal fills
        b1 joins news
            b1 < subscription_error news ServerError 500 Channel news cannot be joined now; try again later
            b1 < error null Channel news cannot be joined now; try again later
        a1 triggers client-x on private-room 1
            a1 < error 4301 Client event rejected due to rate limit
        # What happens all the same is told later.
        b1 drops
        a1 leaves private-room
        wait 3s
        journal goes on
            hooks < channel_vacated private-room
        a1 joins private-room
            a1 < subscription_succeeded private-room
            hooks < channel_occupied private-room
        a1 leaves private-room
        wait 3s
            hooks < channel_vacated private-room  (after 3s)
        "#,
    );
}

#[test]
fn a_node_that_stops_tells_no_departures_before_it_is_back() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
            hooks < member_added presence-team bo
        drain
            a1 < close 4200 Please reconnect immediately
            a1 < eof
            b1 < close 4200 Please reconnect immediately
            b1 < eof
        wait 10s
        restart
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        wait 10s
            hooks < member_removed presence-team bo  (after 3s)
        "#,
    );
}

#[test]
fn what_nobody_asked_for_any_more_is_not_remembered_over_a_restart() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        # Channels alone, members alone, and everything again, with nobody there.
        app webhooks=2
        app webhooks=4
            hooks < member_added presence-team ana
        app webhooks=2
            hooks < channel_occupied presence-team
        app webhooks=8
        a1 drops
        wait 10s
        app webhooks=1
        restart
        wait 10s
        # The same for an app that was removed.
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        app is removed
            a1 < close 4001 No app has this key. Check the key and the host
            a1 < eof
        wait 10s
        app webhooks=1
        restart
        wait 10s
        "#,
    );
}
