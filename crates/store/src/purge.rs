//! Deleting what has ended by age: sessions, device keys, remembered mutations, deliveries that were
//! given up, events of cache channels, and what the console no longer needs.

use sqlx::{Sqlite, Transaction};

use crate::changes::MOST_CHANGES;
use crate::deliveries::GIVEN_UP_MS;
use crate::device_keys::DEVICE_KEY_MS;
use crate::error::StoreError;
use crate::errors::ERROR_MINUTE_MS;
use crate::mutations::MUTATION_MS;
use crate::operator_sessions::PROGRAM_SESSION_MS;
use crate::sessions::{SESSION_ABSOLUTE_MS, SESSION_IDLE_MS};
use crate::{Store, UnixMillis};

impl Store {
    /// Deletes what has ended by age.
    pub async fn purge(&self, now: UnixMillis) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for rule in RULES {
            delete(&mut transaction, rule, now).await?;
        }
        sqlx::query("DELETE FROM changes WHERE n <= (SELECT max(n) FROM changes) - $1")
            .bind(MOST_CHANGES)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

/// Forgets the mutations of earlier, so that their table never grows beyond those of 10 minutes.
pub(crate) async fn mutations(
    transaction: &mut Transaction<'_, Sqlite>,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    delete(transaction, MUTATIONS, now).await
}

/// A statement that deletes what is not younger than a moment, and how long ago that is.
type Rule = (&'static str, i64);

async fn delete(
    transaction: &mut Transaction<'_, Sqlite>,
    (statement, age): Rule,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement).bind(now - age).execute(&mut **transaction).await?;
    Ok(())
}

const RULES: [Rule; 11] = [
    IDLE_SESSIONS,
    OLD_SESSIONS,
    DEVICE_KEYS,
    MUTATIONS,
    DELIVERIES,
    CACHED_EVENTS,
    OPERATOR_CODES,
    IDLE_OPERATORS,
    OLD_OPERATORS,
    PROGRAMS,
    ERROR_MINUTES,
];

const IDLE_SESSIONS: Rule = ("DELETE FROM web_sessions WHERE last_used_at <= $1", SESSION_IDLE_MS);
const OLD_SESSIONS: Rule = ("DELETE FROM web_sessions WHERE created_at <= $1", SESSION_ABSOLUTE_MS);
const DEVICE_KEYS: Rule = ("DELETE FROM device_keys WHERE used_at <= $1", DEVICE_KEY_MS);
const MUTATIONS: Rule = ("DELETE FROM mutations WHERE created_at <= $1", MUTATION_MS);
const CACHED_EVENTS: Rule = ("DELETE FROM cached_events WHERE expires_at <= $1", 0);
const ERROR_MINUTES: Rule = ("DELETE FROM error_minutes WHERE at <= $1", ERROR_MINUTE_MS);
const DELIVERIES: Rule = ("DELETE FROM deliveries WHERE state = 1 AND ended_at <= $1", GIVEN_UP_MS);
const OPERATOR_CODES: Rule = ("DELETE FROM operator_codes WHERE expires_at <= $1", 0);
const IDLE_OPERATORS: Rule =
    ("DELETE FROM operator_sessions WHERE last_used_at <= $1", SESSION_IDLE_MS);
const OLD_OPERATORS: Rule =
    ("DELETE FROM operator_sessions WHERE created_at <= $1", SESSION_ABSOLUTE_MS);
const PROGRAMS: Rule =
    ("DELETE FROM operator_sessions WHERE kind = 1 AND created_at <= $1", PROGRAM_SESSION_MS);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OnOtherSession, Registration, StatusWrite, TokenHash};

    async fn rows(store: &Store) -> [i64; 3] {
        let mut counts = [0; 3];
        for (count, table) in counts.iter_mut().zip(["web_sessions", "device_keys", "mutations"]) {
            let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            *count = sqlx::query_scalar(statement).fetch_one(&store.reads).await.unwrap();
        }
        counts
    }

    #[tokio::test]
    async fn s10_r15_what_has_ended_is_deleted_and_nothing_before() {
        let directory = std::env::temp_dir().join(format!("rollcall-purge-{}", std::process::id()));
        let store = Store::open(&directory).await.unwrap();
        let wish = Registration {
            name: "ana".to_owned(),
            name_keys: vec!["ana".to_owned()],
            status: None,
            session: None,
            device_key: None,
            new_session: TokenHash([1; 32]),
            new_device_key: TokenHash([2; 32]),
            on_other_session: OnOtherSession::Refuse,
        };
        let account = store.register(&wish, 0).await.unwrap().account.id;
        let mutation_id = Some("m".to_owned());
        let write = StatusWrite { account, text: String::new(), mutation_id, if_rev: None };
        store.write_status(&write, 0).await.unwrap();
        for (now, left) in [
            (MUTATION_MS - 1, [1, 1, 1]),
            (MUTATION_MS, [1, 1, 0]),
            (SESSION_IDLE_MS - 1, [1, 1, 0]),
            (SESSION_IDLE_MS, [0, 1, 0]),
            (DEVICE_KEY_MS - 1, [0, 1, 0]),
            (DEVICE_KEY_MS, [0, 0, 0]),
        ] {
            store.purge(now).await.unwrap();
            assert_eq!(rows(&store).await, left, "{now}");
        }
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
