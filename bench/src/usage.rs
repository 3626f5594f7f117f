//! What a process used, as the kernel counts it.

use std::fs;
use std::time::Duration;

use crate::error::{BenchError, Result};

/// CPU time of a process, user and system, threads that ended included.
///
/// The kernel shows it in ticks of 10 ms, so what is measured should last a second or more.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    cpu_of_stat(&stat).ok_or(BenchError::NoUsage)
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    memory(pid, "VmRSS:")
}

/// The most resident memory that a process ever had, in bytes.
pub(crate) fn most_resident(pid: u32) -> Result<u64> {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    memory_of_status(&status, name).ok_or(BenchError::NoUsage)
}

fn cpu_of_stat(stat: &str) -> Option<Duration> {
    // The program's name, in parentheses, may itself have spaces and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(UTIME_BEHIND_NAME);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(TICK * u32::try_from(user + system).ok()?)
}

fn memory_of_status(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Field 14 of the file; the name is the second.
const UTIME_BEHIND_NAME: usize = 11;

/// Fixed by the kernel's interface, whatever its timer does.
const TICK: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_does_not_confuse() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 1 1 20 0 4 0 100 1 1";
        assert_eq!(cpu_of_stat(stat), Some(Duration::from_secs(3)));
        assert_eq!(cpu_of_stat("7 (x) S 1"), None);
    }

    #[test]
    fn memory_is_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    3072 kB\nVmRSS:\t    2048 kB\n";
        assert_eq!(memory_of_status(status, "VmRSS:"), Some(2 << 20));
        assert_eq!(memory_of_status(status, "VmHWM:"), Some(3 << 20));
        assert_eq!(memory_of_status("Name:\tx\n", "VmRSS:"), None);
    }

    #[test]
    fn the_kernel_tells_of_this_process() {
        let pid = std::process::id();
        assert!(cpu(pid).is_ok());
        assert!(resident(pid).unwrap() > 100_000);
        assert!(most_resident(pid).unwrap() > 100_000);
    }
}
