//! Connections at the door: who may come in, and where the others are told why not.

use std::collections::HashMap;
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use rollcall_engine::{App, Opening, Refusal, Security};
use rollcall_wire::CloseCode;
use rollcall_wire::protocol::Protocol;
use rustls::ServerConnection;

use super::NodeHandle;
use crate::apps::{Apps, ConnectionPermit, Tenant};
use crate::key_uses::KeyUse;
use crate::mail::{Arrival, Mail, Verdict};
use crate::provenance::Provenance;

/// What a client said of itself when it asked for a WebSocket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The app's key, from the path.
    pub(crate) key: &'a str,
    /// The parameter `protocol`.
    pub(crate) protocol: Option<&'a str>,
    /// Whether others on its way could listen.
    pub(crate) security: Security,
    /// Its address, as trusted proxies say it.
    pub(crate) address: IpAddr,
    /// The header `Origin`; only browsers have one.
    pub(crate) origin: Option<&'a str>,
    /// The parameter `client`: what its library calls itself.
    pub(crate) client: Option<&'a str>,
    /// The parameter `version`: that of its library.
    pub(crate) version: Option<&'a str>,
}

/// A socket that HTTP is done with.
#[derive(Debug)]
pub(crate) struct Upgraded {
    /// The socket, non-blocking and registered nowhere.
    pub(crate) stream: TcpStream,
    /// Its TLS, after the handshake.
    pub(crate) tls: Option<Box<ServerConnection>>,
    /// What the peer sent behind its request.
    pub(crate) early: Bytes,
}

impl NodeHandle {
    /// Decides about a caller, in the order of docs/protocol.md 1.2.
    pub(crate) fn judge(&self, caller: Caller<'_>) -> Verdict {
        let verdict = self.judge_unobserved(caller);
        if let Verdict::Refuse(refusal) = &verdict {
            self.observe_refusal(&caller, refusal.code);
        }
        verdict
    }

    fn judge_unobserved(&self, caller: Caller<'_>) -> Verdict {
        let apps = self.0.apps.snapshot();
        let tenant = apps.of_key(caller.key);
        let protocol = match Protocol::parse(caller.protocol) {
            Ok(protocol) => protocol,
            Err(code) => {
                let app = tenant.map(|tenant| Arc::clone(&tenant.app));
                return Verdict::Refuse(Refusal { app, protocol: None, code, reason: None });
            }
        };
        let Some(tenant) = tenant else {
            let reason = Some(unknown_app(caller.key));
            let (app, protocol, code) = (None, Some(protocol), CloseCode::UnknownApp);
            return Verdict::Refuse(Refusal { app, protocol, code, reason });
        };
        let (app, security) = (Arc::clone(&tenant.app), caller.security);
        let opening = Opening { socket: self.0.socket_ids.next(), app, protocol, security };
        match self.admit(tenant, caller) {
            Ok(permit) => {
                self.note_key(tenant, caller.key, caller.address);
                Verdict::Admit(opening, permit)
            }
            Err(code) => Verdict::Refuse(opening.refused(code)),
        }
    }

    /// Notes that a key of an app was good for something.
    pub(crate) fn note_key(&self, tenant: &Tenant, key: &str, from: IpAddr) {
        tenant.keys().note(key, KeyUse { at: self.0.clock.unix_millis(), from });
    }

    /// When each key of an app was used last since the node started, by key; those that are not
    /// there were not.
    pub fn key_uses(&self, app: &str) -> HashMap<String, KeyUse> {
        self.listed_tenant(app).map(|tenant| tenant.keys().read()).unwrap_or_default()
    }

    /// The verdict on an upgrade request to a path that no app is under.
    pub(crate) fn judge_stray(&self, protocol: Option<&str>) -> Verdict {
        let (protocol, code) = (Protocol::parse(protocol).ok(), CloseCode::PathNotFound);
        Verdict::Refuse(Refusal { app: None, protocol, code, reason: None })
    }

    /// Where a caller comes from, who comes now.
    pub(crate) fn provenance(&self, caller: &Caller<'_>) -> Box<Provenance> {
        Provenance::of(caller, self.0.clock.unix_millis())
    }

