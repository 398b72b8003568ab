//! Owns one finding, and how findings of the same kind become one.

use serde::Serialize;

use super::catalog::Function;
use super::code::{Code, Severity};

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// The table, view or function; none if it is about a role or the database.
    pub table: Option<String>,
    /// The role that meets it, if it is not everybody.
    pub role: Option<String>,
    /// What is wrong, in a sentence.
    pub problem: String,
    /// The SQL that mends it.
    pub fix: String,
    /// Where it is, unquoted: for `--accept`.
    #[serde(skip)]
    pub(super) place: Place,
}

/// Schema and name of what a finding is about; both empty for the database or a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) schema: String,
    pub(super) name: String,
}

impl Finding {
    /// A finding about the database or a role.
    pub(super) fn new(code: Code, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            table: None,
            role: None,
            problem: problem.into(),
            fix: fix.into(),
            place: Place::default(),
        }
    }

    /// The same about a table, view or function.
    pub(super) fn on(mut self, schema: &str, name: &str) -> Self {
        self.table = Some(super::quote::plain_qualified(schema, name));
        self.place = Place {
            schema: schema.to_owned(),
            name: name.to_owned(),
        };
        self
    }

    /// The same about a function, by its name and arguments.
    pub(super) fn on_function(self, function: &Function) -> Self {
        Self {
            table: Some(function.signature()),
            ..self.on(&function.schema, &function.name)
        }
    }

    /// The same as one role meets it.
    pub(super) fn by(mut self, role: &str) -> Self {
        self.role = Some(role.to_owned());
        self
    }

    /// The same, less grave.
    pub(super) const fn noticed(mut self) -> Self {
        self.severity = Severity::Notice;
        self
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one, unless the same is known already.
    pub(super) fn add(&mut self, finding: Finding) {
        let known = self.0.iter().any(|known| {
            known.code == finding.code
                && known.table == finding.table
                && (known.role == finding.role || known.role.is_none())
                && (known.problem == finding.problem || SAID_ONCE.contains(&finding.code))
        });
        if !known {
            self.0.push(finding);
        }
    }

    /// Whether a table has a finding of this code.
    pub(super) fn has(&self, code: Code, schema: &str, name: &str) -> bool {
        self.0
            .iter()
            .any(|known| known.code == code && known.place.schema == schema && known.place.name == name)
    }

    /// All of them, by table and gravity.
    pub(super) fn into_sorted(self) -> Vec<Finding> {
        let mut findings = self.0;
        findings.sort_by(|one, other| {
            let key = |finding: &Finding| {
                (
                    finding.table.clone(),
                    finding.severity,
                    finding.code,
                    finding.role.clone(),
                )
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| one.problem.cmp(&other.problem))
        });
        findings
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}

/// What the catalogs and an attack both find is said once.
const SAID_ONCE: [Code; 4] = [
    Code::PolicyRecursion,
    Code::PolicyOverflow,
    Code::SettingLeaks,
    Code::RowsPublic,
];
