//! Taking what apps are owed from the journal, each app as long as it has room.

use std::collections::BTreeMap;
use std::time::Duration;

use rollcall_engine::delivery::OwedEvent;
use rollcall_engine::hooks::HookClass;
use rollcall_engine::{App, AppId, Time};
use rollcall_store::{DeliveryEntry, OwedEvent as Owed, StoreError};

use super::courier::Courier;
use super::route::Now;

/// How far the journal has been read.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// The last event that was looked at.
    after: i64,
    /// Apps that had no room, and the first event of each that was passed over.
    behind: BTreeMap<AppId, i64>,
    expects_more: bool,
}

impl Intake {
    /// The journal has more.
    pub(super) fn expect_more(&mut self) {
        self.expects_more = true;
    }

    /// Whether it may have more.
    pub(super) fn expects_more(&self) -> bool {
        self.expects_more
    }

    /// Has endpoints wait for what is owed to them, a page at a time.
    pub(super) async fn take_owed(
        &mut self,
        courier: &mut Courier,
        now: Now,
    ) -> Result<(), StoreError> {
        self.expects_more = false;
        self.catch_up(courier, now).await?;
        let owed = courier.store.owed_events(self.after, PAGE).await?;
        self.expects_more |= owed.len() == PAGE as usize;
        for event in owed {
            self.after = event.id;
            self.take(courier, now, event);
        }
        Ok(())
    }

    /// Takes up apps that have room again where they were left.
    async fn catch_up(&mut self, courier: &mut Courier, now: Now) -> Result<(), StoreError> {
        let apps: Vec<_> = self.behind.iter().map(|(app, from)| (app.clone(), *from)).collect();
        for (app, from) in apps {
            if held_bytes(courier, &app) >= MOST_BYTES / 2 {
                continue;
            }
            let page = courier.store.owed_events_of(app.as_str(), from - 1, PAGE).await?;
            self.behind.remove(&app);
            let after = self.after;
            let next = page.last().filter(|_| page.len() == PAGE as usize).map(|last| last.id + 1);
            // What comes after that is read with everybody else's.
            for event in page.into_iter().filter(|event| event.id <= after) {
                self.take(courier, now, event);
            }
            if let Some(next) = next.filter(|next| *next <= after) {
                self.behind.entry(app).or_insert(next);
                self.expects_more = true;
            }
        }
        Ok(())
    }

    fn take(&mut self, courier: &mut Courier, now: Now, event: Owed) {
        let app = AppId::new(&event.app_id);
        if self.behind.contains_key(&app) || held_bytes(courier, &app) >= MOST_BYTES {
            self.behind.entry(app).or_insert(event.id);
            return;
        }
        if let Some(tenant) = courier.node.tenant(&event.app_id) {
            spread(courier, now, &tenant.app, &event);
        }
        courier.node.note_taken(&app, event.event.len());
        courier.entries.push(DeliveryEntry::Spread { event: event.id });
    }
}

/// Puts an event into the line of each endpoint that asked for its class. What the others did not
/// ask for never gets near what is written and signed for them (docs/protocol.md trap 16).
fn spread(courier: &mut Courier, now: Now, app: &App, event: &Owed) {
    let class = HookClass::of_event(&event.name);
    let asked =
        app.webhooks.iter().filter(|webhook| class.is_some_and(|c| webhook.classes.contains(&c)));
    for webhook in asked {
        let url = webhook.url.clone();
        let owed = OwedEvent {
            id: event.id,
            channel: event.channel.as_str().into(),
            text: event.event.clone(),
        };
        courier.route(&event.app_id, &url).endpoint.handle_event(since(now, event), owed);
        courier.entries.push(DeliveryEntry::Waits { event: event.id, url });
    }
}

/// When the event was owed, on the machines' clock: what stood in the journal for long does not get
/// all of its time anew, or an endpoint that stays away would leave ever more of it there.
fn since(now: Now, event: &Owed) -> Time {
    let age = u64::try_from(now.unix - event.time_ms).unwrap_or_default();
    Time::after_start(now.time.since_start().saturating_sub(Duration::from_millis(age)))
}

/// What the endpoints of an app are behind with.
fn held_bytes(courier: &Courier, app: &AppId) -> usize {
    let of_app = courier.routes.iter().filter(|(address, _)| address.app == *app);
    of_app.map(|(_, route)| route.endpoint.held_bytes()).sum()
}

/// Events that are read at once.
const PAGE: u32 = 500;

/// What an app's endpoints may be behind with; more of it stays in the journal.
const MOST_BYTES: usize = 32 << 20;
