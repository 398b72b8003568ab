//! Owns what the start of a server does to keys: on a database in which none ever signed it adds the first ones, and it
//! begins the log. It takes no step: a start cannot know whether the database's clock is steady, and the driver looks
//! within seconds, of all replicas the one that has the lead.

use super::change::Desk;
use super::error::RotationError;
use super::lock::lock;
use super::log::ChangeName;
use super::rotate::{Rotation, publish};
use super::spares::NewKeys;
use super::view::View;
use crate::db::UnitOfWork;
use crate::signing::key_set::KeyStatus;
use crate::signing::store;

/// Adds the first keys of a database in which none ever signed, which sign at once, and the next ones beside them.
pub(in crate::signing) async fn start(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    first: &NewKeys,
    mut next: NewKeys,
) -> Result<(), RotationError> {
    lock(work).await?;
    let mut desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    if !store::present(desk.work.connection()?).await?.used {
        for key in first.all() {
            desk.add(key, ChangeName::First, None, None).await?;
        }
    }
    if next.all().next().is_none() {
        return Ok(());
    }
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
