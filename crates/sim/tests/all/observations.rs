//! What the machines tell operators of what goes on, and that they tell nothing while nobody
//! watches.

use rollcall_engine::observe::{
    ERRORS_PER_SECOND, EVENTS_PER_SECOND, MAX_DATA_BYTES, MAX_WAITING, Missed,
};
use rollcall_engine::{EdgeCommand, Happening, Observation, Observations, Watched};
use rollcall_sim::{Command, Stage, Staging};

#[test]
fn the_life_of_a_connection_is_told_in_order() {
    let mut stage = watched("app client-events");
    play(&mut stage, "a1 connects");
    assert_eq!(told(&mut stage), ["connection 1001.1"]);
    play(&mut stage, "a1 joins news");
    assert_eq!(told(&mut stage), ["subscribed 1001.1 news", "occupied news"]);
    play(&mut stage, "a1 joins presence-team as ana {\"status\":\"here\"}");
    assert_eq!(
        told(&mut stage),
        [
            "subscribed 1001.1 ana presence-team",
            "occupied presence-team",
            "member_added ana presence-team {\"status\":\"here\"}",
        ]
    );
    play(&mut stage, "update ana on presence-team rev 2 {\"status\":\"away\",\"rev\":2}");
    let updated = "member_updated ana presence-team {\"status\":\"away\",\"rev\":2}";
    assert_eq!(told(&mut stage), [updated]);
    play(&mut stage, "a1 triggers client-x on presence-team {\"a\":1}");
    assert_eq!(told(&mut stage), ["client_event 1001.1 ana presence-team client-x {\"a\":1}"]);
    play(&mut stage, "a1 leaves news");
    assert_eq!(told(&mut stage), ["unsubscribed 1001.1 news", "vacated news"]);
    play(&mut stage, "a1 closes 1000");
    assert_eq!(
        told(&mut stage),
        [
            "unsubscribed 1001.1 ana presence-team",
            "disconnection 1001.1 Some(1000) the client closed",
            "vacated presence-team",
            "member_removed ana presence-team",
        ]
    );
}

#[test]
fn a_connection_that_ends_in_any_way_is_told_once() {
    for (how, told_as) in [
        ("a1 ends", "None the client stopped sending without a close frame"),
        ("a1 drops", "None reading or writing failed"),
        ("a1 closes 1001", "Some(1001) the client closed"),
        ("disconnect a1 4009", "Some(4009) Connection is unauthorized"),
        ("drain", "Some(4200) Please reconnect immediately"),
        ("app is removed", "Some(4001) No app has this key. Check the key and the host"),
    ] {
        let mut stage = watched("a1 connects\na1 joins news");
        told(&mut stage);
        play(&mut stage, how);
        play(&mut stage, "wait 10s");
        let expected = [
            "unsubscribed 1001.1 news".to_owned(),
            format!("disconnection 1001.1 {told_as}"),
            "vacated news".to_owned(),
        ];
        assert_eq!(told(&mut stage), expected, "{how}");
    }
}

#[test]
fn while_nobody_watches_nothing_is_told_but_errors_and_what_works_first() {
    let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
    play(&mut stage, LIFE);
    let taken = stage.world().take_observations();
    let worked = |observation: &Observation| matches!(observation.what, Happening::First(_));
    assert!(taken.told.iter().all(worked), "{:?}", words(&taken));
    play(&mut stage, LIFE);
    assert!(stage.world().take_observations().is_empty(), "nothing is new any more");
    assert_eq!(stage.world().take_observations().told.capacity(), 0, "nor is there a buffer");

    watch(&mut stage, Watched::Yes);
    play(&mut stage, LIFE);
    assert!(!stage.world().take_observations().is_empty());
    watch(&mut stage, Watched::No);
    play(&mut stage, LIFE);
    assert!(stage.world().take_observations().is_empty());
}

#[test]
fn what_works_is_told_once_and_in_order() {
    let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
    let mut first = |commands| {
        play(&mut stage, commands);
        words(&stage.world().take_observations())
    };
    assert_eq!(first("app client-events\na1 connects\na2 connects"), ["first connection"]);
    assert_eq!(first("a1 joins private-x\na2 joins private-x"), ["first subscription"]);
    let events = "a1 triggers client-x on private-x 1\na2 triggers client-x on private-x 1";
    assert_eq!(first(events), ["first event"]);
    let joins = "a1 joins presence-x as ana\na2 joins presence-x as bo";
    assert_eq!(first(joins), ["first presence"]);
    assert!(first("a3 connects\na3 joins private-x\na3 joins presence-x as cy").is_empty());
}

