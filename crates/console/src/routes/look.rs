//! What is there now: channels, connections and members (docs/console.md 2.5).

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use rollcall_node::handle::{ChannelDetail, ChannelSort, Connection, ConnectionsQuery};
use rollcall_web::{FieldProblem, json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json as object};

use super::path::InPath;
use crate::console::Console;
use crate::failure::{AppFailure, Failure};
use crate::network::network;

/// Which channels.
#[derive(Deserialize)]
#[serde(default)]
pub(crate) struct ChannelsWanted {
    prefix: String,
    sort: ChannelSort,
    limit: usize,
}

impl Default for ChannelsWanted {
    fn default() -> Self {
        Self { prefix: String::new(), sort: ChannelSort::default(), limit: MOST_ROWS }
    }
}

/// The occupied channels of an app.
pub(crate) async fn channels(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    wanted: Result<Query<ChannelsWanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let wanted = read(wanted)?;
    let (prefix, sort) = (wanted.prefix.as_str(), wanted.sort);
    let table = console.0.node.channel_table(&id, prefix, sort, wanted.limit).await?;
    Ok(json(object!(table).to_string()))
}

/// Which one.
#[derive(Deserialize)]
pub(crate) struct ChannelWanted {
    name: String,
}

/// One channel, with who is on it.
pub(crate) async fn channel(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    wanted: Result<Query<ChannelWanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let detail = console.0.node.channel_detail(&id, &read(wanted)?.name).await?;
    Ok(json(object!(detail).to_string()))
}

/// Which connections, and how much of their addresses.
#[derive(Deserialize)]
pub(crate) struct ConnectionsWanted {
    #[serde(default)]
    search: String,
    #[serde(default)]
    sort: rollcall_node::handle::ConnectionSort,
    limit: Option<usize>,
    #[serde(default)]
    address: Addresses,
}

/// How much of an address is told.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Addresses {
    /// Its network: what is of one person alone is left out.
    #[default]
    Network,
    /// All of it.
    Whole,
}

/// The open connections of an app.
pub(crate) async fn connections(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    wanted: Result<Query<ConnectionsWanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let ConnectionsWanted { search, sort, limit, address } = read(wanted)?;
    let query = ConnectionsQuery { search, sort, limit: limit.unwrap_or(MOST_ROWS) };
    let found = console.0.node.connections(&id, query).await?;
    let rows: Vec<_> = found.rows.iter().map(|row| shown(row, address)).collect();
    Ok(json(object!({ "total": found.total, "connections": rows }).to_string()))
}

/// Whether the whole address is wanted.
#[derive(Deserialize)]
pub(crate) struct OneConnectionWanted {
    #[serde(default)]
    address: Addresses,
}

/// One connection, with its subscriptions.
pub(crate) async fn connection(
    State(console): State<Console>,
    InPath((id, socket)): InPath<(String, String)>,
    wanted: Result<Query<OneConnectionWanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let address = read(wanted)?.address;
    let detail = console.0.node.connection(&id, &socket).await?.ok_or(AppFailure::NoConnection)?;
    let body = object!({
        "connection": shown(&detail.connection, address),
        "subscriptions": detail.subscriptions,
    });
    Ok(json(body.to_string()))
}

/// Which presence channel; the largest without.
#[derive(Deserialize)]
pub(crate) struct PresenceWanted {
    channel: Option<String>,
}

/// Who is present.
pub(crate) async fn presence(
    State(console): State<Console>,
    InPath(id): InPath<String>,
    wanted: Result<Query<PresenceWanted>, QueryRejection>,
) -> Result<impl IntoResponse, Failure> {
    let node = &console.0.node;
    let table = node.channel_table(&id, "presence-", ChannelSort::Members, MOST_CHANNELS).await?;
    let channels = table
        .rows
        .iter()
        .map(|row| PresenceChannel { name: &row.name, members: row.members.unwrap_or_default() });
    let channels: Vec<_> = channels.collect();
    let largest = || channels.first().map(|channel| channel.name.to_owned());
    let Some(channel) = read(wanted)?.channel.or_else(largest) else {
        return Ok(json(object!({ "channels": [], "channel": null, "members": [] }).to_string()));
    };
    let ChannelDetail { members, .. } = node.channel_detail(&id, &channel).await?;
    let body = object!({
        "channels": channels,
        "channel": channel,
        "members": members.unwrap_or_default(),
    });
    Ok(json(body.to_string()))
}

#[derive(Serialize)]
struct PresenceChannel<'a> {
    name: &'a str,
    members: usize,
}

fn read<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Failure> {
    let Query(wanted) = query.map_err(|_| Failure::of_field("query", FieldProblem::WrongType))?;
    Ok(wanted)
}

/// A connection with as much of its address as is wanted.
fn shown(connection: &Connection, address: Addresses) -> Value {
    let mut body = object!(connection);
    if address == Addresses::Network {
        body["address"] = network(connection.address).into();
    }
    body
}

const MOST_ROWS: usize = 10_000;

/// The most presence channels that are offered.
const MOST_CHANNELS: usize = 1_000;