    /// Gives a socket to a shard, one after the other.
    pub(crate) fn take_in(
        &self,
        upgraded: Upgraded,
        verdict: Verdict,
        provenance: Option<Box<Provenance>>,
    ) {
        let turn = self.0.next_shard.fetch_add(1, Ordering::Relaxed);
        let Upgraded { stream, tls, early } = upgraded;
        self.0.apps.with_newest(|apps| {
            let verdict = renew(verdict, apps);
            let arrival = Box::new(Arrival { stream, tls, early, verdict, provenance });
            self.0.mailboxes.send(turn % self.0.mailboxes.shards(), Mail::Arrival(arrival));
        });
    }

    fn admit(&self, tenant: &Tenant, caller: Caller<'_>) -> Result<ConnectionPermit, CloseCode> {
        if !tenant.app.enabled {
            return Err(CloseCode::AppDisabled);
        }
        if !caller.security.suffices(&tenant.app) {
            return Err(CloseCode::TlsRequired);
        }
        if !is_allowed(&tenant.app, caller.origin) {
            return Err(CloseCode::OriginRefused);
        }
        let permit = match tenant.app.authorization_timeout {
            None => tenant.take_place().ok_or(CloseCode::OverQuota)?,
            // It counts once it is authorized. That too many others are not is no reason to give up.
            Some(_) => tenant.take_place_unauthorized().ok_or(CloseCode::OverCapacity)?,
        };
        if self.is_draining() || self.0.mailboxes.are_congested() {
            return Err(CloseCode::OverCapacity);
        }
        Ok(permit)
    }
}

/// The verdict on a caller whose app may have changed while the upgrade was on its way: the shard
/// was told of the change already, and would not be told again.
pub(super) fn renew(verdict: Verdict, apps: &Apps) -> Verdict {
    let Verdict::Admit(opening, permit) = verdict else { return verdict };
    match apps.of_id(opening.app.id.as_str()) {
        Some(tenant) if !tenant.app.enabled => {
            Verdict::Refuse(opening.refused(CloseCode::AppDisabled))
        }
        Some(tenant) if !opening.security.suffices(&tenant.app) => {
            Verdict::Refuse(opening.refused(CloseCode::TlsRequired))
        }
        Some(tenant) => Verdict::Admit(Opening { app: Arc::clone(&tenant.app), ..opening }, permit),
        None => Verdict::Refuse(opening.refused(CloseCode::UnknownApp)),
    }
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

#[cfg(test)]
mod tests {
    use rollcall_engine::AppId;
    use rollcall_wire::SocketId;
    use rollcall_wire::auth::Key;

    use super::*;

    #[test]
    fn p190_a_change_during_the_upgrade_counts() {
        let apps = |change: fn(&mut App)| {
            let key = Key { key: "k".to_owned(), secret: "s".to_owned() };
            let mut app = App::new("1", vec![key]);
            change(&mut app);
            Apps::new(vec![app]).expect("one app")
        };
        let code = |newest: &Apps| {
            let first = apps(|_| {});
            let tenant = first.of_id("1").expect("it is there");
            let opening = Opening {
                socket: SocketId::parse("1.1").expect("digits").expect("in range"),
                app: Arc::clone(&tenant.app),
                protocol: Protocol::parse(Some("7")).expect("seven"),
                security: Security::Plain,
            };
            let permit = tenant.take_place().expect("there is no limit");
            match renew(Verdict::Admit(opening, permit), newest) {
                Verdict::Admit(opening, _) => Ok(opening.app.client_events),
                Verdict::Refuse(refusal) => Err(refusal.code),
            }
        };
        assert_eq!(code(&apps(|_| {})), Ok(false));
        assert_eq!(code(&apps(|app| app.client_events = true)), Ok(true));
        assert_eq!(code(&apps(|app| app.enabled = false)), Err(CloseCode::AppDisabled));
        assert_eq!(code(&apps(|app| app.force_tls = true)), Err(CloseCode::TlsRequired));
        assert_eq!(code(&apps(|app| app.id = AppId::new("2"))), Err(CloseCode::UnknownApp));
    }
}
