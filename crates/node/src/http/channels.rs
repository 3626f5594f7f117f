//! `GET /apps/{id}/channels`, `/channels/{name}` and `/channels/{name}/users` (docs/protocol.md 6.5).

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use rollcall_engine::{App, ChannelKey, ListedChannel};
use rollcall_wire::ChannelName;
use rollcall_wire::api::{ChannelQuery, ChannelsQuery, InfoRequest, UsersQuery, parse_channel};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::answer;
use super::attributes::{Attributes, Cached};
use super::auth::Signed;
use super::error::HttpError;
use crate::handle::NodeHandle;

/// The app and the channel of a path, percent-decoded once.
pub(crate) type NamedPath = Result<Path<(String, String)>, PathRejection>;

/// The occupied channels.
pub(crate) async fn list(
    State(node): State<NodeHandle>,
    RawQuery(query): RawQuery,
    Signed { tenant, .. }: Signed,
) -> Result<Response, HttpError> {
    let query = ChannelsQuery::parse(&query.unwrap_or_default())?;
    let place = answer::take_place(node.answer_places(), tenant.answers()).await?;
    let listed = node.list(&tenant.app.id, &query.prefix).await?;
    Ok(answer::json(&Channels { channels: Listed { listed, info: query.info } }, place))
}

/// One channel, occupied or not.
pub(crate) async fn describe(
    State(node): State<NodeHandle>,
    path: NamedPath,
    RawQuery(query): RawQuery,
    Signed { tenant, .. }: Signed,
) -> Result<Json<Channel>, HttpError> {
    let name = channel_name(path, &tenant.app)?;
    let query = ChannelQuery::parse(&query.unwrap_or_default(), &name)?;
    if query.info.subscription_count && !tenant.app.subscription_counting {
        return Err(HttpError::CountingOff);
    }
    let key = ChannelKey::new(&tenant.app, name);
    let counts = node.count(key.clone()).await?;
    let mut attributes = Attributes::of_counts(&counts, query.info);
    if query.info.cache {
        attributes.cache = Some(node.last_event(key).await?.map(Cached));
    }
    Ok(Json(Channel { occupied: counts.is_occupied(), attributes }))
}

/// Who is on a presence channel.
pub(crate) async fn users(
    State(node): State<NodeHandle>,
    path: NamedPath,
    RawQuery(query): RawQuery,
    Signed { tenant, .. }: Signed,
) -> Result<Response, HttpError> {
    let name = channel_name(path, &tenant.app)?;
    let UsersQuery = UsersQuery::parse(&query.unwrap_or_default(), &name)?;
    let place = answer::take_place(node.answer_places(), tenant.answers()).await?;
    let facts = node.describe(ChannelKey::new(&tenant.app, name)).await?;
    let users = facts.users.unwrap_or_default();
    let users = users.iter().map(|id| User { id: id.as_str() }).collect();
    Ok(answer::json(&Users { users }, place))
}

fn channel_name(path: NamedPath, app: &App) -> Result<ChannelName, HttpError> {
    let Path((_, name)) = path.map_err(|_| HttpError::PathNotText)?;
    Ok(parse_channel(&name, app.limits.channel_name)?)
}

#[derive(Serialize)]
pub(crate) struct Channel {
    occupied: bool,
    #[serde(flatten)]
    attributes: Attributes,
}

#[derive(Serialize)]
struct Channels {
    channels: Listed,
}

/// An object with a member for each channel, also when there is none.
struct Listed {
    listed: Vec<ListedChannel>,
    info: InfoRequest,
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.listed.len()))?;
        for channel in &self.listed {
            let attributes = Attributes::of_counts(channel, self.info);
            map.serialize_entry(channel.name.as_str(), &attributes)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Users<'a> {
    users: Vec<User<'a>>,
}

#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
}
