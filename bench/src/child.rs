//! A process that the benchmark started: ended when it is dropped.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::error::{BenchError, Result};

/// A running process, whose output can be read by lines.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts a program, with its input and output in our hands.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Result<Self> {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        Ok(Self { child })
    }

    /// Starts this program as another part of the benchmark.
    pub(crate) fn start_part(arguments: &[&str]) -> Result<Self> {
        Self::start(&std::env::current_exe()?, arguments)
    }

    /// Its number in the system.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it prints; to be called once.
    pub(crate) fn lines(&mut self) -> Result<Lines<BufReader<ChildStdout>>> {
        let output = self.child.stdout.take().ok_or(BenchError::Ended("child"))?;
        Ok(BufReader::new(output).lines())
    }

    /// Its input; to be called once.
    pub(crate) fn input(&mut self) -> Result<ChildStdin> {
        self.child.stdin.take().ok_or(BenchError::Ended("child"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
