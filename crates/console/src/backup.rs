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

    /// It, as the body of an answer, which breaks off when its reader takes nothing for as long as
    /// `patience`.
    pub(crate) fn into_body(self, patience: Duration) -> Body {
        let (mut pieces, body) = Channel::new(1);
        tokio::spawn(async move {
            let Self { mut file, alone, .. } = self;
            if let Err(error) = send(&mut file, &mut pieces, patience).await {
                pieces.abort(error);
            }
            drop((file, alone));
        });
        Body::new(body)
    }
}

/// Sends a file to its end, or until its reader has gone or stands still.
async fn send(
    file: &mut File,
    pieces: &mut Sender<Bytes, io::Error>,
    patience: Duration,
) -> io::Result<()> {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        if file.read_buf(&mut piece).await? == 0 {
            return Ok(());
        }
        let sent = timeout(patience, pieces.send_data(piece.into())).await?;
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
    }
}

/// The name of a copy while it is made.
const NAME: &str = "backup-under-way.db";

/// What is in memory at a time.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use http_body_util::BodyExt;
    use tokio::sync::Mutex;
    use tokio::time::{Instant, advance};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(9);

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stalls_is_cut_off_and_leaves_nothing_open() {
        let (mut body, copying, path) = backup("stalls").await;
        assert_eq!(piece(&mut body).await, Some(PIECE));
        let began = Instant::now();
        let _next = timeout(2 * PATIENCE, copying.lock()).await.expect("it is cut off");
        assert!(began.elapsed() >= PATIENCE, "{:?}", began.elapsed());
        assert!(!is_open(&path), "the file is closed before another is made");
        assert!(body.collect().await.is_err(), "it is not all");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_is_slow_gets_everything() {
        let (mut body, copying, path) = backup("slow").await;
        assert!(is_open(&path));
        let mut bytes = 0;
        while let Some(piece) = piece(&mut body).await {
            bytes += piece;
            advance(PATIENCE / 2).await;
        }
        assert_eq!(bytes, PIECES * PIECE);
        let _next = copying.lock().await;
        assert!(!is_open(&path));
    }

    /// A file that has no name any more, on its way, what is held until it is gone, and where it was.
    async fn backup(name: &str) -> (Body, Arc<Mutex<()>>, PathBuf) {
        let path = std::env::temp_dir().join(format!("rollcall-{name}-{}", std::process::id()));
        fs::write(&path, vec![7; PIECES * PIECE]).await.unwrap();
        let (file, copying) = (File::open(&path).await.unwrap(), Arc::new(Mutex::new(())));
        fs::remove_file(&path).await.unwrap();
        let alone = Arc::clone(&copying).lock_owned().await;
        let backup = Backup { file, bytes: (PIECES * PIECE) as u64, alone };
        (backup.into_body(PATIENCE), copying, path)
    }

    /// How long the next piece is; none at the end.
    async fn piece(body: &mut Body) -> Option<usize> {
        Some(body.frame().await?.unwrap().into_data().unwrap().len())
    }

    /// Whether this process has the file open that was there.
    fn is_open(path: &Path) -> bool {
        let gone = PathBuf::from(format!("{} (deleted)", path.display()));
        let open = std::fs::read_dir("/proc/self/fd").unwrap();
        open.flatten().any(|open| std::fs::read_link(open.path()).is_ok_and(|file| file == gone))
    }

    const PIECES: usize = 16;
}
