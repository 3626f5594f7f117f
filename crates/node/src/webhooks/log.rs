//! The last deliveries of each app, as an operator looks at them: how often they were tried, and
//! what was sent. It is kept in memory, within bounds, for what has arrived is nowhere else; what
//! has not arrived is in the store, whoever forgets it here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_engine::AppId;
use rollcall_store::{DeliveryState, ListedDelivery, UnixMillis};
use serde::Serialize;

use super::parcel::Parcel;
use super::post::Attempt;
use super::route::Address;

/// A delivery, as a console lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebhookDelivery {
    /// Its name, the same for each attempt.
    pub id: String,
    /// Where to.
    pub url: String,
    /// How it stands.
    pub state: WebhookState,
    /// How often it was tried.
    pub attempts: u32,
    /// When the last attempt began; none that this run does not know of.
    pub at: Option<UnixMillis>,
    /// The HTTP status that answered the last attempt.
    pub status: Option<u16>,
    /// How long the last attempt took, in ms.
    pub took_ms: Option<u64>,
    /// Why it has not arrived, where anything is known of that.
    pub problem: Option<String>,
    /// When it is tried again, if it is and its time is known.
    pub next_attempt_at: Option<UnixMillis>,
    /// The names of its events, in their order.
    pub events: Vec<String>,
    /// What was sent, or is to be sent.
    pub body: String,
    /// Whether there was more of the body than is kept.
    pub body_cut: bool,
    /// What the last attempt was signed with; empty if this run does not know of any.
    pub signature: String,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// It arrived.
    Delivered,
    /// It is tried.
    Waiting,
    /// Somebody wants it tried again.
    Wanted,
    /// It is not tried any longer.
    GivenUp,
}

/// What the courier writes and readers copy.
#[derive(Debug, Default)]
pub(crate) struct WebhookLog(Mutex<Recent>);

/// The deliveries of all apps, numbered by their last attempts.
#[derive(Debug, Default)]
struct Recent {
    deliveries: BTreeMap<u64, Entry>,
    by_id: HashMap<String, u64>,
    by_app: HashMap<AppId, BTreeSet<u64>>,
    attempts: u64,
    /// Lower numbers have no body any more.
    first_body: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    app: AppId,
    /// Shared, so that readers copy it without keeping the courier.
    delivery: Arc<WebhookDelivery>,
}

