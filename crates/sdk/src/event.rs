//! One event: a name, data, and who is left out.

use serde::Serialize;

use crate::query::Info;

/// What is published. The data are JSON, which browsers get parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) except: Option<String>,
    pub(crate) info: Info,
}

impl Event {
    /// An event with these data, or why they are no JSON.
    ///
    /// ```
    /// use rollcall_server::Event;
    ///
    /// let event = Event::new("headline", &serde_json::json!({ "text": "Hello" }))?;
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(name: &str, data: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self::text(name, serde_json::to_string(data)?))
    }

    /// An event whose data arrive as they are given, byte for byte, whether they are JSON or not.
    ///
    /// ```
    /// let event = rollcall_server::Event::text("headline", r#"{"text":"Hello"}"#);
    /// ```
    pub fn text(name: &str, data: impl Into<String>) -> Self {
        Self { name: name.to_owned(), data: data.into(), except: None, info: Info::default() }
    }

    /// Leaves out one connection, as a rule the one whose request causes the event
    /// (`docs/protocol.md` 6.3).
    ///
    /// ```
    /// let event = rollcall_server::Event::text("moved", "{}").except("123.456");
    /// ```
    pub fn except(mut self, socket_id: &str) -> Self {
        self.except = Some(socket_id.to_owned());
        self
    }

    /// Asks for attributes of the channels in the same request.
    ///
    /// ```
    /// use rollcall_server::{Event, Info};
    ///
    /// let event = Event::text("moved", "{}").asking(Info::default().user_count());
    /// ```
    pub fn asking(mut self, info: Info) -> Self {
        self.info = info;
        self
    }
}
