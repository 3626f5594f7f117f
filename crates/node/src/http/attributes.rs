//! What answers tell of a channel, as far as it was asked for (docs/protocol.md 6.3 and 6.5).

use rollcall_engine::{App, ChannelKey, LastEvent, ListedChannel};
use rollcall_wire::ChannelName;
use rollcall_wire::api::InfoRequest;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::handle::{NodeHandle, QueryError};

/// The attributes of one channel.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_count: Option<usize>,
    /// `null` for a cache channel that keeps nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache: Option<Option<Cached>>,
}

/// What a cache channel keeps, and for how many seconds.
#[derive(Debug, Clone)]
pub(crate) struct Cached(pub(crate) LastEvent);

impl Attributes {
    /// What is asked for and can be counted of the channel.
    pub(crate) fn of_counts(counts: &ListedChannel, info: InfoRequest) -> Self {
        Self {
            user_count: counts.users.filter(|_| info.user_count),
            subscription_count: info.subscription_count.then_some(counts.subscriptions),
            cache: None,
        }
    }

    /// Asks at once, and no partition for what it need not tell; the answer can be awaited at
    /// leisure. What does not apply to the channel, or is not known of the app, is left out.
    pub(crate) fn ask(
        node: &NodeHandle,
        app: &App,
        name: ChannelName,
        info: InfoRequest,
    ) -> impl Future<Output = Result<Self, QueryError>> + use<> {
        let kind = name.kind();
        let info = InfoRequest {
            user_count: info.user_count && kind.is_presence(),
            subscription_count: info.subscription_count && app.subscription_counting,
            cache: info.cache && kind.is_cache(),
        };
        let key = ChannelKey::new(app, name);
        let cached = info.cache.then(|| node.last_event(key.clone()));
        let counts = (info.user_count || info.subscription_count).then(|| node.counts(key));
        async move {
            let mut attributes = match counts {
                Some(counts) => Self::of_counts(&counts.await?, info),
                None => Self::default(),
            };
            if let Some(cached) = cached {
                attributes.cache = Some(cached.await?.map(Cached));
            }
            Ok(attributes)
        }
    }
}

impl Serialize for Cached {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let LastEvent { data, left } = &self.0;
        let mut object = serializer.serialize_struct("Cached", 2)?;
        object.serialize_field("data", &**data)?;
        // What is kept for part of a second is kept.
        object.serialize_field("ttl", &(left.as_millis().div_ceil(1000) as u64))?;
        object.end()
    }
}
