//! Transcripts of one endpoint: what happens to it, and what it has the shell do.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use super::batch::MOST_BYTES;
use super::*;

#[test]
fn p186_events_travel_together_after_250_ms_or_when_they_are_20() {
    check(
        Batching::On,
        "
        1 a, 2 b, 3 a     |
        249               |
        250               | make #1: 1 2 3; send #1
        4 a, 5 c          |
        500               | make #2: 5; send #2
        ok 1              | make #3: 4; send #3
        ",
    );
    let twenty: Vec<_> = (1..=20).map(|id| format!("{id} c{id}")).collect();
    let ids: Vec<_> = (1..=20).map(|id| id.to_string()).collect();
    let script = format!("{} | make #1: {}; send #1", twenty.join(", "), ids.join(" "));
    check(Batching::On, &script);
}

#[test]
fn p186_without_batching_there_is_one_event_in_a_request() {
    check(
        Batching::Off,
        "
        1 a, 2 b          | make #1: 1; make #2: 2; send #1; send #2
        ",
    );
}

#[test]
fn a_channels_events_are_in_one_undelivered_request_and_others_go_on() {
    check(
        Batching::Off,
        "
        1 a, 2 a, 3 b     | make #1: 1; make #2: 3; send #1; send #2
        ok 2              |
        fail 1            |
        1000              | send #1
        4 b               | make #3: 4; send #3
        ok 1              | make #4: 2; send #4
        ",
    );
}

#[test]
fn p185_a_request_that_fails_is_repeated_with_backoff_for_five_minutes_then_given_up() {
    check(
        Batching::Off,
        "
        1 a, 2 a          | make #1: 1; send #1
        fail 1            |
        999               |
        1000              | send #1
        fail 1            |
        3000              | send #1
        fail 1            |
        7000              | send #1
        fail 1            |
        15000             | send #1
        fail 1            |
        31000             | send #1
        fail 1            |
        63000             | send #1
        fail 1            |
        123000            | send #1
        fail 1            |
        183000            | send #1
        fail 1            |
        243000            | send #1
        fail 1            |
        295000            | send #1
        fail 1            | give up #1; make #2: 2; send #2
        ok 2              |
        ",
    );
}

#[test]
fn a_failure_says_when_the_next_attempt_is_and_the_last_that_there_is_none() {
    let mut endpoint = Endpoint::new(Batching::Off);
    let mut now = Time::ZERO;
    endpoint.handle_event(now, event(1, "a"));
    told(&mut endpoint, now);
    let mut next = Vec::new();
    while let Some(again) = endpoint.handle_failed(now, DeliveryNo(1)) {
        assert_eq!(endpoint.poll_timeout(), Some(again));
        now = again;
        assert_eq!(told(&mut endpoint, now), "send #1");
        next.push(now.since_start().as_secs());
    }
    assert_eq!(next, [1, 3, 7, 15, 31, 63, 123, 183, 243, 295]);
}

#[test]
fn what_waited_as_long_behind_what_was_given_up_goes_with_it() {
    check(
        Batching::On,
        "
        1 a               |
        250               | make #1: 1; send #1
        2 a, 3 a          |
        fail 1            |
        300000            | send #1
        4 a               |
        301000            |
        fail 1            | give up #1; make #2: 2 3; give up #2; make #3: 4; send #3
        ",
    );
}

#[test]
fn what_waited_long_behind_what_arrived_is_sent() {
    check(
        Batching::Off,
        "
        1 a, 2 a          | make #1: 1; send #1
        400000            |
        ok 1              | make #2: 2; send #2
        ",
    );
}

#[test]
fn at_most_eight_requests_are_under_way() {
    check(
        Batching::Off,
        "
        1 a, 2 b, 3 c, 4 d | make #1: 1; make #2: 2; make #3: 3; make #4: 4; send #1; send #2; send #3; send #4
        5 e, 6 f, 7 g, 8 h | make #5: 5; make #6: 6; make #7: 7; make #8: 8; send #5; send #6; send #7; send #8
        9 i                | make #9: 9
        ok 4              | send #9
        ",
    );
}

