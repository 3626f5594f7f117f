//! Signing in, events to a user, sending a user away (docs/protocol.md 4.1 to 4.3). Whom a user
//! watches is in `watchlists.rs`.

use rollcall_sim::check;

#[test]
fn p104_a_valid_sign_in_echoes_the_user_data() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        b1 connects
            b1 < connection_established 30s
        b1 signs in with key 2 with data { "id" : "bo","n":1.0, "user_info":{"a":"\u00e9"} }
            b1 < signin_success { "id" : "bo","n":1.0, "user_info":{"a":"\u00e9"} }
        "#,
    );
}

#[test]
fn p105_p106_an_invalid_signature_is_an_error_and_nothing_else() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects
            b1 < connection_established 30s
        a1 signs in signed for b1 with data {"id":"ana"}
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1::user::{"id":"ana"}, but got 91aabe285a669c4de87fa77ed9010cb867b8d85469b3eb9ca0de8355db72a38f
        a1 signs in with key 3 with data {"id":"ana"}
            a1 < error null Invalid key in subscription auth data: 'key3'
        a1 sends {"event":"pusher:signin","data":{"auth":"key1","user_data":"{\"id\":\"ana\"}"}}
            a1 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1001.1::user::{"id":"ana"}, but got
        a1 sends {"event":"pusher:signin","data":{"auth":"","user_data":"{\"id\":\"ana\"}"}}
            a1 < error null Subscription auth data is missing
        a1 sends {"event":"pusher:signin","data":{"user_data":"{\"id\":\"ana\"}"}}
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:signin","data":{"auth":"key1:00"}}
            a1 < error null Invalid message format
        a1 sends {"event":"pusher:signin"}
            a1 < error null Invalid message format
        a1 joins #server-to-user-ana
            a1 < subscription_error #server-to-user-ana AuthError 401 Only the signed-in user may subscribe to #server-to-user-ana
            a1 < error null Only the signed-in user may subscribe to #server-to-user-ana
        # It can still do better.
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        "#,
    );
}

#[test]
fn p107_trap29_an_id_that_is_no_string_or_is_empty_is_refused() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 signs in with data {}
            a1 < error null user_data supplied to sign-in has no id that is a string
        a1 signs in with data {"id":""}
            a1 < error null user_data supplied to sign-in has no id that is a string
        a1 signs in with data {"id":7}
            a1 < error null user_data supplied to sign-in has no id that is a string
        a1 signs in with data {"id":null}
            a1 < error null user_data supplied to sign-in has no id that is a string
        a1 signs in with data ["ana"]
            a1 < error null user_data supplied to sign-in is not valid JSON
        a1 signs in with data {"id":"a b"}
            a1 < error null id supplied to sign-in may only hold letters, digits and _ - = @ , . ; and at most 200 of them
        a1 joins #server-to-user-7
            a1 < subscription_error #server-to-user-7 AuthError 401 Only the signed-in user may subscribe to #server-to-user-7
            a1 < error null Only the signed-in user may subscribe to #server-to-user-7
        "#,
    );
}

#[test]
fn trap29_no_setting_is_needed_to_sign_in() {
    check(
        r#"
        app client-events=0 member-updates=0 mirror=0 watchlist-events=0 authorize-within=0
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        app strict-compat=1
        b1 connects
            b1 < connection_established 120s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        "#,
    );
}

#[test]
fn p113_a_second_sign_in_as_somebody_else_fails_and_the_same_again_changes_nothing() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana {"n":1}
            a1 < signin_success {"id":"ana","user_info":{"n":1}}
        a1 signs in as bo
            a1 < error null Connection is already signed in as another user
        a1 signs in as ana {"n":2}
            a1 < signin_success {"id":"ana","user_info":{"n":2}}
        a1 joins presence-team
            a1 < subscription_succeeded presence-team [ana{"n":1}] #1
        a1 joins #server-to-user-bo
            a1 < subscription_error #server-to-user-bo AuthError 401 Only the signed-in user may subscribe to #server-to-user-bo
            a1 < error null Only the signed-in user may subscribe to #server-to-user-bo
        # The binding ends with the connection.
        a1 drops
        a1 connects
            a1 < connection_established 30s
        a1 joins #server-to-user-ana
            a1 < subscription_error #server-to-user-ana AuthError 401 Only the signed-in user may subscribe to #server-to-user-ana
            a1 < error null Only the signed-in user may subscribe to #server-to-user-ana
        a1 signs in as bo
            a1 < signin_success {"id":"bo"}
        "#,
    );
}

