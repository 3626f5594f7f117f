//! Every message that crosses a thread, and the mailboxes that carry them.
//!
//! Mail is never dropped and a sender never waits. Instead each mailbox keeps an account of the
//! bytes in it, and while one is over its limit the doors refuse: HTTP answers 503 and sockets are
//! not read, until the shard has caught up. Mail from one sender arrives in the order it was sent.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use rollcall_engine::{
    Answer, AppId, ChannelFacts, ChannelKey, EdgeCommand, EdgeId, FromPartition, InterceptId,
    Intercepted, LastEvent, ListedChannel, MemberChange, MemberUpdate, Opening, PartitionIndex,
    Receive, ReceiveId, Refusal, RosterFacts, Security, SessionName, ToPartition, WatchId,
};
use rustls::ServerConnection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::apps::ConnectionPermit;
use crate::pipe::PipeWriter;
use crate::provenance::Provenance;
use crate::stats::{AppCounts, NodeStats};

mod question;

pub(crate) use question::{Question, Survey};

/// Mail for a shard.
#[derive(Debug)]
pub(crate) enum Mail {
    /// A socket that has been upgraded.
    Arrival(Box<Arrival>),
    /// For one of the shard's partitions.
    ToPartition(ToPartition),
    /// For the shard's edge, from a partition of another shard.
    FromPartition(FromPartition),
    /// For the shard's edge, from the node.
    Command(EdgeCommand),
    /// New member info, and who waits for the outcome.
    Update(Box<Update>),
    /// A client event to divert, and where to.
    Intercept(Box<Diversion>),
    /// A channel to watch, and who watches.
    Watch(Box<Lookout>),
    /// A client wants to hear its session over HTTP.
    Receive(Box<Listener>),
    /// A session that the door has judged begins.
    OpenSession(Box<Newcomer>),
    /// The client of a session sends something.
    Send(Box<Sending>),
    /// The answer of a receive request is no longer read.
    ReceiveLost(SessionName, ReceiveId),
    /// The answer of a receive request takes more again.
    ReceiveWritable(SessionName, ReceiveId),
    /// Somebody wants to know of a channel of the shard.
    Describe(Box<Inquiry>),
    /// Somebody wants to know which channels of the shard are occupied.
    List(Box<Listing>),
    /// A console asks something.
    Ask(Box<Question>),
    /// What a partition of the shard owes was written down, up to this number.
    Committed(PartitionIndex, u64),
    /// Somebody wants the counters.
    Count(oneshot::Sender<NodeStats>),
    /// Somebody wants them by app.
    CountByApp(oneshot::Sender<Vec<(AppId, AppCounts)>>),
    /// Somebody wants those of one app.
    CountApp(AppId, oneshot::Sender<AppCounts>),
    /// Somebody waits for the last connection to end.
    TellWhenEmpty(oneshot::Sender<()>),
    /// The thread ends, whatever is left.
    Stop,
}

/// A socket on its way from the door to its shard.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// The socket, non-blocking and registered nowhere.
    pub(crate) stream: TcpStream,
    /// Its TLS, after the handshake.
    pub(crate) tls: Option<Box<ServerConnection>>,
    /// What the peer sent behind its upgrade request.
    pub(crate) early: Bytes,
    /// What the door decided.
    pub(crate) verdict: Verdict,
    /// Where it came from; none if it is only told why it cannot stay.
    pub(crate) provenance: Option<Box<Provenance>>,
}

/// What the door decided about a connection.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It may stay; it holds its place in the app's quota until it ends.
    Admit(Opening, ConnectionPermit),
    /// It is told why not.
    Refuse(Refusal),
}

/// A receive request, what its answer is written to, and who is given that back if there is no such
/// session.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) receive: Receive,
    pub(crate) pipe: PipeWriter,
    pub(crate) answer: oneshot::Sender<Option<PipeWriter>>,
}

/// The first receive request of a session.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) receive: Receive,
    pub(crate) pipe: PipeWriter,
    /// What the door decided.
    pub(crate) verdict: Verdict,
    pub(crate) provenance: Box<Provenance>,
}

/// What a client sends over HTTP, and who waits for the outcome.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) session: SessionName,
    /// Whether others on its way could listen.
    pub(crate) security: Security,
    pub(crate) frames: Vec<String>,
    /// What the frames take of the room for all sends under way.
    pub(crate) room: OwnedSemaphorePermit,
    pub(crate) answer: oneshot::Sender<Result<(), SendRefusal>>,
}

