//! Noticing that apps were changed, also by another process, without reading them again and again.

use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::apps::{self, AppRow};
use crate::{Store, StoreError};

/// A connection that is kept to see changes of the apps.
#[derive(Debug)]
pub struct AppsWatch {
    connection: SqliteConnection,
    /// The database's version when the apps were last read; SQLite counts it for each connection
    /// apart, and what the connection itself writes does not count.
    version: Option<i64>,
    apps: Vec<AppRow>,
}

impl Store {
    /// Begins to watch the apps from these on.
    pub async fn watch_apps(&self, known: Vec<AppRow>) -> Result<AppsWatch, StoreError> {
        let connection = self.connect_apart().await?;
        Ok(AppsWatch { connection, version: None, apps: known })
    }

    async fn connect_apart(&self) -> Result<SqliteConnection, sqlx::Error> {
        let options = self.reads.connect_options();
        (*options).clone().read_only(true).connect().await
    }
}

impl AppsWatch {
    /// All apps, if they are others than at the last time. Cheap while nothing at all is written.
    pub async fn changed(&mut self) -> Result<Option<&[AppRow]>, StoreError> {
        let version = self.version().await?;
        if self.version == Some(version) {
            return Ok(None);
        }
        // The version is older than what is read next, so a change in between is seen once more.
        let mut snapshot = self.connection.begin().await?;
        let apps = apps::all(&mut snapshot).await?;
        // An open snapshot would keep the version where it is.
        snapshot.commit().await?;
        self.version = Some(version);
        if self.apps == apps {
            return Ok(None);
        }
        self.apps = apps;
        Ok(Some(&self.apps))
    }

    /// Ends the connection, so that the store can be closed as the last one.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.connection.close().await?)
    }

    async fn version(&mut self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut self.connection).await
    }
}
