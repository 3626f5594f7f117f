//! Passwords: what may be one, and their hashes by Argon2id.
//!
//! A hash takes 19 MiB and some 30 ms of a core, on purpose. One is made at a time, on a thread of
//! its own, and only so many wait for it: a flood of sign-ins neither fills the memory nor holds up
//! the rest of the server. One at a time is also what makes the limit of failures exact: a try is
//! judged when all before it have been noted.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rollcall_web::{CommonFailure, FieldProblem};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::spawn_blocking;

use crate::failure::{EntryFailure, Failure};

/// A password that may be one. It has no `Debug`, so no log shows it.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    /// Refuses what is too short to be safe, too long to be typed, or known to everybody.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        match text.chars().count() {
            0..LEAST_CHARACTERS => Err(EntryFailure::ShortPassword("password").into()),
            LEAST_CHARACTERS..=MOST_CHARACTERS if is_common(text) => {
                Err(EntryFailure::CommonPassword("password").into())
            }
            LEAST_CHARACTERS..=MOST_CHARACTERS => Ok(Self(text.to_owned())),
            _ => Err(CommonFailure::Field("password", FieldProblem::TooLong).into()),
        }
    }

    /// What somebody claims to be the password; only its length is checked.
    pub(crate) fn claimed(field: &'static str, text: &str) -> Result<Self, Failure> {
        match text.chars().count() {
            0..=MOST_CHARACTERS => Ok(Self(text.to_owned())),
            _ => Err(CommonFailure::Field(field, FieldProblem::TooLong).into()),
        }
    }
}

/// Makes and compares hashes, one at a time.
pub(crate) struct Hasher {
    turn: Semaphore,
    waiting: Semaphore,
}

/// The right to make one hash, or compare one.
pub(crate) struct Turn<'a> {
    _turn: SemaphorePermit<'a>,
    _waited: SemaphorePermit<'a>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), waiting: Semaphore::new(MOST_WAITING) }
    }
}

impl Hasher {
    /// Waits for the others. Refused where too many wait already.
    pub(crate) async fn turn(&self) -> Result<Turn<'_>, Failure> {
        let waited = self.waiting.try_acquire().map_err(|_| EntryFailure::Busy)?;
        let turn = self.turn.acquire().await.map_err(|_| EntryFailure::Busy)?;
        Ok(Turn { _turn: turn, _waited: waited })
    }
}

impl Turn<'_> {
    /// The hash of a password, with its salt and parameters.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Failure> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt)?;
        on_a_thread(move || hash(&password, salt))
            .await?
            .ok_or(Failure::Common(CommonFailure::Internal))
    }

    /// Whether the password has this hash. Without one it is compared with a hash that no password
    /// has, so that nobody can tell by the time whether there is somebody of a name.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, Failure> {
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        on_a_thread(move || is_hash_of(&hash, &password)).await
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        CommonFailure::Internal.into()
    })
}

fn hash(Password(password): &Password, salt: [u8; SALT_BYTES]) -> Option<String> {
    let hash: PasswordHash =
        argon2id()?.hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

fn is_hash_of(hash: &str, Password(password): &Password) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    argon2id().is_some_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok())
}

/// 19 MiB, two passes, one lane: what OWASP asks for at least.
fn argon2id() -> Option<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether it is one of those that everybody tries first.
fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let repeated = lower.chars().all(|c| lower.starts_with(c));
    repeated || COMMON.contains(&lower.as_str())
}

const LEAST_CHARACTERS: usize = 10;
const MOST_CHARACTERS: usize = 1000;
const SALT_BYTES: usize = 16;
/// About a second's worth.
const MOST_WAITING: usize = 32;

/// Well-formed, with the parameters of all, and the hash of nothing.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0ISE$\
                       AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The commonest of ten characters and more, in lower case.
const COMMON: [&str; 56] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "9876543210",
    "12345678910",
    "123456789012",
    "1234567891",
    "123456789a",
    "a123456789",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qazxsw23edc",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "qwertyuiop",
    "qwertyuiop123",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl1",
    "asdfghjkl;",
    "zxcvbnm123",
    "password10",
    "password11",
    "password12",
    "password123",
    "password1234",
    "password12345",
    "password123456",
    "passw0rd123",
    "p@ssword123",
    "p@ssw0rd123",
    "passwordpassword",
    "mypassword",
    "mypassword1",
    "administrator",
    "admin12345",
    "admin123456",
    "adminadmin",
    "letmein123",
    "letmein1234",
    "welcome123",
    "welcome1234",
    "changeme123",
    "changemenow",
    "iloveyou12",
    "iloveyou123",
    "abcdefghij",
    "abcdefghijk",
    "abc1234567",
    "motdepasse",
    "motdepasse1",
    "rollcall123",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password(text.to_owned())
    }

    #[test]
    fn passwords_have_ten_to_a_thousand_characters_and_are_not_common() {
        let refused = |text: &str| Password::parse(text).map(|_| ()).map_err(|error| error.code());
        assert_eq!(refused("nine char"), Err("too_short"));
        assert_eq!(refused("ten chars!"), Ok(()));
        assert_eq!(refused(&"é1".repeat(500)), Ok(()));
        assert_eq!(refused(&"é1".repeat(501)), Err("too_long"));
        for common in ["Password123", "1234567890", "aaaaaaaaaaaa"] {
            assert_eq!(refused(common), Err("common_password"), "{common}");
        }
        let unreachable = COMMON.iter().filter(|common| common.chars().count() < LEAST_CHARACTERS);
        assert_eq!(unreachable.count(), 0, "shorter ones are refused anyway");
    }

    #[test]
    fn a_hash_names_its_parameters_and_is_that_of_one_password() {
        let hash = hash(&password("correct horse"), [7; SALT_BYTES]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_hash_of(&hash, &password("correct horse")));
        assert!(!is_hash_of(&hash, &password("correct horsf")));
    }

    #[test]
    fn an_unknown_name_costs_a_comparison_too() {
        let nobodys = PasswordHash::new(NOBODYS).expect("it is well-formed");
        assert_eq!(nobodys.params.get_decimal("m"), Some(19_456));
        assert_eq!((nobodys.salt.is_some(), nobodys.hash.is_some()), (true, true));
        assert!(!is_hash_of(NOBODYS, &password("")));
    }

    #[tokio::test]
    async fn one_hash_is_made_at_a_time_and_only_so_many_wait() {
        let hasher = Hasher::default();
        let first = hasher.turn().await.unwrap();
        let waiting: Vec<_> = (1..MOST_WAITING).map(|_| Box::pin(hasher.turn())).collect();
        let mut waiting = waiting;
        for turn in &mut waiting {
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(turn.as_mut().poll(context).is_pending())
            });
            assert!(polled.await, "the first is not done");
        }
        assert!(matches!(hasher.turn().await, Err(Failure::Entry(EntryFailure::Busy))));
        drop(first);
        assert!(waiting.remove(0).await.is_ok());
    }
}
