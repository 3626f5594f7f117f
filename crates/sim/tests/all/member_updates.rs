//! Member info that changes (docs/status.md 3.4).

use rollcall_sim::check;

#[test]
fn r16_every_change_has_the_next_serial_and_published_events_have_none() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"a","rev":1}
            a1 < subscription_succeeded presence-team [ana{"status":"a","rev":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana{"status":"a","rev":1} bo] #2
        update ana on presence-team rev 2 {"status":"b","rev":2}
            a1 < member_updated presence-team ana {"status":"b","rev":2} #3
            b1 < member_updated presence-team ana {"status":"b","rev":2} #3
            node < Updated
        update ana on presence-team rev 3 {"status":"c","rev":3}
            a1 < member_updated presence-team ana {"status":"c","rev":3} #4
            b1 < member_updated presence-team ana {"status":"c","rev":3} #4
            node < Updated
        publish e on presence-team data x
            a1 < e on presence-team: x
            b1 < e on presence-team: x
        b1 triggers client-x on presence-team {}
            a1 < client-x on presence-team from bo: {}
        b1 leaves presence-team
            a1 < member_removed presence-team bo #5
        "#,
    );
}

#[test]
fn r16_without_member_updates_stock_clients_see_somebody_go_and_come_back() {
    check(
        r#"
        app member-updates=0
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":1}
            a1 < subscription_succeeded presence-team [ana{"n":1}]
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo
            b1 < subscription_succeeded presence-team [ana{"n":1} bo]
        a1 drops
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":2}
            a1 < subscription_succeeded presence-team [ana{"n":2} bo]
            b1 < member_removed presence-team ana
            b1 < member_added presence-team ana {"n":2}
        "#,
    );
}

#[test]
fn r17_a_late_joiner_sees_what_those_see_who_were_there() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"old","rev":1}
            a1 < subscription_succeeded presence-team [ana{"status":"old","rev":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana{"status":"old","rev":1} bo] #2
        update ana on presence-team rev 2 {"status":"new","rev":2}
            a1 < member_updated presence-team ana {"status":"new","rev":2} #3
            b1 < member_updated presence-team ana {"status":"new","rev":2} #3
            node < Updated
        update bo on presence-team {"status":"hi"}
            a1 < member_updated presence-team bo {"status":"hi"} #4
            b1 < member_updated presence-team bo {"status":"hi"} #4
            node < Updated
        update bo on presence-team
            a1 < member_updated presence-team bo #5
            b1 < member_updated presence-team bo #5
            node < Updated
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as cy
            a1 < member_added presence-team cy #6
            b1 < member_added presence-team cy #6
            b2 < subscription_succeeded presence-team [ana{"status":"new","rev":2} bo cy] #6
        "#,
    );
}

#[test]
fn r18_an_update_reaches_every_connection_of_its_author() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as ana
            b1 < subscription_succeeded presence-team [ana] #1
        update ana on presence-team rev 1 {"rev":1}
            a1 < member_updated presence-team ana {"rev":1} #2
            b1 < member_updated presence-team ana {"rev":1} #2
            node < Updated
        "#,
    );
}

#[test]
fn mirror_shows_an_update_to_stock_clients() {
    check(
        r#"
        app mirror=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"old"}
            a1 < subscription_succeeded presence-team [ana{"status":"old"}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as ana
            b1 < subscription_succeeded presence-team [ana{"status":"old"}] #1
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < member_added presence-team bo #2
            b2 < subscription_succeeded presence-team [ana{"status":"old"} bo] #2
        update ana on presence-team rev 2 {"status":"new","rev":2}
            a1 < subscription_succeeded presence-team [ana{"status":"new","rev":2} bo] #3
            b1 < subscription_succeeded presence-team [ana{"status":"new","rev":2} bo] #3
            b2 < member_added presence-team ana {"status":"new","rev":2} #3
            node < Updated
        # Whoever unsubscribed meanwhile hears nothing.
        b1 leaves presence-team
        update ana on presence-team rev 3 {"status":"newer","rev":3}
            a1 < subscription_succeeded presence-team [ana{"status":"newer","rev":3} bo] #4
            b2 < member_added presence-team ana {"status":"newer","rev":3} #4
            node < Updated
        "#,
    );
}

