//! The parameters of the queries (`docs/protocol.md` 6.5): `GET /channels`, `/channels/{name}` and
//! `/channels/{name}/users`. Signatures cover them; `auth/query.rs` is about that.

use super::error::{ApiError, shortened};
use super::info::{InfoRequest, OF_MANY, OF_ONE};
use crate::ChannelName;
use crate::auth::query::{Plus, Query, array_name};

/// What a list of channels is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelsQuery {
    /// How the names begin; empty for all channels.
    pub prefix: String,
    /// What the answer should tell of each.
    pub info: InfoRequest,
}

/// What one channel is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelQuery {
    /// What the answer should tell.
    pub info: InfoRequest,
}

/// Who is on a presence channel is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsersQuery;

impl ChannelsQuery {
    /// Parses the query string of `GET /channels`.
    pub fn parse(raw: &str) -> Result<Self, ApiError> {
        let parameters = Parameters::parse(raw, &[PREFIX, INFO])?;
        let prefix = parameters.prefix.unwrap_or_default();
        let info = InfoRequest::parse(&parameters.info, OF_MANY)?;
        if info.user_count && !prefix.starts_with("presence-") {
            return Err(ApiError::UserCountOfAny);
        }
        Ok(Self { prefix, info })
    }
}

impl ChannelQuery {
    /// Parses the query string of `GET /channels/{name}`.
    pub fn parse(raw: &str, channel: &ChannelName) -> Result<Self, ApiError> {
        let parameters = Parameters::parse(raw, &[INFO])?;
        let info = InfoRequest::parse(&parameters.info, OF_ONE)?;
        if info.user_count && !channel.kind().is_presence() {
            return Err(ApiError::NoPresence { wanted: "user_count" });
        }
        if info.cache && !channel.kind().is_cache() {
            return Err(ApiError::NoCache);
        }
        Ok(Self { info })
    }
}

impl UsersQuery {
    /// Checks the query string of `GET /channels/{name}/users`.
    pub fn parse(raw: &str, channel: &ChannelName) -> Result<Self, ApiError> {
        Parameters::parse(raw, &[])?;
        if !channel.kind().is_presence() {
            return Err(ApiError::NoPresence { wanted: "users" });
        }
        Ok(Self)
    }
}

/// The channel of that name, where a back end gives one.
pub fn parse_channel(name: &str, max_len: usize) -> Result<ChannelName, ApiError> {
    ChannelName::parse(name, max_len)
        .map_err(|why| ApiError::BadChannel { name: shortened(name), why })
}

/// What a query string says beside its signature.
#[derive(Default)]
struct Parameters {
    prefix: Option<String>,
    /// All lists in one: `info=a,b`, `info[]=a&info[]=b` and `info[0]=a&info[1]=b` are the same.
    info: String,
}

impl Parameters {
    fn parse(raw: &str, known: &[&str]) -> Result<Self, ApiError> {
        let mut parameters = Self::default();
        let mut extraneous = Extraneous::default();
        for (name, value) in Query::parse(raw, Plus::IsPlus).texts() {
            match plain(&name) {
                PREFIX if known.contains(&PREFIX) => {
                    parameters.prefix.get_or_insert_with(|| value.into_owned());
                }
                INFO if known.contains(&INFO) => parameters.info += &format!("{value},"),
                _ => extraneous.note(&name),
            }
        }
        extraneous.refuse()?;
        Ok(parameters)
    }
}

/// The parameters that mean nothing to whoever reads a query string.
#[derive(Default)]
pub(super) struct Extraneous(Vec<String>);

impl Extraneous {
    /// Takes down a parameter that is not known, unless it belongs to the signature.
    pub(super) fn note(&mut self, name: &str) {
        let is_known = OF_SIGNATURES.contains(&name) || self.0.iter().any(|noted| noted == name);
        if !is_known && self.0.len() < MOST_NAMED {
            self.0.push(shortened(name));
        }
    }

    /// Refuses the request if there are any.
    pub(super) fn refuse(self) -> Result<(), ApiError> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(ApiError::Extraneous { names: self.0.join(", ") }),
        }
    }
}

/// `info` may be a list; no other parameter is one.
fn plain(name: &str) -> &str {
    match array_name(name.as_bytes()) == Some(INFO.as_bytes()) {
        true => INFO,
        false => name,
    }
}

const PREFIX: &str = "filter_by_prefix";
const INFO: &str = "info";

/// What every request carries.
const OF_SIGNATURES: [&str; 5] =
    ["auth_key", "auth_timestamp", "auth_version", "auth_signature", "body_md5"];

