//! Whether the server could serve what a change makes of the apps: asked by the commands and by the
//! console, in the transaction that writes.

use rollcall_console::{Judge, Objection};
use rollcall_node::config::{Config, Duplicate};
use rollcall_store::{AppRow, KeyRow};

use crate::catalogue::{Catalogue, Entry, stored};
use crate::failure::{AppFailure, Failure, StatusPageFailure};
use crate::first_start;

/// The same for the console, with the options that the server runs with.
pub(crate) struct ServersJudge(pub(crate) Config);

impl Judge for ServersJudge {
    fn may_change(&self, app: &str) -> Result<(), Objection> {
        Ok(refuse_declared(&self.0, app).map_err(Failure::from)?)
    }

    fn judge(
        &self,
        rows: &[AppRow],
        old: Option<&AppRow>,
        new: Option<&AppRow>,
    ) -> Result<(), Objection> {
        Ok(check(&self.0, rows, old, new)?)
    }

    fn judge_all(&self, rows: &[AppRow]) -> Result<(), Objection> {
        Ok(check_all(&self.0, rows)?)
    }
}

impl From<Failure> for Objection {
    fn from(failure: Failure) -> Self {
        let sentence = failure.to_string();
        match failure {
            Failure::App(AppFailure::Fixed { .. }) => Self::Fixed(sentence),
            Failure::StatusPage(failure) => match failure {
                StatusPageFailure::AppStays(_) => Self::StatusApp(None, sentence),
                StatusPageFailure::AppName => Self::StatusApp(Some("name"), sentence),
                StatusPageFailure::UnfitApp { unfit, .. } => {
                    Self::StatusApp(Some(unfit.setting()), sentence)
                }
                _ => Self::Other(sentence),
            },
            _ => Self::Other(sentence),
        }
    }
}

/// Refuses an app that the file declares.
pub(crate) fn refuse_declared(config: &Config, id: &str) -> Result<(), AppFailure> {
    config.declared.get(id).map_or(Ok(()), |declared| {
        Err(AppFailure::Fixed { id: id.to_owned(), place: declared.place.clone() })
    })
}

/// Whether the server could serve the apps with `new` in the place of `old`.
pub(crate) fn check(
    config: &Config,
    rows: &[AppRow],
    old: Option<&AppRow>,
    new: Option<&AppRow>,
) -> Result<(), Failure> {
    // An app that cannot be read must not be in the way of its own repair, nor of that of others.
    let readable: Vec<_> = rows.iter().filter(|row| stored(row).is_ok()).cloned().collect();
    let others: Vec<_> = readable.iter().filter(|&row| Some(row) != old).cloned().collect();
    let before = Catalogue::new(config, &readable);
    let is_status_app =
        old.is_some_and(|old| before.is_ok_and(|before| before.is_status_app(config, &old.id)));
    let Some(new) = new else {
        let id = || old.map(|old| old.id.clone()).unwrap_or_default();
        return if is_status_app { Err(StatusPageFailure::AppStays(id()).into()) } else { Ok(()) };
    };
    let named = |row: &AppRow| row.name == first_start::NAME;
    if config.status_app.is_none() && named(new) != old.is_some_and(named) {
        return Err(StatusPageFailure::AppName.into());
    }
    refuse_taken(config, &others, new)?;
    let after = Catalogue::new(config, &[&others[..], std::slice::from_ref(new)].concat())?;
    if is_status_app {
        after.status_app(config)?;
    }
    Ok(())
}

/// Whether the server could start with these apps in the database.
pub(crate) fn check_all(config: &Config, rows: &[AppRow]) -> Result<(), Failure> {
    let catalogue = Catalogue::new(config, rows)?;
    // The app that the start would make fits.
    if config.status_app.is_some() || !first_start::is_due(config, rows) {
        catalogue.status_app(config)?;
    }
    Ok(())
}

/// Whether another app has one of the keys, and which.
fn refuse_taken(config: &Config, others: &[AppRow], new: &AppRow) -> Result<(), Failure> {
    let others = Catalogue::new(config, others)?;
    for (position, KeyRow { key, .. }) in new.keys.iter().enumerate() {
        if new.keys[..position].iter().any(|other| other.key == *key) {
            return Err(Duplicate::Key(key.clone()).into());
        }
        let has = |entry: &&Entry| entry.app.keys.iter().any(|other| other.key == *key);
        if let Some(owner) = others.entries().iter().find(has) {
            let owner = owner.app.id.to_string();
            return Err(AppFailure::KeyTaken { key: key.clone(), owner }.into());
        }
    }
    Ok(())
}
