//! Changing an app: everything is judged and recorded in the transaction that writes it, and whoever
//! follows the store is told at once.

use rollcall_node::config::differences;
use rollcall_store::{AppRow, AppsEdit, ChangeRow};

use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::record::{By, record_reverting};

/// A change of one stored app under way. Dropped, it did not happen.
pub(crate) struct Changing<'a> {
    console: &'a Console,
    edit: AppsEdit,
    rows: Vec<AppRow>,
    /// The number of the change that this one takes back.
    pub(crate) reverts: Option<i64>,
}

impl Console {
    /// Begins a change. Other writers wait until it ends.
    pub(crate) async fn changing(&self) -> Result<Changing<'_>, Failure> {
        let mut edit = self.0.store.edit_apps().await?;
        let rows = edit.apps().await?;
        Ok(Changing { console: self, edit, rows, reverts: None })
    }
}

impl Changing<'_> {
    /// The app of this id, if it may be changed.
    pub(crate) fn find(&self, id: &str) -> Result<AppRow, Failure> {
        self.console.0.settings.judge.may_change(id)?;
        Ok(self.rows.iter().find(|row| row.id == id).cloned().ok_or(AppFailure::NoApp)?)
    }

    /// Whether nobody has this id, in the database or in the file.
    pub(crate) fn is_free(&self, id: &str) -> bool {
        let is_declared = self.console.0.settings.config.declared.contains_key(id);
        !is_declared && self.rows.iter().all(|row| row.id != id)
    }

    /// The change of this number, as it stands in the transaction.
    pub(crate) async fn change(&mut self, n: i64) -> Result<ChangeRow, Failure> {
        Ok(self.edit.change(n).await?.ok_or(AppFailure::NoChange)?)
    }

    /// Puts `new` in the place of `old`, records that and ends. What is told of it is the last
    /// change that was recorded; none if nothing differs.
    pub(crate) async fn finish(
        mut self,
        by: By<'_>,
        old: Option<&AppRow>,
        new: Option<&AppRow>,
    ) -> Result<Option<ChangeRow>, Failure> {
        let differences = differences(old, new);
        let Some(app) = old.or(new).map(|row| row.id.as_str()) else { return Ok(None) };
        if differences.is_empty() {
            return Ok(None);
        }
        let shared = &self.console.0;
        shared.settings.judge.judge(&self.rows, old, new)?;
        let now = self.console.now();
        match (old, new) {
            (None, Some(new)) => self.edit.insert(new, now).await?,
            (Some(_), Some(new)) => self.edit.update(new).await?,
            (_, None) => self.edit.remove(app).await?,
        }
        let edit = &mut self.edit;
        let n = record_reverting(edit, by, app, &differences, self.reverts, now).await?;
        let change = match n {
            Some(n) => self.edit.change(n).await?,
            None => None,
        };
        self.edit.commit().await?;
        shared.settings.changed.notify_one();
        Ok(change)
    }
}
