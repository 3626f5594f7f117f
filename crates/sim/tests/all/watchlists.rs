//! Whom a user watches (docs/protocol.md 4.4).

use rollcall_sim::check;

#[test]
fn p114_the_first_frame_has_everybody_who_is_watched() {
    check(
        r#"
        app watchlist-events=1
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        c1 connects
            c1 < connection_established 30s
        c1 signs in as cy
            c1 < signin_success {"id":"cy"}
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching dee,bo,eve,cy as ana
            a1 < signin_success {"id":"ana","watchlist":["dee","bo","eve","cy"]}
            a1 < watchlist online [bo cy] offline [dee eve]
        # Groups without anybody are left out.
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching bo,ana as fay
            a2 < signin_success {"id":"fay","watchlist":["bo","ana"]}
            a2 < watchlist online [bo ana]
        b2 connects
            b2 < connection_established 30s
        b2 signs in watching gil as gus
            b2 < signin_success {"id":"gus","watchlist":["gil"]}
            b2 < watchlist offline [gil]
        # Who watches nobody is told nothing.
        b3 connects
            b3 < connection_established 30s
        b3 signs in as hal
            b3 < signin_success {"id":"hal"}
        "#,
    );
}

#[test]
fn p114_users_on_one_edge_are_told_in_one_frame_also_when_others_watch_some_of_them() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo,cy as ana
            a1 < signin_success {"id":"ana","watchlist":["bo","cy"]}
            a1 < watchlist offline [bo cy]
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching cy,dee,bo as eve
            a2 < signin_success {"id":"eve","watchlist":["cy","dee","bo"]}
            a2 < watchlist offline [cy dee bo]
        a3 connects
            a3 < connection_established 30s
        a3 signs in watching bo as fay
            a3 < signin_success {"id":"fay","watchlist":["bo"]}
            a3 < watchlist offline [bo]
        "#,
    );
}

#[test]
fn p114_a_change_before_all_are_known_is_in_the_first_frame() {
    check(
        r#"
        edges 1
        app watchlist-events=1
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching bo as eve
            a2 < signin_success {"id":"eve","watchlist":["bo"]}
            a2 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        a1 connects
            a1 < connection_established 30s
        hold
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        # The edge knows bo already, and has to ask for dee.
        a1 signs in watching bo,dee as ana
            a1 < signin_success {"id":"ana","watchlist":["bo","dee"]}
        deliver 1
        release
            a1 < watchlist online [bo] offline [dee]
            a2 < watchlist online [bo]
        "#,
    );
}

#[test]
fn p114_what_was_known_while_somebody_watched_is_asked_again() {
    check(
        r#"
        edges 1
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching bo as eve
            a2 < signin_success {"id":"eve","watchlist":["bo"]}
            a2 < watchlist offline [bo]
        a3 connects
            a3 < connection_established 30s
        hold
        a1 signs in as bo
            a1 < signin_success {"id":"bo"}
        # The news of bo comes when nobody wants to know it.
        a2 closes 1000
            a2 < close 1000
            a2 < eof
        release
        a3 signs in watching bo as ana
            a3 < signin_success {"id":"ana","watchlist":["bo"]}
            a3 < watchlist online [bo]
        "#,
    );
}

#[test]
fn p115_online_with_the_first_connection_and_offline_after_the_last() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        # More tabs announce nothing, wherever they are.
        c1 connects
            c1 < connection_established 30s
        c1 signs in as bo
            c1 < signin_success {"id":"bo"}
        b1 closes 1000
            b1 < close 1000
            b1 < eof
        c2 connects
            c2 < connection_established 30s
        c2 signs in as bo
            c2 < signin_success {"id":"bo"}
        c1 closes 1000
            c1 < close 1000
            c1 < eof
        c2 closes 1000
            a1 < watchlist offline [bo]
            c2 < close 1000
            c2 < eof
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        "#,
    );
}

#[test]
fn p115_a_lost_user_is_online_for_the_grace_and_a_reload_is_no_news() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        b1 drops
        wait 2s
        c1 connects
            c1 < connection_established 30s
        c1 signs in as bo
            c1 < signin_success {"id":"bo"}
        wait 10s
        c1 drops
        # Who begins to watch meanwhile is told the same.
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching bo as eve
            a2 < signin_success {"id":"eve","watchlist":["bo"]}
            a2 < watchlist online [bo]
        wait 2999ms
        wait 1ms
            a1 < watchlist offline [bo]  (after 1ms)
            a2 < watchlist offline [bo]  (after 1ms)
        a3 connects
            a3 < connection_established 30s
        a3 signs in watching bo as fay
            a3 < signin_success {"id":"fay","watchlist":["bo"]}
            a3 < watchlist offline [bo]
        "#,
    );
}

#[test]
fn p115_a_deliberate_end_is_told_at_once_also_after_a_lost_one() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        b1 drops
        wait 1s
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        b1 closes 1000
            a1 < watchlist offline [bo]
            b1 < close 1000
            b1 < eof
        wait 10s
        c1 connects
            c1 < connection_established 30s
        c1 signs in as bo
            a1 < watchlist online [bo]
            c1 < signin_success {"id":"bo"}
        terminate bo
            a1 < watchlist offline [bo]
            c1 < close 4009 Connection is unauthorized
            c1 < eof
        "#,
    );
}

