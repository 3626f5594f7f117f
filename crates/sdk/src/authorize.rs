//! What a back end hands to a browser: the right to subscribe, and the right to be a user.
//!
//! Whether somebody may is for the back end to decide, before it calls any of this.

use rollcall_wire::auth::{channel_signature, encrypted_channel_secret, user_signature};
use rollcall_wire::{ChannelName, SocketId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::error::SignError;

/// The answer to a browser's channel authorization request: send it as JSON, with status 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelAuth {
    /// Key and signature.
    pub auth: String,
    /// The member, exactly as it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_data: Option<String>,
    /// What the browser decrypts an encrypted channel with; the server never gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<String>,
}

/// The answer to a browser's sign-in request: send it as JSON, with status 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAuth {
    /// Key and signature.
    pub auth: String,
    /// The user, exactly as it was signed.
    pub user_data: String,
}

/// Who somebody is on a presence channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_info: Option<Value>,
}

/// Who somebody is who signs in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct User {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_info: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    watchlist: Vec<String>,
}

impl Client {
    /// Lets a connection subscribe to a private, encrypted or presence channel
    /// (`docs/protocol.md` 2.3). On a presence channel its user must be signed in.
    ///
    /// ```
    /// use rollcall_server::Client;
    ///
    /// let client = Client::builder("3", "278d425bdf160c739803", "7ad3773142a6692b25b8").build()?;
    /// let auth = client.authorize_channel("1234.1234", "private-foobar")?;
    /// assert_eq!(
    ///     auth.auth,
    ///     "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authorize_channel(
        &self,
        socket_id: &str,
        channel: &str,
    ) -> Result<ChannelAuth, SignError> {
        let channel = signed_channel(socket_id, channel)?;
        let shared_secret = match channel.kind().is_encrypted() {
            true => Some(self.shared_secret(&channel)?),
            false => None,
        };
        let auth = self.channel_auth(socket_id, &channel, None);
        Ok(ChannelAuth { auth, channel_data: None, shared_secret })
    }

    /// Lets a connection join a presence channel as this member (`docs/protocol.md` 2.6).
    ///
    /// ```
    /// use rollcall_server::{Client, Member};
    /// use serde_json::json;
    ///
    /// let client = Client::builder("1001", "app-key", "app-secret").build()?;
    /// let ana = Member::new("ana").with_info(json!({ "status": "hello" }));
    /// let auth = client.authorize_member("1234.1234", "presence-team", &ana)?;
    /// let data = r#"{"user_id":"ana","user_info":{"status":"hello"}}"#;
    /// assert_eq!(auth.channel_data.as_deref(), Some(data));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authorize_member(
        &self,
        socket_id: &str,
        channel: &str,
        member: &Member,
    ) -> Result<ChannelAuth, SignError> {
        let channel = signed_channel(socket_id, channel)?;
        if !channel.kind().is_presence() {
            return Err(SignError::NotPresence);
        }
        if member.user_id.is_empty() {
            return Err(SignError::EmptyId);
        }
        let data = json(member);
        let auth = self.channel_auth(socket_id, &channel, Some(&data));
        Ok(ChannelAuth { auth, channel_data: Some(data), shared_secret: None })
    }

    /// Lets a connection sign in as this user (`docs/protocol.md` 4.1).
    ///
    /// ```
    /// use rollcall_server::{Client, User};
    ///
    /// let client = Client::builder("3", "278d425bdf160c739803", "7ad3773142a6692b25b8").build()?;
    /// let auth = client.authenticate_user("1234.1234", &User::new("12345"))?;
    /// assert_eq!(auth.user_data, r#"{"id":"12345"}"#);
    /// assert_eq!(
    ///     auth.auth,
    ///     "278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authenticate_user(&self, socket_id: &str, user: &User) -> Result<UserAuth, SignError> {
        SocketId::parse(socket_id)?;
        if user.id.is_empty() {
            return Err(SignError::EmptyId);
        }
        let user_data = json(user);
        let key = self.signing_key();
        let signature = user_signature(&key.secret, socket_id, &user_data);
        Ok(UserAuth { auth: format!("{}:{signature}", key.key), user_data })
    }

    fn channel_auth(&self, socket_id: &str, channel: &ChannelName, data: Option<&str>) -> String {
        let key = self.signing_key();
        let signature = channel_signature(&key.secret, socket_id, channel.as_str(), data);
        format!("{}:{signature}", key.key)
    }

    fn shared_secret(&self, channel: &ChannelName) -> Result<String, SignError> {
        let master = self.master_key.ok_or(SignError::NoMasterKey)?;
        Ok(encrypted_channel_secret(channel.as_str(), &master.0))
    }
}

impl Member {
    /// A member of whom nothing is known but the id.
    ///
    /// ```
    /// let ana = rollcall_server::Member::new("ana");
    /// assert_eq!(serde_json::to_string(&ana).unwrap(), r#"{"user_id":"ana"}"#);
    /// ```
    pub fn new(user_id: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), user_info: None }
    }

    /// With what the other members see of this one; a JSON object.
    ///
    /// ```
    /// let ana = rollcall_server::Member::new("7").with_info(serde_json::json!({ "name": "Ana" }));
    /// let text = serde_json::to_string(&ana).unwrap();
    /// assert_eq!(text, r#"{"user_id":"7","user_info":{"name":"Ana"}}"#);
    /// ```
    pub fn with_info(mut self, info: Value) -> Self {
        self.user_info = Some(info);
        self
    }
}

