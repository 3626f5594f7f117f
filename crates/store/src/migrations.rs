//! The migrations, embedded in the binary and run at every start, oldest first.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection};

/// Every migration of this version. Add to the end; never edit one that was released.
pub(crate) fn migrator() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "first", include_str!("../migrations/0001_first.sql")),
        migration(2, "journal", include_str!("../migrations/0002_journal.sql")),
        migration(3, "deliveries", include_str!("../migrations/0003_deliveries.sql")),
        migration(4, "operators", include_str!("../migrations/0004_operators.sql")),
        migration(5, "seen", include_str!("../migrations/0005_seen.sql")),
    ])
}

/// Whether this version knows all migrations that a database has; `false` if it has none.
pub(crate) async fn verify(
    connection: &mut SqliteConnection,
) -> Result<Result<bool, MigrateError>, sqlx::Error> {
    let made: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if made == 0 {
        return Ok(Ok(false));
    }
    let query = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
    let rows: Vec<(i64, Vec<u8>, bool)> = sqlx::query_as(query).fetch_all(&mut *connection).await?;
    let known = migrator();
    let judge = |(version, checksum, success): &(i64, Vec<u8>, bool)| match known
        .iter()
        .find(|known| known.version == *version)
    {
        None => Err(MigrateError::VersionMissing(*version)),
        Some(_) if !success => Err(MigrateError::Dirty(*version)),
        Some(known) if *known.checksum != checksum[..] => {
            Err(MigrateError::VersionMismatch(*version))
        }
        Some(_) => Ok(()),
    };
    Ok(rows.iter().try_for_each(judge).map(|()| !rows.is_empty()))
}

fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    let sql = sql.into_sql_str();
    Migration::new(version, description.into(), MigrationType::Simple, sql, false)
}