#[test]
fn r14_a_late_revision_changes_nothing() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"5","rev":5}
            a1 < subscription_succeeded presence-team [ana{"status":"5","rev":5}] #1
        update ana on presence-team rev 4 {"status":"4","rev":4}
            node < Updated
        update ana on presence-team rev 6 {"status":"6","rev":6}
            a1 < member_updated presence-team ana {"status":"6","rev":6} #2
            node < Updated
        update ana on presence-team rev 5 {"status":"5","rev":5}
            node < Updated
        update ana on presence-team rev 6 {"status":"6","rev":6}
            node < Updated
        # Without a revision there is nothing to be late against.
        update ana on presence-team {"status":"plain"}
            a1 < member_updated presence-team ana {"status":"plain"} #3
            node < Updated
        "#,
    );
}

#[test]
fn r14_a_page_that_was_signed_before_an_update_does_not_bring_the_old_info_back() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"1","rev":1}
            a1 < subscription_succeeded presence-team [ana{"status":"1","rev":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana{"status":"1","rev":1} bo] #2
        update ana on presence-team rev 2 {"status":"2","rev":2}
            a1 < member_updated presence-team ana {"status":"2","rev":2} #3
            b1 < member_updated presence-team ana {"status":"2","rev":2} #3
            node < Updated
        a1 drops
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"1","rev":1}
            a1 < subscription_succeeded presence-team [ana{"status":"2","rev":2} bo] #3
        a1 drops
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"3","rev":3}
            a1 < subscription_succeeded presence-team [ana{"status":"3","rev":3} bo] #4
            b1 < member_updated presence-team ana {"status":"3","rev":3} #4
        "#,
    );
}

#[test]
fn the_info_changed_while_its_user_was_in_the_grace() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":1}
            a1 < subscription_succeeded presence-team [ana{"n":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana{"n":1} bo] #2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as cy
            a1 < member_added presence-team cy #3
            b1 < member_added presence-team cy #3
            b2 < subscription_succeeded presence-team [ana{"n":1} bo cy] #3
        a1 drops
        wait 1s
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":2}
            a1 < subscription_succeeded presence-team [ana{"n":2} bo cy] #4
            b1 < member_updated presence-team ana {"n":2} #4
            b2 < member_updated presence-team ana {"n":2} #4
        a1 drops
        update ana on presence-team rev 7 {"rev":7}
            b1 < member_updated presence-team ana {"rev":7} #5
            b2 < member_updated presence-team ana {"rev":7} #5
            node < Updated
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":3}
            a1 < subscription_succeeded presence-team [ana{"rev":7} bo cy] #5
        "#,
    );
}

#[test]
fn a_revision_of_an_absent_user_is_remembered_for_ten_minutes() {
    check(
        r#"
        update ana on presence-team rev 5 {"status":"5","rev":5}
            node < NotAMember
        update bo on presence-team rev 5 {"status":"5","rev":5}
            node < NotAMember
        wait 599s
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"status":"4","rev":4}
            a1 < subscription_succeeded presence-team [ana{"status":"5","rev":5}] #1
        wait 1s
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo {"status":"4","rev":4}
            a1 < member_added presence-team bo {"status":"4","rev":4} #2
            b1 < subscription_succeeded presence-team [ana{"status":"5","rev":5} bo{"status":"4","rev":4}] #2
        # What was updated is remembered when its user leaves.
        a1 leaves presence-team
            b1 < member_removed presence-team ana #3
        a1 joins presence-team as ana {"status":"4","rev":4}
            a1 < subscription_succeeded presence-team [ana{"status":"5","rev":5} bo{"status":"4","rev":4}] #4
            b1 < member_added presence-team ana {"status":"5","rev":5} #4
        a1 leaves presence-team
            b1 < member_removed presence-team ana #5
        a1 joins presence-team as ana {"status":"6","rev":6}
            a1 < subscription_succeeded presence-team [ana{"status":"6","rev":6} bo{"status":"4","rev":4}] #6
            b1 < member_added presence-team ana {"status":"6","rev":6} #6
        # Without a revision nothing is remembered.
        update cy on presence-team {"status":"lost"}
            node < NotAMember
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-team as cy
            a1 < member_added presence-team cy #7
            a2 < subscription_succeeded presence-team [ana{"status":"6","rev":6} bo{"status":"4","rev":4} cy] #7
            b1 < member_added presence-team cy #7
        "#,
    );
}

#[test]
fn remembered_revisions_only_grow() {
    check(
        r#"
        update ana on presence-team rev 5 {"rev":5}
            node < NotAMember
        wait 300s
        update ana on presence-team rev 4 {"rev":4}
            node < NotAMember
        update ana on presence-team rev 6 {"rev":6}
            node < NotAMember
        wait 599s
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"rev":5}
            a1 < subscription_succeeded presence-team [ana{"rev":6}] #1
        "#,
    );
}
