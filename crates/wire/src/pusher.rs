//! The JSON messages of the Pusher protocol: what clients say, and what the server says.

mod client;
mod events;
mod member;
mod user;

pub use client::{ClientMessage, MessageError, client_event_data, parse};
pub use events::{
    SubscriptionErrorKind, cache_miss, channel_event, connection_established, error, member_added,
    member_removed, member_updated, ping, pong, presence_succeeded, signin_success,
    subscription_count, subscription_error, subscription_succeeded, watchlist_events,
};
pub(crate) use member::revision;
pub use member::{MemberData, MemberDataError, MemberLimits, parse_channel_data};
pub use user::{MAX_WATCHED, UserData, UserDataError, UserInfo, Watchlist, parse_user_data};
