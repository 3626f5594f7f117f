//! Changing what others see of a presence member, which only Rollcall can (`docs/status.md` 3.4).

use reqwest::Method;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Error;
use crate::request::{encoded, encoded_user};

impl Client {
    /// Replaces a member's info, for everybody who is there and for whoever comes later.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// let info = serde_json::json!({ "status": "in a meeting" });
    /// client.set_member_info("presence-team", "ana", &info).await?;
    /// # Ok(()) }) }
    /// ```
    pub async fn set_member_info(
        &self,
        channel: &str,
        user_id: &str,
        info: &impl Serialize,
    ) -> Result<(), Error> {
        self.patch_member(channel, user_id, serde_json::to_value(info)?).await
    }

    /// Takes a member's info away; the member stays.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// client.clear_member_info("presence-team", "ana").await?;
    /// # Ok(()) }) }
    /// ```
    pub async fn clear_member_info(&self, channel: &str, user_id: &str) -> Result<(), Error> {
        self.patch_member(channel, user_id, Value::Null).await
    }

    async fn patch_member(&self, channel: &str, user_id: &str, info: Value) -> Result<(), Error> {
        let path = format!("channels/{}/members/{}", encoded(channel), encoded_user(user_id)?);
        let body = json!({ "user_info": info });
        let _: IgnoredAny = self.send(Method::PATCH, &path, "", body.to_string()).await?;
        Ok(())
    }
}
