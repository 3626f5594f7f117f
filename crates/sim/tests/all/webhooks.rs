//! What back ends are told, and who waits for it (docs/protocol.md section 7).

use rollcall_sim::check;

#[test]
fn p179_trap15_the_first_subscriber_on_any_edge_occupies_a_channel_once() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        c1 connects
            c1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
            hooks < channel_occupied news
        b1 joins news
            b1 < subscription_succeeded news
        c1 joins presence-team as ana
            c1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        a1 joins presence-team as bo
            a1 < subscription_succeeded presence-team [ana bo] #2
            c1 < member_added presence-team bo #2
            hooks < member_added presence-team bo
        a1 leaves news
        b1 leaves news
        wait 2999ms
        wait 1ms
            hooks < channel_vacated news  (after 1ms)
        a1 joins news
            a1 < subscription_succeeded news
            hooks < channel_occupied news
        "#,
    );
}

#[test]
fn p180_trap14_a_reload_within_the_debounce_is_no_event() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
            hooks < channel_occupied news
        a1 closes 1001
            a1 < close 1001
            a1 < eof
        wait 2s
        b1 connects
            b1 < connection_established 30s
        b1 joins news
            b1 < subscription_succeeded news
        wait 10s
        # The debounce begins anew with each departure.
        b1 leaves news
        wait 2s
        b1 joins news
            b1 < subscription_succeeded news
        b1 drops
        wait 2s
        wait 1s
            hooks < channel_vacated news  (after 1s)
        "#,
    );
}

#[test]
fn p181_trap14_a_member_who_comes_back_within_the_debounce_is_no_event() {
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
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
            hooks < member_added presence-team bo
        # A second tab.
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo] #2
        b2 closes 1000
            b2 < close 1000
            b2 < eof
        wait 5s
        # Left on purpose: members hear of it at once, the back end never, since he comes back.
        b1 leaves presence-team
            a1 < member_removed presence-team bo #3
        wait 2999ms
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #4
            b1 < subscription_succeeded presence-team [ana bo] #4
        wait 10s
        b1 leaves presence-team
            a1 < member_removed presence-team bo #5
        wait 3s
            hooks < member_removed presence-team bo  (after 3s)
        "#,
    );
}

#[test]
fn p180_p181_departures_are_told_at_the_later_of_debounce_and_grace() {
    check(
        r#"
        app webhooks=1 grace=10
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        a1 drops
        wait 9999ms
        wait 1ms
            hooks < member_removed presence-team ana  (after 1ms)
            hooks < channel_vacated presence-team  (after 1ms)
        app grace=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        a1 drops
        wait 1s
        wait 1999ms
        wait 1ms
            hooks < member_removed presence-team ana  (after 1ms)
            hooks < channel_vacated presence-team  (after 1ms)
        app strict-compat=1
        a1 connects
            a1 < connection_established 120s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        a1 drops
        wait 2999ms
        wait 1ms
            hooks < member_removed presence-team ana  (after 1ms)
            hooks < channel_vacated presence-team  (after 1ms)
        "#,
    );
}

#[test]
fn p181_who_came_and_went_within_a_turn_was_never_there() {
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
        turn
        b1 joins presence-team as bo
        b1 leaves presence-team
        a1 leaves presence-team
        a1 joins presence-team as ana
        end
            a1 < subscription_succeeded presence-team [ana] #1
        wait 10s
        "#,
    );
}

#[test]
fn p182_a_client_event_is_told_with_its_sender() {
    check(
        r#"
        app webhooks=1 client-events=1
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
        a1 triggers client-x on presence-team {"on":true}
            b1 < client-x on presence-team from ana: {"on":true}
            hooks < client_event presence-team client-x ana 1001.1 {"on":true}
        a1 joins private-room
            a1 < subscription_succeeded private-room
            hooks < channel_occupied private-room
        a1 triggers client-x on private-room "text"
            hooks < client_event private-room client-x 1001.1 text
        # What the node takes out is its own business.
        intercept client-y on private-room capacity 9
        a1 triggers client-y on private-room 1
            node < intercepted 1: 1
        # What is refused did not happen.
        b1 triggers client-x on private-room 1
            b1 < error null Client event rejected - you are not subscribed to channel private-room
        "#,
    );
}

#[test]
fn only_classes_that_an_endpoint_asks_for_are_told() {
    check(
        r#"
        # Presence alone.
        app webhooks=4 client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < member_added presence-team ana
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
            hooks < member_added presence-team bo
        a1 triggers client-x on presence-team 1
            b1 < client-x on presence-team from ana: 1
        b1 leaves presence-team
            a1 < member_removed presence-team bo #3
        wait 3s
            hooks < member_removed presence-team bo  (after 3s)
        "#,
    );
}

#[test]
fn a_back_end_that_begins_to_ask_hears_what_is_so() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        app webhooks=1
            hooks < channel_occupied news
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        a1 leaves news
        wait 3s
            hooks < channel_vacated news  (after 3s)
        # Who asks no more is told no more, and what is asked for again is told anew.
        app webhooks=0
        a1 joins news
            a1 < subscription_succeeded news
        a1 leaves presence-team
        wait 10s
        app webhooks=1
            hooks < channel_occupied news
        "#,
    );
}

#[test]
fn nothing_is_told_of_an_app_that_is_gone() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
        journal waits
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
        app is removed
            a1 < close 4001 No app has this key. Check the key and the host
            a1 < eof
            b1 < close 4001 No app has this key. Check the key and the host
            b1 < eof
        journal goes on
            hooks < member_added presence-team bo
        wait 10s
        "#,
    );
}

#[test]
fn p183_a_burst_of_subscribers_of_an_empty_cache_channel_is_one_miss() {
    check(
        r#"
        app webhooks=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        c1 connects
            c1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
            hooks < channel_occupied cache-prices
            hooks < cache_miss cache-prices
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < pusher:cache_miss on cache-prices: {}
        a1 leaves cache-prices
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
        wait 3s
        c1 joins cache-prices
            c1 < subscription_succeeded cache-prices
            c1 < pusher:cache_miss on cache-prices: {}
            hooks < cache_miss cache-prices
        publish tick on cache-prices data 1
            a1 < tick on cache-prices: 1
            b1 < tick on cache-prices: 1
            c1 < tick on cache-prices: 1
        wait 4s
        b1 leaves cache-prices
        b1 joins cache-prices
            b1 < subscription_succeeded cache-prices
            b1 < tick on cache-prices: 1
        a1 joins presence-cache-room as ana
            a1 < subscription_succeeded presence-cache-room [ana] #1
            a1 < pusher:cache_miss on presence-cache-room: {}
            hooks < channel_occupied presence-cache-room
            hooks < member_added presence-cache-room ana
            hooks < cache_miss presence-cache-room
        b1 joins presence-cache-room as bo
            a1 < member_added presence-cache-room bo #2
            b1 < subscription_succeeded presence-cache-room [ana bo] #2
            b1 < pusher:cache_miss on presence-cache-room: {}
            hooks < member_added presence-cache-room bo
        "#,
    );
}
