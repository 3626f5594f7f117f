//! Presence channels (docs/protocol.md 2.6).

use rollcall_sim::{Staging, check, play};

#[test]
fn p57_p58_p60_p61_trap3_trap5_everybody_learns_who_is_there() {
    check(
        r#"
        show raw
        app member-updates=0
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins presence-team as ana {"name":"Ana"}
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":1,\"ids\":[\"ana\"],\"hash\":{\"ana\":{\"name\":\"Ana\"}}}}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        b1 joins presence-team as bo
            a1 < {"event":"pusher_internal:member_added","channel":"presence-team","data":"{\"user_id\":\"bo\",\"user_info\":null}"}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":2,\"ids\":[\"ana\",\"bo\"],\"hash\":{\"ana\":{\"name\":\"Ana\"},\"bo\":null}}}"}
        "#,
    );
}

#[test]
fn p59_a_numeric_id_is_a_string_everywhere() {
    check(
        r#"
        show raw
        app member-updates=0 client-events=1
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins presence-team with data {"user_id":10,"user_info":{"name":"Mr. Channels"}}
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":1,\"ids\":[\"10\"],\"hash\":{\"10\":{\"name\":\"Mr. Channels\"}}}}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        b1 joins presence-team with data {"user_id":"11"}
            a1 < {"event":"pusher_internal:member_added","channel":"presence-team","data":"{\"user_id\":\"11\",\"user_info\":null}"}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":2,\"ids\":[\"10\",\"11\"],\"hash\":{\"10\":{\"name\":\"Mr. Channels\"},\"11\":null}}}"}
        a1 triggers client-x on presence-team 1
            b1 < {"event":"client-x","channel":"presence-team","data":"1","user_id":"10"}
        a1 closes
            a1 < close
            a1 < eof
            b1 < {"event":"pusher_internal:member_removed","channel":"presence-team","data":"{\"user_id\":\"10\"}"}
        "#,
    );
}

#[test]
fn p62_p63_p65_trap4_further_connections_of_a_member_change_nothing() {
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
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo] #2
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-team as bo
            a2 < subscription_succeeded presence-team [ana bo] #2
        b1 closes 1000
            b1 < close 1000
            b1 < eof
        b2 drops
        wait 10s
        a3 connects
            a3 < connection_established 30s
        a3 joins presence-team as cy
            a1 < member_added presence-team cy #3
            a2 < member_added presence-team cy #3
            a3 < subscription_succeeded presence-team [ana bo cy] #3
        "#,
    );
}

#[test]
fn p64_a_deliberate_leave_is_immediate_and_any_other_waits_for_the_grace() {
    check(
        r#"
        show raw
        app member-updates=0
        a1 connects
            a1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1001.1\",\"activity_timeout\":30}"}
        a1 joins presence-team as ana
            a1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":1,\"ids\":[\"ana\"],\"hash\":{\"ana\":null}}}"}
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1002.2\",\"activity_timeout\":30}"}
        b1 joins presence-team as bo
            a1 < {"event":"pusher_internal:member_added","channel":"presence-team","data":"{\"user_id\":\"bo\",\"user_info\":null}"}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":2,\"ids\":[\"ana\",\"bo\"],\"hash\":{\"ana\":null,\"bo\":null}}}"}
        b1 closes 1000
            a1 < {"event":"pusher_internal:member_removed","channel":"presence-team","data":"{\"user_id\":\"bo\"}"}
            b1 < close 1000
            b1 < eof
        b1 connects
            b1 < {"event":"pusher:connection_established","data":"{\"socket_id\":\"1003.3\",\"activity_timeout\":30}"}
        b1 joins presence-team as bo
            a1 < {"event":"pusher_internal:member_added","channel":"presence-team","data":"{\"user_id\":\"bo\",\"user_info\":null}"}
            b1 < {"event":"pusher_internal:subscription_succeeded","channel":"presence-team","data":"{\"presence\":{\"count\":2,\"ids\":[\"ana\",\"bo\"],\"hash\":{\"ana\":null,\"bo\":null}}}"}
        b1 drops
        wait 2999ms
        wait 1ms
            a1 < {"event":"pusher_internal:member_removed","channel":"presence-team","data":"{\"user_id\":\"bo\"}"}  (after 1ms)
        "#,
    );
}

