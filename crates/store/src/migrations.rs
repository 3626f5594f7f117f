//! The migrations, embedded in the binary and run at every start, oldest first.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

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

fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    let sql = sql.into_sql_str();
    Migration::new(version, description.into(), MigrationType::Simple, sql, false)
}