impl User {
    /// A user of whom nothing is known but the id.
    ///
    /// ```
    /// let ana = rollcall_server::User::new("ana");
    /// assert_eq!(serde_json::to_string(&ana).unwrap(), r#"{"id":"ana"}"#);
    /// ```
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), user_info: None, watchlist: Vec::new() }
    }

    /// With what presence channels show of this user; a JSON object.
    ///
    /// ```
    /// let ana = rollcall_server::User::new("7").with_info(serde_json::json!({ "name": "Ana" }));
    /// let text = serde_json::to_string(&ana).unwrap();
    /// assert_eq!(text, r#"{"id":"7","user_info":{"name":"Ana"}}"#);
    /// ```
    pub fn with_info(mut self, info: Value) -> Self {
        self.user_info = Some(info);
        self
    }

    /// With the users whose coming and going this one is told of, at most 100
    /// (`docs/protocol.md` 4.4).
    ///
    /// ```
    /// let ana = rollcall_server::User::new("ana").watching(["bo", "eve"]);
    /// let text = serde_json::to_string(&ana).unwrap();
    /// assert_eq!(text, r#"{"id":"ana","watchlist":["bo","eve"]}"#);
    /// ```
    pub fn watching(mut self, users: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.watchlist = users.into_iter().map(Into::into).collect();
        self
    }
}

/// Checks the form of both, which come from a browser.
fn signed_channel(socket_id: &str, channel: &str) -> Result<ChannelName, SignError> {
    SocketId::parse(socket_id)?;
    let channel = ChannelName::parse(channel, MAX_CHANNEL_NAME)?;
    match channel.kind().needs_auth() {
        true => Ok(channel),
        false => Err(SignError::NeedsNone),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and JSON values are always JSON")
}

/// The SDKs' own limit; the server's may be lower (`docs/protocol.md` 2.1).
pub(crate) const MAX_CHANNEL_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use rollcall_wire::auth::{Key, verify_channel};

    use super::*;

    fn client() -> Client {
        let builder = Client::builder("3", "278d425bdf160c739803", "7ad3773142a6692b25b8");
        builder.master_key([0; 32]).build().unwrap()
    }

    #[test]
    fn p146_the_vectors_of_channels_and_users_are_signed_so() {
        let signed = |channel| client().authorize_channel("1234.1234", channel).unwrap();
        let key = "278d425bdf160c739803:";
        for (channel, signature) in [
            ("private-foobar", "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"),
            (
                "private-encrypted-foobar",
                "e6a18892d037c5d5e76a2265df4f086ffc38631605530dfd214aa5bff495f533",
            ),
            ("presence-foobar", "71506e66e7fdca106571b8999a849ad34245bc653772e51e0026c1a2475b92ba"),
        ] {
            assert_eq!(signed(channel).auth, format!("{key}{signature}"));
        }
        let secret = signed("private-encrypted-foobar").shared_secret;
        assert_eq!(secret.as_deref(), Some("7IE1DOUKclCQLmo0kebmMhZpsi3rEiv3rgBpjkafLek="));
        assert_eq!(signed("private-foobar").shared_secret, None);
    }

    #[test]
    fn a_member_is_signed_as_it_is_sent() {
        let member = Member::new("ana").with_info(serde_json::json!({ "z": 1, "a": "é\"" }));
        let auth = client().authorize_member("1234.1234", "presence-x", &member).unwrap();
        let keys =
            [Key { key: "278d425bdf160c739803".into(), secret: "7ad3773142a6692b25b8".into() }];
        let data = auth.channel_data.as_deref();
        let verified = verify_channel(&keys, &auth.auth, "1234.1234", "presence-x", data);
        assert_eq!(verified, Ok(()));
    }

    #[test]
    fn what_no_browser_should_ask_is_not_signed() {
        let ana = Member::new("ana");
        let empty = Member::new("");
        let plain = Client::builder("3", "key", "secret").build().unwrap();
        let channel = |socket, name| client().authorize_channel(socket, name).unwrap_err();
        let member = |name, who| client().authorize_member("1.2", name, who).unwrap_err();
        assert!(matches!(channel("1", "private-x"), SignError::SocketId(_)));
        assert!(matches!(channel("1.2:presence-x", "private-x"), SignError::SocketId(_)));
        assert!(matches!(channel("1.2", "private-a/b"), SignError::Channel(_)));
        assert_eq!(channel("1.2", "news"), SignError::NeedsNone);
        assert_eq!(channel("1.2", "#server-to-user-ana"), SignError::NeedsNone);
        assert_eq!(member("private-x", &ana), SignError::NotPresence);
        assert_eq!(member("presence-x", &empty), SignError::EmptyId);
        assert_eq!(
            plain.authorize_channel("1.2", "private-encrypted-x"),
            Err(SignError::NoMasterKey)
        );
        assert_eq!(plain.authenticate_user("1.2", &User::new("")), Err(SignError::EmptyId));
    }
}