#[test]
fn p64_which_ends_are_deliberate() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as unsubscribes
            a1 < member_added presence-team unsubscribes #2
            b1 < subscription_succeeded presence-team [ana unsubscribes] #2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as closes-1000
            a1 < member_added presence-team closes-1000 #3
            b1 < member_added presence-team closes-1000 #3
            b2 < subscription_succeeded presence-team [ana closes-1000 unsubscribes] #3
        b3 connects
            b3 < connection_established 30s
        b3 joins presence-team as closes-1005
            a1 < member_added presence-team closes-1005 #4
            b1 < member_added presence-team closes-1005 #4
            b2 < member_added presence-team closes-1005 #4
            b3 < subscription_succeeded presence-team [ana closes-1000 closes-1005 unsubscribes] #4
        b4 connects
            b4 < connection_established 30s
        b4 joins presence-team as is-sent-away
            a1 < member_added presence-team is-sent-away #5
            b1 < member_added presence-team is-sent-away #5
            b2 < member_added presence-team is-sent-away #5
            b3 < member_added presence-team is-sent-away #5
            b4 < subscription_succeeded presence-team [ana closes-1000 closes-1005 is-sent-away unsubscribes] #5
        b5 connects
            b5 < connection_established 30s
        b5 joins presence-team as closes-1001
            a1 < member_added presence-team closes-1001 #6
            b1 < member_added presence-team closes-1001 #6
            b2 < member_added presence-team closes-1001 #6
            b3 < member_added presence-team closes-1001 #6
            b4 < member_added presence-team closes-1001 #6
            b5 < subscription_succeeded presence-team [ana closes-1000 closes-1001 closes-1005 is-sent-away unsubscribes] #6
        b6 connects
            b6 < connection_established 30s
        b6 joins presence-team as ends
            a1 < member_added presence-team ends #7
            b1 < member_added presence-team ends #7
            b2 < member_added presence-team ends #7
            b3 < member_added presence-team ends #7
            b4 < member_added presence-team ends #7
            b5 < member_added presence-team ends #7
            b6 < subscription_succeeded presence-team [ana closes-1000 closes-1001 closes-1005 ends is-sent-away unsubscribes] #7
        b7 connects
            b7 < connection_established 30s
        b7 joins presence-team as says-too-much
            a1 < member_added presence-team says-too-much #8
            b1 < member_added presence-team says-too-much #8
            b2 < member_added presence-team says-too-much #8
            b3 < member_added presence-team says-too-much #8
            b4 < member_added presence-team says-too-much #8
            b5 < member_added presence-team says-too-much #8
            b6 < member_added presence-team says-too-much #8
            b7 < subscription_succeeded presence-team [ana closes-1000 closes-1001 closes-1005 ends is-sent-away says-too-much unsubscribes] #8
        b8 connects
            b8 < connection_established 30s
        b8 joins presence-team as is-drained
            a1 < member_added presence-team is-drained #9
            b1 < member_added presence-team is-drained #9
            b2 < member_added presence-team is-drained #9
            b3 < member_added presence-team is-drained #9
            b4 < member_added presence-team is-drained #9
            b5 < member_added presence-team is-drained #9
            b6 < member_added presence-team is-drained #9
            b7 < member_added presence-team is-drained #9
            b8 < subscription_succeeded presence-team [ana closes-1000 closes-1001 closes-1005 ends is-drained is-sent-away says-too-much unsubscribes] #9
        b1 leaves presence-team
            a1 < member_removed presence-team unsubscribes #10
            b2 < member_removed presence-team unsubscribes #10
            b3 < member_removed presence-team unsubscribes #10
            b4 < member_removed presence-team unsubscribes #10
            b5 < member_removed presence-team unsubscribes #10
            b6 < member_removed presence-team unsubscribes #10
            b7 < member_removed presence-team unsubscribes #10
            b8 < member_removed presence-team unsubscribes #10
        b2 closes 1000
            a1 < member_removed presence-team closes-1000 #11
            b2 < close 1000
            b2 < eof
            b3 < member_removed presence-team closes-1000 #11
            b4 < member_removed presence-team closes-1000 #11
            b5 < member_removed presence-team closes-1000 #11
            b6 < member_removed presence-team closes-1000 #11
            b7 < member_removed presence-team closes-1000 #11
            b8 < member_removed presence-team closes-1000 #11
        b3 closes
            a1 < member_removed presence-team closes-1005 #12
            b3 < close
            b3 < eof
            b4 < member_removed presence-team closes-1005 #12
            b5 < member_removed presence-team closes-1005 #12
            b6 < member_removed presence-team closes-1005 #12
            b7 < member_removed presence-team closes-1005 #12
            b8 < member_removed presence-team closes-1005 #12
        disconnect b4 4009
            a1 < member_removed presence-team is-sent-away #13
            b4 < close 4009 Connection is unauthorized
            b4 < eof
            b5 < member_removed presence-team is-sent-away #13
            b6 < member_removed presence-team is-sent-away #13
            b7 < member_removed presence-team is-sent-away #13
            b8 < member_removed presence-team is-sent-away #13
        b5 closes 1001
            b5 < close 1001
            b5 < eof
        b6 ends
        b7 sends bytes 81ff000000000010000000000000
            b7 < close 1009 Message too big
            b7 < eof
        disconnect b8 4200
            b8 < close 4200 Please reconnect immediately
            b8 < eof
        wait 3s
            a1 < member_removed presence-team closes-1001 #14  (after 3s)
            a1 < member_removed presence-team ends #15  (after 3s)
            a1 < member_removed presence-team is-drained #16  (after 3s)
            a1 < member_removed presence-team says-too-much #17  (after 3s)
        "#,
    );
}

