//! Cache channels: the last event for those who come later (docs/protocol.md 2.7).

use rollcall_sim::check;

#[test]
fn p78_who_finds_a_cache_channel_empty_is_told_so_behind_the_success() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < pusher:cache_miss on cache-prices: {}
        a1 joins prices
            a1 < subscription_succeeded prices
        "#,
    );
}

#[test]
fn p79_trap17_a_new_subscriber_gets_the_event_under_its_own_name_behind_the_success() {
    check(
        r#"
        show raw
        publish tick on cache-prices data {"usd":1}
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins cache-prices
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"cache-prices","data":"{}"}
            a1 < {"event":"tick","channel":"cache-prices","data":"{\"usd\":1}"}
        "#,
    );
}

#[test]
fn p80_only_the_latest_event_is_kept_and_those_who_are_there_get_each() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        publish tick on cache-prices data 1
            a1 < tick on cache-prices: 1
        publish tock on cache-prices data 2
            a1 < tock on cache-prices: 2
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < tock on cache-prices: 2
        publish tick on cache-prices data 3
            a1 < tick on cache-prices: 3
            b1 < tick on cache-prices: 3
        b1 leaves cache-prices
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < tick on cache-prices: 3
        "#,
    );
}

#[test]
fn p81_p86_trap18_trap35_an_event_is_kept_whether_anybody_hears_it_or_not() {
    check(
        r#"
        publish tick on cache-prices data 1
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        a1 leaves cache-prices
        wait 60s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        a1 drops
        wait 60s
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < tick on cache-prices: 1
        "#,
    );
}

#[test]
fn p82_an_event_expires_half_an_hour_after_it_was_published() {
    check(
        r#"
        app activity=3600
        publish tick on cache-prices data 1
        a1 connects
            a1 < connection_established 3600s
        wait 1799s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        a1 leaves cache-prices
        wait 1s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        publish tick on cache-prices data 2
            a1 < tick on cache-prices: 2
        a1 leaves cache-prices
        wait 1799s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 2
        "#,
    );
}

#[test]
fn p82_p190_how_long_an_event_is_kept_can_change_while_it_is() {
    check(
        r#"
        app cache=100
        publish tick on cache-prices data 1
        a1 connects
            a1 < connection_established 30s
        wait 5s
        app cache=10
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        a1 leaves cache-prices
        wait 5s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        a1 leaves cache-prices
        publish tick on cache-prices data 2
        wait 9s
        app cache=20
        wait 10s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 2
        a1 leaves cache-prices
        wait 1s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        "#,
    );
}

#[test]
fn p83_trap18_client_events_and_member_events_are_not_kept() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-cache-room as ana
            a1 < subscription_succeeded presence-cache-room [ana] #1
            a1 < pusher:cache_miss on presence-cache-room: {}
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-cache-room as bo
            a1 < member_added presence-cache-room bo #2
            b1 < subscription_succeeded presence-cache-room [ana bo] #2
            b1 < pusher:cache_miss on presence-cache-room: {}
        publish said on presence-cache-room data 1
            a1 < said on presence-cache-room: 1
            b1 < said on presence-cache-room: 1
        a1 triggers client-x on presence-cache-room 2
            b1 < client-x on presence-cache-room from ana: 2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-cache-room as bo
            b2 < subscription_succeeded presence-cache-room [ana bo] #2
            b2 < said on presence-cache-room: 1
        a1 leaves presence-cache-room
            b1 < member_removed presence-cache-room ana #3
            b2 < member_removed presence-cache-room ana #3
        a1 joins presence-cache-room as ana
            a1 < subscription_succeeded presence-cache-room [ana bo] #4
            a1 < said on presence-cache-room: 1
            b1 < member_added presence-cache-room ana #4
            b2 < member_added presence-cache-room ana #4
        "#,
    );
}

