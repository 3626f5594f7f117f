//! What the machines count of what happens; what goes up and down is also the driver's to check.

use rollcall_sim::{Command, Stage, Staging};
use rollcall_wire::close::CloseCode;

#[test]
fn errors_and_ends_are_counted_by_what_they_were() {
    let mut stage = play(
        "
        app client-events event-rate=1
        a1 connects
        a1 sends nonsense
        a1 joins private-x
        a1 triggers client-x on private-x 1
        a1 triggers client-x on private-x 2
        a2 connects protocol 5
        disconnect a2 4009
        a3 is refused 4004
        b1 connects
        b1 closes 1001
        b2 connects
        b2 ends
        b3 connects
        b3 drops
        ",
    );
    let stats = stage.world().stats();
    assert_eq!(stats.errors.without_code, 1);
    assert_eq!(stats.errors.by_code.of(CloseCode::ClientEventRate), 1);
    assert_eq!(stats.errors.by_code.of(CloseCode::Unauthorized), 1, "protocol 5 hears it twice");
    assert_eq!(stats.closes.of(CloseCode::Unauthorized), 1);
    assert_eq!(stats.closes.of(CloseCode::OverQuota), 1);
    assert_eq!(stats.closes.iter().map(|(_, count)| count).sum::<u64>(), 2);
    assert_eq!((stats.ends.closed, stats.ends.eof, stats.ends.failed), (1, 1, 1));
    assert_eq!((stats.connections, stats.messages_in), (1, 4));
}

#[test]
fn what_a_socket_does_not_take_is_counted_until_it_does_or_ends() {
    let mut stage = play(
        "
        a1 connects
        b1 connects
        a1 joins news
        b1 joins news
        a1 stops reading
        b1 stops reading after 10
        publish e on news data 0123456789
        ",
    );
    let (frame, queued) = (52, |stage: &mut Stage| stage.world().stats().queue_bytes);
    assert_eq!(queued(&mut stage), 2 * frame - 10);
    perform(&mut stage, "publish e on news data 0123456789");
    assert_eq!(queued(&mut stage), 4 * frame - 10);
    perform(&mut stage, "a1 reads");
    assert_eq!(queued(&mut stage), 2 * frame - 10);
    perform(&mut stage, "b1 drops");
    assert_eq!(queued(&mut stage), 0);
}

#[test]
fn events_members_and_channels_are_counted() {
    let mut stage = play(
        "
        app client-events
        a1 connects
        b1 connects
        a1 joins presence-x as ana
        b1 joins presence-x as ana
        a1 joins presence-y as ana
        b1 joins private-z
        publish e on nowhere data 1
        publish e on presence-x data 1
        a1 triggers client-x on presence-x 1
        a1 drops
        ",
    );
    let stats = stage.world().partition_stats();
    assert_eq!((stats.channels, stats.members), (3, 2), "ana is in her grace on presence-y");
    assert_eq!((stats.published, stats.client_events), (2, 1));
    assert_eq!((stats.presence.joined, stats.presence.left), (2, 0), "once per channel");
    perform(&mut stage, "wait 3s");
    let stats = stage.world().partition_stats();
    assert_eq!((stats.channels, stats.members), (2, 1));
    assert_eq!((stats.presence.joined, stats.presence.left), (2, 1));
    perform(&mut stage, r#"update ana on presence-x rev 1 {"status":"b","rev":1}"#);
    assert_eq!(stage.world().partition_stats().presence.updated, 1);
}

fn play(commands: &str) -> Stage {
    let mut stage = Stage::new(Staging { edges: 2, shuffle: None });
    for line in commands.lines().filter(|line| !line.trim().is_empty()) {
        perform(&mut stage, line);
    }
    stage
}

fn perform(stage: &mut Stage, line: &str) {
    let command = Command::parse(line.trim()).expect("it is a command");
    stage.perform(&command);
}
