//! Owns what the start of a server does to keys: it adds those that are missing, and takes no step. A start cannot know
//! whether the database's clock is steady, and the driver looks within seconds.

use super::change::Desk;
use super::error::RotationError;
use super::key::Key;
use super::lock::lock;
use super::log::ChangeName;
use super::rotate::{NewKeys, Rotation, publish};
use super::view::View;
use crate::db::UnitOfWork;
use crate::signing::key_set::KeyStatus;
use crate::signing::store;

/// Makes the first keys of a database in which none ever signed, which sign at once, and publishes the next ones that
/// are missing.
pub(in crate::signing) async fn start(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    first: &NewKeys,
    mut next: NewKeys,
) -> Result<(), RotationError> {
    lock(work).await?;
    let mut desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    if !store::present(desk.work.connection()?).await?.used {
        for key in &first.0 {
            desk.add(key, ChangeName::First, None, None).await?;
        }
    }
    if let Err(error) = desk.require_sound_log() {
        // A server starts without what can wait.
        tracing::error!(error = %error, "no next key is published");
        return Ok(());
    }
    end_other_sizes(&mut desk, &next).await?;
    let now = desk.now();
    let view = View::read(desk.work.connection()?, now).await?;
    for algorithm in rotation.policy.offered.iter().copied() {
        if view.find(algorithm, KeyStatus::Next).is_some() {
            continue;
        }
        let active = view.find(algorithm, KeyStatus::Active);
        match publish(&mut desk, active, algorithm, &mut next).await {
            Ok(_) => {}
            // The others go on: they do not hang on each other.
            Err(error @ RotationError::Lost { .. }) => {
                tracing::error!(alg = algorithm.name(), error = %error, "no next key is published");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Ends next keys that were made with another size than configuration says now, and have signed nothing: what was made in
/// their place is published after them. Those that an operator brought stay, and so does one whose algorithm has a key
/// that signs and does not open here, since nothing could be published after it.
async fn end_other_sizes(desk: &mut Desk<'_>, new: &NewKeys) -> Result<(), RotationError> {
    let now = desk.now();
    let connection = desk.work.connection()?;
    let others = store::next_of_other_size(connection, desk.policy.rsa_bits).await?;
    if others.is_empty() {
        return Ok(());
    }
    let view = View::read(connection, now).await?;
    let is_other = |key: &&Key| others.iter().any(|(key_id, _)| *key_id == key.key_id);
    for next in view.keys.iter().filter(is_other) {
        if !new.has(next.algorithm) {
            continue;
        }
        let active = view.find(next.algorithm, KeyStatus::Active);
        let signer = desk.signer_if_open(active).await?;
        if active.is_none() || signer.is_some() {
            desk.end(next, None, signer.as_ref()).await?;
        }
    }
    Ok(())
}