#[test]
fn p115_the_grace_and_strict_compatibility_obey_at_once() {
    check(
        r#"
        app watchlist-events=1 grace=20
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        b1 drops
        # A grace that runs ends when it was to end.
        app watchlist-events=1 grace=1
        wait 5s
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        b1 drops
        wait 5s
            a1 < watchlist offline [bo]  (after 1s)
        app strict-compat=1
        b1 connects
            b1 < connection_established 120s
        b1 signs in as bo
            a1 < watchlist online [bo]
            b1 < signin_success {"id":"bo"}
        b1 drops
            a1 < watchlist offline [bo]
        "#,
    );
}

#[test]
fn p115_a_user_may_watch_itself_and_is_told_of_nobody_after_it_left() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching ana,bo as ana
            a1 < signin_success {"id":"ana","watchlist":["ana","bo"]}
            a1 < watchlist online [ana] offline [bo]
        a1 closes 1000
            a1 < close 1000
            a1 < eof
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist online [bo]
        "#,
    );
}

#[test]
fn p115_online_means_signed_in_and_not_present_on_a_channel() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo as ana
            a1 < signin_success {"id":"ana","watchlist":["bo"]}
            a1 < watchlist offline [bo]
        b1 connects
            b1 < connection_established 30s
        b1 joins presence-team as bo
            b1 < subscription_succeeded presence-team [bo] #1
        "#,
    );
}

#[test]
fn p116_over_a_hundred_the_first_count_and_4302_follows() {
    check(
        r#"
        app watchlist-events=1
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching w1,w2,w3,w4,w5,w6,w7,w8,w9,w10,w11,w12,w13,w14,w15,w16,w17,w18,w19,w20,w21,w22,w23,w24,w25,w26,w27,w28,w29,w30,w31,w32,w33,w34,w35,w36,w37,w38,w39,w40,w41,w42,w43,w44,w45,w46,w47,w48,w49,w50,w51,w52,w53,w54,w55,w56,w57,w58,w59,w60,w61,w62,w63,w64,w65,w66,w67,w68,w69,w70,w71,w72,w73,w74,w75,w76,w77,w78,w79,w80,w81,w82,w83,w84,w85,w86,w87,w88,w89,w90,w91,w92,w93,w94,w95,w96,w97,w98,w99,w100,w101 as ana
            a1 < signin_success {"id":"ana","watchlist":["w1","w2","w3","w4","w5","w6","w7","w8","w9","w10","w11","w12","w13","w14","w15","w16","w17","w18","w19","w20","w21","w22","w23","w24","w25","w26","w27","w28","w29","w30","w31","w32","w33","w34","w35","w36","w37","w38","w39","w40","w41","w42","w43","w44","w45","w46","w47","w48","w49","w50","w51","w52","w53","w54","w55","w56","w57","w58","w59","w60","w61","w62","w63","w64","w65","w66","w67","w68","w69","w70","w71","w72","w73","w74","w75","w76","w77","w78","w79","w80","w81","w82","w83","w84","w85","w86","w87","w88","w89","w90","w91","w92","w93","w94","w95","w96","w97","w98","w99","w100","w101"]}
            a1 < error 4302 Watchlist has more than 100 users; the first of them count
            a1 < watchlist offline [w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 w15 w16 w17 w18 w19 w20 w21 w22 w23 w24 w25 w26 w27 w28 w29 w30 w31 w32 w33 w34 w35 w36 w37 w38 w39 w40 w41 w42 w43 w44 w45 w46 w47 w48 w49 w50 w51 w52 w53 w54 w55 w56 w57 w58 w59 w60 w61 w62 w63 w64 w65 w66 w67 w68 w69 w70 w71 w72 w73 w74 w75 w76 w77 w78 w79 w80 w81 w82 w83 w84 w85 w86 w87 w88 w89 w90 w91 w92 w93 w94 w95 w96 w97 w98 w99 w100]
        b1 connects
            b1 < connection_established 30s
        b1 signs in as w100
            a1 < watchlist online [w100]
            b1 < signin_success {"id":"w100"}
        b2 connects
            b2 < connection_established 30s
        b2 signs in as w101
            b2 < signin_success {"id":"w101"}
        "#,
    );
}

#[test]
fn p117_nothing_is_told_while_the_setting_is_off_and_it_obeys_at_once() {
    check(
        r#"
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        a1 connects
            a1 < connection_established 30s
        a1 signs in watching bo,cy as ana
            a1 < signin_success {"id":"ana","watchlist":["bo","cy"]}
        a2 connects
            a2 < connection_established 30s
        a2 signs in watching w1 as eve
            a2 < signin_success {"id":"eve","watchlist":["w1"]}
        b1 closes 1000
            b1 < close 1000
            b1 < eof
        b1 connects
            b1 < connection_established 30s
        b1 signs in as bo
            b1 < signin_success {"id":"bo"}
        app watchlist-events=1
            a1 < watchlist online [bo] offline [cy]
            a2 < watchlist offline [w1]
        c1 connects
            c1 < connection_established 30s
        c1 signs in as cy
            a1 < watchlist online [cy]
            c1 < signin_success {"id":"cy"}
        app watchlist-events=0
        c1 closes 1000
            c1 < close 1000
            c1 < eof
        c1 connects
            c1 < connection_established 30s
        c1 signs in as cy
            c1 < signin_success {"id":"cy"}
        app watchlist-events=1
            a1 < watchlist online [bo cy]
            a2 < watchlist offline [w1]
        "#,
    );
}
