//! What must be true of users of an edge: what it tells partitions of them, and what clients hear of
//! those whom they watch.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_engine::{ChannelKey, ConnId, ToPartition};

/// What partitions know of the users of an edge.
#[derive(Debug, Default)]
pub(super) struct Users {
    /// Who is there, and who is watched, by app and channel.
    there: BTreeSet<(String, String)>,
    watched: BTreeSet<(String, String)>,
}

/// What one client knows of users.
#[derive(Debug, Default)]
pub(super) struct Watcher {
    /// Whom it said that it watches, once it signed in.
    list: Option<BTreeSet<String>>,
    /// Who of them is there, once it was told.
    knows: BTreeMap<String, bool>,
}

impl Users {
    /// The edge tells its partition that somebody is the first, or the last, of theirs.
    pub(super) fn told(&mut self, mail: &ToPartition) {
        let is_news = match mail {
            ToPartition::UserCame { channel, .. } => self.there.insert(plain(channel)),
            ToPartition::UserWent(leave) => self.there.remove(&plain(&leave.channel)),
            ToPartition::WatchUser { channel, .. } => self.watched.insert(plain(channel)),
            ToPartition::UnwatchUser { channel, .. } => self.watched.remove(&plain(channel)),
            other => panic!("an edge does not say {other:?}"),
        };
        assert!(is_news, "{mail:?} is no news");
    }

    pub(super) fn expect_nothing_left(&self) {
        assert!(self.there.is_empty(), "never left: {:?}", self.there);
        assert!(self.watched.is_empty(), "watched for ever: {:?}", self.watched);
    }
}

impl Watcher {
    /// It is signed in; the first time counts.
    pub(super) fn signed_in(&mut self, watchlist: Vec<String>) {
        self.list.get_or_insert_with(|| watchlist.into_iter().collect());
    }

    /// First it hears of everybody, and then of one at a time, who is otherwise than it knew. After
    /// the setting was off it hears of everybody again.
    pub(super) fn hears(&mut self, conn: ConnId, told: &BTreeMap<String, bool>) {
        let list = self.list.as_ref().expect("only users watch");
        if told.keys().eq(list) {
            self.knows.clone_from(told);
            return;
        }
        assert_eq!(self.knows.len(), list.len(), "{conn:?} was not told of everybody first");
        assert_eq!(told.len(), 1, "{conn:?} was told {told:?}");
        for (user, is_there) in told {
            let known = self.knows.insert(user.clone(), *is_there);
            assert_eq!(known, Some(!is_there), "{conn:?} was told of {user}");
        }
    }
}

fn plain(key: &ChannelKey) -> (String, String) {
    (key.app.to_string(), key.name.to_string())
}