#[test]
fn p108_trap30_only_the_signed_in_user_may_subscribe_to_its_channel() {
    check(
        r##"
        a1 connects
            a1 < connection_established 30s
        a1 joins #server-to-user-ana
            a1 < subscription_error #server-to-user-ana AuthError 401 Only the signed-in user may subscribe to #server-to-user-ana
            a1 < error null Only the signed-in user may subscribe to #server-to-user-ana
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        a1 joins #server-to-user-ana
            a1 < subscription_succeeded #server-to-user-ana
        a1 joins #server-to-user-anna
            a1 < subscription_error #server-to-user-anna AuthError 401 Only the signed-in user may subscribe to #server-to-user-anna
            a1 < error null Only the signed-in user may subscribe to #server-to-user-anna
        a1 joins #server-to-user-an
            a1 < subscription_error #server-to-user-an AuthError 401 Only the signed-in user may subscribe to #server-to-user-an
            a1 < error null Only the signed-in user may subscribe to #server-to-user-an
        a1 sends {"event":"pusher:subscribe","data":{"auth":"key1:00","channel":"#server-to-user-bo"}}
            a1 < subscription_error #server-to-user-bo AuthError 401 Only the signed-in user may subscribe to #server-to-user-bo
            a1 < error null Only the signed-in user may subscribe to #server-to-user-bo
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as ana
            b1 < subscription_succeeded presence-team [ana] #1
        # A member of that name is not the user.
        b1 joins #server-to-user-ana
            b1 < subscription_error #server-to-user-ana AuthError 401 Only the signed-in user may subscribe to #server-to-user-ana
            b1 < error null Only the signed-in user may subscribe to #server-to-user-ana
        "##,
    );
}

#[test]
fn p109_trap30_an_event_for_a_user_reaches_all_connections_of_it_and_no_others() {
    check(
        r#"
        app client-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        a1 joins #server-to-user-ana
            a1 < subscription_succeeded #server-to-user-ana
        b1 connects
            b1 < connection_established 30s
        b1 signs in as ana
            b1 < signin_success {"id":"ana"}
        b1 joins #server-to-user-ana
            b1 < subscription_succeeded #server-to-user-ana
        c1 connects
            c1 < connection_established 30s
        c1 signs in as bo
            c1 < signin_success {"id":"bo"}
        c1 joins #server-to-user-bo
            c1 < subscription_succeeded #server-to-user-bo
        # Signed in, and did not subscribe.
        c2 connects
            c2 < connection_established 30s
        c2 signs in as ana
            c2 < signin_success {"id":"ana"}
        publish note on #server-to-user-ana data for ana
            a1 < note on #server-to-user-ana: for ana
            b1 < note on #server-to-user-ana: for ana
        publish note on #server-to-user-nobody data for nobody
        a1 triggers client-x on #server-to-user-ana 1
            a1 < error null Client event rejected - only supported on private and presence channels
        a1 leaves #server-to-user-ana
        publish note on #server-to-user-ana data again
            b1 < note on #server-to-user-ana: again
        "#,
    );
}

#[test]
fn p111_p112_trap31_terminate_closes_who_is_signed_in_as_the_user_and_nobody_else() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana
            a1 < signin_success {"id":"ana"}
        b1 connects
            b1 < connection_established 30s
        b1 signs in as ana
            b1 < signin_success {"id":"ana"}
        b1 joins presence-team
            b1 < subscription_succeeded presence-team [ana] #1
        c1 connects
            c1 < connection_established 30s
        c1 joins presence-team as ana
            c1 < subscription_succeeded presence-team [ana] #1
        c2 connects
            c2 < connection_established 30s
        c2 signs in as bo
            c2 < signin_success {"id":"bo"}
        # Neither signed in nor subscribed.
        c3 connects
            c3 < connection_established 30s
        terminate ana
            a1 < close 4009 Connection is unauthorized
            a1 < eof
            b1 < close 4009 Connection is unauthorized
            b1 < eof
        # It may come back.
        a2 connects
            a2 < connection_established 30s
        a2 signs in as ana
            a2 < signin_success {"id":"ana"}
        terminate nobody
        terminate bo
            c2 < close 4009 Connection is unauthorized
            c2 < eof
        "#,
    );
}