impl WebhookLog {
    /// What the log and the store know of an app, at most [`MOST_OF_APP`]. What the store lists has
    /// its place, for it can be sent again; the others are the last. Latest first.
    pub(crate) fn list(&self, app: &AppId, listed: Vec<ListedDelivery>) -> Vec<WebhookDelivery> {
        let listed = listed.into_iter().take(MOST_OF_APP);
        let mut listed: HashMap<_, _> = listed.map(|l| (l.delivery.id.clone(), l)).collect();
        let mut room = MOST_OF_APP - listed.len();
        let mut rows = Vec::new();
        for known in self.of_app(app) {
            let stored = listed.remove(&known.id);
            if stored.is_none() && room == 0 {
                continue;
            }
            room -= usize::from(stored.is_none());
            let at = known.at.unwrap_or_default();
            rows.push((at, known.beside(stored.map(|stored| stored.state))));
        }
        let unknown = listed.into_values();
        rows.extend(unknown.map(|stored| (stored.delivery.time_ms, stored.into())));
        rows.sort_by(|(at, a), (bt, b)| (Reverse(at), &a.id).cmp(&(Reverse(bt), &b.id)));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// A delivery was tried; if it is tried once more, then at `next`.
    pub(super) fn note_attempt(
        &self,
        address: &Address,
        parcel: &Parcel,
        attempt: &Attempt,
        next: Option<UnixMillis>,
    ) {
        let delivery = WebhookDelivery::tried(address, parcel, attempt, next);
        self.lock().put(&address.app, delivery);
    }

    /// A delivery is not tried any longer, for the reason that its last attempt gave or another.
    pub(super) fn note_given_up(&self, id: &str, problem: Option<&str>) {
        self.lock().change(id, |delivery| {
            delivery.state = WebhookState::GivenUp;
            delivery.next_attempt_at = None;
            // It is not longer than that of an attempt may be.
            delivery.problem = problem.map(str::to_owned).or_else(|| delivery.problem.take());
        });
    }

    /// A delivery that was given up is tried again.
    pub(super) fn note_taken_up(&self, id: &str) {
        self.lock().change(id, |delivery| delivery.state = WebhookState::Waiting);
    }

    /// The deliveries of an app, latest first.
    fn of_app(&self, app: &AppId) -> Vec<Arc<WebhookDelivery>> {
        let recent = self.lock();
        let numbers = recent.by_app.get(app).into_iter().flatten().rev();
        numbers.map(|number| Arc::clone(&recent.deliveries[number].delivery)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// Puts a delivery last, if need be in the place of what was known of it.
    fn put(&mut self, app: &AppId, delivery: WebhookDelivery) {
        if let Some(&number) = self.by_id.get(&delivery.id) {
            self.remove(number);
        }
        let number = self.attempts;
        self.attempts += 1;
        self.bytes += delivery.bytes();
        self.by_id.insert(delivery.id.clone(), number);
        let of_app = self.by_app.entry(app.clone()).or_default();
        of_app.insert(number);
        let excess = of_app.first().copied().filter(|_| of_app.len() > MOST_OF_APP);
        let entry = Entry { app: app.clone(), delivery: Arc::new(delivery) };
        self.deliveries.insert(number, entry);
        if let Some(oldest) = excess {
            self.remove(oldest);
        }
        self.shrink();
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut WebhookDelivery)) {
        let number = self.by_id.get(id);
        let Some(entry) = number.and_then(|number| self.deliveries.get_mut(number)) else { return };
        let delivery = Arc::make_mut(&mut entry.delivery);
        self.bytes -= delivery.bytes();
        change(delivery);
        self.bytes += delivery.bytes();
    }

    /// The oldest bodies go first, and when there are none left the oldest deliveries.
    fn shrink(&mut self) {
        while self.bytes > MOST_BYTES {
            match self.deliveries.range_mut(self.first_body..).next() {
                Some((&number, entry)) => {
                    self.first_body = number + 1;
                    let delivery = Arc::make_mut(&mut entry.delivery);
                    self.bytes -= delivery.body.len();
                    delivery.body = String::new();
                    delivery.body_cut = true;
                }
                None => match self.deliveries.first_key_value() {
                    Some((&oldest, _)) => self.remove(oldest),
                    None => return,
                },
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Some(Entry { app, delivery }) = self.deliveries.remove(&number) else { return };
        self.bytes -= delivery.bytes();
        self.by_id.remove(&delivery.id);
        let Some(of_app) = self.by_app.get_mut(&app) else { return };
        of_app.remove(&number);
        if of_app.is_empty() {
            self.by_app.remove(&app);
        }
    }
}

impl WebhookDelivery {
    fn tried(
        address: &Address,
        parcel: &Parcel,
        attempt: &Attempt,
        next_attempt_at: Option<UnixMillis>,
    ) -> Self {
        let state = match attempt.result {
            Ok(_) => WebhookState::Delivered,
            Err(_) => WebhookState::Waiting,
        };
        Self {
            state,
            at: Some(attempt.at),
            status: attempt.status(),
            took_ms: Some(attempt.took_ms()),
            problem: attempt.problem(),
            next_attempt_at,
            signature: attempt.signature.clone(),
            ..Self::untried(&address.url, parcel)
        }
    }

    /// One of which no attempt is known.
    fn untried(url: &str, parcel: &Parcel) -> Self {
        let whole = parcel.body();
        let body = String::from_utf8_lossy(&whole[..whole.len().min(MOST_BODY)]);
        // What is left of a character in the middle of which it was cut.
        let body = body.trim_end_matches(char::REPLACEMENT_CHARACTER).to_owned();
        Self {
            id: parcel.id.clone(),
            url: url.to_owned(),
            state: WebhookState::Waiting,
            attempts: parcel.attempts,
            at: None,
            status: None,
            took_ms: None,
            problem: None,
            next_attempt_at: None,
            events: parcel.names(),
            body_cut: body.len() < whole.len(),
            body,
            signature: String::new(),
        }
    }

    /// This, beside what the store says. A wish is in the store first, and all else is here: when
    /// the store was asked, that may not have been written.
    fn beside(&self, stored: Option<DeliveryState>) -> Self {
        let state = match (self.state, stored) {
            (WebhookState::GivenUp, Some(DeliveryState::Wanted)) => WebhookState::Wanted,
            (known, _) => known,
        };
        Self { state, ..self.clone() }
    }

    /// What it takes in memory, roughly.
    fn bytes(&self) -> usize {
        let events: usize = self.events.iter().map(|name| size_of::<String>() + name.len()).sum();
        let problem = self.problem.as_ref().map_or(0, String::len);
        let texts = 2 * self.id.len() + self.url.len() + self.signature.len() + problem;
        PLACE + texts + events + self.body.len()
    }
}

/// What the store has of it. Of its attempts it knows how many they were, and what came of the last.
impl From<ListedDelivery> for WebhookDelivery {
    fn from(ListedDelivery { delivery, state, problem }: ListedDelivery) -> Self {
        let url = delivery.url.clone();
        Self {
            state: match state {
                DeliveryState::Waiting => WebhookState::Waiting,
                DeliveryState::GivenUp => WebhookState::GivenUp,
                DeliveryState::Wanted => WebhookState::Wanted,
            },
            problem: Some(problem).filter(|problem| !problem.is_empty()),
            ..Self::untried(&url, &Parcel::stored(delivery))
        }
    }
}

/// Deliveries of an app that are kept, and listed.
const MOST_OF_APP: usize = 200;

/// What is kept of a body.
const MOST_BODY: usize = 64 << 10;

/// What all of it takes.
const MOST_BYTES: usize = 8 << 20;

/// What a delivery takes beside its texts: itself, and its entries in the indexes.
const PLACE: usize = size_of::<WebhookDelivery>() + 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rollcall_store::Delivery;

    use super::*;
    use crate::webhooks::post::Problem;

    fn parcel(id: &str, body: usize) -> Parcel {
        let events = format!(r#"[{{"name":"client_event","channel":"{}"}}]"#, "ü".repeat(body / 2));
        Parcel { id: id.to_owned(), events, count: 1, time_ms: 1, attempts: 1 }
    }

    fn attempt(at: UnixMillis, result: Result<u16, u16>) -> Attempt {
        let status = |status: u16| reqwest::StatusCode::from_u16(status).unwrap();
        let result = result.map(status).map_err(|refused| Problem::Status(status(refused)));
        Attempt { at, took: Duration::from_millis(3), signature: "s".to_owned(), result }
    }

    fn deliver(log: &WebhookLog, app: &str, id: &str, at: UnixMillis, body: usize) {
        let address = Address::new(app, "http://a/");
        log.note_attempt(&address, &parcel(id, body), &attempt(at, Ok(200)), None);
    }

    fn listed(id: &str, time_ms: UnixMillis, state: DeliveryState) -> ListedDelivery {
        let parcel = Parcel { time_ms, ..parcel(id, 2) };
        let delivery: Delivery = parcel.to_delivery("1", "http://a/");
        ListedDelivery { delivery, state, problem: "it answered 500".to_owned() }
    }

    fn ids(rows: &[WebhookDelivery]) -> Vec<&str> {
        rows.iter().map(|row| row.id.as_str()).collect()
    }

    #[test]
    fn a_row_has_the_names_that_the_console_knows() {
        let log = WebhookLog::default();
        let address = Address::new("1", "http://a/");
        log.note_attempt(&address, &parcel("x", 2), &attempt(5, Err(503)), Some(1005));
        let rows = log.list(&address.app, Vec::new());
        let body = r#"{"time_ms":1,"events":[{"name":"client_event","channel":"ü"}]}"#;
        let expected = serde_json::json!([{
            "id": "x", "url": "http://a/", "state": "waiting", "attempts": 1, "at": 5,
            "status": 503, "took_ms": 3, "problem": "it answered 503", "next_attempt_at": 1005,
            "events": ["client_event"], "body": body, "body_cut": false, "signature": "s",
        }]);
        assert_eq!(serde_json::to_value(rows).unwrap(), expected);
    }

    #[test]
    fn a_repeat_is_not_another_delivery_and_comes_first() {
        let log = WebhookLog::default();
        deliver(&log, "1", "a", 1, 2);
        deliver(&log, "1", "b", 2, 2);
        deliver(&log, "1", "a", 3, 2);
        assert_eq!(ids(&log.list(&AppId::new("1"), Vec::new())), ["a", "b"]);
    }

    #[test]
    fn the_last_200_of_an_app_are_kept_and_another_app_pushes_none_out() {
        let log = WebhookLog::default();
        deliver(&log, "2", "other", 0, 2);
        for n in 0..201 {
            deliver(&log, "1", &format!("{n:03}"), n, 2);
        }
        let rows = log.list(&AppId::new("1"), Vec::new());
        assert_eq!((rows.len(), &*rows[0].id, &*rows[199].id), (200, "200", "001"));
        assert_eq!(log.of_app(&AppId::new("1")).len(), 200);
        assert_eq!(ids(&log.list(&AppId::new("2"), Vec::new())), ["other"]);
    }

    #[test]
    fn a_body_is_cut_between_characters_and_that_is_said() {
        let log = WebhookLog::default();
        for (id, filler) in [("a", "x"), ("b", "xx")] {
            let mut parcel = parcel(id, MOST_BODY);
            parcel.events.insert_str(1, filler);
            log.note_attempt(&Address::new("1", "u"), &parcel, &attempt(1, Ok(200)), None);
        }
        let mut lengths = Vec::new();
        for row in log.list(&AppId::new("1"), Vec::new()) {
            assert!(row.body_cut && row.body.ends_with('ü'));
            lengths.push(row.body.len());
        }
        lengths.sort_unstable();
        assert_eq!(lengths, [MOST_BODY - 1, MOST_BODY]);
    }

    #[test]
    fn when_there_is_too_much_the_oldest_bodies_go_whosever_they_are() {
        let log = WebhookLog::default();
        for n in 0..150 {
            deliver(&log, &(n % 2).to_string(), &n.to_string(), n, MOST_BODY);
            assert!(log.lock().bytes <= MOST_BYTES);
        }
        for app in ["0", "1"] {
            let rows = log.list(&AppId::new(app), Vec::new());
            assert_eq!(rows.len(), 75);
            let (with, without): (Vec<_>, Vec<_>) = rows.iter().partition(|r| !r.body.is_empty());
            assert!((60..=64).contains(&with.len()), "{}", with.len());
            assert!(without.iter().all(|row| row.body_cut && row.at < with[with.len() - 1].at));
        }
    }

    #[test]
    fn when_no_body_is_left_the_oldest_deliveries_go_and_the_account_is_right() {
        let log = WebhookLog::default();
        let url = format!("http://a/{}", "x".repeat(2000));
        for n in 0..5000 {
            let address = Address::new(&(n / 100).to_string(), &url);
            log.note_attempt(&address, &parcel(&n.to_string(), 2), &attempt(n, Ok(200)), None);
        }
        let recent = log.lock();
        assert!((MOST_BYTES - 4000..=MOST_BYTES).contains(&recent.bytes), "{}", recent.bytes);
        let bytes: usize = recent.deliveries.values().map(|entry| entry.delivery.bytes()).sum();
        assert_eq!(recent.bytes, bytes);
        let count = recent.deliveries.len();
        assert_eq!(recent.by_id.len(), count);
        assert_eq!(recent.by_app.values().map(BTreeSet::len).sum::<usize>(), count);
        assert!(!recent.by_app.contains_key(&AppId::new("0")));
    }

    #[test]
    fn what_the_store_lists_has_its_place_among_the_last() {
        let log = WebhookLog::default();
        for n in 0..200 {
            deliver(&log, "1", &format!("{n:03}"), 1000 + n, 2);
        }
        let stored = vec![
            listed("old", 5, DeliveryState::GivenUp),
            listed("new", 5000, DeliveryState::Waiting),
        ];
        let rows = log.list(&AppId::new("1"), stored);
        assert_eq!((rows.len(), &*rows[0].id, &*rows[199].id), (200, "new", "old"));
        assert_eq!((&*rows[1].id, &*rows[198].id), ("199", "002"));
        let old = &rows[199];
        assert_eq!((old.state, old.at, old.attempts), (WebhookState::GivenUp, None, 1));
        assert_eq!(old.problem.as_deref(), Some("it answered 500"));
        assert!(old.body.starts_with(r#"{"time_ms":5,"events":[{"name":"client_event""#));
    }

    #[test]
    fn a_store_that_was_asked_too_early_does_not_take_back_what_happened_since() {
        let log = WebhookLog::default();
        let app = AppId::new("1");
        let state = |stored| log.list(&app, vec![listed("a", 1, stored)])[0].state;
        let address = Address::new("1", "http://a/");
        log.note_attempt(&address, &parcel("a", 2), &attempt(1, Err(500)), Some(2));
        log.note_given_up("a", None);
        assert_eq!(state(DeliveryState::Waiting), WebhookState::GivenUp);
        assert_eq!(state(DeliveryState::Wanted), WebhookState::Wanted);
        log.note_taken_up("a");
        assert_eq!(state(DeliveryState::Wanted), WebhookState::Waiting);
        deliver(&log, "1", "a", 2, 2);
        assert_eq!(state(DeliveryState::Waiting), WebhookState::Delivered);
    }

    #[test]
    fn what_is_given_up_has_no_next_attempt_and_keeps_its_problem_unless_there_is_another() {
        let log = WebhookLog::default();
        let app = AppId::new("1");
        let tell = || {
            let row = log.list(&app, Vec::new()).remove(0);
            (row.next_attempt_at, row.problem.unwrap())
        };
        let address = Address::new("1", "http://a/");
        log.note_attempt(&address, &parcel("a", 2), &attempt(1, Err(500)), Some(2));
        log.note_given_up("a", None);
        assert_eq!(tell(), (None, "it answered 500".to_owned()));
        log.note_given_up("a", Some("it is gone"));
        assert_eq!(tell(), (None, "it is gone".to_owned()));
        log.note_given_up("nobody's", None);
    }
}
