//! The task that owns every webhook on its way: its state, and the turn that it repeats.
//!
//! A turn takes what came in, has every endpoint's machine say what is to be done, writes all of
//! that down in one transaction, and only then sends. So whatever a receiver sees is on disk, and
//! the process may be killed between any two steps.

use std::collections::HashMap;
use std::time::Duration;

use rollcall_engine::Time;
use rollcall_engine::delivery::{DeliveryNo, Step};
use rollcall_store::{Delivery, DeliveryEntry, Store, StoreError};
use rollcall_wire::auth::Key;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};
use tracing::error;

use super::counts::WebhookCounters;
use super::intake::Intake;
use super::parcel::Parcel;
use super::post::{Attempt, Letter, Post, Problem};
use super::route::{Address, Now, Route};
use crate::handle::NodeHandle;
use crate::usage::{Count, Usage};

/// Everything that is on its way.
pub(super) struct Courier {
    pub(super) node: NodeHandle,
    pub(super) store: Store,
    pub(super) routes: HashMap<Address, Route>,
    /// What the turn has to write down.
    pub(super) entries: Vec<DeliveryEntry>,
    /// What the turn has to send once that is done.
    outgoing: Vec<(Address, DeliveryNo)>,
    under_way: JoinSet<Outcome>,
    post: Post,
    intake: Intake,
    /// When the store is to be looked at even if nobody says that there is something.
    next_look: Time,
    /// Begins every id of this run; no other run has it.
    run: u64,
    made: u64,
}

/// What came of a request.
struct Outcome {
    address: Address,
    no: DeliveryNo,
    attempt: Attempt,
}

impl Courier {
    pub(super) fn new(
        node: NodeHandle,
        store: Store,
        post: Post,
    ) -> Result<Self, getrandom::Error> {
        Ok(Self {
            node,
            store,
            routes: HashMap::new(),
            entries: Vec::new(),
            outgoing: Vec::new(),
            under_way: JoinSet::new(),
            post,
            intake: Intake::default(),
            next_look: Time::ZERO,
            run: getrandom::u64()?,
            made: 0,
        })
    }

