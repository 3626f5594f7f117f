//! Following the apps of the database while the server runs: what `rollcall apps` writes is in
//! force within a second, and what the console writes at once.
//!
//! A change that cannot be honoured is told in the log, and its app stays as it was. That happens
//! where the command could not know what the server knows: a file of the server's, or another
//! version. All changes of one look are put in force together, since one app may take a key that
//! another gives up.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::{App, AppId};
use rollcall_node::NodeHandle;
use rollcall_node::config::{self, Config, ConfigError, Duplicate};
use rollcall_store::{AppRow, AppsWatch, Store, StoreError};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info};

use crate::failure::Failure;
use crate::unfit::{self, Unfit};

/// The task that follows.
pub(crate) struct Follower {
    task: JoinHandle<()>,
    _stop: oneshot::Sender<()>,
}

impl Follower {
    /// Begins to follow from `rows` on, which the node serves already.
    pub(crate) async fn start(
        config: &Config,
        node: NodeHandle,
        store: &Store,
        rows: Vec<AppRow>,
        status_app: AppId,
        changed: Arc<Notify>,
    ) -> Result<Self, Failure> {
        let stored = rows.iter().map(config::stored_app).collect::<Result<_, _>>()?;
        let watch = store.watch_apps(rows).await?;
        let tenants = Tenants { declared: config.apps.clone(), stored, status_app };
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(follow(node, watch, tenants, changed, stopped));
        Ok(Self { task, _stop: stop })
    }

    /// Ends it, and its connection to the database.
    pub(crate) async fn stop(self) {
        drop(self._stop);
        // It ends by itself; if by a panic, that has been told.
        let _ = self.task.await;
    }
}

/// Wakes for: the time to look again, the console that has changed something, and the end.
async fn follow(
    node: NodeHandle,
    mut watch: AppsWatch,
    mut tenants: Tenants,
    changed: Arc<Notify>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble = None;
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = changed.notified() => {}
            _ = &mut stopped => break,
        }
        let outcome = look_once(&node, &mut watch, &mut tenants).await;
        trouble = told_once(outcome, trouble);
    }
    if let Err(error) = watch.close().await {
        error!(%error, "the database could not be closed in order");
    }
}

async fn look_once(
    node: &NodeHandle,
    watch: &mut AppsWatch,
    tenants: &mut Tenants,
) -> Result<(), StoreError> {
    let Some(rows) = watch.changed().await? else { return Ok(()) };
    for (id, refusal) in tenants.follow(rows) {
        error!(app = id, "a change is not in force: {refusal}");
    }
    match node.replace_apps(tenants.all()) {
        Ok(()) => info!("the apps changed"),
        Err(error) => error!(%error, "the apps stay as they were"),
    }
    Ok(())
}

/// Four times a second a database that fails would fill the log.
fn told_once(outcome: Result<(), StoreError>, told: Option<String>) -> Option<String> {
    let trouble = outcome.err()?.to_string();
    if told.as_ref() != Some(&trouble) {
        error!("changes of apps are not noticed: {trouble}");
    }
    Some(trouble)
}

/// Whom the node serves.
#[derive(Debug)]
struct Tenants {
    /// The apps of the file, which stay.
    declared: Vec<App>,
    /// The apps of the database, as they are in force.
    stored: Vec<App>,
    /// The app of the status page, which has to be able to carry it.
    status_app: AppId,
}

/// Why a change of an app is not in force.
#[derive(Debug)]
enum Refusal {
    /// Its settings are none.
    Config(ConfigError),
    /// The status page needs it.
    StatusAppStays,
    /// The status page could not use it any longer.
    Unfit(Unfit),
    /// The status page takes that up when it starts; what else changed is in force.
    Bridge,
    /// Another app has the same id or key.
    Clash(Duplicate),
}

impl Tenants {
    fn all(&self) -> Vec<App> {
        self.declared.iter().chain(&self.stored).cloned().collect()
    }

    /// Takes over what can be honoured of the rows, and says why the rest cannot.
    fn follow(&mut self, rows: &[AppRow]) -> Vec<(String, Refusal)> {
        let mut refusals = Vec::new();
        let mut next = Vec::new();
        for row in rows {
            match self.judge(row) {
                Ok(app) if self.switches_bridge(&app) => {
                    next.push(App { bridge: !app.bridge, ..app });
                    refusals.push((row.id.clone(), Refusal::Bridge));
                }
                Ok(app) => next.push(app),
                Err(refusal) => {
                    next.extend(self.old(&row.id).cloned());
                    refusals.push((row.id.clone(), refusal));
                }
            }
        }
        if let Some(app) = self.old(self.status_app.as_str())
            && !next.iter().any(|other| other.id == app.id)
        {
            next.push(app.clone());
            refusals.push((app.id.to_string(), Refusal::StatusAppStays));
        }
        // What is in force clashes with nothing that is, so this comes to an end.
        while let Some((position, duplicate)) = self.clash(&next) {
            let app = next.remove(position);
            next.extend(self.old(app.id.as_str()).cloned());
            refusals.push((app.id.to_string(), Refusal::Clash(duplicate)));
        }
        self.stored = next;
        refusals
    }

    fn judge(&self, row: &AppRow) -> Result<App, Refusal> {
        let app = config::stored_app(row).map_err(Refusal::Config)?;
        if app.id == self.status_app {
            unfit::check(&app).map_err(Refusal::Unfit)?;
        }
        Ok(app)
    }

