//! Telling subscribers how many they are (docs/protocol.md 2.8).

use rollcall_sim::{Staging, check, play};

#[test]
fn p87_nothing_is_told_when_the_setting_is_off() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        b1 connects
            b1 < connection_established 30s
        b1 joins news
            b1 < subscription_succeeded news
        b1 leaves news
        "#,
    );
}

#[test]
fn p88_each_subscription_and_its_end_reaches_all_subscribers() {
    check(
        r#"
        app counting=1
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
            a1 < subscription_count news 1
        b1 connects
            b1 < connection_established 30s
        b1 joins news
            a1 < subscription_count news 2
            b1 < subscription_succeeded news
            b1 < subscription_count news 2
        a2 connects
            a2 < connection_established 30s
        a2 joins private-room
            a2 < subscription_succeeded private-room
            a2 < subscription_count private-room 1
        c1 connects
            c1 < connection_established 30s
        c1 joins news
            a1 < subscription_count news 3
            b1 < subscription_count news 3
            c1 < subscription_succeeded news
            c1 < subscription_count news 3
        b1 leaves news
            a1 < subscription_count news 2
            c1 < subscription_count news 2
        c1 drops
            a1 < subscription_count news 1
        a1 leaves news
        "#,
    );
}

#[test]
fn section_2_4_the_count_follows_the_success_and_the_last_event() {
    check(
        r#"
        app counting=1
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-prices
            a1 < subscription_succeeded cache-prices
            a1 < pusher:cache_miss on cache-prices: {}
            a1 < subscription_count cache-prices 1
        publish tick on cache-prices data 1
            a1 < tick on cache-prices: 1
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-prices
            a1 < subscription_count cache-prices 2
            b1 < subscription_succeeded cache-prices
            b1 < tick on cache-prices: 1
            b1 < subscription_count cache-prices 2
        "#,
    );
}

#[test]
fn p89_presence_channels_are_never_told() {
    check(
        r#"
        app counting=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-cache-team as bo
            b1 < subscription_succeeded presence-cache-team [bo] #1
            b1 < pusher:cache_miss on presence-cache-team: {}
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        a1 leaves presence-team
            b1 < member_removed presence-team ana #3
        "#,
    );
}

#[test]
fn p184_back_ends_are_told_whenever_subscribers_are() {
    check(
        r#"
        app counting=1 webhooks=1
        a1 connects
            a1 < connection_established 30s
        a1 joins cache-news
            a1 < subscription_succeeded cache-news
            a1 < pusher:cache_miss on cache-news: {}
            a1 < subscription_count cache-news 1
            hooks < channel_occupied cache-news
            hooks < cache_miss cache-news
            hooks < subscription_count cache-news 1
        b1 connects
            b1 < connection_established 30s
        b1 joins cache-news
            a1 < subscription_count cache-news 2
            b1 < subscription_succeeded cache-news
            b1 < pusher:cache_miss on cache-news: {}
            b1 < subscription_count cache-news 2
            hooks < subscription_count cache-news 2
        b1 leaves cache-news
            a1 < subscription_count cache-news 1
            hooks < subscription_count cache-news 1
        a1 leaves cache-news
            hooks < subscription_count cache-news 0
        "#,
    );
}

#[test]
fn p87_p190_who_is_there_is_told_as_soon_as_the_app_counts() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins news
            b1 < subscription_succeeded news
        app counting=1
            a1 < subscription_count news 2
            b1 < subscription_count news 2
        c1 connects
            c1 < connection_established 30s
        c1 joins news
            a1 < subscription_count news 3
            b1 < subscription_count news 3
            c1 < subscription_succeeded news
            c1 < subscription_count news 3
        app counting=0
        c1 leaves news
        "#,
    );
}

/// The counts that `a1` is told, with how long after its command each was.
fn told(commands: &str) -> Vec<String> {
    let heard = play(commands, Staging { edges: 2, shuffle: None });
    let counts = heard
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("a1 < subscription_count news ").map(str::to_owned));
    counts.collect()
}

fn crowd(verb: &str, from: usize, to: usize) -> String {
    let client = |n: usize| format!("{}{n}", ["b", "a"][n % 2]);
    (from..=to).map(|n| format!("{} {verb}\n", client(n))).collect()
}

#[test]
fn p90_above_a_hundred_connections_they_are_told_every_five_seconds_at_most() {
    let up_to =
        |n| format!("app counting\n{}{}", crowd("connects", 1, n), crowd("joins news", 1, n));
    let each: Vec<String> = (1..=100).map(|n| n.to_string()).collect();
    assert_eq!(told(&up_to(100)), each, "up to a hundred, each");

    let busy = format!("{}wait 4999ms\nwait 1ms\n", up_to(130));
    assert_eq!(told(&busy)[100..], ["130  (after 1ms)"], "the rest is told together");

    let quiet = format!("{busy}wait 60s\n");
    assert_eq!(told(&quiet).len(), 101, "without activity there is nothing to tell");

    let after = format!("{quiet}b1 connects\nb1 joins news\nb4 leaves news\nwait 5s\n");
    assert_eq!(told(&after)[101..], ["131", "130  (after 5s)"]);
}

#[test]
fn p90_who_comes_while_another_goes_is_told_too() {
    let crowd =
        format!("app counting\n{}{}", crowd("connects", 2, 132), crowd("joins news", 2, 132));
    let swap = "a1 connects\nwait 5s\nb4 leaves news\na1 joins news\nwait 5s\n";
    // b4 leaves and that is told at once; the number is the one from before when a1 has come.
    assert_eq!(told(&format!("{crowd}{swap}")), ["131  (after 5s)"]);
}

#[test]
fn p90_below_it_each_change_is_told_again() {
    let down = |n: usize| {
        format!(
            "app counting\n{}{}{}",
            crowd("connects", 1, 102),
            crowd("joins news", 1, 102),
            crowd("leaves news", n, 102)
        )
    };
    assert_eq!(told(&down(99)).last().map(String::as_str), Some("98"));
    assert_eq!(told(&down(99))[100..], ["100", "99", "98"]);
}