/// How many parameters an error names.
const MOST_NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(name: &str) -> ChannelName {
        ChannelName::parse(name, 164).unwrap()
    }

    fn of_one(raw: &str, name: &str) -> Result<InfoRequest, ApiError> {
        ChannelQuery::parse(raw, &channel(name)).map(|query| query.info)
    }

    const SIGNED: &str = "auth_key=k&AUTH_TIMESTAMP=1&auth_version=1.0&body_md5=x&auth_signature=s";

    #[test]
    fn p168_a_list_is_filtered_and_counts_users_of_presence_channels_alone() {
        let table = [
            ("", "", false),
            (SIGNED, "", false),
            ("filter_by_prefix=room-", "room-", false),
            ("filter_by_prefix=presence%2Da%2C&info=user_count", "presence-a,", true),
            ("FILTER_BY_PREFIX=presence-&info[]=user_count", "presence-", true),
            ("filter_by_prefix=a&filter_by_prefix=b&info=", "a", false),
        ];
        for (raw, prefix, user_count) in table {
            let query = ChannelsQuery::parse(raw).unwrap();
            assert_eq!((&*query.prefix, query.info.user_count), (prefix, user_count), "{raw}");
        }
        for prefix in ["", "filter_by_prefix=presence&", "filter_by_prefix=private-presence-&"] {
            let raw = format!("{prefix}info=user_count");
            assert_eq!(ChannelsQuery::parse(&raw), Err(ApiError::UserCountOfAny), "{raw}");
        }
    }

    #[test]
    fn p152_a_list_of_attributes_may_be_written_in_every_form() {
        for raw in [
            "info=user_count,subscription_count",
            "info=user_count%2Csubscription_count",
            "info[]=user_count&info[]=subscription_count",
            "info%5B0%5D=user_count&info%5B1%5D=subscription_count",
            "info=user_count&info=subscription_count",
            "INFO=subscription_count, user_count,",
        ] {
            let info = of_one(raw, "presence-a").unwrap();
            assert!(info.user_count && info.subscription_count && !info.cache, "{raw}");
        }
    }

    #[test]
    fn an_attribute_has_to_exist_and_to_fit_the_channel() {
        let unknown = |raw: &str, name: &str, told: &str| {
            let error = of_one(raw, name).unwrap_err();
            assert_eq!((error.status(), &*error.to_string()), (400, told), "{raw}");
        };
        unknown(
            "info=members",
            "presence-a",
            "Unknown info attribute \"members\": info can be user_count, subscription_count or \
             cache here",
        );
        unknown("info=user_count", "room", "user_count is known of presence channels only");
        unknown("info=cache", "presence-a", "cache is known of cache channels only");
        assert!(of_one("info=cache", "presence-cache-a").unwrap().cache);
        let error = ChannelsQuery::parse("info=subscription_count").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Unknown info attribute \"subscription_count\": info can be user_count here"
        );
        let long = format!("info={}", "x".repeat(10_000));
        assert!(of_one(&long, "a").unwrap_err().to_string().len() < 400);
    }

    #[test]
    fn p171_users_are_known_of_presence_channels_only() {
        assert_eq!(UsersQuery::parse(SIGNED, &channel("presence-a")), Ok(UsersQuery));
        let error = UsersQuery::parse("", &channel("private-a")).unwrap_err();
        assert_eq!((error.status(), error), (400, ApiError::NoPresence { wanted: "users" }));
    }

    #[test]
    fn parameters_that_mean_nothing_here_are_named() {
        let told =
            |names: &str| format!("The following query string parameters are extraneous: {names}");
        let error = of_one("b=1&info=user_count&a[]=&b=2&filter_by_prefix=x", "presence-a");
        assert_eq!(error.unwrap_err().to_string(), told("b, a[], filter_by_prefix"));
        let error = UsersQuery::parse("info=user_count", &channel("presence-a"));
        assert_eq!(error.unwrap_err().to_string(), told("info"));
        let error = ChannelsQuery::parse("filter_by_prefix[]=a&%ff=").unwrap_err();
        assert_eq!(error.to_string(), told("filter_by_prefix[], \u{fffd}"));
        let many: String = (0..100).map(|n| format!("{}{n}=&", "x".repeat(500))).collect();
        assert!(ChannelsQuery::parse(&many).unwrap_err().to_string().len() < 3000);
    }

    proptest::proptest! {
        #[test]
        fn no_query_panics(raw: String) {
            let _ = ChannelsQuery::parse(&raw);
            let _ = ChannelQuery::parse(&raw, &channel("presence-a"));
        }
    }
}