    /// The status page takes up its bridge when it starts.
    fn switches_bridge(&self, app: &App) -> bool {
        app.id == self.status_app
            && self.old(app.id.as_str()).is_some_and(|old| old.bridge != app.bridge)
    }

    /// An app that changed and now has the id or a key of another.
    fn clash(&self, next: &[App]) -> Option<(usize, Duplicate)> {
        let in_force = self.declared.iter().map(|app| (None, app));
        let stored = next.iter().enumerate().map(|(position, app)| (Some(position), app));
        let changed = |position: &usize| {
            let app = &next[*position];
            self.old(app.id.as_str()) != Some(app)
        };
        let mut owners = HashMap::new();
        for (position, app) in in_force.chain(stored) {
            for claim in claims(app) {
                let Some(owner) = owners.insert(claim.clone(), position) else { continue };
                let at_fault = [position, owner].into_iter().flatten().find(changed);
                return at_fault.map(|position| (position, claim));
            }
        }
        None
    }

    fn old(&self, id: &str) -> Option<&App> {
        self.stored.iter().find(|app| app.id.as_str() == id)
    }
}

/// What an app has for itself alone.
fn claims(app: &App) -> impl Iterator<Item = Duplicate> {
    let keys = app.keys.iter().map(|key| Duplicate::Key(key.key.clone()));
    [Duplicate::Id(app.id.to_string())].into_iter().chain(keys)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "{error}{NO_START}"),
            Self::StatusAppStays => f.write_str("the status page uses it, and it is gone"),
            Self::Unfit(unfit) => {
                write!(f, "the status page uses it, and its {unfit}{NO_START}")
            }
            Self::Bridge => f.write_str(
                "the status page switches its bridge when the server starts; the rest is in force",
            ),
            Self::Clash(duplicate) => write!(f, "{duplicate}{NO_START}"),
        }
    }
}

/// Better found in the log today than at the next start.
const NO_START: &str = "; until that is put right, the server would not start again";

/// A change has to be in force within a second, and a look costs one pragma.
const LOOK_EVERY: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use rollcall_store::KeyRow;
    use rollcall_wire::auth::Key;

    use super::*;

    #[test]
    fn a_key_that_one_app_gives_up_another_may_take_at_once() {
        check("9:file 1:a 2:b", &[row("1", "b", "{}"), row("2", "a", "{}")], "1:b 2:a", &[]);
    }

    #[test]
    fn a_clash_with_the_file_leaves_that_app_as_it_was() {
        let sentence = &format!("1: the key \"file\" occurs twice; each may occur once{NO_START}");
        check(
            "9:file 1:a 2:b",
            &[row("1", "file", "{}"), row("2", "c", "{}")],
            "2:c 1:a",
            &[sentence],
        );
        let sentence = &format!("9: two apps have the id \"9\"; each needs its own{NO_START}");
        check("9:file 1:a", &[row("1", "a", "{}"), row("9", "z", "{}")], "1:a", &[sentence]);
    }

    #[test]
    fn a_clash_with_what_could_not_change_is_undone_too() {
        check(
            "9:file 1:a 2:b",
            &[row("1", "c", r#"{"mirror":3}"#), row("2", "a", "{}")],
            "1:a 2:b",
            &[
                &format!("1: the stored app 1: mirror must be true or false, not 3{NO_START}"),
                &format!("2: the key \"a\" occurs twice; each may occur once{NO_START}"),
            ],
        );
    }

    #[test]
    fn the_app_of_the_status_page_stays_and_stays_fit() {
        check("9:file 7:s 1:a", &[], "7:s", &["7: the status page uses it, and it is gone"]);
        check(
            "9:file 7:s",
            &[row("7", "new", r#"{"enabled":false}"#)],
            "7:s",
            &[&format!(
                "7: the status page uses it, and its enabled must be true, not false{NO_START}"
            )],
        );
        check("9:file 7:s", &[row("7", "new", "{}")], "7:new", &[]);
        check(
            "9:file 7:s",
            &[row("7", "new", r#"{"bridge":true}"#)],
            "7:new",
            &[
                "7: the status page switches its bridge when the server starts; the rest is in force",
            ],
        );
    }

    #[test]
    fn others_come_and_go() {
        check("9:file 1:a", &[row("2", "b", "{}")], "2:b", &[]);
    }

    /// Apps as `ID:KEY`; that of id 9 is the file's and that of id 7 the status page's.
    fn check(in_force: &str, rows: &[AppRow], then: &str, refusals: &[&str]) {
        let (declared, stored) = apps(in_force).partition(|app| app.id.as_str() == "9");
        let mut tenants = Tenants { declared, stored, status_app: AppId::new("7") };
        let told = tenants.follow(rows);
        let told: Vec<_> = told.iter().map(|(id, why)| format!("{id}: {why}")).collect();
        let now = tenants.stored.iter().map(|app| format!("{}:{}", app.id, app.keys[0].key));
        assert_eq!(now.collect::<Vec<_>>().join(" "), then);
        assert_eq!(told, refusals);
    }

    fn apps(text: &str) -> impl Iterator<Item = App> {
        text.split(' ').filter_map(|app| {
            let (id, key) = app.split_once(':')?;
            Some(App::new(id, vec![Key { key: key.to_owned(), secret: "s".to_owned() }]))
        })
    }

    fn row(id: &str, key: &str, settings: &str) -> AppRow {
        let key = KeyRow { key: key.to_owned(), secret: "s".to_owned(), created_at: 0 };
        let (id, settings_json) = (id.to_owned(), settings.to_owned());
        AppRow { id, name: String::new(), settings_json, keys: vec![key] }
    }
}
