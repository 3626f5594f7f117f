//! Connections at the door: who may come in, and where the others are told why not.

use std::net::TcpStream;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use rollcall_engine::{App, Opening, Refusal};
use rollcall_wire::CloseCode;
use rollcall_wire::protocol::Protocol;

use super::NodeHandle;
use crate::apps::ConnectionPermit;
use crate::mail::{Arrival, Mail, Verdict};

/// What a client said of itself when it asked for a WebSocket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The app's key, from the path.
    pub(crate) key: &'a str,
    /// The parameter `protocol`.
    pub(crate) protocol: Option<&'a str>,
    /// The header `Origin`; only browsers have one.
    pub(crate) origin: Option<&'a str>,
}

/// A socket that HTTP is done with.
#[derive(Debug)]
pub(crate) struct Upgraded {
    /// The socket, non-blocking and registered nowhere.
    pub(crate) stream: TcpStream,
    /// What the peer sent behind its request.
    pub(crate) early: Bytes,
}

impl NodeHandle {
    /// Decides about a caller, in the order of docs/protocol.md 1.2.
    pub(crate) fn judge(&self, caller: Caller<'_>) -> Verdict {
        let protocol = match Protocol::parse(caller.protocol) {
            Ok(protocol) => protocol,
            Err(code) => return refuse(None, code),
        };
        match self.admit(caller, protocol) {
            Ok((opening, permit)) => Verdict::Admit(opening, permit),
            Err(CloseCode::UnknownApp) => Verdict::Refuse(Refusal {
                protocol: Some(protocol),
                code: CloseCode::UnknownApp,
                reason: Some(unknown_app(caller.key)),
            }),
            Err(code) => refuse(Some(protocol), code),
        }
    }

    /// The verdict on an upgrade request to a path that no app is under.
    pub(crate) fn judge_stray(&self, protocol: Option<&str>) -> Verdict {
        refuse(Protocol::parse(protocol).ok(), CloseCode::PathNotFound)
    }

    /// Gives a socket to a shard, one after the other.
    pub(crate) fn take_in(&self, upgraded: Upgraded, verdict: Verdict) {
        let turn = self.0.next_shard.fetch_add(1, Ordering::Relaxed);
        let Upgraded { stream, early } = upgraded;
        let arrival = Box::new(Arrival { stream, early, verdict });
        self.0.mailboxes.send(turn % self.0.mailboxes.shards(), Mail::Arrival(arrival));
    }

    fn admit(
        &self,
        caller: Caller<'_>,
        protocol: Protocol,
    ) -> Result<(Opening, ConnectionPermit), CloseCode> {
        let apps = self.0.apps.snapshot();
        let tenant = apps.of_key(caller.key).ok_or(CloseCode::UnknownApp)?;
        if !tenant.app.enabled {
            return Err(CloseCode::AppDisabled);
        }
        if !is_allowed(&tenant.app, caller.origin) {
            return Err(CloseCode::OriginRefused);
        }
        let permit = tenant.take_place().ok_or(CloseCode::OverQuota)?;
        if self.is_draining() || self.0.mailboxes.are_congested() {
            return Err(CloseCode::OverCapacity);
        }
        let socket = self.0.socket_ids.next();
        Ok((Opening { socket, app: tenant.app.clone(), protocol }, permit))
    }
}

fn refuse(protocol: Option<Protocol>, code: CloseCode) -> Verdict {
    Verdict::Refuse(Refusal { protocol, code, reason: None })
}

/// The hosted service's words, without its clusters.
fn unknown_app(key: &str) -> String {
    format!("App key {key} does not exist here. Did you set the right host and key?")
}

/// Programs that are no browser send no origin, and could send any.
fn is_allowed(app: &App, origin: Option<&str>) -> bool {
    let allows = |origin: &str| {
        app.allowed_origins.iter().any(|o| o == "*" || o.eq_ignore_ascii_case(origin))
    };
    origin.is_none_or(allows)
}
