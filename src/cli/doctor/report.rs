//! Owns what `signet doctor` answers.

use serde::Serialize;

use super::finding::FindingId;
use crate::db::DatabaseError;

/// What is wrong, and what to do about it.
#[derive(Debug)]
pub(super) struct Problem {
    id: FindingId,
    detail: String,
}

/// What a check comes to: a word on what is well, or a problem.
pub(super) type Checked = Result<String, Problem>;

impl Problem {
    pub(super) fn new(id: FindingId, detail: impl Into<String>) -> Self {
        Self {
            id,
            detail: detail.into(),
        }
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        Self::new(FindingId::DatabaseFailed, crate::db::told(&error))
    }
}

/// One check.
#[derive(Debug, Serialize)]
struct Finding {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'static str>,
    check: &'static str,
    ok: bool,
    /// Nothing fails, and yet it should be mended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    warning: bool,
    detail: String,
    #[serde(skip)]
    development: bool,
}

/// Every check.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Notes what a check came to.
    pub(super) fn note(&mut self, check: &'static str, checked: Checked) {
        self.findings.push(match checked {
            Ok(detail) => Finding {
                id: None,
                check,
                ok: true,
                warning: false,
                detail,
                development: false,
            },
            Err(Problem { id, detail }) => Finding {
                id: Some(id.name()),
                check,
                ok: id.is_warning(),
                warning: id.is_warning(),
                detail,
                development: id.is_development(),
            },
        });
    }

    /// Notes something that is wrong, or should be mended.
    pub(super) fn object(&mut self, problem: Problem) {
        self.note(problem.id.check(), Err(problem));
    }

    /// Whether nothing is wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.ok)
    }

    /// A development configuration is told once. The database says whether it is one; if it does not answer, the key.
    pub(super) fn tell_development_once(&mut self) {
        let found = |check| self.findings.iter().find(|finding| finding.check == check);
        let sign = found("platform").or_else(|| found("sealing"));
        if !sign.is_some_and(|finding| finding.development) {
            return;
        }
        let signs: Vec<&str> = self
            .findings
            .extract_if(.., |finding| finding.development)
            .map(|finding| finding.check)
            .collect();
        let detail = format!(
            "this is development ({}): `signet dev` serves it on this machine, `signet serve` refuses it",
            signs.join(", ")
        );
        self.object(Problem::new(FindingId::Development, detail));
        self.findings.rotate_right(1);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for finding in &self.findings {
            let mark = match (finding.ok, finding.warning) {
                (false, _) => "FAIL",
                (true, true) => "warn",
                (true, false) => "ok  ",
            };
            let name = finding.id.unwrap_or(finding.check);
            writeln!(formatter, "{mark}  {name:<23} {}", finding.detail)?;
        }
        Ok(())
    }
}
