//! Signing up and signing in again: one transaction over accounts, sessions and device keys, so
//! that no browser gets a session without the account, or an account without its key.

use std::fmt;

use sqlx::{Sqlite, Transaction};

use crate::accounts::{self, Account, AccountId, NAME_UNUSED_MS, Namesake, NewAccount};
use crate::error::StoreError;
use crate::sessions::{self, SessionId, TokenHash};
use crate::{Store, UnixMillis, device_keys, status};

/// What `POST /register` asks for, names and tokens already checked and hashed.
#[derive(Clone)]
pub struct Registration {
    /// The name as written.
    pub name: String,
    /// The name's comparison keys, all different: a name that shares any of them is the same.
    pub name_keys: Vec<String>,
    /// The status to start with, or to set; absent, a known account keeps its own.
    pub status: Option<String>,
    /// The browser's present session, if it sent one.
    pub session: Option<TokenHash>,
    /// The browser's device key, if it sent one.
    pub device_key: Option<TokenHash>,
    /// The token of the session to be made.
    pub new_session: TokenHash,
    /// The key to be made if the browser's own does not own the name.
    pub new_device_key: TokenHash,
    /// What to do when the browser is signed in under another name.
    pub on_other_session: OnOtherSession,
}

/// What to do about a session under another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnOtherSession {
    /// Refuse with [`RegisterError::AlreadySignedIn`].
    Refuse,
    /// End it.
    Replace,
}

/// A browser that is now signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Who it is.
    pub account: Account,
    /// Its new session.
    pub session: SessionId,
    /// Which device key it is to keep.
    pub device_key: DeviceKey,
    /// The session it had as the same account, which the new one continues.
    pub continued: Option<SessionId>,
    /// The session it had under another name, which has ended.
    pub ended: Option<SessionId>,
    /// The accounts that lost their names after 30 days without use, deleted.
    pub evicted: Vec<AccountId>,
}

/// Which device key a browser is to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKey {
    /// The one it sent, renewed.
    Renewed,
    /// The new one.
    Fresh,
}

/// Why a browser was not signed in.
#[derive(Debug)]
pub enum RegisterError {
    /// The name, or one that looks like it, is somebody else's.
    NameTaken,
    /// The browser is signed in under another name and did not confirm.
    AlreadySignedIn,
    /// The database failed.
    Store(StoreError),
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken => write!(f, "the name is taken"),
            Self::AlreadySignedIn => write!(f, "signed in under another name"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RegisterError {}

impl From<sqlx::Error> for RegisterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A registration that was looked at and changes nothing yet. It holds the write lock, so what it
/// says stays true until it registers or is dropped.
pub struct Claimed<'a> {
    transaction: Transaction<'static, Sqlite>,
    wish: &'a Registration,
    now: UnixMillis,
    session: Option<(SessionId, AccountId)>,
    /// None where the name is somebody else's.
    claim: Option<Claim>,
}

/// What a name is to the browser that wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Its own: it signs in.
    Own,
    /// Nobody's, or not used for 30 days: it signs up.
    Free,
    /// Somebody else's: it is refused.
    Taken,
}

impl Store {
    /// Signs a browser up, or in again (status.md section 0, S1, S9, S10).
    pub async fn register(
        &self,
        wish: &Registration,
        now: UnixMillis,
    ) -> Result<Registered, RegisterError> {
        self.claim(wish, now).await.map_err(RegisterError::Store)?.register().await
    }

    /// Finds out what registering would be, for a caller that may not want it then.
    pub async fn claim<'a>(
        &self,
        wish: &'a Registration,
        now: UnixMillis,
    ) -> Result<Claimed<'a>, StoreError> {
        let mut transaction = self.write().await?;
        let session = present_session(&mut transaction, wish, now).await?;
        let claim = claim(&mut transaction, wish, session, now).await?;
        Ok(Claimed { transaction, wish, now, session, claim })
    }
}

impl Claimed<'_> {
    /// What the name is to the browser.
    pub fn ground(&self) -> Ground {
        match self.claim {
            Some(Claim::Own { .. }) => Ground::Own,
            Some(Claim::Free | Claim::Unused(_)) => Ground::Free,
            None => Ground::Taken,
        }
    }

    /// Registers, or refuses before anything is written.
    ///
    /// That the name is free, or the browser's, is decided before the other session: nobody is
    /// asked to confirm a change that would then be refused.
    pub async fn register(self) -> Result<Registered, RegisterError> {
        let Self { mut transaction, wish, now, session, claim } = self;
        let claim = claim.ok_or(RegisterError::NameTaken)?;
        let (continued, ended) = match (session, &claim) {
            (None, _) => (None, None),
            (Some((id, owner)), Claim::Own { account, .. }) if account.id == owner => {
                (Some(id), None)
            }
            (Some(_), _) if wish.on_other_session == OnOtherSession::Refuse => {
                return Err(RegisterError::AlreadySignedIn);
            }
            (Some((id, _)), _) => (None, Some(id)),
        };
        if let Some(id) = continued.or(ended) {
            sessions::end(&mut transaction, id).await?;
        }
        let evicted = claim.evicted();
        let (account, device_key) = take(&mut transaction, wish, claim, now).await?;
        let session =
            sessions::insert(&mut transaction, &wish.new_session, account.id, now).await?;
        transaction.commit().await?;
        Ok(Registered { account, session, device_key, continued, ended, evicted })
    }
}