#[test]
fn every_error_is_told_with_its_kind_while_nobody_watches() {
    let channel = "x".repeat(165);
    let long = format!("a1 joins {channel}");
    let table = [
        ("a1 sends nonsense", "invalid_message 1001.1"),
        ("a1 sends binary x", "binary_message 1001.1"),
        (r#"a1 sends {"event":"pusher:subscribe"}"#, "channel_missing 1001.1"),
        (r#"a1 sends {"event":"pusher:nothing"}"#, "unsupported_event 1001.1 (pusher:nothing)"),
        (
            r#"a1 sends {"event":"pusher:subscribe","data":{"channel":"private-x"}}"#,
            "auth_missing 1001.1 private-x",
        ),
        ("a1 joins private-x with auth nobody:1", "wrong_auth_key 1001.1 private-x"),
        ("a1 joins private-x with auth key1:1", "invalid_signature 1001.1 private-x"),
        ("a1 joins #server-to-user-ana", "not_that_user 1001.1 #server-to-user-ana"),
        ("a1 joins presence-x", "channel_data_missing 1001.1 presence-x"),
        ("a1 joins a/b", "invalid_channel_name 1001.1 a/b"),
        ("a1 leaves news", "not_subscribed 1001.1 news"),
        ("a1 joins news\na1 joins news", "already_subscribed 1001.1 news"),
        ("a1 triggers client-x on private-x 1", "client_events_off 1001.1 private-x (client-x)"),
        (
            "app client-events\na1 triggers client-x on news 1",
            "client_event_channel 1001.1 news (client-x)",
        ),
        (
            "app client-events\na1 triggers client-x on private-x 1",
            "not_subscribed 1001.1 private-x (client-x)",
        ),
        (
            "app client-events event-rate=1\na1 joins private-x\n\
             a1 triggers client-x on private-x 1\na1 triggers client-x on private-x 1",
            "client_event_rate 1001.1",
        ),
        (
            "app max-members=1\na2 connects\na2 joins presence-x as bo\na1 joins presence-x as ana",
            "channel_full 1001.1 presence-x",
        ),
        ("a1 falls silent\nwait 40s", "pong_not_received 1001.1"),
        ("a1 sends bytes c1 80 00 00 00 00", "protocol_error 1001.1"),
    ];
    let table = table.map(|(commands, told)| (commands.to_owned(), told.to_owned()));
    let too_long = (long, format!("channel_name_too_long 1001.1 {channel}"));
    for (commands, expected) in table.into_iter().chain([too_long]) {
        let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
        play(&mut stage, "a1 connects");
        play(&mut stage, &commands);
        let taken = stage.world().take_observations();
        let errors: Vec<_> = taken.told.iter().filter(|told| told.is_error()).map(word).collect();
        assert_eq!(errors, [format!("error {expected}")], "{commands}");
    }
}

#[test]
fn settings_that_close_connections_are_no_errors() {
    for change in
        ["app enabled=0", "app force-tls", "app is removed", "drain", "disconnect a1 4009"]
    {
        let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
        play(&mut stage, "a1 connects");
        play(&mut stage, change);
        assert_eq!(words(&stage.world().take_observations()), ["first connection"], "{change}");
    }
}

#[test]
fn of_many_errors_fifty_a_second_are_told_and_the_others_counted() {
    let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
    play(&mut stage, "a1 connects");
    let mut errors = |number, seconds: &str| {
        stage.world().take_observations();
        (0..number).for_each(|_| play(&mut stage, "a1 sends nonsense"));
        play(&mut stage, seconds);
        let taken = stage.world().take_observations();
        (taken.told.len(), taken.missed.iter().map(|missed| missed.errors).sum::<u64>())
    };
    assert_eq!(errors(ERRORS_PER_SECOND + 7, "wait 999ms"), (ERRORS_PER_SECOND, 7));
    assert_eq!(errors(1, "wait 1ms"), (0, 1));
    assert_eq!(errors(1, "wait 1ms"), (1, 0));
}

#[test]
fn of_many_events_a_sample_is_told_and_all_are_counted() {
    let mut stage = watched("app client-events event-rate=100000\na1 connects\na1 joins private-x");
    let many = EVENTS_PER_SECOND as usize * 3;
    stage.world().take_observations();
    (0..many).for_each(|_| play(&mut stage, "a1 triggers client-x on private-x 1"));
    let Observations { told, missed } = stage.world().take_observations();
    let [Missed { events, errors: 0, .. }] = missed[..] else { panic!("{missed:?}") };
    let first = told.iter().filter(|told| matches!(told.what, Happening::First(_))).count();
    assert_eq!(told.len() - first + events as usize, many);
    assert!((1..=EVENTS_PER_SECOND as usize).contains(&(told.len() - first)), "{}", told.len());
}

#[test]
fn what_nobody_takes_is_dropped_and_counted() {
    let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
    play(&mut stage, "a1 connects");
    stage.world().take_observations();
    let seconds = MAX_WAITING / ERRORS_PER_SECOND + 2;
    for _ in 0..seconds {
        (0..ERRORS_PER_SECOND).for_each(|_| play(&mut stage, "a1 sends nonsense"));
        play(&mut stage, "wait 1s");
    }
    let Observations { told, missed } = stage.world().take_observations();
    assert_eq!(told.len(), MAX_WAITING);
    let errors: u64 = missed.iter().map(|missed| missed.errors).sum();
    assert_eq!(told.len() + errors as usize, seconds * ERRORS_PER_SECOND);
}

#[test]
fn large_data_is_cut_and_its_size_is_told() {
    let mut stage = watched("app client-events\na1 connects\na1 joins private-x");
    stage.world().take_observations();
    let data = "é".repeat(5_100);
    play(&mut stage, &format!("a1 triggers client-x on private-x \"{data}\""));
    let taken = stage.world().take_observations();
    let Some(Happening::ClientEvent { data: told, .. }) = taken.told.last().map(|o| &o.what) else {
        panic!("{:?}", words(&taken));
    };
    assert!(told.is_cut());
    assert_eq!((told.bytes, told.text.len()), (10_200, MAX_DATA_BYTES));
}

const LIFE: &str = "
    app client-events
    a1 connects
    a1 joins news
    a1 joins presence-team as ana
    a1 triggers client-x on presence-team 1
    update ana on presence-team {}
    publish e on news data x
    a1 leaves news
    a1 closes
    wait 10s";

/// A watched app to which something has happened, the first times of everything not told.
fn watched(commands: &str) -> Stage {
    let mut stage = Stage::new(Staging { edges: 1, shuffle: None });
    watch(&mut stage, Watched::Yes);
    play(&mut stage, commands);
    stage
}

fn watch(stage: &mut Stage, watched: Watched) {
    let app = stage.app().id.clone();
    stage.world().order(&EdgeCommand::Observe(app, watched));
}

fn play(stage: &mut Stage, commands: &str) {
    for line in commands.lines().map(str::trim).filter(|line| !line.is_empty()) {
        stage.perform(&Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}")));
    }
}

/// What was told, but for first times.
fn told(stage: &mut Stage) -> Vec<String> {
    let mut words = words(&stage.world().take_observations());
    words.retain(|word| !word.starts_with("first "));
    words
}

fn words(observations: &Observations) -> Vec<String> {
    assert!(observations.missed.is_empty(), "{:?}", observations.missed);
    observations.told.iter().map(word).collect()
}

fn word(observation: &Observation) -> String {
    let who = [
        observation.socket.map(|socket| socket.to_string()),
        observation.user.as_ref().map(ToString::to_string),
        observation.channel.clone(),
    ];
    let who: Vec<_> = who.into_iter().flatten().collect();
    let who = who.join(" ");
    match &observation.what {
        Happening::Connection => format!("connection {who}"),
        Happening::Disconnection { code, reason } => {
            format!("disconnection {who} {code:?} {reason}")
        }
        Happening::Subscribed => format!("subscribed {who}"),
        Happening::Unsubscribed => format!("unsubscribed {who}"),
        Happening::Occupied => format!("occupied {who}"),
        Happening::Vacated => format!("vacated {who}"),
        Happening::ClientEvent { event, data } => {
            format!("client_event {who} {event} {}", data.text)
        }
        Happening::MemberAdded { info } => format!("member_added {who}{}", told_info(info)),
        Happening::MemberRemoved => format!("member_removed {who}"),
        Happening::MemberUpdated { info } => format!("member_updated {who}{}", told_info(info)),
        Happening::Error { kind, event, .. } => {
            let event = event.as_ref().map(|event| format!(" ({event})")).unwrap_or_default();
            format!("error {kind} {who}{event}")
        }
        Happening::First(first) => format!("first {}", first.name()),
    }
}

fn told_info(info: &Option<rollcall_engine::observe::Excerpt>) -> String {
    info.as_ref().map(|info| format!(" {}", info.text)).unwrap_or_default()
}