#[test]
fn p67_the_info_of_the_first_connection_stays() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"n":1}
            a1 < subscription_succeeded presence-team [ana{"n":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as ana {"n":2}
            b1 < subscription_succeeded presence-team [ana{"n":1}] #1
        a1 closes 1000
            a1 < close 1000
            a1 < eof
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b1 < member_added presence-team bo #2
            b2 < subscription_succeeded presence-team [ana{"n":1} bo] #2
        update ana on presence-team {"n":3}
            b1 < member_updated presence-team ana {"n":3} #3
            b2 < member_updated presence-team ana {"n":3} #3
            node < Updated
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as cy
            a1 < subscription_succeeded presence-team [ana{"n":3} bo cy] #4
            b1 < member_added presence-team cy #4
            b2 < member_added presence-team cy #4
        "#,
    );
}

#[test]
fn p68_p69_p70_p71_p76_what_may_be_said_of_a_member() {
    let long = "u".repeat(129);
    let heard = play(
        &format!(
            r#"
            app max-info=20
            a1 connects
            a1 joins presence-a with data {{"user_id":"{}"}}
            a1 joins presence-b with data {{"user_id":"{long}"}}
            "#,
            &long[1..]
        ),
        Staging { edges: 1, shuffle: None },
    );
    assert!(heard.contains("a1 < subscription_succeeded presence-a"), "{heard}");
    assert!(heard.contains("a1 < subscription_error presence-b InvalidData 400"), "{heard}");
    check(
        r#"
        app max-info=20
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-a as ana
            a1 < subscription_succeeded presence-a [ana] #1
        a1 joins presence-b as ana {"text":"123456789"}
            a1 < subscription_succeeded presence-b [ana{"text":"123456789"}] #1
        a1 joins presence-c as ana {"text":"1234567890"}
            a1 < subscription_error presence-c InvalidData 400 user_info supplied to presence subscription is too big
            a1 < error null user_info supplied to presence subscription is too big
        a1 joins presence-c as ana "text"
            a1 < subscription_error presence-c InvalidData 400 user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
            a1 < error null user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
        a1 joins presence-c as ana [1]
            a1 < subscription_error presence-c InvalidData 400 user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
            a1 < error null user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
        a1 joins presence-c with data {"user_id":"ana","user_info":null}
            a1 < subscription_succeeded presence-c [ana] #1
        a1 joins presence-d with data {"user_id":""}
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription has no user_id
            a1 < error null channel_data supplied to presence subscription has no user_id
        a1 joins presence-d with data {"user_id":null}
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription has no user_id
            a1 < error null channel_data supplied to presence subscription has no user_id
        a1 joins presence-d with data {"user_id":{}}
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription has no user_id
            a1 < error null channel_data supplied to presence subscription has no user_id
        a1 joins presence-d with data {}
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription has no user_id
            a1 < error null channel_data supplied to presence subscription has no user_id
        a1 joins presence-d with data {"user_id":
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription is not valid JSON
            a1 < error null channel_data supplied to presence subscription is not valid JSON
        a1 joins presence-d with data []
            a1 < subscription_error presence-d InvalidData 400 channel_data supplied to presence subscription is not valid JSON
            a1 < error null channel_data supplied to presence subscription is not valid JSON
        a1 sends {"event":"pusher:ping"}
            a1 < pong
        "#,
    );
}

#[test]
fn p72_a_full_channel_takes_further_connections_of_its_members_only() {
    check(
        r#"
        app max-members=2
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as cy
            b2 < subscription_error presence-team LimitReached 403 Channel presence-team is full: it has 2 members
            b2 < error null Channel presence-team is full: it has 2 members
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo] #2
        b1 drops
        b2 drops
        # In its grace a member still counts.
        a2 connects
            a2 < connection_established 30s
        a2 joins presence-team as cy
            a2 < subscription_error presence-team LimitReached 403 Channel presence-team is full: it has 2 members
            a2 < error null Channel presence-team is full: it has 2 members
        wait 3s
            a1 < member_removed presence-team bo #3  (after 3s)
        a2 joins presence-team as cy
            a1 < member_added presence-team cy #4
            a2 < subscription_succeeded presence-team [ana cy] #4
        "#,
    );
}

