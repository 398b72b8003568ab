//! Owns `signet kek remove`: what keeps a key from being removed, and the removal.

use std::fmt;

use anyhow::Result;
use serde::Serialize;

use super::arguments::RemoveArguments;
use super::report::{Done, KekReport};
use super::run::KekDesk;
use crate::db::UnitOfWork;
use crate::kek;

/// What a removal would do.
#[derive(Debug, Serialize)]
pub struct RemovalReport {
    /// The key.
    pub kek: String,
    /// Rows that need it: how many of which table.
    pub rows: Vec<String>,
    /// Replicas that hold it up, each with the reason.
    pub replicas: Vec<String>,
}

impl RemovalReport {
    /// Whether something keeps the key.
    pub(super) const fn is_held_up(&self) -> bool {
        !self.rows.is_empty() || !self.replicas.is_empty()
    }
}

pub(super) async fn remove<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &RemoveArguments,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    let id = &arguments.id;
    if arguments.plan {
        let view = desk.look().await?;
        let needs = view.needs_of(id);
        return Ok(KekReport::Removal(RemovalReport {
            kek: id.clone(),
            replicas: kek::removal_obstacles(&view, id)?,
            rows: needs
                .map(|need| format!("{} rows of {}", need.rows, need.table))
                .collect(),
        }));
    }
    let mut work = (desk.begin)().await?;
    kek::remove(&mut work, id).await?;
    work.commit().await?;
    Ok(KekReport::Done(Done {
        changes: vec![format!(
            "{id} is removed: no row needs it, and the database takes none that it seals"
        )],
        timed_out: false,
        next: "take it out of the configuration of every replica, and keep it with the backups that need it"
            .to_owned(),
    }))
}

impl fmt::Display for RemovalReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.kek;
        if !self.is_held_up() {
            return write!(
                formatter,
                "{id} would be removed: no row needs it, and every running replica seals with the active key. Backups from \
                 before need it: keep it with them"
            );
        }
        write!(formatter, "{id} would not be removed:")?;
        for rows in &self.rows {
            write!(formatter, "\n  {rows} need it: `signet kek rekey` first")?;
        }
        for replica in &self.replicas {
            write!(formatter, "\n  {replica}")?;
        }
        Ok(())
    }
}