#[test]
fn while_a_thousand_have_not_arrived_further_events_wait() {
    let mut endpoint = Endpoint::new(Batching::Off);
    for id in 1..=1500 {
        endpoint.handle_event(Time::ZERO, event(id, &format!("c{id}")));
    }
    let steps: Vec<_> = std::iter::from_fn(|| endpoint.poll_step(Time::ZERO)).collect();
    let made = steps.iter().filter(|step| matches!(step, Step::Make(..))).count();
    assert_eq!((made, steps.len()), (MOST_DELIVERIES, MOST_DELIVERIES + MOST_SENDING));
    assert_eq!(endpoint.poll_timeout(), None, "nothing to wake up for");
    endpoint.handle_delivered(DeliveryNo(1));
    assert!(matches!(endpoint.poll_step(Time::ZERO), Some(Step::Make(..))));
}

#[test]
fn a_request_carries_so_many_bytes_unless_one_event_is_more() {
    let mut endpoint = Endpoint::new(Batching::On);
    let sizes = [MOST_BYTES / 2, MOST_BYTES / 2, 1, MOST_BYTES * 2, 1];
    for (id, size) in (1..).zip(sizes) {
        let text = "x".repeat(size);
        endpoint.handle_event(Time::ZERO, OwedEvent { text, ..event(id, &format!("c{id}")) });
    }
    assert_eq!(endpoint.held_bytes(), sizes.iter().sum::<usize>());
    let now = Time::ZERO + Batching::On.patience();
    let made: Vec<Vec<i64>> = std::iter::from_fn(|| endpoint.poll_step(now))
        .filter_map(|step| match step {
            Step::Make(_, events) => Some(events.iter().map(|event| event.id).collect()),
            _ => None,
        })
        .collect();
    assert_eq!(made, [vec![1, 2], vec![3], vec![4], vec![5]]);
}

#[test]
fn what_an_earlier_run_left_goes_first_and_its_channels_wait_for_it() {
    let mut endpoint = Endpoint::new(Batching::Off);
    endpoint.handle_event(Time::ZERO, event(7, "a"));
    let left = RETRY_FOR;
    let no = endpoint.handle_undelivered(Time::ZERO, vec!["a".into(), "b".into()], 10, left);
    assert_eq!(told(&mut endpoint, Time::ZERO), "send #1");
    endpoint.handle_event(Time::ZERO, event(8, "b"));
    assert_eq!(told(&mut endpoint, Time::ZERO), "");
    endpoint.handle_delivered(no);
    assert_eq!(told(&mut endpoint, Time::ZERO), "make #2: 7; make #3: 8; send #2; send #3");
}

#[test]
fn what_is_sent_again_by_hand_holds_nothing_up() {
    let mut endpoint = Endpoint::new(Batching::Off);
    endpoint.handle_undelivered(Time::ZERO, Vec::new(), 10, RETRY_FOR);
    endpoint.handle_event(Time::ZERO, event(1, "a"));
    assert_eq!(told(&mut endpoint, Time::ZERO), "make #2: 1; send #1; send #2");
}

#[test]
fn what_a_closed_endpoint_is_owed_is_given_up_but_for_what_arrives_all_the_same() {
    check(
        Batching::Off,
        "
        1 a, 2 a, 3 b, 4 c | make #1: 1; make #2: 3; make #3: 4; send #1; send #2; send #3
        fail 3             |
        close              | give up #3
        ok 1               | make #4: 2; give up #4
        fail 2             | give up #2
        5 b                | make #5: 5; give up #5
        open, 6 b          | make #6: 6; send #6
        ",
    );
}

#[test]
fn whatever_happens_each_event_is_sent_in_the_order_of_its_channel_and_the_account_is_right() {
    for seed in 0..200 {
        Storm::new(seed).rage();
    }
}