/// On what ground a browser may have a name.
enum Claim {
    /// Nobody has it.
    Free,
    /// It was not used for 30 days, by the owners of all accounts that share a key with it.
    Unused(Vec<Account>),
    /// It is the browser's own.
    Own { account: Account, device_key: DeviceKey },
}

impl Claim {
    fn evicted(&self) -> Vec<AccountId> {
        match self {
            Self::Unused(accounts) => accounts.iter().map(|account| account.id).collect(),
            Self::Free | Self::Own { .. } => Vec::new(),
        }
    }
}

async fn present_session(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    now: UnixMillis,
) -> Result<Option<(SessionId, AccountId)>, sqlx::Error> {
    match &wish.session {
        Some(token) => sessions::find(transaction, token, now).await,
        None => Ok(None),
    }
}

/// Who owns the account of exactly this name means that one, whatever else looks like it.
async fn claim(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    session: Option<(SessionId, AccountId)>,
    now: UnixMillis,
) -> Result<Option<Claim>, sqlx::Error> {
    let mut namesakes = accounts::namesakes(transaction, &wish.name_keys).await?;
    namesakes.sort_by_key(|namesake| namesake.account.name != wish.name);
    for Namesake { account, .. } in &namesakes {
        if let Some(device_key) = ownership(transaction, wish, session, account.id, now).await? {
            return Ok(Some(Claim::Own { account: account.clone(), device_key }));
        }
    }
    if namesakes.iter().any(|namesake| now - namesake.last_used_at < NAME_UNUSED_MS) {
        return Ok(None);
    }
    let unused: Vec<Account> = namesakes.into_iter().map(|namesake| namesake.account).collect();
    Ok(Some(if unused.is_empty() { Claim::Free } else { Claim::Unused(unused) }))
}

/// Which device key the browser is to keep for an account that is its own.
async fn ownership(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    session: Option<(SessionId, AccountId)>,
    account: AccountId,
    now: UnixMillis,
) -> Result<Option<DeviceKey>, sqlx::Error> {
    if let Some(key) = &wish.device_key
        && device_keys::owns(transaction, key, account, now).await?
    {
        return Ok(Some(DeviceKey::Renewed));
    }
    Ok(session.filter(|(_, owner)| *owner == account).map(|_| DeviceKey::Fresh))
}

async fn take(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    claim: Claim,
    now: UnixMillis,
) -> Result<(Account, DeviceKey), sqlx::Error> {
    let (account, device_key) = match claim {
        Claim::Own { account, device_key } => {
            (sign_in(transaction, wish, account, now).await?, device_key)
        }
        Claim::Free => (sign_up(transaction, wish, 1, now).await?, DeviceKey::Fresh),
        // The revision goes on, so that no partition that remembers the old one holds it back.
        Claim::Unused(old) => {
            for account in &old {
                accounts::delete(transaction, account.id).await?;
            }
            let rev = old.iter().map(|account| account.rev).max().unwrap_or_default();
            (sign_up(transaction, wish, rev + 1, now).await?, DeviceKey::Fresh)
        }
    };
    give_key(transaction, wish, device_key, account.id, now).await?;
    Ok((account, device_key))
}

async fn sign_up(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    rev: u64,
    now: UnixMillis,
) -> Result<Account, sqlx::Error> {
    let status = wish.status.as_deref().unwrap_or_default();
    let new = NewAccount { name: &wish.name, name_keys: &wish.name_keys, status, rev };
    accounts::insert(transaction, &new, now).await
}

async fn sign_in(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    account: Account,
    now: UnixMillis,
) -> Result<Account, sqlx::Error> {
    let Some(text) = &wish.status else {
        accounts::touch(transaction, account.id, now).await?;
        return Ok(account);
    };
    let set = status::set(transaction, account.id, text, now).await?;
    Ok(Account { status: set.text, rev: set.rev, updated_at: set.updated_at, ..account })
}

async fn give_key(
    transaction: &mut Transaction<'_, Sqlite>,
    wish: &Registration,
    which: DeviceKey,
    account: AccountId,
    now: UnixMillis,
) -> Result<(), sqlx::Error> {
    let key = match (which, &wish.device_key) {
        (DeviceKey::Renewed, Some(key)) => key,
        (_, Some(old)) => {
            device_keys::inherit(transaction, old, &wish.new_device_key, now).await?;
            &wish.new_device_key
        }
        (_, None) => &wish.new_device_key,
    };
    device_keys::insert(transaction, key, account, now).await
}
