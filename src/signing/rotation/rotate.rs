//! Owns the carrying out of a plan: what is due is done, step by step, and nothing else. Whoever holds the lock drives;
//! if it is lost on the way, its transaction is too, and the next one does the same.

use super::change::{Change, Changed, Desk};
use super::error::RotationError;
use super::key::{Key, to_seconds};
use super::lock::lock;
use super::log::ChangeName;
use super::plan::{StepKind, plan, steps};
use super::policy::Policy;
use super::spares::NewKeys;
use super::view::View;
use crate::audit::{self, KeyEvent};
use crate::db::UnitOfWork;
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;
use crate::signing::key_set::KeyStatus;
use crate::signing::store::{self, RequestRow};

/// What keys are changed with.
#[derive(Clone, Copy)]
pub struct Rotation<'a> {
    /// Opens and seals them.
    pub keyring: &'a Keyring,
    /// The lengths of time.
    pub policy: &'a Policy,
}

/// The algorithms of which a new key is needed, or will be once a next key signs, which is now; none of those that nothing
/// can be published of.
#[must_use]
pub fn lacking(view: &View, policy: &Policy, without: &[Algorithm]) -> Vec<Algorithm> {
    let lacking = policy.offered.iter().copied();
    let lacking = lacking.filter(|algorithm| !without.contains(algorithm));
    let lacking = lacking.filter(|algorithm| {
        let steps = plan(view, policy, *algorithm).into_iter();
        let mut uses_a_key = steps.filter(|step| step.kind != StepKind::Retire && step.is_due(view.now));
        uses_a_key.next().is_some()
    });
    lacking.collect()
}

/// Whether a step may be carried out now: refuses where the log is damaged, and says no where somebody else is changing
/// keys. It is asked before a key is made, which may take long.
pub async fn is_ready(work: &mut UnitOfWork, rotation: Rotation<'_>) -> Result<bool, RotationError> {
    if !store::try_lock(work.connection()?).await? {
        return Ok(false);
    }
    let desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    desk.require_sound_log()?;
    Ok(true)
}

/// Does what is due if nobody else does at this moment; none if somebody does.
pub async fn try_advance(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    new: &mut NewKeys,
) -> Result<Option<Vec<Change>>, RotationError> {
    if !store::try_lock(work.connection()?).await? {
        return Ok(None);
    }
    locked(work, rotation, new).await.map(Some)
}

/// Does what is due, once nobody else does. A damaged log refuses it also where nothing is due yet: whoever waits for a
/// step hears of it now.
pub async fn advance(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    new: &mut NewKeys,
) -> Result<Vec<Change>, RotationError> {
    lock(work).await?;
    let desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    desk.require_sound_log()?;
    locked(work, rotation, new).await
}

async fn locked(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    new: &mut NewKeys,
) -> Result<Vec<Change>, RotationError> {
    let mut desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    let now = desk.now();
    let view = View::read(desk.work.connection()?, now).await?;
    if steps(&view, rotation.policy).iter().any(|step| step.is_due(now)) {
        desk.require_sound_log()?;
    }
    store::note_retiring(desk.work.connection()?, now).await?;
    if !view.life_is_known(rotation.policy.life) {
        let life = to_seconds(rotation.policy.life);
        store::raise_life(desk.work.connection()?, life).await?;
    }
    let mut changes = Vec::new();
    for algorithm in Algorithm::ALL {
        match one(&mut desk, &view, algorithm, new).await {
            Ok(done) => changes.extend(done),
            // The others go on: they do not hang on each other.
            Err(error @ RotationError::Lost { .. }) => {
                let reason = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(alg = algorithm.name(), error = %error, reason, "keys cannot be rotated");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(changes)
}

/// The steps of one algorithm that are due. A key that takes the place of the next one is published at once.
async fn one(
    desk: &mut Desk<'_>,
    view: &View,
    algorithm: Algorithm,
    new: &mut NewKeys,
) -> Result<Vec<Change>, RotationError> {
    let mut changes = Vec::new();
    let active = view.find(algorithm, KeyStatus::Active);
    for step in plan(view, desk.policy, algorithm) {
        if !step.is_due(desk.now()) {
            continue;
        }
        let stored = view
            .keys
            .iter()
            .find(|key| Some(&key.key_id) == step.key_id.as_ref());
        match (step.kind, stored) {
            (StepKind::Publish, _) => changes.extend(publish(desk, active, algorithm, new).await?),
            // Whoever has no key to put in its place leaves it to who makes one.
            (StepKind::Replace, Some(next)) if new.has(algorithm) => {
                let signer = match active {
                    Some(active) => desk.signer(&active.key_id).await?,
                    None => None,
                };
                desk.end(next, None, signer.as_ref()).await?;
                changes.extend(publish(desk, active, algorithm, new).await?);
            }
            (StepKind::Activate, Some(next)) => {
                changes.push(desk.activate(next, active, &step).await?);
                changes.extend(publish(desk, Some(next), algorithm, new).await?);
            }
            (StepKind::Retire, Some(key)) => changes.push(desk.retire(key, active).await?),
            (StepKind::Replace, _) | (StepKind::Activate | StepKind::Retire, None) => {}
        }
    }
    Ok(changes)
}

/// Publishes a next key beside the one that signs, if one was made.
pub(super) async fn publish(
    desk: &mut Desk<'_>,
    active: Option<&Key>,
    algorithm: Algorithm,
    new: &mut NewKeys,
) -> Result<Option<Change>, RotationError> {
    let Some(key) = new.take(algorithm) else {
        return Ok(None);
    };
    let outgoing = match active {
        Some(active) => desk.signer(&active.key_id).await?,
        None => None,
    };
    let added = desk
        .add(&key, ChangeName::Published, outgoing.as_ref(), None)
        .await?;
    Ok(added.then(|| Change {
        algorithm,
        key_id: key.public().key_id().clone(),
        changed: Changed::Published,
    }))
}

/// Asks for the rotation of these algorithms, as soon as it is safe. Verifiers that are named may break. `seen` is what
/// whoever asks has seen: if another key signs by now, it has been replaced already, and nothing is asked for.
pub async fn request(
    work: &mut UnitOfWork,
    seen: &View,
    policy: &Policy,
    algorithms: &[Algorithm],
    accepted: &[String],
) -> Result<(), RotationError> {
    lock(work).await?;
    let now = work.now();
    let view = View::read(work.connection()?, now).await?;
    for algorithm in algorithms {
        let signs = |view: &View| {
            let active = view.find(*algorithm, KeyStatus::Active);
            active.map(|key| key.key_id.clone())
        };
        if signs(&view) != signs(seen) {
            return Err(RotationError::Raced);
        }
        if !policy.offered.contains(algorithm) {
            return Err(RotationError::LeftOut(*algorithm));
        }
        let actor = work.actor();
        let asked = RequestRow {
            alg: algorithm.name().to_owned(),
            requested_at: work.now(),
            requested_by: actor.id().unwrap_or(actor.kind()).to_owned(),
            accepted: accepted.to_vec(),
        };
        store::ask(work.connection()?, &asked).await?;
        let alg = algorithm.name();
        audit::record(work, KeyEvent::RotationRequested { alg }).await?;
    }
    Ok(())
}
