//! Sending a user away (`docs/protocol.md` 6.6).

use serde::de::IgnoredAny;
use serde_json::json;

use crate::client::Client;
use crate::error::Error;
use crate::request::encoded_user;

impl Client {
    /// Closes every connection that is signed in as this user. Who is not to come back must not be
    /// authenticated again.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/canned.in"));
    /// # fn main() { canned("{}", async |client| {
    /// client.terminate_user("mallory").await?;
    /// # Ok(()) }) }
    /// ```
    pub async fn terminate_user(&self, user_id: &str) -> Result<(), Error> {
        let path = format!("users/{}/terminate_connections", encoded_user(user_id)?);
        let _: IgnoredAny = self.post(&path, &json!({})).await?;
        Ok(())
    }
}