/// Why frames were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendRefusal {
    /// There is no such session.
    Unknown,
    /// It came without TLS, which the app forces.
    Insecure,
    /// Too much waits to be taken already.
    Busy,
}

/// New member info, and who waits for the outcome.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) update: MemberUpdate,
    pub(crate) answer: oneshot::Sender<Answer>,
}

/// A client event to divert, and where to.
#[derive(Debug)]
pub(crate) struct Diversion {
    pub(crate) id: InterceptId,
    pub(crate) request: ToPartition,
    pub(crate) queue: mpsc::Sender<Intercepted>,
}

/// A channel to watch, and who watches.
#[derive(Debug)]
pub(crate) struct Lookout {
    pub(crate) id: WatchId,
    pub(crate) request: ToPartition,
    pub(crate) queue: mpsc::Sender<MemberChange>,
}

/// A question about a channel, and who waits for the answer.
#[derive(Debug)]
pub(crate) struct Inquiry {
    pub(crate) channel: ChannelKey,
    pub(crate) answer: Inquirer,
}

/// Who waits, and what for.
#[derive(Debug)]
pub(crate) enum Inquirer {
    /// The names of everybody on it, too.
    Facts(oneshot::Sender<ChannelFacts>),
    /// Numbers alone.
    Counts(oneshot::Sender<ListedChannel>),
    /// What a cache channel keeps.
    LastEvent(oneshot::Sender<Option<LastEvent>>),
    /// Who is on it and what keeps them there: at most so many.
    Roster(usize, oneshot::Sender<RosterFacts>),
}

/// Which channels are asked for, and who waits for the shard's part of them.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) app: AppId,
    /// How their names begin; empty for all.
    pub(crate) prefix: String,
    pub(crate) answer: oneshot::Sender<Vec<ListedChannel>>,
}

/// The mailboxes of all shards.
#[derive(Debug, Clone)]
pub(crate) struct Mailboxes {
    boxes: Arc<[Mailbox]>,
    /// Spreads sessions over shards, in a way that nobody outside can guess.
    spread: RandomState,
}

/// The receiving end of one mailbox.
#[derive(Debug)]
pub(crate) struct Inbox {
    mail: mpsc::UnboundedReceiver<Mail>,
    held: Arc<AtomicUsize>,
}

/// The sending end of one mailbox.
#[derive(Debug)]
struct Mailbox {
    mail: mpsc::UnboundedSender<Mail>,
    held: Arc<AtomicUsize>,
    limit: usize,
}

impl Mailboxes {
    /// One mailbox for each of `shards`; the doors refuse while one holds more than `limit` bytes.
    pub(crate) fn new(shards: usize, limit: usize) -> (Self, Vec<Inbox>) {
        let (boxes, inboxes): (Vec<_>, Vec<_>) = (0..shards).map(|_| mailbox(limit)).unzip();
        (Self { boxes: boxes.into(), spread: spread() }, inboxes)
    }

    /// How many shards there are.
    pub(crate) fn shards(&self) -> usize {
        self.boxes.len()
    }

    /// The shard that owns a partition.
    pub(crate) fn owner(&self, partition: PartitionIndex) -> usize {
        usize::from(partition.0) % self.boxes.len()
    }

    /// The shard that keeps a session over HTTP: whichever socket its requests come by.
    pub(crate) fn keeper(&self, session: &SessionName) -> usize {
        (self.spread.hash_one(session) % self.boxes.len() as u64) as usize
    }

    /// Sends mail to a shard. A shard that has stopped takes nothing more, and nobody minds.
    pub(crate) fn send(&self, shard: usize, mail: Mail) {
        let mailbox = &self.boxes[shard];
        let cost = mail.cost();
        mailbox.held.fetch_add(cost, Ordering::Relaxed);
        if mailbox.mail.send(mail).is_err() {
            mailbox.held.fetch_sub(cost, Ordering::Relaxed);
        }
    }

    /// Sends mail to the partition that owns its channel.
    pub(crate) fn send_to_partition(&self, mail: ToPartition) {
        self.send(self.owner(mail.channel().partition()), Mail::ToPartition(mail));
    }

    /// Sends mail to an edge.
    pub(crate) fn send_to_edge(&self, edge: EdgeId, mail: FromPartition) {
        self.send(usize::from(edge.0), Mail::FromPartition(mail));
    }

