//! Owns `signet kek activate`, and the waiting for the replicas.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::arguments::ActivateArguments;
use super::report::{Done, KekReport};
use super::run::KekDesk;
use crate::cli::output;
use crate::db::UnitOfWork;
use crate::kek::{self, Activated, KekChangeError};

/// How often a wait looks again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn activate<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &ActivateArguments,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    let began = Instant::now();
    let activated = once_held(arguments, desk, began).await?;
    let id = &activated.id;
    let mut changes = vec![match &activated.replaces {
        Some(old) => format!("{id} seals from now on, {old} does not any more"),
        None => format!("{id} seals from now on"),
    }];
    let mut timed_out = false;
    if arguments.wait {
        timed_out = !everywhere(arguments, desk, began).await?;
        if !timed_out {
            changes.push(format!("every running replica seals with {id}"));
        }
    }
    Ok(KekReport::Done(Done {
        changes,
        timed_out,
        next: "`signet kek rekey` seals by it what others sealed".to_owned(),
    }))
}

/// Activates it; with `--wait`, as soon as every replica holds it.
async fn once_held<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &ActivateArguments,
    desk: &KekDesk<'_, F>,
    began: Instant,
) -> Result<Activated> {
    let mut said = String::new();
    loop {
        let mut work = (desk.begin)().await?;
        match kek::activate(&mut work, desk.keyring, &arguments.id).await {
            Ok(activated) => {
                work.commit().await?;
                return Ok(activated);
            }
            Err(KekChangeError::Replicas { because, .. })
                if arguments.wait && began.elapsed() < arguments.timeout =>
            {
                work.rollback().await?;
                say(&mut said, format!("waits: {}", because.join("; ")));
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether every replica seals with it in time.
async fn everywhere<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &ActivateArguments,
    desk: &KekDesk<'_, F>,
    began: Instant,
) -> Result<bool> {
    let mut said = String::new();
    loop {
        let view = desk.look().await?;
        let others: Vec<&str> = view
            .replicas
            .iter()
            .map(|replica| &replica.holdings)
            .filter(|holdings| holdings.sealing_kek() != Some(&arguments.id))
            .map(|holdings| holdings.host.as_str())
            .collect();
        if others.is_empty() {
            return Ok(true);
        }
        if began.elapsed() >= arguments.timeout {
            output::note(
                "the time is over: `signet kek status` shows which replicas do not seal with it yet",
            );
            return Ok(false);
        }
        say(
            &mut said,
            format!("waits for {} to seal with it", others.join(", ")),
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn say(said: &mut String, line: String) {
    if *said != line {
        output::note(&line);
        *said = line;
    }
}