/// Random events and answers, and what must be so whatever they are.
struct Storm {
    endpoint: Endpoint,
    chance: u64,
    now: Time,
    next: i64,
    bytes: usize,
    under_way: BTreeSet<DeliveryNo>,
    made: BTreeMap<DeliveryNo, Vec<OwedEvent>>,
    ended: HashMap<Arc<str>, i64>,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let batching = if seed.is_multiple_of(2) { Batching::On } else { Batching::Off };
        Self {
            endpoint: Endpoint::new(batching),
            chance: seed,
            now: Time::ZERO,
            next: 0,
            bytes: 0,
            under_way: BTreeSet::new(),
            made: BTreeMap::new(),
            ended: HashMap::new(),
        }
    }

    fn rage(&mut self) {
        for _ in 0..300 {
            match self.draw(5) {
                0 | 1 => self.add(),
                2 => self.now = self.now + Duration::from_millis(self.draw(20_000)),
                _ => self.answer(),
            }
            self.settle();
        }
        for _ in 0..10_000 {
            if self.endpoint.is_idle() {
                return assert_eq!(self.ended.values().max().copied().unwrap_or(0), self.next);
            }
            self.now = self.endpoint.poll_timeout().unwrap_or(self.now).max(self.now);
            self.answer();
            self.settle();
        }
        panic!("it never ends");
    }

    fn add(&mut self) {
        self.next += 1;
        let event = event(self.next, &format!("c{}", self.draw(5)));
        self.bytes += event.text.len();
        self.endpoint.handle_event(self.now, event);
    }

    fn answer(&mut self) {
        let Some(no) = self.under_way.pop_first() else { return };
        match self.draw(2) {
            0 => {
                self.endpoint.handle_failed(self.now, no);
            }
            _ => {
                self.end(no);
                self.endpoint.handle_delivered(no);
            }
        }
    }

    fn settle(&mut self) {
        while let Some(step) = self.endpoint.poll_step(self.now) {
            match step {
                Step::Make(no, events) => self.make(no, events),
                Step::Send(no) => assert!(self.under_way.insert(no), "sent twice at once"),
                Step::GiveUp(no) => self.end(no),
            }
        }
        assert!(self.under_way.len() <= MOST_SENDING);
        assert_eq!(self.endpoint.held_bytes(), self.bytes);
    }

    fn make(&mut self, no: DeliveryNo, events: Vec<OwedEvent>) {
        let open = |channel: &str| self.made.values().flatten().any(|e| &*e.channel == channel);
        assert!(events.iter().all(|event| !open(&event.channel)), "a channel is in two");
        assert!(self.made.insert(no, events).is_none());
    }

    fn end(&mut self, no: DeliveryNo) {
        for event in self.made.remove(&no).expect("only what was made ends") {
            self.bytes -= event.text.len();
            let before = self.ended.insert(event.channel, event.id);
            assert!(before < Some(event.id), "out of order");
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.chance >> 33) % below
    }
}

/// Plays a script of one endpoint: each line is what happens (`ID CHANNEL`, `ok NO`, `fail NO`, or
/// a time in ms), and behind the bar what has to be done then.
fn check(batching: Batching, script: &str) {
    let mut endpoint = Endpoint::new(batching);
    let mut now = Time::ZERO;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (happens, expected) = line.split_once('|').expect("a line has a bar");
        for word in happens.split(',').map(str::trim) {
            match word.split_once(' ') {
                None if word == "close" => endpoint.close(),
                None if word == "open" => endpoint.open(),
                None => now = Time::after_start(Duration::from_millis(word.parse().unwrap())),
                Some(("ok", no)) => endpoint.handle_delivered(DeliveryNo(no.parse().unwrap())),
                Some(("fail", no)) => {
                    endpoint.handle_failed(now, DeliveryNo(no.parse().unwrap()));
                }
                Some((id, channel)) => {
                    endpoint.handle_event(now, event(id.parse().unwrap(), channel))
                }
            }
        }
        assert_eq!(told(&mut endpoint, now), expected.trim(), "after {happens}");
    }
}

fn told(endpoint: &mut Endpoint, now: Time) -> String {
    let mut steps = Vec::new();
    while let Some(step) = endpoint.poll_step(now) {
        steps.push(match step {
            Step::Make(no, events) => {
                events.iter().fold(format!("make #{}:", no.0), |mut told, event| {
                    write!(told, " {}", event.id).unwrap();
                    told
                })
            }
            Step::Send(no) => format!("send #{}", no.0),
            Step::GiveUp(no) => format!("give up #{}", no.0),
        });
    }
    steps.join("; ")
}

fn event(id: i64, channel: &str) -> OwedEvent {
    OwedEvent { id, channel: channel.into(), text: format!("{{\"channel\":\"{channel}\"}}") }
}
