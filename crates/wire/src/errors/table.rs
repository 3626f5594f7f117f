//! The table itself: a row for each kind. The comment of a row is the explanation that operators
//! read: first what went wrong, then what to do.

use super::{Cure, Row, Side, Suggestion};

/// Makes the enum and its rows of one list, so that none can be without the other.
macro_rules! kinds {
    ($($side:ident { $(
        $(#[doc = $why:literal])+
        $kind:ident $name:literal $(cured by $setting:literal $to:ident)?;
    )+ })+) => {
        /// What kind of error it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorKind {
            $($( $(#[doc = $why])+ $kind, )+)+
        }

        impl ErrorKind {
            /// Every kind, in the order of the table.
            pub const ALL: &[Self] = &[$($( Self::$kind, )+)+];

            pub(super) fn row(self) -> Row {
                match self {
                    $($( Self::$kind => Row {
                        name: $name,
                        explanation: concat!($($why),+),
                        side: Side::$side,
                        cure: cure!($($setting $to)?),
                    }, )+)+
                }
            }
        }
    };
}

macro_rules! cure {
    () => {
        None
    };
    ($setting:literal $to:ident) => {
        Some(Cure { setting: $setting, to: Suggestion::$to })
    };
}

kinds! {
    Client {
        /// A client connected with a key that no app has. Compare the key, and the host, with those
        /// of the app in the console.
        UnknownKey "unknown_key";
        /// A client wanted to connect without TLS, and the app takes none without. Have the page
        /// connect with `forceTLS: true`, or let the app take connections without TLS.
        TlsRequired "tls_required" cured by "force_tls" Off;
        /// The app has as many connections as it may have. Let it have more, or close some.
        OverQuota "over_quota" cured by "max_connections" Twice;
        /// A page of an origin that the app does not allow wanted to connect. If the page is yours,
        /// allow its origin.
        OriginNotAllowed "origin_not_allowed" cured by "allowed_origins" WithOrigin;
        /// A client asked for a WebSocket at a path where there is none. Clients connect at
        /// `/app/` and the key, behind the path prefix if there is one.
        PathNotFound "path_not_found";
        /// A client gave a version of itself that makes no sense. Use a Pusher client library, or
        /// leave the parameter `version` out.
        BadVersion "bad_version";
        /// A client speaks a version of the protocol that is not spoken here. Use a client library
        /// that speaks 5, 6 or 7, as all of the last ten years do.
        UnsupportedProtocol "unsupported_protocol";
        /// A client did not say which version of the protocol it speaks. Connect with a Pusher
        /// client library, or add `?protocol=7` to the address.
        NoProtocol "no_protocol";
        /// A connection neither signed in nor joined a channel that needs a signature in the time
        /// that the app gives. Have the page do so, or let connections stay without.
        NotAuthorizedInTime "not_authorized_in_time"
            cured by "authorized_connections_seconds" NoLimit;
        /// A user that the app blocks signed in or wanted to be a member, and the connection was
        /// closed. To let the user in, take the name out of the setting `blocked_users`.
        UserBlocked "user_blocked";
        /// A client did not take what it was sent, and was closed before it could use up the
        /// memory. Send less to it, or let connections owe more.
        SlowReader "slow_reader" cured by "max_pending_bytes" Twice;
        /// A client fell silent and did not answer when it was probed. Most often its network is
        /// gone; if it is merely slow, give it more time.
        PongNotReceived "pong_not_received" cured by "pong_timeout_seconds" Twice;
        /// A client sent bytes that are no WebSocket frames. Look for a proxy on the way that
        /// changes them, or for a client that is none.
        ProtocolError "protocol_error";
        /// A client kept sending what is never accepted. Send JSON in text messages.
        UnsupportedData "unsupported_data";
        /// A client sent a text that is not UTF-8. Send JSON in UTF-8.
        InvalidUtf8 "invalid_utf8";
        /// A client sent a message that is larger than any that the app could allow. Send less at
        /// once, or raise the limit of an event's data.
        MessageTooBig "message_too_big" cured by "limits.payload_bytes" Twice;
        /// A message was no JSON object with an `event`, or had fields of the wrong type. Send
        /// messages through a client library, or as the protocol has them.
        InvalidMessage "invalid_message";
        /// A client sent a binary message. Send JSON in text messages.
        BinaryMessage "binary_message";
        /// A message named no channel and needs one. Add its `channel`.
        ChannelMissing "channel_missing";
        /// A client sent an event that only the server may send, or that is none of the protocol.
        /// Names of client events begin with `client-`.
        UnsupportedEvent "unsupported_event";
        /// A subscription that needs a signature came without one. Have the page ask its back end
        /// for `auth`, for example by `channelAuthorization`.
        AuthMissing "auth_missing";
        /// A signature was made with a key that the app does not have, or no longer. Give the back
        /// end the key and the secret of this app.
        WrongAuthKey "wrong_auth_key";
        /// A signature is of something else, or was made with another secret. Compare the back
        /// end's secret, and have it sign exactly the socket id, channel and `channel_data` that it
        /// answers with.
        InvalidSignature "invalid_signature";
        /// A client tried to join a channel with a signature that was given out before its user
        /// signed out. Have the page ask its back end for a new one.
        MembershipRevoked "membership_revoked";
        /// A client wanted to hear the own channel of a user that it is not signed in as. Sign in
        /// first; the library subscribes by itself then.
        NotThatUser "not_that_user";
        /// A presence channel was asked for without `channel_data`. Have the back end answer with
        /// `channel_data` and sign it, or sign in first.
        ChannelDataMissing "channel_data_missing";
        /// The `channel_data` of a presence channel is not the JSON text of an object with a
        /// `user_id`, and an object as `user_info` if it has one. Correct what the back end answers.
        InvalidChannelData "invalid_channel_data";
        /// A `user_id` is longer than 128 characters. Use a shorter id.
        UserIdTooLong "user_id_too_long";
        /// A client subscribed to a channel that it is subscribed to already. Let the page
        /// subscribe once, and bind as often as it likes.
        AlreadySubscribed "already_subscribed";
        /// A client spoke to, or left, a channel that it is not subscribed to. Wait for
        /// `pusher:subscription_succeeded` first.
        NotSubscribed "not_subscribed";
        /// A connection has as many subscriptions as one may have. Unsubscribe from channels that
        /// are not needed any more.
        TooManySubscriptions "too_many_subscriptions";
        /// A presence channel has as many members as the app allows. Allow more, or spread people
        /// over several channels.
        ChannelFull "channel_full" cured by "presence.max_members" Twice;
        /// A client sent a client event, and the app does not take any. Switch client events on, or
        /// have the back end publish instead.
        ClientEventsOff "client_events_off" cured by "client_events" On;
        /// A client sent a client event to a channel on which nobody may. Only private and presence
        /// channels, and not the encrypted ones, take client events.
        ClientEventChannel "client_event_channel";
        /// A connection sent more client events in a second than the app allows. Send fewer, for
        /// example by throttling what follows the mouse, or allow more.
        ClientEventRate "client_event_rate" cured by "limits.client_events_per_second" Twice;
        /// The `user_data` of a sign-in is not the JSON text of an object with an `id` that users
        /// can have. Correct what the back end answers.
        InvalidUserData "invalid_user_data";
        /// A connection that is signed in wanted to be somebody else. Connect anew to sign in as
        /// another user.
        AlreadySignedIn "already_signed_in";
        /// A user watches more than 100 others, of whom the first count. Shorten the watchlist that
        /// the back end signs.
        WatchlistTooLong "watchlist_too_long";
        /// Somebody opened the address for WebSocket clients with something else. Connect to it
        /// with a Pusher client library.
        UpgradeNeeded "upgrade_needed";
        /// A request for a WebSocket is not the handshake of RFC 6455. Look for a proxy on the way
        /// that drops the headers `Upgrade` and `Connection`.
        BadUpgrade "bad_upgrade";
    }

    Either {
        /// The app is suspended and accepts nothing. Enable it again.
        AppDisabled "app_disabled" cured by "enabled" On;
        /// A channel cannot have this name. Use letters, digits and `_ - = @ , . ;`, and begin with
        /// `#` only for users' own channels.
        InvalidChannelName "invalid_channel_name";
        /// The name of a channel is longer than the app allows. Use a shorter one, or allow longer
        /// ones.
        ChannelNameTooLong "channel_name_too_long" cured by "limits.channel_name" Twice;
        /// The name of an event is longer than the app allows. Use a shorter one, or allow longer
        /// ones.
        EventNameTooLong "event_name_too_long" cured by "limits.event_name" Twice;
        /// The data of an event is larger than the app allows. Send less, or a reference to what is
        /// large, or allow more.
        PayloadTooLarge "payload_too_large" cured by "limits.payload_bytes" Twice;
        /// What is told of a member is larger than the app allows. Put less into `user_info`, or
        /// allow more.
        MemberInfoTooBig "member_info_too_big" cured by "presence.max_info_bytes" Twice;
    }

    BackEnd {
        /// A request names an app that is not here. Compare the id, and the host, with those of the
        /// app in the console.
        UnknownApp "unknown_app";
        /// A request asks for something that the HTTP API does not have. Compare the path, and the
        /// path prefix if there is one.
        UnknownPath "unknown_path";
        /// What the path of a request names is not UTF-8. Percent-encode the UTF-8 bytes of the
        /// name, once.
        InvalidPath "invalid_path";
        /// A path of the HTTP API does not take this method. The header `Allow` of the answer names
        /// those that it takes.
        MethodNotAllowed "method_not_allowed";
        /// A request is not signed, or only in part. Use a Pusher server library, which adds key,
        /// version, timestamp and signature.
        NotSigned "not_signed";
        /// A request was signed with a key that the app does not have, or no longer. Give the back
        /// end the key and the secret of this app.
        WrongApiKey "wrong_api_key";
        /// A request was signed with another secret, or changed on its way. Compare the back end's
        /// secret, and look for a proxy that rewrites paths or queries.
        WrongSignature "wrong_signature";
        /// A request was signed more than ten minutes ago, or in the future. Set the clock of the
        /// back end; in containers and virtual machines it often stands still.
        TimestampExpired "timestamp_expired";
        /// The body of a request is not the one that was signed. Sign the exact bytes that are
        /// sent, as `body_md5`.
        WrongBodyDigest "wrong_body_digest";
        /// The body of a request is larger than any legal one. Publish less at once, or raise the
        /// limit of an event's data.
        BodyTooLarge "body_too_large" cured by "limits.payload_bytes" Twice;
        /// The body of a request did not arrive in time, or not to its end. Try again, and look at
        /// the network between back end and server.
        BodyIncomplete "body_incomplete";
        /// The body of a request is compressed. Send it as it is.
        BodyEncoded "body_encoded";
        /// The app has more large answers under way than it may have at once. Read the answers, ask
        /// one after the other, and try again in a second.
        TooManyAnswers "too_many_answers";
        /// The body of a request is not a JSON object. Send JSON in UTF-8, with no field twice.
        InvalidJson "invalid_json";
        /// A field of a request is missing, or of the wrong type. The answer names the field and
        /// says what it should be.
        InvalidField "invalid_field";
        /// The name of an event is empty, or belongs to the server. Use one that does not begin
        /// with `pusher:`.
        InvalidEventName "invalid_event_name";
        /// A publish names no channel, or more than the app allows. Publish several times, or allow
        /// more.
        ChannelCount "channel_count" cured by "limits.channels_per_publish" Twice;
        /// An event for an encrypted channel names other channels too. Publish to each on its own,
        /// since each has a key of its own.
        EncryptedAmongOthers "encrypted_among_others";
        /// A `socket_id` is not two numbers with a dot between them. Send on what the page got from
        /// `pusher.connection.socket_id`.
        InvalidSocketId "invalid_socket_id";
        /// A request asks for an attribute that a channel of this type does not have. Ask for
        /// `user_count` and users of presence channels, and for `cache` of cache channels.
        InvalidInfo "invalid_info";
        /// A request has parameters that mean nothing here. Leave them out.
        ExtraneousParameters "extraneous_parameters";
        /// A batch has more events than the app allows. Send several batches, or allow more.
        BatchTooLong "batch_too_long" cured by "limits.batch" Twice;
        /// A back end asked how many subscribe, and the app does not count. Switch counting on.
        CountingOff "counting_off" cured by "subscription_counting" On;
        /// The back ends of the app have sent as many messages as they may in a day. Wait for
        /// midnight UTC, or allow more.
        OverMessageQuota "over_message_quota" cured by "max_messages_per_day" Twice;
        /// A back end wanted to change a member, and the app's members do not change. Switch it on.
        MemberUpdatesOff "member_updates_off" cured by "member_updates" On;
        /// A back end wanted to change a member of a channel that has none. Only presence channels
        /// have members.
        NoPresenceChannel "no_presence_channel";
        /// A back end wanted to change somebody who is not on the channel. The change is kept for
        /// ten minutes if it has a revision, so nothing needs to be done if the user is on the way.
        NotAMember "not_a_member";
        /// An endpoint did not take a webhook. It is tried again for five minutes; see that the
        /// endpoint answers with 2xx within four seconds.
        WebhookFailed "webhook_failed";
        /// Somebody read the metrics without the token. Send it as `Authorization: Bearer`.
        MetricsTokenNeeded "metrics_token_needed";
        /// Somebody wanted to read the metrics from another machine. Set the option
        /// `metrics_token` of the server, and send it.
        MetricsNotLocal "metrics_not_local";
        /// The status page did not sign a subscription. The message says why; the page asks for its
        /// own channel only, and for who is signed in.
        AuthRefused "auth_refused";
        /// Somebody did something more often than the status page lets them. It says for how long
        /// to wait; the limits are options of the server.
        StatusRate "status_rate";
    }

    Server {
        /// The server took no more connections, because it has too much to do or is about to stop.
        /// Clients come back by themselves; if it lasts, look at the load of the machine.
        OverCapacity "over_capacity";
        /// A subscription was refused because more is owed to the app's webhooks than can be
        /// written down. Look at the disk, and at the log of the server.
        JournalFull "journal_full";
        /// A request was refused because the server has more to do than it holds. Back ends try
        /// again in a second; if it lasts, look at the load of the machine and at its disk.
        Busy "busy";
    }
}
