//! What this process takes of its machine, from the system's own files; nothing where there are none.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// CPU and memory of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// Of one core, over a tenth of a second.
    pub(crate) cpu_percent: Option<f64>,
    /// Resident memory.
    pub(crate) rss_bytes: Option<u64>,
}

/// Looks for a tenth of a second.
pub(crate) async fn usage() -> Usage {
    let (began, before) = (Instant::now(), ticks().await);
    sleep(Duration::from_millis(100)).await;
    let after = ticks().await;
    let cpu = before.zip(after).map(|(before, after)| {
        let seconds = after.saturating_sub(before) as f64 / TICKS_PER_SECOND;
        100.0 * seconds / began.elapsed().as_secs_f64()
    });
    Usage { cpu_percent: cpu, rss_bytes: resident().await }
}

/// The name of the machine.
pub(crate) async fn host_name() -> String {
    let name = tokio::fs::read_to_string("/proc/sys/kernel/hostname").await;
    name.map_or_else(|_| "this server".to_owned(), |name| name.trim().to_owned())
}

/// Time on the CPU since the start, in the system's ticks.
async fn ticks() -> Option<u64> {
    cpu_ticks(&tokio::fs::read_to_string("/proc/self/stat").await.ok()?)
}

/// The 14th and 15th field of the line; the second may have spaces, in brackets.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

async fn resident() -> Option<u64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Linux tells all programs of a hundred, whatever it uses itself.
const TICKS_PER_SECOND: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_does_not_hide_its_time() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 41 1 13 14";
        assert_eq!(cpu_ticks(stat), Some(42));
        assert_eq!(cpu_ticks("7 a"), None);
    }

    #[tokio::test]
    async fn this_process_has_memory() {
        let usage = usage().await;
        assert!(usage.rss_bytes.is_some_and(|bytes| bytes > 1 << 20), "{usage:?}");
        assert!(usage.cpu_percent.is_some_and(|percent| percent >= 0.0), "{usage:?}");
    }
}