    /// Wakes for: something owed, the end of a request, the time of a machine or to look at the
    /// store, and the end.
    pub(super) async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        tokio::select! {
            () = self.restore() => {}
            _ = &mut stop => return,
        }
        loop {
            self.turn().await;
            let wake = self.node.clock().instant(self.next_wake());
            let node = self.node.clone();
            tokio::select! {
                () = node.something_owed() => self.intake.expect_more(),
                Some(outcome) = self.under_way.join_next() => self.take_outcome(outcome),
                () = sleep_until(wake) => {}
                _ = &mut stop => break,
            }
        }
        // What arrives now need not be sent again at the next start.
        let _ = timeout(LAST_WAIT, self.gather()).await;
        self.write().await;
    }

    async fn turn(&mut self) {
        while let Some(outcome) = self.under_way.try_join_next() {
            self.take_outcome(outcome);
        }
        self.look().await;
        self.poll_routes();
        self.write().await;
        self.send();
    }

    /// Takes from the store what is new in it. If it fails, that is told, and tried again.
    async fn look(&mut self) {
        let now = self.now();
        let is_time = self.next_look <= now.time;
        if !is_time && !self.intake.expects_more() {
            return;
        }
        let mut intake = std::mem::take(&mut self.intake);
        let mut looked = intake.take_owed(self, now).await;
        if is_time && looked.is_ok() {
            looked = self.take_wanted(now).await;
            self.next_look = now.time + LOOK_EVERY;
        }
        self.intake = intake;
        if let Err(error) = looked {
            error!(%error, "webhooks wait");
            self.next_look = now.time + LOOK_EVERY;
        }
    }

    /// Takes up deliveries that somebody wants tried again.
    async fn take_wanted(&mut self, now: Now) -> Result<(), StoreError> {
        for delivery in self.store.wanted_deliveries(WANTED_AT_ONCE).await? {
            let (id, time_ms) = (delivery.id.clone(), now.unix);
            self.node.delivery_log().note_taken_up(&id);
            self.entries.push(DeliveryEntry::Renewed { id, time_ms });
            self.route(&delivery.app_id.clone(), &delivery.url.clone()).resend(now, delivery);
        }
        Ok(())
    }

    fn poll_routes(&mut self) {
        let now = self.now();
        let mut routes = std::mem::take(&mut self.routes);
        for (address, route) in &mut routes {
            let tenant = self.node.tenant(address.app.as_str());
            let app = tenant.as_ref().map(|tenant| &*tenant.app);
            route.follow(app.filter(|app| address.is_of(app)));
            while let Some(step) = route.endpoint.poll_step(now.time) {
                self.carry_out(address, route, step, now);
            }
        }
        routes.retain(|_, route| !route.endpoint.is_idle());
        let bytes: usize = routes.values().map(|route| route.endpoint.held_bytes()).sum();
        self.counters().set_waiting(bytes);
        self.routes = routes;
    }

    fn carry_out(&mut self, address: &Address, route: &mut Route, step: Step, now: Now) {
        match step {
            Step::Make(no, events) => {
                let parcel = Parcel::new(self.next_id(), &events, now.unix);
                let delivery = parcel.to_delivery(address.app.as_str(), &address.url);
                let events = events.iter().map(|event| event.id).collect();
                self.entries.push(DeliveryEntry::Made { delivery, events });
                route.parcels.insert(no, parcel);
            }
            Step::Send(no) => self.outgoing.push((address.clone(), no)),
            Step::GiveUp(no) => {
                let Some(parcel) = route.parcels.remove(&no) else { return };
                let (id, app, now) = (parcel.id, address.app.to_string(), now.unix);
                let problem = route.endpoint.is_closed().then(|| Problem::Unset.told());
                self.node.delivery_log().note_given_up(&id, problem.as_deref());
                self.entries.push(DeliveryEntry::GivenUp { id, app, now, problem });
                self.counters().count_given_up();
            }
        }
    }

    /// Writes down what the turn did. It goes on only when that is done: what is not on disk is
    /// not sent.
    async fn write(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return;
        }
        loop {
            match self.store.write_deliveries(&entries).await {
                Ok(forgotten) => return self.counters().count_forgotten(forgotten),
                Err(error) => error!(%error, "webhooks wait"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn send(&mut self) {
        for (address, no) in std::mem::take(&mut self.outgoing) {
            let parcel = self.routes.get(&address).and_then(|route| route.parcels.get(&no));
            let Some(parcel) = parcel else { continue };
            let letter = self.key_of(&address).map(|key| Letter {
                url: address.url.to_string(),
                id: parcel.id.clone(),
                key,
                body: parcel.body(),
            });
            let post = self.post.clone();
            self.under_way.spawn(async move {
                let attempt = post.send(letter).await;
                Outcome { address, no, attempt }
            });
        }
    }

    /// The app's oldest key signs (docs/protocol.md section 7).
    fn key_of(&self, address: &Address) -> Option<Key> {
        self.node.tenant(address.app.as_str())?.app.keys.first().cloned()
    }

    fn take_outcome(&mut self, outcome: Result<Outcome, tokio::task::JoinError>) {
        let Outcome { address, no, attempt } = outcome.expect("a request does not panic");
        let now = self.now();
        let Some(route) = self.routes.get_mut(&address) else { return };
        let problem = attempt.result.as_ref().err();
        route.tell(&address, problem);
        // That nobody wants it any more is no failure.
        if let Some(parcel) = route.parcels.get(&no)
            && !matches!(problem, Some(Problem::Unset))
        {
            let letter = (&*address.url, parcel.events.as_str());
            let problem = problem.map(Problem::told);
            self.node.observe_webhook(&address.app, letter, problem, attempt.took);
        }
        match &attempt.result {
            Ok(_) => {
                route.endpoint.handle_delivered(no);
                let Some(mut parcel) = route.parcels.remove(&no) else { return };
                parcel.attempts += 1;
                self.node.delivery_log().note_attempt(&address, &parcel, &attempt, None);
                self.entries.push(DeliveryEntry::Arrived { id: parcel.id });
                self.counters().count_delivered(parcel.count);
                self.count(&address, |usage| &usage.webhooks_sent);
            }
            Err(problem) => {
                let next = route.endpoint.handle_failed(now.time, no).map(|next| now.unix_of(next));
                let Some(parcel) = route.parcels.get_mut(&no) else { return };
                parcel.attempts += 1;
                self.node.delivery_log().note_attempt(&address, parcel, &attempt, next);
                let (id, attempts, problem) = (parcel.id.clone(), parcel.attempts, problem.told());
                self.entries.push(DeliveryEntry::Failed { id, attempts, problem });
                self.counters().count_failed();
                self.count(&address, |usage| &usage.webhooks_failed);
            }
        }
    }

    /// Takes up what an earlier run left. Nothing else is done before, and so it is tried until
    /// the store says what that is.
    async fn restore(&mut self) {
        loop {
            match self.read_what_is_left().await {
                Ok(()) => return,
                Err(error) => error!(%error, "webhooks wait"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn read_what_is_left(&mut self) -> Result<(), StoreError> {
        let deliveries = self.store.waiting_deliveries().await?;
        let events = self.store.waiting_events().await?;
        let now = self.now();
        for delivery in deliveries {
            self.restore_delivery(now, delivery);
        }
        for event in events {
            self.route(&event.app_id.clone(), &event.url.clone()).restore_event(now, event);
        }
        Ok(())
    }

    fn restore_delivery(&mut self, now: Now, delivery: Delivery) {
        let (id, time_ms) = (delivery.id.clone(), now.unix);
        let (app, url) = (delivery.app_id.clone(), delivery.url.clone());
        if self.route(&app, &url).restore_delivery(now, delivery) {
            self.entries.push(DeliveryEntry::Renewed { id, time_ms });
        }
    }

    async fn gather(&mut self) {
        while let Some(outcome) = self.under_way.join_next().await {
            self.take_outcome(outcome);
        }
    }

    /// The route to an endpoint, which an app may not want told any more; the next turn finds out.
    pub(super) fn route(&mut self, app: &str, url: &str) -> &mut Route {
        let address = Address::new(app, url);
        self.routes.entry(address).or_default()
    }

    fn next_wake(&self) -> Time {
        let machines = self.routes.values().filter_map(|route| route.endpoint.poll_timeout());
        let look = if self.intake.expects_more() { Time::ZERO } else { self.next_look };
        machines.chain([look]).min().unwrap_or(look)
    }

    fn next_id(&mut self) -> String {
        self.made += 1;
        format!("{:016x}{:08x}", self.run, self.made)
    }

    fn now(&self) -> Now {
        let clock = self.node.clock();
        Now { time: clock.now(), unix: clock.unix_millis() }
    }

    /// Counts for the app of an address, if it is still served.
    fn count(&self, address: &Address, which: impl Fn(&Usage) -> &Count) {
        if let Some(tenant) = self.node.tenant(address.app.as_str()) {
            which(tenant.usage()).add();
        }
    }

    fn counters(&self) -> &WebhookCounters {
        self.node.webhook_counters()
    }
}

/// How soon a command's wish is obeyed, and a store that failed is asked again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is under way at the end has so long to arrive.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// Deliveries that are taken up again at one look.
const WANTED_AT_ONCE: u32 = 100;
