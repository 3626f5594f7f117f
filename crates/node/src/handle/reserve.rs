//! Apps that the node keeps for programs of its own, such as the live pages of the console. Their
//! clients are clients like all others, but nobody is to see that there are any.

use std::time::Duration;

use rollcall_engine::{App, Limits, Visibility};
use rollcall_wire::auth::Key;

use super::{AppCredentials, NodeHandle};

impl NodeHandle {
    /// Adds an app for a program of this node. Its id and key are drawn, so that they are nobody
    /// else's, and are others with each start.
    ///
    /// Clients connect with the key and need a signature for what they subscribe to, within ten
    /// seconds; they may not send events. The program publishes and asks through this handle, with
    /// the id: the HTTP API does not know the app. It is in no list, count or metric, and stays
    /// whatever becomes of the other apps.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn reserve_app(&self, name: &str) -> Result<AppCredentials, getrandom::Error> {
        let id = draw()?;
        let app = reserved(name, &id, Key { key: draw()?, secret: draw()? });
        let added = self.change_apps(|apps| apps.push(app));
        added.expect("nobody else draws the same 128 bits");
        Ok(self.app(&id).expect("it was just added, and nobody can remove it"))
    }
}

fn reserved(name: &str, id: &str, key: Key) -> App {
    let app = App::new(id, vec![key]);
    App {
        name: name.to_owned(),
        visibility: Visibility::Reserved,
        authorization_timeout: Some(AUTHORIZE_WITHIN),
        max_connections: MOST_CONNECTIONS,
        limits: Limits {
            payload_bytes: MOST_DATA,
            channel_name: LONGEST_NAME,
            ..app.limits.clone()
        },
        max_pending_bytes: 4 * MOST_DATA,
        ..app
    }
}

fn draw() -> Result<String, getrandom::Error> {
    Ok(format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?))
}

/// How long a client has to subscribe to something with a signature, which only who is signed in
/// somewhere gets.
const AUTHORIZE_WITHIN: Duration = Duration::from_secs(10);

/// More open pages than operators have.
const MOST_CONNECTIONS: u32 = 1_000;

/// The most bytes of an event: what is told at once may be a list of all apps.
const MOST_DATA: usize = 256 << 10;

/// The most characters of a channel's name, which may hold the id of an app: 128 characters, each of
/// four bytes, and each of these escaped.
const LONGEST_NAME: usize = 2_000;
