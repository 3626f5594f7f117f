//! The task that writes the journal: it gathers for a moment, writes what has come together in one
//! transaction, and confirms it to the shards that wait.

use std::collections::BTreeMap;
use std::time::Duration;

use rollcall_engine::{AppId, PartitionIndex};
use rollcall_store::{JournalEntry, Store};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::{error, info};

use super::{Entry, Journal, JournalAccount, Pen, Recovered};
use crate::apps::Apps;
use crate::clock::Clock;
use crate::mail::{Mail, Mailboxes};

/// Writes the journal until every pen is gone.
#[derive(Debug)]
pub(crate) struct Scribe {
    store: Store,
    entries: mpsc::UnboundedReceiver<Entry>,
    account: JournalAccount,
    mailboxes: Mailboxes,
}

impl Scribe {
    /// Begins to write, with what outlived the last run; without a journal the pen is dry.
    pub(crate) fn start(
        journal: Option<Journal>,
        apps: &Apps,
        mailboxes: &Mailboxes,
        clock: Clock,
    ) -> (Pen, Recovered, Option<JoinHandle<()>>) {
        let Some(journal) = journal else { return (Pen::dry(clock), Recovered::default(), None) };
        let app = |id: &str| apps.of_id(id).map(|tenant| tenant.app.clone());
        let account = JournalAccount::new();
        for owed in &journal.owed {
            account.note_owed(&AppId::new(&owed.app_id), owed.events, owed.bytes);
        }
        let (mut recovered, store) = journal.recover(app);
        let (sender, entries) = mpsc::unbounded_channel();
        let pen = Pen { entries: Some(sender), account: account.clone(), clock };
        for (app, entry) in recovered.outdated.drain(..) {
            pen.put(&app, entry, None);
        }
        let scribe = Self { store, entries, account, mailboxes: mailboxes.clone() };
        (pen, recovered, Some(tokio::spawn(scribe.run())))
    }

    async fn run(mut self) {
        while let Some(first) = self.entries.recv().await {
            let batch = self.gather(first).await;
            let costs: Vec<_> = batch.iter().map(|e| (e.app.clone(), e.cost)).collect();
            let (entries, confirmations) = split(batch);
            self.write(&entries).await;
            self.account.tell_written();
            self.confirm(confirmations);
            costs.iter().for_each(|(app, cost)| self.account.note_written(app, *cost));
        }
    }

    /// What comes within a moment travels together: who is in a hurry waits two milliseconds, and
    /// in return a thousand entries are one transaction.
    async fn gather(&mut self, first: Entry) -> Vec<Entry> {
        let mut batch = vec![first];
        let more = async {
            while batch.len() < MOST && self.entries.recv_many(&mut batch, MOST).await > 0 {}
        };
        let _ = timeout(GATHERING, more).await;
        batch
    }

    /// Writes until it is written. Meanwhile what shows it is withheld, and when too much waits the
    /// doors refuse; nothing is dropped.
    async fn write(&self, entries: &[JournalEntry]) {
        let Err(problem) = self.store.write_journal(entries).await else { return };
        error!(%problem, "the journal cannot be written; apps with webhooks wait");
        loop {
            sleep(RETRY).await;
            if self.store.write_journal(entries).await.is_ok() {
                info!("the journal is written again");
                return;
            }
        }
    }

    /// Each partition needs its highest number only.
    fn confirm(&self, confirmations: BTreeMap<PartitionIndex, u64>) {
        for (partition, seq) in confirmations {
            let owner = self.mailboxes.owner(partition);
            self.mailboxes.send(owner, Mail::Committed(partition, seq));
        }
    }
}

fn split(batch: Vec<Entry>) -> (Vec<JournalEntry>, BTreeMap<PartitionIndex, u64>) {
    let mut confirmations = BTreeMap::new();
    let entries = batch.into_iter().map(|Entry { entry, confirm, .. }| {
        // Numbers of one partition come in their order.
        confirmations.extend(confirm);
        entry
    });
    (entries.collect(), confirmations)
}

/// How long entries wait for others. With the transaction it stays under five milliseconds.
const GATHERING: Duration = Duration::from_millis(2);

/// The most entries of one transaction, so that none takes long.
const MOST: usize = 128;

/// How soon a failed transaction is tried again.
const RETRY: Duration = Duration::from_millis(250);
