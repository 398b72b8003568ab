//! Owns `signet keys status`: keys, their next steps, who fetches the key set, and what each replica holds.

use std::fmt;

use anyhow::Result;
use serde::Serialize;

use super::report::{KeyLine, KeysReport, StepLine, key_table};
use super::run::KeyDesk;
use super::{sizes, words};
use crate::base::clock::Timestamp;
use crate::cli::{layout, replicas};
use crate::db::UnitOfWork;
use crate::signing::rotation::{self, Policy, Verifier, View, first_names, steps};

/// Everything on keys at one moment.
#[derive(Debug, Serialize)]
pub struct StatusReport {
    /// The keys that are published, the oldest first.
    pub keys: Vec<KeyLine>,
    /// What happens to them next.
    pub steps: Vec<StepLine>,
    /// What a rotation makes of the sizes of RSA keys.
    pub sizes: Vec<String>,
    /// In which points running replicas are stricter than this configuration: theirs count.
    pub stricter: Vec<String>,
    /// The hash of the log's last entry: kept elsewhere, `signet keys verify --contains` shows later whether the log was
    /// written anew.
    pub head: Option<String>,
    /// The published keys that were there before the database was restored.
    pub before_restore: Vec<String>,
    /// Who fetches the key set.
    pub verifiers: Vec<VerifierLine>,
    /// Names that come lately and that configuration does not list: no rotation waits for them.
    pub unlisted: Vec<String>,
    /// The slowest refresh that counts.
    pub slowest_refresh_seconds: u64,
    /// Each replica that was heard of, with what it holds.
    pub replicas: Vec<String>,
    /// What a replica lacks.
    pub differences: Vec<String>,
}

/// Who fetches the key set.
#[derive(Debug, Serialize)]
pub struct VerifierLine {
    /// Its name, else its product and network.
    pub name: String,
    /// Whether it named itself.
    pub named: bool,
    /// When it came last.
    pub last_fetched_at: Timestamp,
    /// How often it came.
    pub fetches: u64,
    /// Within how many seconds it comes again, but for one time in a hundred.
    pub refresh_seconds: Option<u64>,
}

pub(super) async fn show<F: AsyncFn() -> Result<UnitOfWork>>(desk: &KeyDesk<'_, F>) -> Result<KeysReport> {
    let (view, policy) = desk.look().await?;
    let mut work = (desk.begin)().await?;
    let shown = replicas::side_by_side(work.connection()?, desk.keyring, view.now).await?;
    let head = rotation::head(work.connection()?).await?;
    work.commit().await?;
    let (mut replicas, mut differences) = (Vec::new(), Vec::new());
    for line in shown {
        match line {
            Ok(replica) => replicas.push(replica),
            Err(difference) => differences.push(difference),
        }
    }
    let published = view.keys.iter().filter(|key| key.status.is_published());
    Ok(KeysReport::Status(StatusReport {
        keys: published.map(KeyLine::new).collect(),
        steps: steps(&view, &policy).iter().map(StepLine::new).collect(),
        sizes: sizes::changes(&view, &policy),
        stricter: desk.looser_than(&policy),
        head,
        before_restore: view
            .from_before_restore()
            .map(|key| key.key_id.to_string())
            .collect(),
        verifiers: view.verifiers.iter().map(VerifierLine::new).collect(),
        unlisted: unlisted(&view, &policy),
        slowest_refresh_seconds: view.slowest_refresh(&policy.verifiers).as_secs(),
        replicas,
        differences,
    }))
}

fn unlisted(view: &View, policy: &Policy) -> Vec<String> {
    let recent = view
        .verifiers
        .iter()
        .filter(|one| one.named && one.is_recent(view.now));
    let unlisted = recent.filter(|one| !one.is_listed(&policy.verifiers));
    unlisted.map(|one| one.name.clone()).collect()
}

impl VerifierLine {
    fn new(verifier: &Verifier) -> Self {
        Self {
            name: verifier.name.clone(),
            named: verifier.named,
            last_fetched_at: verifier.last_fetched_at,
            fetches: verifier.fetches,
            refresh_seconds: verifier.refresh().map(|refresh| refresh.as_secs()),
        }
    }

    fn cells(&self) -> [String; 4] {
        let refresh = self.refresh_seconds.map(std::time::Duration::from_secs);
        let name = if self.named {
            self.name.clone()
        } else {
            format!("({})", self.name)
        };
        [
            name,
            words::moment(self.last_fetched_at),
            self.fetches.to_string(),
            refresh.map_or_else(|| "not known".to_owned(), words::length),
        ]
    }
}

impl fmt::Display for StatusReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        key_table(formatter, &self.keys)?;
        writeln!(formatter, "\n\nNext:")?;
        for step in &self.steps {
            writeln!(formatter, "  {step}")?;
        }
        for change in self.sizes.iter().chain(&self.stricter) {
            writeln!(formatter, "  {change}")?;
        }
        if !self.before_restore.is_empty() {
            writeln!(
                formatter,
                "\nThe database was restored: {} were there before. What was done to keys after the backup is lost; if one of \
                 them was revoked since, revoke it again (`signet keys revoke KID`)",
                self.before_restore.join(", ")
            )?;
        }
        if !self.verifiers.is_empty() {
            writeln!(formatter)?;
            let told: Vec<[String; 4]> = self.verifiers.iter().map(VerifierLine::cells).collect();
            let rows = told.iter().map(|cells| cells.each_ref().map(String::as_str));
            layout::table(
                formatter,
                ["VERIFIER", "LAST FETCH", "FETCHES", "COMES AGAIN WITHIN"],
                rows,
            )?;
            writeln!(formatter)?;
        }
        if !self.unlisted.is_empty() {
            writeln!(
                formatter,
                "\nNo rotation waits for {}: put those that you run in keys.verifiers",
                first_names(&self.unlisted)
            )?;
        }
        writeln!(formatter, "\nReplicas:")?;
        for line in self.differences.iter().chain(&self.replicas) {
            writeln!(formatter, "  {line}")?;
        }
        match &self.head {
            Some(head) => write!(formatter, "\nThe last entry of the key log is {head}"),
            None => write!(formatter, "\nThe key log has not begun"),
        }
    }
}
