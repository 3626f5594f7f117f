//! The record of an option: where it can be given, its default, what is allowed, what it does.

use std::borrow::Cow;
use std::path::Path;

use rollcall_engine::hooks::Webhook;
use rollcall_wire::auth::Key;

use super::error::{ConfigError, Place};
use super::value::{self, Value};
use super::webhooks::{self, WEBHOOKS_ALLOWED};

/// One option. `T` is what it sets: the whole configuration, or one app.
pub struct Setting<T: 'static> {
    /// The key in the file, with dots for nested tables; flag and variable follow from it.
    pub key: &'static str,
    /// Where it can be given.
    pub reach: Reach,
    /// What counts where it is not given.
    pub default: Preset,
    /// What it does, in whole sentences. The first is the short help.
    pub doc: &'static str,
    /// What it belongs to, where options are shown by groups.
    pub group: Group,
    /// To whom a change of it applies.
    pub applies_to: AppliesTo,
    /// What is allowed and what it sets.
    pub kind: Kind<T>,
}

/// What counts where an option is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A value, as the file would have it.
    Written(&'static str),
    /// What the start finds out, in words.
    Computed(&'static str),
    /// Nothing: it has to be given.
    Required,
}

/// What an option belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The program itself.
    Program,
    /// An app as such.
    General,
    /// What clients and back ends of an app may do.
    Features,
    /// Who is present, and what is told of them.
    Presence,
    /// How much, how long, how often.
    Limits,
    /// Who may come in, and how.
    Security,
    /// What an app's back end is told.
    Webhooks,
}

/// To whom a change of an option applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppliesTo {
    /// To all, at once.
    NewAndOpen,
    /// To connections that are made from then on.
    NewConnections,
    /// To the server that starts next.
    NextStart,
}

/// Where an option can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// As a flag, a variable and a key of the file; help calls the value so.
    Anywhere(&'static str),
    /// As a flag and a variable; help calls the value so.
    CommandLine(&'static str),
    /// As a key of the file.
    File,
}

/// What values an option takes, and what it does with one.
pub enum Kind<T: 'static> {
    /// `true` or `false`.
    Switch(fn(&mut T, bool)),
    /// A whole number within bounds.
    Whole {
        /// The smallest allowed.
        least: u64,
        /// The largest allowed.
        most: u64,
        /// What zero means, where it does not mean zero.
        zero: Option<&'static str>,
        /// Sets it.
        set: fn(&mut T, u64),
    },
    /// A text, checked by the setter.
    Text {
        /// What the setter accepts.
        allowed: &'static str,
        /// Checks and sets it.
        set: fn(&mut T, &str) -> Result<(), NotAllowed>,
    },
    /// A text that is never shown, checked by the setter.
    Secret {
        /// What the setter accepts.
        allowed: &'static str,
        /// Checks and sets it.
        set: fn(&mut T, &str) -> Result<(), NotAllowed>,
    },
    /// The path of a file or directory, relative to where the program was started.
    Path {
        /// What the setter accepts.
        allowed: &'static str,
        /// Checks and sets it.
        set: fn(&mut T, &Path) -> Result<(), NotAllowed>,
    },
    /// A list of texts, checked by the setter.
    Texts {
        /// What the setter accepts.
        allowed: &'static str,
        /// Checks and sets it.
        set: fn(&mut T, &[&str]) -> Result<(), NotAllowed>,
    },
    /// A list of key pairs.
    Keys(fn(&mut T, Vec<Key>)),
    /// A list of endpoints.
    Webhooks(fn(&mut T, Vec<Webhook>)),
}

/// A value that an option does not take; the record says what it does take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAllowed;

impl Preset {
    /// The value or the words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written(text) | Self::Computed(text) => text,
            Self::Required => "required",
        }
    }
}

impl Group {
    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::General => "general",
            Self::Features => "features",
            Self::Presence => "presence",
            Self::Limits => "limits",
            Self::Security => "security",
            Self::Webhooks => "webhooks",
        }
    }
}

impl AppliesTo {
    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewAndOpen => "new_and_open",
            Self::NewConnections => "new_connections",
            Self::NextStart => "next_start",
        }
    }

    /// The same for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NewAndOpen => "new and open connections",
            Self::NewConnections => "new connections",
            Self::NextStart => "the next start",
        }
    }
}

impl<T> Setting<T> {
    /// The name of the flag, without the dashes.
    pub fn flag(&self) -> Option<String> {
        (self.reach != Reach::File).then(|| self.key.replace('_', "-"))
    }

    /// The name of the variable.
    pub fn variable(&self) -> Option<String> {
        (self.reach != Reach::File).then(|| format!("ROLLCALL_{}", self.key.to_uppercase()))
    }

    /// What help calls the value.
    pub fn value_name(&self) -> &'static str {
        match self.reach {
            Reach::Anywhere(name) | Reach::CommandLine(name) => name,
            Reach::File => "",
        }
    }

    /// Whether the file may set it.
    pub fn is_in_file(&self) -> bool {
        !matches!(self.reach, Reach::CommandLine(_))
    }

    /// What it takes, so that it reads on from "must be".
    pub fn allowed(&self) -> Cow<'static, str> {
        match &self.kind {
            Kind::Switch(_) => "true or false".into(),
            Kind::Whole { least, most, zero: None, .. } => {
                format!("a whole number from {least} to {most}").into()
            }
            Kind::Whole { least, most, zero: Some(zero), .. } => {
                format!("a whole number from {least} to {most} (0: {zero})").into()
            }
            Kind::Text { allowed, .. }
            | Kind::Secret { allowed, .. }
            | Kind::Path { allowed, .. }
            | Kind::Texts { allowed, .. } => (*allowed).into(),
            Kind::Keys(_) => KEYS_ALLOWED.into(),
            Kind::Webhooks(_) => WEBHOOKS_ALLOWED.into(),
        }
    }

    /// Checks a value and sets it.
    pub(super) fn apply(
        &self,
        target: &mut T,
        value: &Value,
        place: &Place,
    ) -> Result<(), ConfigError> {
        let outcome = match &self.kind {
            Kind::Keys(set) => return value::keys(value, place).map(|keys| set(target, keys)),
            Kind::Webhooks(set) => {
                return webhooks::webhooks(value, place).map(|list| set(target, list));
            }
            Kind::Switch(set) => value::switch(value).map(|on| set(target, on)),
            Kind::Whole { least, most, set, .. } => {
                value::whole(value, *least..=*most).map(|number| set(target, number))
            }
            Kind::Text { set, .. } | Kind::Secret { set, .. } => {
                value::text(value).and_then(|text| set(target, text))
            }
            Kind::Path { set, .. } => value::path(value).and_then(|path| set(target, path)),
            Kind::Texts { set, .. } => value::texts(value).and_then(|texts| set(target, &texts)),
        };
        outcome.map_err(|NotAllowed| self.not_allowed(value, place))
    }

    fn not_allowed(&self, value: &Value, place: &Place) -> ConfigError {
        ConfigError::BadValue {
            place: place.clone(),
            key: self.key,
            allowed: self.allowed(),
            given: self.shown(value),
        }
    }

    /// A value as the file would spell it, unless nobody may see it.
    pub(super) fn shown(&self, value: &Value) -> String {
        match self.kind {
            Kind::Secret { .. } => "what was given".to_owned(),
            _ => value.to_string(),
        }
    }
}

/// What `keys` takes; its own checks name the member of the list that is wrong.
pub(super) const KEYS_ALLOWED: &str =
    "a list of at least one { key = \"…\", secret = \"…\" }, oldest first";
