//! How much is let through, and that a machine pays nothing before somebody watches.

use super::*;

fn at(millis: u64) -> Time {
    Time::after_start(Duration::from_millis(millis))
}

#[test]
fn a_sample_of_many_events_is_spread_over_the_second() {
    let mut allowance = Allowance::default();
    // A thousand a second, for three seconds.
    let kept: Vec<_> = (0..3_000).filter(|&millis| allowance.take_event(at(millis))).collect();
    let in_second = |second: u64| {
        kept.iter().filter(|&&millis| millis / 1_000 == second).copied().collect::<Vec<_>>()
    };
    assert_eq!(in_second(2).len(), EVENTS_PER_SECOND as usize);
    for half in [2_000..2_500, 2_500..3_000] {
        let in_half = kept.iter().filter(|&millis| half.contains(millis)).count();
        assert_eq!(in_half, EVENTS_PER_SECOND as usize / 2);
    }
}

#[test]
fn everything_is_kept_that_does_not_come_too_fast() {
    let mut allowance = Allowance::default();
    assert!((0..EVENTS_PER_SECOND).all(|_| allowance.take_event(at(5_000))), "at once");
    assert!(!allowance.take_event(at(5_000)), "and one more");
    assert!(allowance.take_event(at(5_005)), "as soon as there is room");
    let spread = (0..10_000).map(|number| at(10_000 + number * 5));
    assert!(spread.into_iter().all(|now| allowance.take_event(now)), "200 a second, for ever");
}

#[test]
fn an_observer_of_nothing_holds_nothing() {
    let mut observer = Observer::new([1, 2, 3, 4]);
    observer.observe(&AppId::new("1"), |_| panic!("nobody watches"));
    assert!(!observer.is_needed());
    assert_eq!((observer.apps.capacity(), observer.waiting.told.capacity()), (0, 0));
}

#[test]
fn watching_twice_is_watching_once() {
    let mut observer = Observer::new([1, 2, 3, 4]);
    let [app, other] = ["1", "2"].map(AppId::new);
    observer.set_watched(&app, Watched::Yes);
    observer.set_watched(&app, Watched::Yes);
    assert!(observer.watches(&app) && !observer.watches(&other));
    observer.set_watched(&app, Watched::No);
    assert!(!observer.is_needed());
    observer.set_watched(&other, Watched::No);
    assert!(!observer.is_needed());
}
