//! What was counted of each app: collected from the shards, the doors, HTTP and the courier of
//! webhooks.

use std::collections::{BTreeMap, HashMap};

use rollcall_engine::AppId;

use super::NodeHandle;
use crate::apps::Tenant;
use crate::mail::Mail;
use crate::stats::{AppCounts, AppStats};

impl NodeHandle {
    /// What was counted of each app that is served, by its id. Summed they are what the whole node
    /// counted ([`NodeHandle::stats`]), less what no app did, what apps did that are gone, and the
    /// refusals of callers who named no app.
    pub async fn app_stats(&self) -> BTreeMap<String, AppStats> {
        let mut counted: HashMap<AppId, AppCounts> = HashMap::new();
        for part in self.ask_all(Mail::CountByApp) {
            for (app, counts) in part.await.unwrap_or_default() {
                counted.entry(app).or_default().add(counts);
            }
        }
        let stats = |tenant: &Tenant| {
            let counts = counted.get(&tenant.app.id).copied().unwrap_or_default();
            (tenant.app.id.to_string(), AppStats::new(&counts, tenant.usage()))
        };
        self.0.apps.snapshot().listed().map(stats).collect()
    }

    /// What was counted of one app, if it is served and not reserved.
    pub async fn stats_of_app(&self, app: &str) -> Option<AppStats> {
        let id = self.listed_tenant(app)?.app.id.clone();
        let mut counts = AppCounts::default();
        for part in self.ask_all(|asker| Mail::CountApp(id.clone(), asker)) {
            counts.add(part.await.unwrap_or_default());
        }
        Some(AppStats::new(&counts, self.listed_tenant(app)?.usage()))
    }

    /// The most connections that each app had at once since this was asked last, by its id. Whoever
    /// asks begins a new interval for everybody, so it is for one asker alone: the recorder.
    pub fn take_connection_peaks(&self) -> BTreeMap<String, u64> {
        let apps = self.0.apps.snapshot();
        let peak =
            |tenant: &Tenant| (tenant.app.id.to_string(), tenant.usage().connections.take_recent());
        apps.listed().map(peak).collect()
    }

    /// The app of that id, unless it is reserved.
    pub(crate) fn listed_tenant(&self, id: &str) -> Option<Tenant> {
        self.tenant(id).filter(Tenant::is_listed)
    }
}
