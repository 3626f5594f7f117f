//! The `info` parameter: which attributes a caller wants to know.

use super::ApiError;
use super::error::shortened;

/// The attributes asked for in an `info` list (`docs/protocol.md` 6.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InfoRequest {
    /// Distinct members of a presence channel.
    pub user_count: bool,
    /// Subscribed connections.
    pub subscription_count: bool,
    /// The last event of a cache channel.
    pub cache: bool,
}

impl InfoRequest {
    /// Parses a comma list, of which only what is in `known` may be asked for.
    pub(super) fn parse(list: &str, known: &'static [&'static str]) -> Result<Self, ApiError> {
        let mut info = Self::default();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                name if !known.contains(&name) => {
                    return Err(ApiError::UnknownInfo { name: shortened(name), known });
                }
                USER_COUNT => info.user_count = true,
                SUBSCRIPTION_COUNT => info.subscription_count = true,
                _ => info.cache = true,
            }
        }
        Ok(info)
    }

    /// Whether anything is asked for.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

const USER_COUNT: &str = "user_count";
const SUBSCRIPTION_COUNT: &str = "subscription_count";
const CACHE: &str = "cache";

/// What a list of channels tells of each.
pub(super) const OF_MANY: &[&str] = &[USER_COUNT];

/// What a publish tells of its channels.
pub(super) const OF_PUBLISHED: &[&str] = OF_ONE;

/// What a query tells of one channel.
pub(super) const OF_ONE: &[&str] = &[USER_COUNT, SUBSCRIPTION_COUNT, CACHE];
