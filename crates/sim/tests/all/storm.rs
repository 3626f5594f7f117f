//! What many do at once is told once (docs/status.md R11).

use rollcall_sim::check;

#[test]
fn r11_newcomers_of_a_turn_share_a_roster_and_the_others_hear_of_each() {
    check(
        r#"
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            node < Joined("ana")
        turn
        b1 joins presence-team as cy
        a2 joins presence-team as bo {"n":1}
        b2 joins presence-team as ana
        end
            a1 < member_added presence-team bo {"n":1} #2
            a1 < member_added presence-team cy #3
            a2 < subscription_succeeded presence-team [ana bo{"n":1} cy] #3
            b1 < subscription_succeeded presence-team [ana bo{"n":1} cy] #3
            b2 < subscription_succeeded presence-team [ana bo{"n":1} cy] #3
            node < Joined("bo")
            node < Joined("cy")
        "#,
    );
}

#[test]
fn r11_who_comes_and_goes_within_a_turn_was_never_there() {
    check(
        r#"
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            node < Joined("ana")
        turn
        b1 joins presence-team as bo
        b1 leaves presence-team
        b2 joins presence-team as cy
        b2 drops
        end
            a1 < member_added presence-team cy #2
            node < Joined("cy")
        # Cy lost the connection, so he is in his grace.
        wait 3s
            a1 < member_removed presence-team cy #3  (after 3s)
            node < Left("cy")  (after 3s)
        "#,
    );
}

#[test]
fn r11_who_goes_and_comes_back_within_a_turn_was_never_away() {
    check(
        r#"
        watch presence-team
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
            node < Joined("ana")
        b1 joins presence-team as bo {"n":1}
            a1 < member_added presence-team bo {"n":1} #2
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
            node < Joined("bo")
        turn
        b1 leaves presence-team
        b1 joins presence-team as bo {"n":1}
        end
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
        turn
        b1 leaves presence-team
        b1 joins presence-team as bo {"n":2}
        end
            a1 < member_updated presence-team bo {"n":2} #3
            b1 < subscription_succeeded presence-team [ana bo{"n":2}] #3
        "#,
    );
}

#[test]
fn r11_only_the_last_info_of_a_turn_is_told() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        turn
        b1 joins presence-team as bo {"n":1}
        update bo on presence-team {"n":2}
            node < Updated
        update ana on presence-team {"n":1}
            node < Updated
        update ana on presence-team {"n":2}
            node < Updated
        update ana on presence-team {"n":3}
            node < Updated
        end
            a1 < member_added presence-team bo {"n":2} #2
            a1 < member_updated presence-team ana {"n":3} #3
            b1 < subscription_succeeded presence-team [ana{"n":3} bo{"n":2}] #3
        turn
        update ana on presence-team {"n":4}
            node < Updated
        update ana on presence-team {"n":3}
            node < Updated
        end
        "#,
    );
}

#[test]
fn r11_the_mirror_gives_the_updated_one_roster_and_no_other_update() {
    check(
        r#"
        app mirror=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        a2 joins presence-team as cy
            a1 < member_added presence-team cy #3
            a2 < subscription_succeeded presence-team [ana bo cy] #3
            b1 < member_added presence-team cy #3
        turn
        update ana on presence-team {"n":1}
            node < Updated
        b2 joins presence-team as di
        update bo on presence-team {"n":2}
            node < Updated
        end
            a1 < member_added presence-team di #4
            a1 < subscription_succeeded presence-team [ana{"n":1} bo{"n":2} cy di] #6
            a2 < member_added presence-team di #4
            a2 < member_added presence-team ana {"n":1} #5
            a2 < member_added presence-team bo {"n":2} #6
            b1 < member_added presence-team di #4
            b1 < subscription_succeeded presence-team [ana{"n":1} bo{"n":2} cy di] #6
            b2 < subscription_succeeded presence-team [ana{"n":1} bo{"n":2} cy di] #6
        "#,
    );
}

#[test]
fn r11_an_event_in_the_middle_of_a_turn_keeps_its_place() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        turn
        b1 joins presence-team as bo
        publish e on presence-team data 1
            a1 < member_added presence-team bo #2
            a1 < e on presence-team: 1
            b1 < subscription_succeeded presence-team [ana bo] #2
            b1 < e on presence-team: 1
        b2 joins presence-team as cy
        b1 leaves presence-team
        a1 triggers client-x on presence-team 2
            a1 < member_removed presence-team bo #3
            a1 < member_added presence-team cy #4
            b2 < subscription_succeeded presence-team [ana cy] #4
            b2 < client-x on presence-team from ana: 2
        b1 joins presence-team as bo
        end
            a1 < member_added presence-team bo #5
            b1 < subscription_succeeded presence-team [ana bo cy] #5
            b2 < member_added presence-team bo #5
        "#,
    );
}

#[test]
fn r11_a_place_that_is_left_within_a_turn_is_free_and_refusals_do_not_wait() {
    check(
        r#"
        app max-members=2 grace=0
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        turn
        b1 joins presence-team as bo
        b2 joins presence-team as cy
            b2 < subscription_error presence-team LimitReached 403 Channel presence-team is full: it has 2 members
            b2 < error null Channel presence-team is full: it has 2 members
        # One more connection of a member always fits.
        a2 joins presence-team as bo
        b1 leaves presence-team
        a2 leaves presence-team
        b2 joins presence-team as cy
        end
            a1 < member_added presence-team cy #2
            b2 < subscription_succeeded presence-team [ana cy] #2
        "#,
    );
}

#[test]
fn r11_a_grace_that_ends_in_the_turn_in_which_its_member_returns_is_not_told() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b1 drops
        turn
        wait 3s
        b2 joins presence-team as bo
        end
            b2 < subscription_succeeded presence-team [ana bo] #2
        "#,
    );
}

#[test]
fn r11_channels_of_a_turn_are_told_apart() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 joins presence-one as ana
            a1 < subscription_succeeded presence-one [ana] #1
        a1 joins presence-two as ana
            a1 < subscription_succeeded presence-two [ana] #1
        turn
        b1 joins presence-one as bo
        b1 joins presence-two as bo
        publish e on presence-one data 1
            a1 < member_added presence-one bo #2
            a1 < e on presence-one: 1
            b1 < subscription_succeeded presence-one [ana bo] #2
            b1 < e on presence-one: 1
        b1 leaves presence-two
        end
        "#,
    );
}

#[test]
fn r12_strict_compatibility_tells_each_change_at_once() {
    check(
        r#"
        app strict-compat=1
        a1 connects
            a1 < connection_established 120s
        b1 connects
            b1 < connection_established 120s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        turn
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b1 leaves presence-team
            a1 < member_removed presence-team bo #3
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #4
            b1 < subscription_succeeded presence-team [ana bo] #4
        end
        "#,
    );
}
