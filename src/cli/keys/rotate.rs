//! Owns `signet keys rotate`: the plan, the request, and the waiting for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::arguments::RotateArguments;
use super::report::{KeysReport, PlanReport};
use super::run::KeyDesk;
use super::words;
use crate::base::clock::{LARGEST_JUMP, Timestamp};
use crate::cli::output;
use crate::db::UnitOfWork;
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{
    self, Change, Changed, NewKeys, Pace, Policy, Rotation, Spares, Step, StepKind, View, plan,
};

/// How often a wait looks again.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub(super) async fn rotate<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &RotateArguments,
    desk: &KeyDesk<'_, F>,
) -> Result<KeysReport> {
    let began = Instant::now();
    let (view, policy) = desk.look().await?;
    let seen = view.now;
    let algorithms = match arguments.algorithms.as_slice() {
        [] => policy.offered.clone(),
        named => named.to_vec(),
    };
    require_known(&view, &policy, &arguments.accept_breaking)?;
    let asked = asked(view, &algorithms, &arguments.accept_breaking);
    if arguments.plan {
        return Ok(KeysReport::Plan(PlanReport::new(
            &steps_of(&asked, &policy, &algorithms),
            &[],
        )));
    }
    for point in desk.looser_than(&policy) {
        output::note(&point);
    }
    let rotation = Rotation {
        keyring: desk.keyring,
        policy: &policy,
    };
    let spares = Spares::default();
    let mut new = new_keys(desk, &spares, &asked, rotation).await?;
    let mut work = (desk.begin)().await?;
    require_steady(began, seen, work.now())?;
    let accepted = &arguments.accept_breaking;
    rotation::request(&mut work, &asked, &policy, &algorithms, accepted).await?;
    let mut changes = rotation::advance(&mut work, rotation, &mut new).await?;
    work.commit().await?;
    spares.keep(new, true);
    let mut timed_out = false;
    if arguments.wait {
        let waited = wait(arguments, desk, &algorithms, &spares).await?;
        changes.extend(waited.changes);
        timed_out = waited.timed_out;
    }
    let (view, policy) = desk.look().await?;
    Ok(KeysReport::Plan(PlanReport {
        timed_out,
        ..PlanReport::new(&steps_of(&view, &policy, &algorithms), &changes)
    }))
}

/// The new keys that are needed now. None is made where the log refuses every step.
async fn new_keys<F: AsyncFn() -> Result<UnitOfWork>>(
    desk: &KeyDesk<'_, F>,
    spares: &Spares,
    view: &View,
    rotation: Rotation<'_>,
) -> Result<NewKeys> {
    let policy = rotation.policy;
    let lacking = rotation::lacking(view, policy, &[]);
    if !lacking.is_empty() {
        let mut work = (desk.begin)().await?;
        // Whoever has the lock is waited for later.
        rotation::is_ready(&mut work, rotation).await?;
        work.commit().await?;
    }
    Ok(spares.provide(&lacking, policy.rsa_bits, Pace::AtOnce).await?)
}

/// Refuses to go on if the database's time went on by more than this process's did: a step that came early could not be
/// taken back. The server holds its own steps to the same.
fn require_steady(began: Instant, seen: Timestamp, now: Timestamp) -> Result<()> {
    let passed = (now - seen).to_std().unwrap_or_default();
    let jump = passed.saturating_sub(began.elapsed());
    ensure!(
        jump <= LARGEST_JUMP,
        "the database's clock jumped by {} s: no signing key is changed until it is steady; try again",
        jump.as_secs()
    );
    Ok(())
}

/// Refuses names that nobody has: a misspelled one would be accepted, and the verifier that was meant would still hold
/// the rotation up.
fn require_known(view: &View, policy: &Policy, accepted: &[String]) -> Result<()> {
    for name in accepted {
        let fetches = view.verifiers.iter().any(|verifier| verifier.name == *name);
        ensure!(
            fetches || policy.verifiers.contains(name),
            "no verifier is called {name}: `signet keys status` shows who fetches the key set"
        );
    }
    Ok(())
}

