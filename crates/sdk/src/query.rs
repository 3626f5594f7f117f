//! Questions: which channels are occupied, by how many, and by whom (`docs/protocol.md` 6.5).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::client::Client;
use crate::error::Error;
use crate::request::encoded;

/// Which attributes of a channel to ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Info {
    user_count: bool,
    subscription_count: bool,
    cache: bool,
}

/// What a server tells of a channel; nothing where it was not asked, or where it does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Attributes {
    /// Members of a presence channel.
    pub user_count: Option<u64>,
    /// Connections subscribed to it, if the app counts them.
    pub subscription_count: Option<u64>,
    /// The last event of a cache channel.
    pub cache: Option<Cached>,
}

/// What a cache channel keeps.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Cached {
    /// The data of the event.
    pub data: String,
    /// For how many seconds more.
    pub ttl: u64,
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Channel {
    /// Whether anybody is subscribed.
    pub occupied: bool,
    /// What was asked for.
    #[serde(flatten)]
    pub attributes: Attributes,
}

impl Client {
    /// All occupied channels whose names begin so, with the attributes asked for. The number of
    /// users can be asked for where the prefix begins with `presence-`, and nothing else.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned(r#"{"channels":{"presence-team":{"user_count":2}}}"#, async |client| {
    /// use rollcall_server::Info;
    ///
    /// let channels = client.channels("presence-", Info::default().user_count()).await?;
    /// assert_eq!(channels["presence-team"].user_count, Some(2));
    /// # Ok(()) }) }
    /// ```
    pub async fn channels(
        &self,
        prefix: &str,
        info: Info,
    ) -> Result<BTreeMap<String, Attributes>, Error> {
        let filter = (!prefix.is_empty()).then(|| format!("filter_by_prefix={}", encoded(prefix)));
        let query: Vec<String> = filter.into_iter().chain(info.parameter()).collect();
        let answer: Channels = self.get("channels", &query.join("&")).await?;
        Ok(answer.channels)
    }

    /// One channel, occupied or not.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned(r#"{"occupied":true,"user_count":42}"#, async |client| {
    /// use rollcall_server::Info;
    ///
    /// let team = client.channel("presence-team", Info::default().user_count()).await?;
    /// assert!(team.occupied);
    /// assert_eq!(team.attributes.user_count, Some(42));
    /// # Ok(()) }) }
    /// ```
    pub async fn channel(&self, name: &str, info: Info) -> Result<Channel, Error> {
        let query = info.parameter().unwrap_or_default();
        self.get(&format!("channels/{}", encoded(name)), &query).await
    }

    /// The ids of the members of a presence channel.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned(r#"{"users":[{"id":"ana"},{"id":"bo"}]}"#, async |client| {
    /// assert_eq!(client.users("presence-team").await?, ["ana", "bo"]);
    /// # Ok(()) }) }
    /// ```
    pub async fn users(&self, channel: &str) -> Result<Vec<String>, Error> {
        let answer: Users = self.get(&format!("channels/{}/users", encoded(channel)), "").await?;
        Ok(answer.users.into_iter().map(|user| user.id).collect())
    }
}

impl Info {
    /// The number of members, for presence channels.
    ///
    /// ```
    /// let info = rollcall_server::Info::default().user_count();
    /// ```
    pub fn user_count(self) -> Self {
        Self { user_count: true, ..self }
    }

    /// The number of connections, for apps that count them.
    ///
    /// ```
    /// let info = rollcall_server::Info::default().user_count().subscription_count();
    /// ```
    pub fn subscription_count(self) -> Self {
        Self { subscription_count: true, ..self }
    }

    /// The last event, for cache channels.
    ///
    /// ```
    /// let info = rollcall_server::Info::default().cache();
    /// ```
    pub fn cache(self) -> Self {
        Self { cache: true, ..self }
    }

    /// The attributes as the API lists them, if there are any.
    pub(crate) fn list(self) -> Option<String> {
        let all = [
            (self.user_count, "user_count"),
            (self.subscription_count, "subscription_count"),
            (self.cache, "cache"),
        ];
        let names: Vec<&str> =
            all.iter().filter(|(asked, _)| *asked).map(|&(_, name)| name).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn parameter(self) -> Option<String> {
        self.list().map(|names| format!("info={names}"))
    }
}

#[derive(Deserialize)]
struct Channels {
    channels: BTreeMap<String, Attributes>,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<UserId>,
}

#[derive(Deserialize)]
struct UserId {
    id: String,
}
