//! Channel names: parsed once at the border, then carried with their kind.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A legal channel name; cloning shares it.
#[derive(Clone)]
pub struct ChannelName {
    name: Arc<str>,
    kind: ChannelKind,
}

/// What a channel's prefix makes of it (`docs/protocol.md` 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// Anybody may subscribe.
    Public,
    /// `private-`: a signature is needed.
    Private,
    /// `private-encrypted-`: like private; the data is opaque.
    Encrypted,
    /// `presence-`: a signature names the member.
    Presence,
    /// `cache-`: public, and keeps its last event.
    Cache,
    /// `private-cache-`.
    PrivateCache,
    /// `private-encrypted-cache-`.
    EncryptedCache,
    /// `presence-cache-`.
    PresenceCache,
    /// `#server-to-user-{id}`: what back ends send to one signed-in user.
    User,
}

/// Why a text is no channel name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelNameError {
    /// There is no name.
    Empty,
    /// The name is longer than the app allows.
    TooLong {
        /// The most characters that the app allows.
        max: usize,
    },
    /// A character outside `A-Za-z0-9_-=@,.;`.
    IllegalCharacter,
    /// It starts with `#` and is not `#server-to-user-{id}`.
    Reserved,
}

impl ChannelName {
    /// Parses a name of at most `max_len` characters (`docs/protocol.md` 2.1).
    ///
    /// A user channel is exempt from that limit, because its prefix alone takes sixteen
    /// characters; its user id has a limit of its own, the SDKs' 200.
    pub fn parse(text: &str, max_len: usize) -> Result<Self, ChannelNameError> {
        match text.strip_prefix('#') {
            Some(rest) => check_user_channel(rest)?,
            None => check(text, max_len)?,
        }
        Ok(Self { name: text.into(), kind: ChannelKind::of(text) })
    }

    /// The channel of what back ends send to one user (`docs/protocol.md` 4.2); `None` if nobody
    /// can have this id.
    pub fn of_user(id: &str) -> Option<Self> {
        is_user_id(id)
            .then(|| Self { name: format!("{USER_PREFIX}{id}").into(), kind: ChannelKind::User })
    }

    /// The name as clients write it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What the prefix makes of it.
    pub fn kind(&self) -> ChannelKind {
        self.kind
    }

    /// The user of a user channel.
    pub fn user(&self) -> Option<&str> {
        self.name.strip_prefix(USER_PREFIX)
    }
}

impl ChannelKind {
    /// Whether it has members.
    pub fn is_presence(self) -> bool {
        matches!(self, Self::Presence | Self::PresenceCache)
    }

    /// Whether a subscription needs a signature. A user channel needs a sign-in instead.
    pub fn needs_auth(self) -> bool {
        !matches!(self, Self::Public | Self::Cache | Self::User)
    }

    /// Whether subscribers may send events. Encrypted channels refuse: official clients do not
    /// send there, and what they could send would not be encrypted (`docs/protocol.md` 3, rule 11).
    pub fn allows_client_events(self) -> bool {
        matches!(self, Self::Private | Self::PrivateCache | Self::Presence | Self::PresenceCache)
    }

    /// Whether it keeps the last published event for later subscribers.
    pub fn is_cache(self) -> bool {
        matches!(
            self,
            Self::Cache | Self::PrivateCache | Self::EncryptedCache | Self::PresenceCache
        )
    }

    /// Whether its data is encrypted between publisher and subscribers.
    pub fn is_encrypted(self) -> bool {
        matches!(self, Self::Encrypted | Self::EncryptedCache)
    }

    fn of(name: &str) -> Self {
        PREFIXES
            .iter()
            .find(|(prefix, _)| name.starts_with(prefix))
            .map_or(Self::Public, |&(_, kind)| kind)
    }
}

/// Whether a user can be signed in under this id: what a user channel can be named after.
pub(crate) fn is_user_id(id: &str) -> bool {
    check(id, MAX_USER_ID).is_ok()
}

impl PartialEq for ChannelName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ChannelName {}

impl Hash for ChannelName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Ord for ChannelName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

impl PartialOrd for ChannelName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A map keyed by names can be asked with a `&str`; equality and hash are those of the text.
impl Borrow<str> for ChannelName {
    fn borrow(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelName({})", self.name)
    }
}

impl fmt::Display for ChannelNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a channel name must not be empty"),
            Self::TooLong { max } => {
                write!(f, "a channel name must not be longer than {max} characters")
            }
            Self::IllegalCharacter => {
                f.write_str("a channel name may only hold letters, digits and _ - = @ , . ;")
            }
            Self::Reserved => f.write_str("channel names that start with # are reserved"),
        }
    }
}

impl std::error::Error for ChannelNameError {}

fn check(text: &str, max_len: usize) -> Result<(), ChannelNameError> {
    if text.is_empty() {
        return Err(ChannelNameError::Empty);
    }
    if !text.bytes().all(is_legal) {
        return Err(ChannelNameError::IllegalCharacter);
    }
    // Every legal character is one byte.
    if text.len() > max_len {
        return Err(ChannelNameError::TooLong { max: max_len });
    }
    Ok(())
}

fn check_user_channel(rest: &str) -> Result<(), ChannelNameError> {
    let user = rest.strip_prefix(&USER_PREFIX[1..]).ok_or(ChannelNameError::Reserved)?;
    match check(user, MAX_USER_ID) {
        Err(ChannelNameError::Empty) => Err(ChannelNameError::Reserved),
        Err(ChannelNameError::TooLong { max }) => {
            Err(ChannelNameError::TooLong { max: max + USER_PREFIX.len() })
        }
        checked => checked,
    }
}

fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(&byte)
}

const USER_PREFIX: &str = "#server-to-user-";

/// The longest id of a signed-in user, in characters.
pub(crate) const MAX_USER_ID: usize = 200;

/// Longest first, anchored, with their hyphens: `privatefoo` and `my-private-foo` are public.
const PREFIXES: [(&str, ChannelKind); 8] = [
    ("private-encrypted-cache-", ChannelKind::EncryptedCache),
    ("private-encrypted-", ChannelKind::Encrypted),
    (USER_PREFIX, ChannelKind::User),
    ("presence-cache-", ChannelKind::PresenceCache),
    ("private-cache-", ChannelKind::PrivateCache),
    ("presence-", ChannelKind::Presence),
    ("private-", ChannelKind::Private),
    ("cache-", ChannelKind::Cache),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ChannelName, ChannelNameError> {
        ChannelName::parse(text, 164)
    }

    fn kind(text: &str) -> ChannelKind {
        parse(text).unwrap().kind()
    }

    #[test]
    fn p42_every_legal_character_works() {
        let legal = "ABCXYZabcxyz0189_-=@,.;";
        assert_eq!(parse(legal).unwrap().as_str(), legal);
        for character in legal.chars() {
            assert!(parse(&character.to_string()).is_ok(), "{character}");
        }
    }

    #[test]
    fn p43_other_characters_are_rejected() {
        for text in ["a/b", "a b", "a#b", "a:b", "é", "a\n", "a\0", "a\"b", "a+b", "канал", "a%20"]
        {
            assert_eq!(parse(text), Err(ChannelNameError::IllegalCharacter), "{text:?}");
        }
        for text in ["#", "#a", "#server-to-user-", "#server-to-userx", "#server-to-user"] {
            assert_eq!(parse(text), Err(ChannelNameError::Reserved), "{text:?}");
        }
        assert_eq!(parse("#server-to-user-a b"), Err(ChannelNameError::IllegalCharacter));
    }

    #[test]
    fn p44_a_name_of_164_characters_works_and_a_longer_one_does_not() {
        assert!(parse(&"a".repeat(164)).is_ok());
        assert_eq!(parse(&"a".repeat(165)), Err(ChannelNameError::TooLong { max: 164 }));
        assert!(ChannelName::parse(&"a".repeat(200), 200).is_ok());
        assert_eq!(parse(""), Err(ChannelNameError::Empty));
    }

    #[test]
    fn p44_a_user_channel_has_a_limit_of_its_own() {
        let name = format!("#server-to-user-{}", "u".repeat(200));
        assert_eq!(ChannelName::parse(&name, 10).unwrap().user(), Some(&*"u".repeat(200)));
        assert_eq!(parse(&format!("{name}u")), Err(ChannelNameError::TooLong { max: 216 }));
    }

    #[test]
    fn a_user_channel_is_made_of_any_id_that_it_could_be_parsed_with() {
        for id in ["u1", "a-Z_0=@,.;", &"u".repeat(200)] {
            let name = ChannelName::of_user(id).unwrap();
            assert_eq!((name.user(), name.kind()), (Some(id), ChannelKind::User));
            assert_eq!(parse(name.as_str()), Ok(name));
        }
        for id in ["", "a b", "#", &"u".repeat(201)] {
            assert_eq!(ChannelName::of_user(id), None, "{id:?}");
        }
    }

    #[test]
    fn p45_prefixes_are_anchored_and_need_their_hyphen() {
        for name in ["private", "my-private-x", "privatefoo", "presence@x", "presence", "Private-x"]
        {
            assert_eq!(kind(name), ChannelKind::Public, "{name}");
        }
    }

    #[test]
    fn the_longest_prefix_decides() {
        let table = [
            ("room", ChannelKind::Public),
            ("private-a", ChannelKind::Private),
            ("private-", ChannelKind::Private),
            ("private-encrypted", ChannelKind::Private),
            ("private-encrypted-a", ChannelKind::Encrypted),
            ("private-encrypted-cache-a", ChannelKind::EncryptedCache),
            ("private-cache-a", ChannelKind::PrivateCache),
            ("private-cachea", ChannelKind::Private),
            ("presence-a", ChannelKind::Presence),
            ("presence-cache-a", ChannelKind::PresenceCache),
            ("presence-cache", ChannelKind::Presence),
            ("cache-a", ChannelKind::Cache),
            ("foo-cache-bar", ChannelKind::Public),
            ("#server-to-user-u1", ChannelKind::User),
        ];
        for (name, expected) in table {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn a_kind_says_what_the_table_of_kinds_says() {
        use ChannelKind::*;
        // Kind, needs auth, presence, cache, client events.
        let table = [
            (PresenceCache, true, true, true, true),
            (Presence, true, true, false, true),
            (EncryptedCache, true, false, true, false),
            (Encrypted, true, false, false, false),
            (PrivateCache, true, false, true, true),
            (Private, true, false, false, true),
            (Cache, false, false, true, false),
            (User, false, false, false, false),
            (Public, false, false, false, false),
        ];
        for (kind, auth, presence, cache, events) in table {
            assert_eq!(kind.needs_auth(), auth, "{kind:?}");
            assert_eq!(kind.is_presence(), presence, "{kind:?}");
            assert_eq!(kind.is_cache(), cache, "{kind:?}");
            assert_eq!(kind.allows_client_events(), events, "{kind:?}");
        }
    }
}
