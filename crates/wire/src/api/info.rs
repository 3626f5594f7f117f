//! The `info` parameter: which attributes a caller wants to know.

use super::ApiError;

/// The attributes asked for in an `info` list (`docs/protocol.md` 6.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InfoRequest {
    /// Distinct members of a presence channel.
    pub user_count: bool,
    /// Subscribed connections.
    pub subscription_count: bool,
}

impl InfoRequest {
    /// Parses the comma list of a publish.
    pub fn parse(list: &str) -> Result<Self, ApiError> {
        let mut info = Self::default();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "user_count" => info.user_count = true,
                "subscription_count" => info.subscription_count = true,
                _ => return Err(ApiError::UnknownInfo { name: name.to_owned() }),
            }
        }
        Ok(info)
    }

    /// Whether anything is asked for.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}
