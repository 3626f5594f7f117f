//! Joining, leaving and refreshing (docs/status.md 3.3).

use std::fmt::Write;

use rollcall_sim::{Staging, check, play};

#[test]
fn r7_no_blink_when_somebody_comes_back_within_the_grace() {
    check(
        r#"
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            node < Joined("ana")
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo {"n":1}
            a1 < member_added presence-team bo {"n":1} #2
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
            node < Joined("bo")
        b1 closes 1001
            b1 < close 1001
            b1 < eof
        wait 2999ms
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo {"n":1}
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
        wait 10s
        # The grace counts from the last departure, not from the first.
        b1 drops
        wait 2s
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo {"n":1}
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
        b1 drops
        wait 2s
        wait 1s
            a1 < member_removed presence-team bo #3  (after 1s)
            node < Left("bo")  (after 1s)
        "#,
    );
}

#[test]
fn r7_fifty_refreshes_in_a_minute_give_twenty_observers_no_membership_event() {
    for edges in [1, 2] {
        let mut script = String::from("a0 connects\na0 joins presence-team as ana\n");
        for n in 1..=20 {
            let observer = if n % 2 == 0 { "a" } else { "b" };
            writeln!(script, "{observer}{n} connects").unwrap();
            writeln!(script, "{observer}{n} joins presence-team as u{n}").unwrap();
        }
        for n in 0..50 {
            let tab = if n % 2 == 0 { "a0" } else { "b0" };
            let next = if n % 2 == 0 { "b0" } else { "a0" };
            writeln!(script, "{tab} closes 1001\nwait 1s\n{next} connects").unwrap();
            writeln!(script, "{next} joins presence-team as ana\nwait 200ms").unwrap();
        }
        let staging = Staging { edges, shuffle: Some(7) };
        let refreshes = play(&script, staging);
        let refreshes = &refreshes[refreshes.find("a0 closes").unwrap()..];
        assert!(!refreshes.contains("member_"), "{refreshes}");
        assert_eq!(refreshes.matches("subscription_succeeded").count(), 50);
    }
}

#[test]
fn r8_nobody_is_shown_longer_than_forty_seconds_and_the_grace_after_the_last_byte() {
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
        b1 falls silent
        wait 42999ms
            b1 < ping  (after 30s)
            b1 < close 4201 Pong reply not received in time  (after 40s)
        wait 1ms
            a1 < member_removed presence-team bo #3  (after 1ms)
        "#,
    );
}

#[test]
fn r10_the_last_tab_counts_and_its_closing_changes_no_text() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo {"status":"first"}
            a1 < member_added presence-team bo {"status":"first"} #2
            b1 < subscription_succeeded presence-team [ana bo{"status":"first"}] #2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo {"status":"second"}
            b2 < subscription_succeeded presence-team [ana bo{"status":"first"}] #2
        b1 closes 1001
            b1 < close 1001
            b1 < eof
        wait 4s
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-team as cy
            a1 < member_added presence-team cy #3
            a2 < subscription_succeeded presence-team [ana bo{"status":"first"} cy] #3
            b2 < member_added presence-team cy #3
        b2 closes 1001
            b2 < close 1001
            b2 < eof
        wait 3s
            a1 < member_removed presence-team bo #4  (after 3s)
            a2 < member_removed presence-team bo #4  (after 3s)
        "#,
    );
}

#[test]
fn r12_strict_compatibility_has_no_grace() {
    check(
        r#"
        app strict-compat=1
        a1 connects
            a1 < connection_established 120s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 120s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b1 drops
            a1 < member_removed presence-team bo #3
        "#,
    );
}

#[test]
fn the_grace_is_the_apps() {
    check(
        r#"
        app grace=10
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b1 drops
        wait 9999ms
        wait 1ms
            a1 < member_removed presence-team bo #3  (after 1ms)
        "#,
    );
}

#[test]
fn a_deliberate_leave_of_the_last_connection_ends_the_grace_of_one_that_was_lost() {
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
        b1 drops
        wait 1s
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo] #2
        b2 closes 1000
            a1 < member_removed presence-team bo #3
            b2 < close 1000
            b2 < eof
        wait 10s
        "#,
    );
}

#[test]
fn a_channel_whose_last_member_is_in_its_grace_is_still_occupied() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":1}
            a1 < subscription_succeeded presence-team [ana{"n":1}] #1
        a1 drops
        wait 2s
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            b1 < subscription_succeeded presence-team [ana{"n":1} bo] #2
        wait 1s
            b1 < member_removed presence-team ana #3  (after 1s)
        "#,
    );
}

#[test]
fn an_operator_ends_the_grace_of_who_is_absent_and_of_nobody_else() {
    check(
        r#"
        app webhooks=1 grace=20
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            hooks < channel_occupied presence-team
            hooks < member_added presence-team ana
            node < Joined("ana")
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
            hooks < member_added presence-team bo
            node < Joined("bo")
        clear bo on presence-team
            node < Connected
        clear cy on presence-team
            node < NotAMember
        clear bo on presence-other
            node < NotAMember
        b1 drops
        wait 5s
        clear bo on presence-team
            a1 < member_removed presence-team bo #3
            hooks < member_removed presence-team bo
            node < Ended
            node < Left("bo")
        clear bo on presence-team
            node < NotAMember
        # What was to end the grace finds nobody.
        wait 20s
        describe presence-team
            node < occupied 1 ["ana"]
        # The last one's end is the channel's.
        a1 drops
        wait 4s
        clear ana on presence-team
            hooks < member_removed presence-team ana
            hooks < channel_vacated presence-team
            node < Ended
            node < Left("ana")
        describe presence-team
            node < empty 0 []
        "#,
    );
}

#[test]
fn who_comes_back_after_an_operator_ended_the_grace_joins_anew() {
    check(
        r#"
        app grace=20
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b1 drops
        clear bo on presence-team
            a1 < member_removed presence-team bo #3
            node < Ended
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #4
            b1 < subscription_succeeded presence-team [ana bo] #4
        # The timer of the grace that was ended is none of his.
        wait 20s
        "#,
    );
}