/// What a wait came to.
struct Waited {
    changes: Vec<Change>,
    /// Whether a rotation is still under way.
    timed_out: bool,
}

/// The view as if the rotation was asked for.
fn asked(mut view: View, algorithms: &[Algorithm], accepted: &[String]) -> View {
    for algorithm in algorithms {
        let known = view
            .requests
            .iter_mut()
            .find(|request| request.algorithm == *algorithm);
        if let Some(request) = known {
            request.accepted.extend_from_slice(accepted);
        } else {
            view.requests.push(rotation::Request {
                algorithm: *algorithm,
                requested_at: view.now,
                requested_by: String::new(),
                accepted: accepted.to_vec(),
            });
        }
    }
    view
}

/// The steps of these algorithms.
pub(super) fn steps_of(view: &View, policy: &Policy, algorithms: &[Algorithm]) -> Vec<Step> {
    let algorithms = algorithms.iter();
    algorithms
        .flat_map(|algorithm| plan(view, policy, *algorithm))
        .collect()
}

/// Does what is due until no rotation of these algorithms is under way, and says on the way what it waits for.
async fn wait<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &RotateArguments,
    desk: &KeyDesk<'_, F>,
    algorithms: &[Algorithm],
    spares: &Spares,
) -> Result<Waited> {
    let began = Instant::now();
    let mut said = Vec::new();
    let mut changes = Vec::new();
    loop {
        let looked = Instant::now();
        let (view, policy) = desk.look().await?;
        let under_way =
            |step: &&Step| step.kind == StepKind::Activate && view.request(step.algorithm).is_some();
        let steps = steps_of(&view, &policy, algorithms);
        let waiting: Vec<&Step> = steps.iter().filter(under_way).collect();
        if waiting.is_empty() {
            return Ok(Waited {
                changes,
                timed_out: false,
            });
        }
        let progress: Vec<String> = waiting
            .iter()
            .map(|step| words::progress(step, view.now))
            .collect();
        if progress != said {
            for line in &progress {
                output::note(line);
            }
            said = progress;
        }
        if began.elapsed() >= arguments.timeout {
            output::note("the time is over: the server goes on by itself");
            return Ok(Waited {
                changes,
                timed_out: true,
            });
        }
        let mut done = Vec::new();
        if waiting.iter().any(|step| step.is_due(view.now)) || lacks_next(&view, &policy, algorithms) {
            let rotation = Rotation {
                keyring: desk.keyring,
                policy: &policy,
            };
            let mut new = new_keys(desk, spares, &view, rotation).await?;
            let mut work = (desk.begin)().await?;
            require_steady(looked, view.now, work.now())?;
            done = rotation::advance(&mut work, rotation, &mut new).await?;
            work.commit().await?;
            spares.keep(new, true);
        }
        // What was due may not be possible here.
        if done.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        changes.extend(done);
    }
}

fn lacks_next(view: &View, policy: &Policy, algorithms: &[Algorithm]) -> bool {
    let mut offered = algorithms.iter().filter(|one| policy.offered.contains(one));
    offered.any(|algorithm| view.find(*algorithm, KeyStatus::Next).is_none())
}

/// What was done, in words.
pub(super) fn told(change: &Change) -> String {
    let (alg, kid) = (change.algorithm.name(), &change.key_id);
    match &change.changed {
        Changed::Published => format!("{alg}: {kid} is published, and is the next to sign"),
        Changed::Activated { replaces: Some(old) } => {
            format!("{alg}: {kid} signs from now on, {old} does not any more")
        }
        Changed::Activated { replaces: None } => format!("{alg}: {kid} signs from now on"),
        Changed::Retired => format!("{alg}: {kid} is not published any more"),
        Changed::Revoked => format!("{alg}: {kid} is revoked"),
    }
}
