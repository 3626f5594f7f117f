//! What is owed on its way: from the journal into lines of endpoints, deliveries, and the list of
//! what was given up.

use rollcall_store::{
    Delivery, DeliveryEntry, DeliveryState, GIVEN_UP_MS, JournalEntry, MOST_GIVEN_UP, NewOwedEvent,
    Store, Told,
};

use crate::common::Scratch;

fn owed(app: &str, channel: &str) -> JournalEntry {
    JournalEntry::Owed(NewOwedEvent {
        app: app.to_owned(),
        channel: channel.to_owned(),
        name: "cache_miss".to_owned(),
        event: format!(r#"{{"name":"cache_miss","channel":"{channel}"}}"#),
        time_ms: 7,
        told: Told::Nothing,
    })
}

fn waits(event: i64, url: &str) -> DeliveryEntry {
    DeliveryEntry::Waits { event, url: url.to_owned() }
}

fn delivery(id: &str) -> Delivery {
    Delivery {
        id: id.to_owned(),
        app_id: "1".to_owned(),
        url: "http://a/".to_owned(),
        events: "[]".to_owned(),
        count: 1,
        time_ms: 5,
        attempts: 0,
    }
}

fn made(id: &str, events: &[i64]) -> DeliveryEntry {
    DeliveryEntry::Made { delivery: delivery(id), events: events.to_vec() }
}

fn given_up(id: &str, now: i64) -> DeliveryEntry {
    let (id, app) = (id.to_owned(), "1".to_owned());
    DeliveryEntry::GivenUp { id, app, now, problem: None }
}

async fn ids(store: &Store) -> Vec<(String, DeliveryState)> {
    let listed = store.deliveries(None, 5000).await.expect("the list");
    listed.into_iter().map(|listed| (listed.delivery.id, listed.state)).collect()
}

#[tokio::test]
async fn an_event_waits_for_each_endpoint_until_it_is_in_a_delivery_of_it() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    store.write_journal(&[owed("1", "a"), owed("2", "b"), owed("1", "c")]).await.unwrap();
    let of_app = store.owed_events_of("1", 0, 10).await.unwrap();
    assert_eq!(of_app.iter().map(|event| event.channel.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(store.owed_events_of("1", of_app[0].id, 10).await.unwrap(), of_app[1..]);

    let first = of_app[0].id;
    let entries = [
        waits(first, "http://a/"),
        waits(first, "http://b/"),
        DeliveryEntry::Spread { event: first },
        made("x", &[first]),
    ];
    assert_eq!(store.write_deliveries(&entries).await.unwrap(), 0);
    store.close().await;
    let store = Store::open(scratch.path()).await.unwrap();
    assert_eq!(store.owed_events(0, 10).await.unwrap().len(), 2);
    let waiting = store.waiting_events().await.unwrap();
    assert_eq!(waiting.len(), 1, "one endpoint has it in a delivery");
    assert_eq!((waiting[0].url.as_str(), waiting[0].event_id), ("http://b/", first));
    assert_eq!(waiting[0].event, of_app[0].event);
    assert_eq!(store.waiting_deliveries().await.unwrap(), [delivery("x")]);

    let (id, problem) = ("x".to_owned(), "503".to_owned());
    store.write_deliveries(&[DeliveryEntry::Failed { id, attempts: 3, problem }]).await.unwrap();
    assert_eq!(store.waiting_deliveries().await.unwrap()[0].attempts, 3);
    assert_eq!(store.deliveries(Some("1"), 5).await.unwrap()[0].problem, "503");
    assert_eq!(store.deliveries(Some("2"), 5).await.unwrap(), []);
    store.write_deliveries(&[DeliveryEntry::Arrived { id: "x".to_owned() }]).await.unwrap();
    assert_eq!(store.waiting_deliveries().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_when_somebody_wants_it() {
    use DeliveryState::{GivenUp, Waiting, Wanted};
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let entries = [made("x", &[]), made("y", &[]), made("z", &[])];
    store.write_deliveries(&entries).await.unwrap();
    store.write_deliveries(&[given_up("x", 9), given_up("y", 9)]).await.unwrap();
    let states = |states: [DeliveryState; 3]| {
        ["z", "y", "x"].map(str::to_owned).into_iter().zip(states).collect::<Vec<_>>()
    };
    assert_eq!(ids(&store).await, states([Waiting, GivenUp, GivenUp]));

    for (id, app) in [(Some("z"), None), (Some("x"), Some("2")), (None, Some("2"))] {
        assert_eq!(store.resend(id, app).await.unwrap(), 0, "{id:?} {app:?}");
    }
    assert_eq!(store.resend(Some("x"), None).await.unwrap(), 1);
    assert_eq!(ids(&store).await, states([Waiting, GivenUp, Wanted]));
    assert_eq!(store.wanted_deliveries(9).await.unwrap(), [delivery("x")]);
    let renewed = DeliveryEntry::Renewed { id: "x".to_owned(), time_ms: 99 };
    store.write_deliveries(&[renewed]).await.unwrap();
    assert_eq!(store.wanted_deliveries(9).await.unwrap(), []);
    assert_eq!(store.waiting_deliveries().await.unwrap()[0].time_ms, 99);
    assert_eq!(store.resend(None, Some("1")).await.unwrap(), 1);
    assert_eq!(ids(&store).await, states([Waiting, Wanted, Waiting]));
}

#[tokio::test]
async fn of_what_was_given_up_the_newest_are_kept_and_for_seven_days() {
    let scratch = Scratch::new();
    let store = Store::open(scratch.path()).await.unwrap();
    let most = i64::from(MOST_GIVEN_UP);
    let all: Vec<_> = (0..most + 2).map(|n| made(&n.to_string(), &[])).collect();
    store.write_deliveries(&all).await.unwrap();
    let ends: Vec<_> = (0..most + 1).map(|n| given_up(&n.to_string(), n)).collect();
    assert_eq!(store.write_deliveries(&ends).await.unwrap(), 1, "the oldest gives way");
    assert_eq!(store.deliveries(None, 5000).await.unwrap().len(), MOST_GIVEN_UP as usize + 1);

    store.purge(GIVEN_UP_MS + most - 1).await.unwrap();
    let left = ids(&store).await;
    let last = |n: i64| n.to_string();
    assert_eq!(
        left,
        [(last(most + 1), DeliveryState::Waiting), (last(most), DeliveryState::GivenUp)]
    );
}