#[test]
fn p72_the_default_limit_is_a_hundred_members() {
    let joins: String = (0..101)
        .map(|n| format!("a{n} connects\na{n} joins presence-team as u{n}\n"))
        .chain(["b1 connects\nb1 joins presence-team as u7\n".to_owned()])
        .collect();
    let heard = play(&joins, Staging { edges: 2, shuffle: None });
    assert!(heard.contains("a99 < subscription_succeeded"), "the hundredth member");
    assert!(heard.contains("a100 < subscription_error presence-team LimitReached"));
    assert!(!heard.contains("a100 < subscription_succeeded"));
    assert!(heard.contains("b1 < subscription_succeeded"), "one more connection of a member");
}

#[test]
fn p73_channel_data_is_required() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team
            a1 < subscription_error presence-team InvalidData 400 channel_data is required to subscribe to presence-team
            a1 < error null channel_data is required to subscribe to presence-team
        "#,
    );
}

#[test]
fn p77_no_transition_is_lost_or_doubled_when_joins_are_concurrent() {
    check(
        r#"
        edges 2 shuffle 7
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b2 connects
            b2 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        hold
        b1 joins presence-team as bo
        b2 joins presence-team as bo
        a2 joins presence-team as cy
        b1 leaves presence-team
        a2 leaves presence-team
        a2 joins presence-team as cy
        release
            a1 < member_added presence-team cy #2
            a1 < member_removed presence-team cy #3
            a1 < member_added presence-team bo #4
            a1 < member_added presence-team cy #5
            a2 < subscription_succeeded presence-team [ana bo cy] #5
            b2 < subscription_succeeded presence-team [ana bo] #4
            b2 < member_added presence-team cy #5
        "#,
    );
}

#[test]
fn a_client_may_leave_before_it_was_answered() {
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
        b1 drops
        release
            a1 < member_added presence-team bo #2
        wait 3s
            a1 < member_removed presence-team bo #3  (after 3s)
        "#,
    );
}

#[test]
fn a_refusal_that_crosses_with_a_leave_is_not_told() {
    check(
        r#"
        app max-members=1
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        hold
        b1 joins presence-team as bo
        b1 leaves presence-team
        release
        a1 leaves presence-team
        b1 joins presence-team as bo
            b1 < subscription_succeeded presence-team [bo] #1
        "#,
    );
}

#[test]
fn a_disconnect_of_a_member_needs_the_member() {
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
        disconnect b1 as ana on presence-team
        disconnect b1 as bo on presence-other
        disconnect b1 as bo on presence-team
            a1 < member_removed presence-team bo #3
            b1 < close 4009 Connection is unauthorized
            b1 < eof
        "#,
    );
}

#[test]
fn a_signature_that_is_used_after_the_disconnect_is_worth_nothing() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        disconnect a1 as ana on presence-team
        a1 joins presence-team as ana
            a1 < subscription_error presence-team AuthError 401 Invalid signature: it was revoked when its user signed out
            a1 < error null Invalid signature: it was revoked when its user signed out
        a1 joins presence-team as bo
            a1 < subscription_succeeded presence-team [bo] #1
        "#,
    );
}

#[test]
fn watches_hear_who_joins_and_leaves() {
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
        b1 joins presence-team as ana
            b1 < subscription_succeeded presence-team [ana] #1
        b1 drops
        a1 drops
        wait 3s
            node < Left("ana")  (after 3s)
        "#,
    );
}
