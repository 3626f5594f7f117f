//! `rollcall restore`: another database in the place of the present one, at once or, beside a running
//! server, when that starts the next time.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rollcall_console::{By, restore_details};
use rollcall_node::config::Config;
use rollcall_store::{
    ChangeKind, Contents, DataDirectory, Incoming, NewChange, OpenError, RestoreError, Store,
};

use crate::apps::print;
use crate::failure::{Failure, RestoreFailure};
use crate::judge::check_all;
use crate::now::unix_millis;

/// Checks the file, stages a copy of it, and puts that in place if no server runs.
pub(crate) async fn run(config: &Config, file: &Path) -> Result<(), Failure> {
    let failed = |error| RestoreFailure::Refused { file: file.to_owned(), error };
    // Before the directory is made: a name that was mistyped leaves nothing behind.
    File::open(file).map_err(|error| failed(RestoreError::File(file.to_owned(), error)))?;
    // Held until the end, so that no server starts meanwhile.
    let directory = claim(config)?;
    let incoming = Incoming::begin(&config.data).map_err(failed)?;
    incoming.copy_from(file).map_err(failed)?;
    let contents = incoming.check().await.map_err(failed)?;
    let unfit = |why| RestoreFailure::Unfit { file: file.to_owned(), why: Box::new(why) };
    check_all(config, &contents.apps).map_err(unfit)?;
    let after = restore_details(&contents).to_string();
    let change = By::COMMAND_LINE.change(ChangeKind::Restore, "", unix_millis());
    let change = NewChange { app: None, after: Some(&after), ..change };
    let outcome = match directory {
        Some(directory) => {
            incoming.stage(&change).await.map_err(failed)?;
            put_in_place(&directory).await?
        }
        None => {
            write_down(config, &change).await?;
            incoming.stage(&change).await.map_err(failed)?;
            STAGED.to_owned()
        }
    };
    print(&format!("{}{outcome}", told(file, &contents)));
    Ok(())
}

/// The directory, unless a server has it.
fn claim(config: &Config) -> Result<Option<DataDirectory>, Failure> {
    match DataDirectory::claim(&config.data) {
        Ok(directory) => Ok(Some(directory)),
        Err(OpenError::InUse(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn put_in_place(directory: &DataDirectory) -> Result<String, Failure> {
    let kept = directory.put_staged_in_place().await?.filter(|kept| kept.exists());
    let kept = kept.map(|kept| format!("The database before is kept as {}.\n", kept.display()));
    Ok(format!("It is in place. {}", kept.unwrap_or_else(|| "There was none before.\n".to_owned())))
}

/// Records it in the database that goes on until the start.
async fn write_down(config: &Config, change: &NewChange<'_>) -> Result<(), Failure> {
    let store = Store::open(&config.data).await?;
    let recorded = store.record(change).await;
    store.close().await;
    recorded?;
    Ok(())
}

fn told(file: &Path, contents: &Contents) -> String {
    let count = |count: u64, one: &str, more: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    };
    let apps = count(contents.apps.len() as u64, "app", "apps");
    let people = count(contents.people, "account", "accounts");
    let since = |at: i64| UNIX_EPOCH.checked_add(Duration::from_millis(at.try_into().ok()?));
    let newest = match contents.newest_change.and_then(since) {
        Some(at) => format!("; its newest change is of {}", httpdate::fmt_http_date(at)),
        None => String::new(),
    };
    format!("{} has {apps} and {people} of the status page{newest}.\n", file.display())
}

const STAGED: &str = "A server runs, so it takes the place of the database when that starts the \
                      next time. Until then the System page of the console can discard it.\n";
