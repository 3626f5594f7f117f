//! What the doctor found, for people and for programs.

use serde_json::{Value, json};

/// What is examined, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// How many files this machine lets a process open.
    Files,
    /// Whether a Rollcall answers, and where.
    Server,
    /// Whether signed requests are in time.
    Clock,
    /// Connections by WebSocket.
    WebSocket,
    /// `xhr_streaming`.
    Streaming,
    /// `xhr_polling`.
    Polling,
    /// Whether pages of other origins may use the HTTP transports.
    Cors,
}

/// How well it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    /// It works, and may not for long or for everybody.
    Warning,
    Bad,
    /// It could not be examined.
    Skipped,
}

/// One thing that was examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    check: Check,
    verdict: Verdict,
    /// What is so.
    says: String,
    /// What to change.
    advice: Option<String>,
}

/// Everything that was examined.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

impl Check {
    fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Server => "server",
            Self::Clock => "clock",
            Self::WebSocket => "websocket",
            Self::Streaming => "xhr_streaming",
            Self::Polling => "xhr_polling",
            Self::Cors => "cors",
        }
    }

    /// It is as it should be.
    pub(super) fn good(self, says: impl Into<String>) -> Finding {
        Finding { check: self, verdict: Verdict::Good, says: says.into(), advice: None }
    }

    /// It could not be examined, and why.
    pub(super) fn skipped(self, says: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Skipped, ..self.good(says) }
    }

    /// It works, but.
    pub(super) fn warning(self, says: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { verdict: Verdict::Warning, ..self.bad(says, advice) }
    }

    /// It does not work, and what to change.
    pub(super) fn bad(self, says: impl Into<String>, advice: impl Into<String>) -> Finding {
        let advice = Some(advice.into());
        Finding { check: self, verdict: Verdict::Bad, says: says.into(), advice }
    }
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
        }
    }
}

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Whether nothing is bad.
    pub(super) fn is_well(&self) -> bool {
        self.bad() == 0
    }

    /// How many checks failed.
    pub(super) fn bad(&self) -> usize {
        self.0.iter().filter(|finding| finding.verdict == Verdict::Bad).count()
    }

    /// A line for each, and what to change below it.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(Finding::text).collect()
    }

    pub(super) fn json(&self) -> Value {
        let checks: Value = self.0.iter().map(Finding::json).collect();
        json!({ "ok": self.is_well(), "checks": checks })
    }
}

impl Finding {
    fn text(&self) -> String {
        let (verdict, check) = (self.verdict.as_str(), self.check.as_str());
        let advice = self.advice.as_ref().map(|advice| format!("{:24}{advice}\n", ""));
        format!("{verdict:9}{check:15}{}\n{}", self.says, advice.unwrap_or_default())
    }

    fn json(&self) -> Value {
        json!({
            "check": self.check.as_str(),
            "verdict": self.verdict.as_str(),
            "says": self.says,
            "advice": self.advice,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_told_in_lines_with_what_to_change_below() {
        let mut report = Report::default();
        report.add(Check::Server.good("It answers."));
        report.add(Check::Clock.bad("It is late.", "Set it."));
        assert_eq!(
            report.text(),
            "good     server         It answers.\n\
             bad      clock          It is late.\n                        Set it.\n"
        );
        assert!(!report.is_well());
        assert_eq!(report.json()["checks"][1]["advice"], "Set it.");
    }

    #[test]
    fn a_warning_is_no_failure() {
        let mut report = Report::default();
        report.extend([Check::Files.warning("Few.", "More."), Check::Cors.skipped("No key.")]);
        assert_eq!(report.json()["ok"], true);
    }
}
