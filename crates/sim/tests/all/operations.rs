//! Draining, changed settings and slow readers (docs/protocol.md, items 188 and 189).

use rollcall_sim::{Command, Stage, Staging, check};

const ONE_EDGE: Staging = Staging { edges: 1, shuffle: None };

#[test]
fn p188_trap23_draining_sends_every_connection_elsewhere() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        b1 connects protocol 5
            b1 < connection_established 30s
        a1 joins presence-team as ana
            a1 < subscription_succeeded presence-team [ana] #1
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
            b1 < subscription_succeeded presence-team [ana bo] #2
        drain
            a1 < close 4200 Please reconnect immediately
            a1 < eof
            b1 < error 4200 Please reconnect immediately
            b1 < close 4200 Please reconnect immediately
            b1 < eof
        a2 is refused 4100
            a2 < close 4100 Over capacity
            a2 < eof
        "#,
    );
}

#[test]
fn a_changed_setting_drops_nobody() {
    check(
        r#"
        a1 connects
            a1 < connection_established 30s
        a1 joins private-room
            a1 < subscription_succeeded private-room
        b1 connects
            b1 < connection_established 30s
        b1 joins private-room
            b1 < subscription_succeeded private-room
        app client-events=1 grace=1 activity=10
        a1 triggers client-x on private-room {}
            b1 < client-x on private-room: {}
        "#,
    );
}

#[test]
fn p189_a_slow_reader_is_told_so_when_it_reads_again() {
    let big = "x".repeat(400);
    check(&format!(
        "
a1 connects
    a1 < connection_established 30s
a1 joins news
    a1 < subscription_succeeded news
b1 connects
    b1 < connection_established 30s
b1 joins news
    b1 < subscription_succeeded news
app max-pending=1000
a1 stops reading after 500
publish e on news data 1{big}
    b1 < e on news: 1{big}
publish e on news data 2{big}
    b1 < e on news: 2{big}
publish e on news data 3{big}
    b1 < e on news: 3{big}
publish e on news data 4{big}
    b1 < e on news: 4{big}
publish e on news data 5{big}
    b1 < e on news: 5{big}
# The queue was dropped, but the frame that was half written is whole.
a1 reads
    a1 < e on news: 1{big}
    a1 < e on news: 2{big}
    a1 < close 4100 Client reads too slowly
    a1 < eof
publish e on news data 6
    b1 < e on news: 6
"
    ));
}

#[test]
fn p189_a_slow_reader_that_does_not_read_at_all_is_reset_after_five_seconds() {
    let big = "x".repeat(1001);
    check(&format!(
        "
app max-pending=1000
a1 connects
    a1 < connection_established 30s
a1 joins presence-team as ana
    a1 < subscription_succeeded presence-team [ana] #1
b1 connects
    b1 < connection_established 30s
b1 joins presence-team as bo
    a1 < member_added presence-team bo #2
    b1 < subscription_succeeded presence-team [ana bo] #2
a1 stops reading
publish e on presence-team data {big}
    b1 < e on presence-team: {big}
wait 4999ms
    b1 < member_removed presence-team ana #3  (after 3s)
wait 1ms
    a1 < reset  (after 1ms)
"
    ));
}

#[test]
fn p189_what_a_client_owes_by_its_own_pings_is_bounded_too() {
    let mut stage = Stage::new(ONE_EDGE);
    perform(&mut stage, "app max-pending=1000\na1 connects\na1 stops reading");
    for _ in 0..100 {
        perform(&mut stage, "a1 sends {\"event\":\"pusher:ping\"}");
    }
    assert_eq!(stage.world().stats().slow_readers, 1);
    assert_eq!(stage.world().stats().connections, 0);
}

#[test]
fn p189_a_long_roster_on_its_way_makes_nobody_a_slow_reader() {
    check(
        r#"
        app max-pending=10
        a1 connects
            a1 < connection_established 30s
        a1 joins presence-team as ana {"name":"a name that alone is longer than the limit"}
            a1 < subscription_succeeded presence-team [ana{"name":"a name that alone is longer than the limit"}] #1
        b1 connects
            b1 < connection_established 30s
        b1 stops reading after 7
        b1 joins presence-team as bo
            a1 < member_added presence-team bo #2
        b1 reads 5
            b1 < subscription_succeeded presence-team [ana{"name":"a name that alone is longer than the limit"} bo] #2
        "#,
    );
}

#[test]
fn p189_the_others_get_the_same_turns_with_and_without_a_slow_reader() {
    let others = ["a1", "a3", "b1"];
    let script = |reading: &str| {
        let mut script = String::from("app max-pending=2000\n");
        for client in ["a1", "a2", "a3", "b1"] {
            script += &format!("{client} connects\n{client} joins news\n");
        }
        script += reading;
        for n in 0..40 {
            script += &format!("publish e on news data {n}{}\nwait 250ms\n", "x".repeat(n * 10));
        }
        script
    };
    let turns = |reading: &str| {
        let mut stage = Stage::new(Staging { edges: 2, shuffle: None });
        perform(&mut stage, &script(reading));
        let slow = stage.world().stats().slow_readers;
        (others.map(|client| stage.turns(client)), slow)
    };
    let (with, slow) = turns("a2 stops reading after 100\n");
    let (without, none) = turns("");
    assert_eq!((slow, none), (1, 0));
    assert!(with == without, "somebody else noticed");
    assert!(with.iter().all(|turns| turns.len() == 42), "a write per turn with something in it");
}

#[test]
fn invariant_6_everything_of_a_turn_goes_out_in_one_write() {
    let mut stage = Stage::new(ONE_EDGE);
    perform(&mut stage, "a1 connects\na1 joins news\na1 joins sport\nhold");
    for n in 0..100 {
        perform(&mut stage, &format!("publish e on news data {n}\npublish e on sport data {n}"));
    }
    let before = stage.turns("a1").len();
    perform(&mut stage, "release");
    assert_eq!(stage.turns("a1").len(), before + 1);
}

fn perform(stage: &mut Stage, script: &str) {
    for line in script.lines() {
        stage.perform(&Command::parse(line).expect("the script is made of commands"));
    }
}
