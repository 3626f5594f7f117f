//! Webhooks: what an app's back end is told, and by which of its endpoints (docs/protocol.md
//! section 7).
//!
//! A partition decides what is *owed* (`partition/`); the node writes that down before anybody sees
//! it and delivers it. What is here is the vocabulary.

use rollcall_wire::SocketId;
use rollcall_wire::webhook::{self, Details};

use crate::ids::{ChannelKey, UserId};

/// Something that an app's back end is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEvent {
    /// The channel has its first connection.
    ChannelOccupied,
    /// The channel has had none for the debounce.
    ChannelVacated,
    /// Somebody is a member now.
    MemberAdded {
        /// Who.
        user: UserId,
    },
    /// Somebody has been none for the debounce.
    MemberRemoved {
        /// Who.
        user: UserId,
    },
    /// A connection sent a client event.
    ClientEvent {
        /// Its name.
        event: String,
        /// Its data, as it reached subscribers.
        data: String,
        /// Who sent it.
        socket: SocketId,
        /// Who the sender is, on a presence channel.
        user: Option<UserId>,
    },
    /// Somebody subscribed to a cache channel that had nothing for them.
    CacheMiss,
    /// The channel's subscribers were told how many they are.
    SubscriptionCount(usize),
}

/// A kind of event that an endpoint may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookClass {
    /// `channel_occupied` and `channel_vacated`.
    ChannelExistence,
    /// `member_added` and `member_removed`.
    Presence,
    /// `client_event`.
    ClientEvents,
    /// `cache_miss`.
    CacheMiss,
    /// `subscription_count`.
    SubscriptionCount,
}

/// An endpoint of an app's back end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where events are posted to.
    pub url: String,
    /// Which events it gets.
    pub classes: Vec<HookClass>,
}

/// An event that has to be written down before what it tells of is shown to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Counts what one partition owes, from 1.
    pub seq: u64,
    /// Whose.
    pub channel: ChannelKey,
    /// What.
    pub event: HookEvent,
}

impl HookEvent {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ChannelOccupied => "channel_occupied",
            Self::ChannelVacated => "channel_vacated",
            Self::MemberAdded { .. } => "member_added",
            Self::MemberRemoved { .. } => "member_removed",
            Self::ClientEvent { .. } => "client_event",
            Self::CacheMiss => "cache_miss",
            Self::SubscriptionCount(_) => "subscription_count",
        }
    }

    /// Which endpoints get it.
    pub fn class(&self) -> HookClass {
        match self {
            Self::ChannelOccupied | Self::ChannelVacated => HookClass::ChannelExistence,
            Self::MemberAdded { .. } | Self::MemberRemoved { .. } => HookClass::Presence,
            Self::ClientEvent { .. } => HookClass::ClientEvents,
            Self::CacheMiss => HookClass::CacheMiss,
            Self::SubscriptionCount(_) => HookClass::SubscriptionCount,
        }
    }

    /// Appends the event of a channel as it stands in the body of a webhook.
    pub fn write_json(&self, channel: &str, out: &mut Vec<u8>) {
        webhook::event(out, self.name(), channel, self.details());
    }

    fn details(&self) -> Details<'_> {
        match self {
            Self::ChannelOccupied | Self::ChannelVacated | Self::CacheMiss => Details::None,
            Self::MemberAdded { user } | Self::MemberRemoved { user } => {
                Details::User(user.as_str())
            }
            Self::ClientEvent { event, data, socket, user } => Details::Client {
                event,
                data,
                socket: *socket,
                user: user.as_ref().map(UserId::as_str),
            },
            Self::SubscriptionCount(count) => Details::Count(*count as u64),
        }
    }
}

impl HookClass {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 5] = [
        Self::ChannelExistence,
        Self::Presence,
        Self::ClientEvents,
        Self::CacheMiss,
        Self::SubscriptionCount,
    ];

    /// Its name in the settings of an app.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChannelExistence => "channel_existence",
            Self::Presence => "presence",
            Self::ClientEvents => "client_events",
            Self::CacheMiss => "cache_miss",
            Self::SubscriptionCount => "subscription_count",
        }
    }

    /// The class of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The class of the events of that name on the wire.
    pub fn of_event(name: &str) -> Option<Self> {
        Some(match name {
            "channel_occupied" | "channel_vacated" => Self::ChannelExistence,
            "member_added" | "member_removed" => Self::Presence,
            "client_event" => Self::ClientEvents,
            "cache_miss" => Self::CacheMiss,
            "subscription_count" => Self::SubscriptionCount,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_of_the_class_that_its_name_says() {
        let user = UserId::new("ana");
        let socket = SocketId::parse("1.1").unwrap().unwrap();
        for event in [
            HookEvent::ChannelOccupied,
            HookEvent::ChannelVacated,
            HookEvent::MemberAdded { user: user.clone() },
            HookEvent::MemberRemoved { user },
            HookEvent::ClientEvent {
                event: "client-a".to_owned(),
                data: String::new(),
                socket,
                user: None,
            },
            HookEvent::CacheMiss,
            HookEvent::SubscriptionCount(1),
        ] {
            assert_eq!(HookClass::of_event(event.name()), Some(event.class()), "{event:?}");
        }
        for class in HookClass::ALL {
            assert_eq!(HookClass::parse(class.name()), Some(class));
        }
    }
}