#[test]
fn p84_all_four_prefixes_keep_an_event() {
    check(
        r#"
        publish e on cache-a data 1
        publish e on private-cache-a data 2
        publish e on private-encrypted-cache-a data 3
        publish e on presence-cache-a data 4
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-a
            a1 < subscription_succeeded cache-a
            a1 < e on cache-a: 1
        a1 joins private-cache-a
            a1 < subscription_succeeded private-cache-a
            a1 < e on private-cache-a: 2
        a1 joins private-encrypted-cache-a
            a1 < subscription_succeeded private-encrypted-cache-a
            a1 < e on private-encrypted-cache-a: 3
        a1 joins presence-cache-a as ana
            a1 < subscription_succeeded presence-cache-a [ana] #1
            a1 < e on presence-cache-a: 4
        b1 connects
            b1 < connection_established 30s
        b1 joins private-cache-b
            b1 < subscription_succeeded private-cache-b
            b1 < pusher:cache_miss on private-cache-b: {}
        b1 joins private-encrypted-cache-b
            b1 < subscription_succeeded private-encrypted-cache-b
            b1 < pusher:cache_miss on private-encrypted-cache-b: {}
        b1 joins presence-cache-b as bo
            b1 < subscription_succeeded presence-cache-b [bo] #1
            b1 < pusher:cache_miss on presence-cache-b: {}
        "#,
    );
}

#[test]
fn trap1_trap2_prefixes_are_anchored_and_need_their_hyphen() {
    check(
        r#"
        publish e on foo-cache-bar data 1
        publish e on cache data 1
        publish e on private-xcache-a data 1
        a1 connects
            a1 < connection_established 30s
        a1 joins foo-cache-bar
            a1 < subscription_succeeded foo-cache-bar
        a1 joins cache
            a1 < subscription_succeeded cache
        a1 joins private-xcache-a
            a1 < subscription_succeeded private-xcache-a
        a1 joins my-private-x
            a1 < subscription_succeeded my-private-x
        a1 joins privatefoo
            a1 < subscription_succeeded privatefoo
        a1 sends {"event":"pusher:subscribe","data":{"channel":"presence"}}
            a1 < subscription_succeeded presence
        "#,
    );
}

#[test]
fn section_2_7_the_excluded_socket_gets_the_event_if_it_subscribes_later() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < pusher:cache_miss on cache-prices: {}
        publish tick on cache-prices except a1 data 1
            b1 < tick on cache-prices: 1
        a1 leaves cache-prices
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        "#,
    );
}

#[test]
fn section_2_4_a_newcomer_of_the_turn_gets_the_event_of_before_and_then_the_live_one() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        publish tick on presence-cache-x data 1
        turn
        a1 joins presence-cache-x as ana
        b1 joins presence-cache-x as bo
        publish tick on presence-cache-x data 2
            a1 < subscription_succeeded presence-cache-x [ana bo] #2
            a1 < tick on presence-cache-x: 1
            a1 < tick on presence-cache-x: 2
            b1 < subscription_succeeded presence-cache-x [ana bo] #2
            b1 < tick on presence-cache-x: 1
            b1 < tick on presence-cache-x: 2
        end
        "#,
    );
}

#[test]
fn what_was_kept_of_an_app_goes_with_it() {
    check(
        r#"
        publish tick on cache-prices data 1
        app is removed
        app enabled=1
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        "#,
    );
}

#[test]
fn section_2_7_what_is_kept_outlives_the_process_for_the_rest_of_its_time() {
    check(
        r#"
        app cache=10
        publish tick on cache-prices data 1
        publish tick on presence-cache-room data 2
        wait 4s
        restart
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-cache-room as bo
            b1 < subscription_succeeded presence-cache-room [bo] #1
            b1 < tick on presence-cache-room: 2
        wait 5999ms
        a1 leaves cache-prices
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < tick on cache-prices: 1
        wait 1ms
        a1 leaves cache-prices
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        restart
            a1 < reset
            b1 < reset
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-cache-room as ana
            a2 < subscription_succeeded presence-cache-room [ana] #1
            a2 < pusher:cache_miss on presence-cache-room: {}
        "#,
    );
}

#[test]
fn section_2_7_what_was_kept_of_an_app_that_is_gone_does_not_come_back() {
    check(
        r#"
        publish tick on cache-a data 1
        app is removed
        restart
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-a
            a1 < subscription_succeeded cache-a
            a1 < pusher:cache_miss on cache-a: {}
        "#,
    );
}

#[test]
fn switched_off_nothing_is_kept_and_nobody_is_told_that_there_is_none() {
    check(
        r#"
        publish e on cache-prices data 1
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < e on cache-prices: 1
        app cache-channels=0
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
        publish e on cache-prices data 2
            a1 < e on cache-prices: 2
            b1 < e on cache-prices: 2
        # What was kept before is not kept after.
        app cache-channels=1
        c1 connects
            c1 < connection_established 30s
        c1 joins cache-prices
            c1 < subscription_succeeded cache-prices
            c1 < pusher:cache_miss on cache-prices: {}
        "#,
    );
}