    /// Sends an order to every edge.
    pub(crate) fn command_all(&self, command: &EdgeCommand) {
        for shard in 0..self.shards() {
            self.send(shard, Mail::Command(command.clone()));
        }
    }

    /// Whether a mailbox is over its limit, so that nothing more is to be let in.
    pub(crate) fn are_congested(&self) -> bool {
        self.boxes.iter().any(|mailbox| mailbox.held.load(Ordering::Relaxed) > mailbox.limit)
    }
}

impl Inbox {
    /// Moves what has arrived into `batch`, or has the task woken when something does. Takes a
    /// bounded number, so that the sockets of the shard have their turn in between.
    pub(crate) fn poll_take(&mut self, cx: &mut Context<'_>, batch: &mut Vec<Mail>) -> Poll<()> {
        self.mail.poll_recv_many(cx, batch, BATCH).map(|_| ())
    }

    /// Takes what arrived first of what is in it.
    pub(crate) fn take(&mut self) -> Option<Mail> {
        self.mail.try_recv().ok()
    }

    /// How many pieces of mail are in it.
    pub(crate) fn len(&self) -> usize {
        self.mail.len()
    }

    /// How many bytes of mail are in it, or being dealt with.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Takes mail out of the account, once it is dealt with.
    pub(crate) fn settle(&self, cost: usize) {
        self.held.fetch_sub(cost, Ordering::Relaxed);
    }
}

impl Mail {
    /// About how many bytes the mail holds on to.
    pub(crate) fn cost(&self) -> usize {
        let content = match self {
            Self::Arrival(arrival) => size_of::<Arrival>() + arrival.early.len(),
            Self::ToPartition(mail) => mail.cost(),
            Self::FromPartition(mail) => mail.cost(),
            Self::Update(update) => {
                let info = update.update.member.info.as_ref();
                size_of::<Update>() + info.map_or(0, |info| info.len())
            }
            Self::Send(sending) => sending.cost(),
            Self::Receive(_)
            | Self::OpenSession(_)
            | Self::ReceiveLost(..)
            | Self::ReceiveWritable(..)
            | Self::Intercept(_)
            | Self::Watch(_)
            | Self::Describe(_)
            | Self::List(_)
            | Self::Ask(_)
            | Self::Committed(..)
            | Self::Command(_)
            | Self::Count(_)
            | Self::CountByApp(_)
            | Self::CountApp(..)
            | Self::TellWhenEmpty(_)
            | Self::Stop => 0,
        };
        size_of::<Self>() + content
    }
}

impl Sending {
    /// About how many bytes it holds on to.
    pub(crate) fn cost(&self) -> usize {
        self.room.num_permits()
    }

    /// Says what became of it. Who asked may have gone.
    pub(crate) fn settle(self, outcome: Result<(), SendRefusal>) {
        let _ = self.answer.send(outcome);
    }
}

#[allow(clippy::disallowed_methods, reason = "the shell may draw; the machines may not")]
fn spread() -> RandomState {
    RandomState::new()
}

fn mailbox(limit: usize) -> (Mailbox, Inbox) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let held = Arc::new(AtomicUsize::new(0));
    let inbox = Inbox { mail: receiver, held: Arc::clone(&held) };
    (Mailbox { mail: sender, held, limit }, inbox)
}

/// The most mail that is taken at once. What comes of it is written before more is taken.
pub(crate) const BATCH: usize = 1024;

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn a_mailbox_over_its_limit_is_congested_until_it_is_read() {
        let (mailboxes, mut inboxes) = Mailboxes::new(2, 3 * Mail::Stop.cost());
        for _ in 0..3 {
            mailboxes.send(1, Mail::Stop);
        }
        assert!(!mailboxes.are_congested());
        mailboxes.send(1, Mail::Stop);
        assert!(mailboxes.are_congested());

        let mut batch = Vec::new();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(inboxes[1].poll_take(&mut cx, &mut batch).is_ready());
        for mail in batch {
            inboxes[1].settle(mail.cost());
        }
        assert!(!mailboxes.are_congested());
    }

    #[test]
    fn mail_to_a_stopped_shard_does_not_count() {
        let (mailboxes, inboxes) = Mailboxes::new(1, 0);
        drop(inboxes);
        mailboxes.send(0, Mail::Stop);
        assert!(!mailboxes.are_congested());
    }
}