#[test]
fn p111_who_is_sent_away_leaves_at_once() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as bo
            a1 < subscription_succeeded presence-team [bo] #1
        b1 connects
            b1 < connection_established 30s
        b1 signs in as ana
            b1 < signin_success {"id":"ana"}
        b1 joins presence-team
            a1 < member_added presence-team ana #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        terminate ana
            a1 < member_removed presence-team ana #3
            b1 < close 4009 Connection is unauthorized
            b1 < eof
        "#,
    );
}

#[test]
fn p73_p74_a_signed_in_connection_joins_with_its_id_and_info() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team
            a1 < subscription_error presence-team InvalidData 400 channel_data is required to subscribe to presence-team
            a1 < error null channel_data is required to subscribe to presence-team
        a1 signs in as ana {"name":"Ana","rev":4}
            a1 < signin_success {"id":"ana","user_info":{"name":"Ana","rev":4}}
        a1 joins presence-team
            a1 < subscription_succeeded presence-team [ana{"name":"Ana","rev":4}] #1
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        b1 joins presence-team
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana{"name":"Ana","rev":4} bo] #2
        b2 connects
            b2 < connection_established 30s
        b2 signs in as cy
            b2 < signin_success {"id":"cy"}
        b2 sends {"event":"pusher:subscribe","data":{"channel":"presence-team","auth":"key1:00"}}
            b2 < subscription_error presence-team AuthError 401 Invalid signature: Expected HMAC SHA256 hex digest of 1003.3:presence-team, but got 00
            b2 < error null Invalid signature: Expected HMAC SHA256 hex digest of 1003.3:presence-team, but got 00
        update ana on presence-team rev 3 {"name":"older"}
            node < Updated
        "#,
    );
}

#[test]
fn p75_channel_data_overrides_the_signed_in_identity() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 signs in as ana {"name":"Ana"}
            a1 < signin_success {"id":"ana","user_info":{"name":"Ana"}}
        a1 joins presence-team as bo {"name":"Bo"}
            a1 < subscription_succeeded presence-team [bo{"name":"Bo"}] #1
        a1 joins presence-other as cy
            a1 < subscription_succeeded presence-other [cy] #1
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        b1 joins presence-team with data {"user_info":{}}
            b1 < subscription_error presence-team InvalidData 400 channel_data supplied to presence subscription has no user_id
            b1 < error null channel_data supplied to presence subscription has no user_id
        "#,
    );
}

#[test]
fn p74_what_no_member_may_be_the_signed_in_user_may_not_either() {
    check(
        r#"
        app max-info=20
        a1 connects
            a1 < connection_established 30s
        a1 signs in with data {"id":"ana","user_info":["a"]}
            a1 < signin_success {"id":"ana","user_info":["a"]}
        a1 joins presence-team
            a1 < subscription_error presence-team InvalidData 400 user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
            a1 < error null user_info supplied to presence subscription is invalid - if supplied it must be a type of hash
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo {"name":"much too long"}
            b1 < signin_success {"id":"bo","user_info":{"name":"much too long"}}
        b1 joins presence-team
            b1 < subscription_error presence-team InvalidData 400 user_info supplied to presence subscription is too big
            b1 < error null user_info supplied to presence subscription is too big
        c1 connects
            c1 < connection_established 30s
        c1 signs in as cy {"name":"ok"}
            c1 < signin_success {"id":"cy","user_info":{"name":"ok"}}
        app max-info=4
        c1 joins presence-team
            c1 < subscription_error presence-team InvalidData 400 user_info supplied to presence subscription is too big
            c1 < error null user_info supplied to presence subscription is too big
        c2 connects
            c2 < connection_established 30s
        c2 signs in as uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu1
            c2 < signin_success {"id":"uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu1"}
        c2 joins presence-team
            c2 < subscription_error presence-team InvalidData 400 user_id supplied to presence subscription is too long
            c2 < error null user_id supplied to presence subscription is too long
        "#,
    );
}
