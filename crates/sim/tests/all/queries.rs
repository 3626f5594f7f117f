//! What back ends may ask of channels (docs/protocol.md 6.5).

use rollcall_sim::check;

#[test]
fn p169_a_channel_is_occupied_while_a_connection_is_subscribed() {
    check(
        r#"
        describe news
            node < empty 0
        list
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        b1 connects
            b1 < connection_established 30s
        b1 joins news
            b1 < subscription_succeeded news
        describe news
            node < occupied 2
        a1 leaves news
        describe news
            node < occupied 1
        b1 drops
        describe news
            node < empty 0
        list
        "#,
    );
}

#[test]
fn p171_users_are_those_of_all_edges_once_each_in_the_order_of_their_ids() {
    check(
        r#"
        describe presence-team
            node < empty 0 []
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as bo {"n":1}
            a1 < subscription_succeeded presence-team [bo{"n":1}] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as ana
            a1 < member_added presence-team ana #2
            b1 < subscription_succeeded presence-team [ana bo{"n":1}] #2
        b2 connects
            b2 < connection_established 30s
        b2 joins presence-team as bo
            b2 < subscription_succeeded presence-team [ana bo{"n":1}] #2
        describe presence-team
            node < occupied 3 ["ana", "bo"]
        list
            node < presence-team 3 2
        "#,
    );
}

#[test]
fn p171_a_member_in_the_grace_is_a_user_of_an_occupied_channel_without_subscriptions() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        a1 drops
        wait 2s
        describe presence-team
            node < occupied 0 ["ana"]
        list
            node < presence-team 0 1
        wait 1s
        describe presence-team
            node < empty 0 []
        list
        "#,
    );
}

#[test]
fn p167_p168_a_list_has_the_occupied_channels_of_that_prefix() {
    check(
        r#"
        watch presence-watched
        update ana on presence-known rev 1 {"n":1}
            node < NotAMember
        a1 connects
            a1 < connection_established 30s
        a1 joins news
            a1 < subscription_succeeded news
        a1 joins private-room
            a1 < subscription_succeeded private-room
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-other as ana
            b1 < subscription_succeeded presence-other [ana] #1
        b1 joins news
            b1 < subscription_succeeded news
        list
            node < news 2
            node < presence-other 1 1
            node < presence-team 1 1
            node < private-room 1
        list presence-
            node < presence-other 1 1
            node < presence-team 1 1
        list presence-t
            node < presence-team 1 1
        list nothing
        "#,
    );
}
