//! A copy of the database on its way to somebody: piece by piece from a file that has no name any
//! more, so that nothing is left of it once it has arrived or nobody takes the rest.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::channel::{Channel, Sender};
use tokio::fs::{self, File};
use tokio::io::AsyncReadExt;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use crate::console::Console;

/// A copy that was made. Until it is sent or dropped no other is made: it takes as much disk as the
/// database.
pub(crate) struct Backup {
    file: File,
    /// How long it is, in bytes.
    pub(crate) bytes: u64,
    alone: OwnedMutexGuard<()>,
}

impl Backup {
    /// Makes one. That goes on if nobody waits for it any more, so that its file is taken away.
    pub(crate) async fn make(
        console: Console,
        alone: OwnedMutexGuard<()>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        tokio::spawn(async move {
            let path = console.0.settings.config.data.join(NAME);
            // One that a server left behind which was killed meanwhile.
            let _ = fs::remove_file(&path).await;
            let copied = console.0.store.copy_to(&path).await;
            let opened = File::open(&path).await;
            let removed = fs::remove_file(&path).await;
            copied?;
            removed?;
            let file = opened?;
            Ok(Self { bytes: file.metadata().await?.len(), file, alone })
        })
        .await?
    }

    /// It, as the body of an answer.
    pub(crate) fn into_body(self) -> Body {
        let (mut pieces, body) = Channel::new(1);
        tokio::spawn(async move {
            let Self { mut file, alone, .. } = self;
            if let Err(error) = send(&mut file, &mut pieces).await {
                pieces.abort(error);
            }
            drop((file, alone));
        });
        Body::new(body)
    }
}

/// Sends a file to its end, or until its reader has gone or stands still.
async fn send(file: &mut File, pieces: &mut Sender<Bytes, io::Error>) -> io::Result<()> {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        if file.read_buf(&mut piece).await? == 0 {
            return Ok(());
        }
        let sent = timeout(PATIENCE, pieces.send_data(piece.into())).await?;
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
    }
}

/// The name of a copy while it is made.
const NAME: &str = "backup-under-way.db";

/// What is in memory at a time.
const PIECE: usize = 64 * 1024;

/// How long a reader may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);
