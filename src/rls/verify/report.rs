//! Owns the report: what was found, how much was tried, and how people read it.

use serde::Serialize;

use super::code::{Code, Severity};
use super::finding::Finding;

/// What a verification found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Everything found, by table and gravity.
    pub findings: Vec<Finding>,
    /// How much was looked at.
    pub summary: Summary,
}

/// How much was looked at, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Tables examined.
    pub tables: usize,
    /// Roles examined.
    pub roles: usize,
    /// Attacks run.
    pub attacks: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notices.
    pub notices: usize,
    /// Checks that could not run; they are among the notices.
    pub not_checked: usize,
    /// Findings that `--accept` took out.
    pub accepted: usize,
}

/// Whether a report is for a screen that shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Letters only.
    Plain,
    /// Gravity in colour.
    Coloured,
}

impl Report {
    /// Counts what was found.
    pub(super) fn new(findings: Vec<Finding>, looked_at: Summary) -> Self {
        let count = |severity| {
            findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let summary = Summary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notices: count(Severity::Notice),
            not_checked: findings
                .iter()
                .filter(|finding| finding.code == Code::NotChecked)
                .count(),
            ..looked_at
        };
        Self { findings, summary }
    }

    /// Whether nothing was found that should fail a build.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.summary.errors == 0 && self.summary.warnings == 0
    }

    /// Whether nothing was found because nothing was tried: what would have been could not be.
    #[must_use]
    pub const fn is_untested(&self) -> bool {
        self.is_clean() && self.summary.is_untested()
    }

    /// The report for people, grouped by table.
    #[must_use]
    pub fn told(&self, paint: Paint) -> String {
        let mut told = String::new();
        let mut group: Option<&Option<String>> = None;
        for finding in &self.findings {
            if group != Some(&finding.table) {
                if group.is_some() {
                    told.push('\n');
                }
                let heading = finding.table.as_deref().unwrap_or("the database and its roles");
                told.push_str(&paint.strong(&printable(heading)));
                told.push('\n');
                group = Some(&finding.table);
            }
            told.push_str(&one(finding, paint));
        }
        if !self.findings.is_empty() {
            told.push('\n');
        }
        told.push_str(&self.summary.told());
        told
    }
}

fn one(finding: &Finding, paint: Paint) -> String {
    let role = finding
        .role
        .as_ref()
        .map(|role| format!(" (as {})", printable(role)))
        .unwrap_or_default();
    let mut told = format!(
        "  {}  {}{role}\n           {}\n",
        paint.severity(finding.severity),
        finding.code.name(),
        printable(&finding.problem)
    );
    for line in finding.fix.lines() {
        told.push_str("           | ");
        told.push_str(&printable(line));
        told.push('\n');
    }
    told
}

/// A name may hold what steers a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            let shown = if letter.is_control() {
                letter.escape_default().collect::<Vec<_>>()
            } else {
                vec![letter]
            };
            shown.into_iter()
        })
        .collect()
}

impl Summary {
    const fn is_untested(&self) -> bool {
        self.attacks == 0 && self.not_checked > 0
    }

    fn told(&self) -> String {
        let verdict = match (self.errors + self.warnings == 0, self.is_untested()) {
            (false, _) => "not clean",
            (true, false) => "clean",
            (true, true) => "untested",
        };
        let mut told = format!(
            "{verdict}: {}, {}, {}; {}, {}, {}",
            counted(self.errors, "error"),
            counted(self.warnings, "warning"),
            counted(self.notices, "notice"),
            counted(self.tables, "table"),
            counted(self.roles, "role"),
            counted(self.attacks, "attack"),
        );
        for (number, noun, what) in [
            (self.not_checked, "check", "could not run"),
            (self.accepted, "finding", "accepted"),
        ] {
            if number > 0 {
                told = format!("{told}; {} {what}", counted(number, noun));
            }
        }
        told
    }
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

impl Paint {
    fn severity(self, severity: Severity) -> String {
        let name = format!("{:<7}", severity.name());
        match (self, severity) {
            (Self::Plain, _) => name,
            (Self::Coloured, Severity::Error) => format!("\u{1b}[31m{name}\u{1b}[0m"),
            (Self::Coloured, Severity::Warning) => format!("\u{1b}[33m{name}\u{1b}[0m"),
            (Self::Coloured, Severity::Notice) => format!("\u{1b}[36m{name}\u{1b}[0m"),
        }
    }

    fn strong(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("\u{1b}[1m{text}\u{1b}[0m"),
        }
    }
}
