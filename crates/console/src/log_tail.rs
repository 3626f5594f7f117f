//! The last lines of the log, for an operator who is not at the server's terminal.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The last lines. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct LogTail(Arc<Mutex<VecDeque<String>>>);

impl LogTail {
    /// Takes in what was written to the log: whole lines, as the log's writer hands them over.
    pub fn push(&self, written: &str) {
        let mut lines = self.lock();
        for line in written.lines() {
            if lines.len() == MOST_LINES {
                lines.pop_front();
            }
            lines.push_back(line.chars().take(LONGEST_LINE).collect());
        }
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MOST_LINES: usize = 500;
const LONGEST_LINE: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_each_of_bounded_length() {
        let log = LogTail::default();
        for number in 0..MOST_LINES + 3 {
            log.push(&format!("{number}\n"));
        }
        log.push(&"x".repeat(2 * LONGEST_LINE));
        let lines = log.lines();
        assert_eq!((lines.len(), lines[0].as_str()), (MOST_LINES, "4"));
        assert_eq!(lines[MOST_LINES - 1].len(), LONGEST_LINE);
    }
}
