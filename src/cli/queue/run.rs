//! Owns what `signet queue …` does, in its caller's transaction.

use anyhow::{Result, bail, ensure};

use super::arguments::{ListArguments, QueueCommand, ReplayArguments};
use super::report::{JobList, JobReport, QueueChanged, QueueReport};
use crate::base::id::JobId;
use crate::db::UnitOfWork;
use crate::queue::{self, Wanted};
use crate::sealing::Keyring;

/// Carries out a command in the caller's transaction, which the caller commits. The keyring opens what a job says of
/// itself.
pub async fn run(command: QueueCommand, work: &mut UnitOfWork, keyring: &Keyring) -> Result<QueueReport> {
    match command {
        QueueCommand::List(arguments) => list(arguments, work, keyring).await,
        QueueCommand::Show { id } => {
            let Some(job) = queue::find(work, &JobId::read(&id)).await? else {
                bail!("there is no job {id}: it is done, or was dropped");
            };
            Ok(QueueReport::Job(JobReport::new(&job, keyring)))
        }
        QueueCommand::Replay(arguments) => replay(arguments, work).await,
        QueueCommand::Drop { id } => {
            let dropped = queue::drop_job(work, &JobId::read(&id)).await?;
            ensure!(dropped, "there is no job {id}: it is done, or was dropped");
            Ok(changed("dropped", 1))
        }
    }
}

async fn list(arguments: ListArguments, work: &mut UnitOfWork, keyring: &Keyring) -> Result<QueueReport> {
    let wanted = Wanted {
        kind: arguments.kind,
        dead: arguments.dead,
        after: arguments.after.as_deref().map(JobId::read),
        limit: i64::from(arguments.limit),
    };
    let found = queue::list(work, &wanted).await?;
    let jobs = found.iter().map(|job| JobReport::new(job, keyring)).collect();
    Ok(QueueReport::Jobs(JobList { jobs }))
}

async fn replay(arguments: ReplayArguments, work: &mut UnitOfWork) -> Result<QueueReport> {
    let ReplayArguments { id, kind, .. } = arguments;
    if let Some(id) = id {
        let replayed = queue::replay(work, &JobId::read(&id)).await?;
        ensure!(
            replayed,
            "no job {id} was given up, or a later one about the same waits in its place"
        );
        return Ok(changed("replayed", 1));
    }
    let Some(kind) = kind else {
        bail!("say which: an id, or --all-dead --kind KIND");
    };
    Ok(changed("replayed", queue::replay_all(work, kind).await?))
}

fn changed(done: &'static str, jobs: u64) -> QueueReport {
    QueueReport::Changed(QueueChanged { done, jobs })
}
