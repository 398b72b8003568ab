//! Owns what is done with service keys, each in its caller's transaction, and the one look-up that opens for them.

use std::time::Duration;

use super::error::ServiceKeyError;
use super::key::{self, KeyName, NewServiceKey, ServiceKey, ServiceScope};
use super::store;
use crate::audit::{self, ServiceKeyEvent};
use crate::base::actor::Actor;
use crate::base::clock::{self, Timestamp};
use crate::base::handle::{Handle, Kind};
use crate::base::id::ServiceKeyId;
use crate::db::{DatabaseError, UnitOfWork};

/// The longest that an old key stays valid beside its successor.
pub const LONGEST_OVERLAP: Duration = Duration::from_hours(90 * 24);
/// How exactly `last_used_at` is kept.
const USE_NOTED_EVERY: Duration = Duration::from_mins(1);

/// Makes the first key of a service.
pub async fn create(
    work: &mut UnitOfWork,
    name: &KeyName,
    scopes: Vec<ServiceScope>,
    lifetime: Option<Duration>,
) -> Result<NewServiceKey, ServiceKeyError> {
    let now = work.now();
    store::lock(work.connection()?, name.as_str()).await?;
    if !store::live(work.connection()?, name.as_str(), now)
        .await?
        .is_empty()
    {
        return Err(ServiceKeyError::AlreadyExists(name.to_string()));
    }
    let expires_at = lifetime.map(|lifetime| clock::after(now, lifetime));
    let new = insert(work, name.as_str(), scopes, expires_at).await?;
    let event = ServiceKeyEvent::Created {
        key: new.key.id.clone(),
        name: new.key.name.clone(),
    };
    audit::record(work, event).await?;
    Ok(new)
}

/// Gives a service another key with the same rights. The newest older one stays valid for `overlap`; an older one
/// still ends now, so that never more than two open.
pub async fn rotate(
    work: &mut UnitOfWork,
    name: &KeyName,
    overlap: Duration,
) -> Result<NewServiceKey, ServiceKeyError> {
    if overlap > LONGEST_OVERLAP {
        return Err(ServiceKeyError::OverlapTooLong);
    }
    let now = work.now();
    store::lock(work.connection()?, name.as_str()).await?;
    let live = store::live(work.connection()?, name.as_str(), now).await?;
    let Some((newest, older)) = live.split_first() else {
        return Err(ServiceKeyError::Unknown(name.to_string()));
    };
    for key in older {
        store::end(work.connection()?, &key.id, now).await?;
    }
    store::end(work.connection()?, &newest.id, clock::after(now, overlap)).await?;
    let lifetime = newest.expires_at.map(|expires_at| expires_at - newest.created_at);
    let expires_at = lifetime.and_then(|lifetime| now.checked_add_signed(lifetime));
    let new = insert(work, name.as_str(), newest.scopes.clone(), expires_at).await?;
    let event = ServiceKeyEvent::Rotated {
        key: new.key.id.clone(),
        name: new.key.name.clone(),
    };
    audit::record(work, event).await?;
    Ok(new)
}

/// Ends every live key of a service at once; says how many.
pub async fn revoke(work: &mut UnitOfWork, name: &KeyName) -> Result<u64, ServiceKeyError> {
    let now = work.now();
    store::lock(work.connection()?, name.as_str()).await?;
    let revoked = store::revoke(work.connection()?, name.as_str(), now).await?;
    if revoked == 0 {
        return Err(ServiceKeyError::Unknown(name.to_string()));
    }
    let event = ServiceKeyEvent::Revoked {
        name: name.to_string(),
    };
    audit::record(work, event).await?;
    Ok(revoked)
}

/// Every key that was ever made, newest first within its name.
pub async fn list(work: &mut UnitOfWork) -> Result<Vec<ServiceKey>, DatabaseError> {
    store::list(work.connection()?).await
}

/// The live key that a service presents: one statement. `None` whatever is wrong with it.
pub async fn authenticate(
    work: &mut UnitOfWork,
    presented: &Handle,
) -> Result<Option<ServiceKey>, DatabaseError> {
    let now = work.now();
    let noted_before = clock::before(now, USE_NOTED_EVERY);
    let found = store::find(work.connection()?, &key::digest(presented), now, noted_before).await?;
    if let Some(key) = &found {
        work.origin().proves(Actor::ServiceKey(key.name.clone()));
    }
    Ok(found)
}

async fn insert(
    work: &mut UnitOfWork,
    name: &str,
    mut scopes: Vec<ServiceScope>,
    expires_at: Option<Timestamp>,
) -> Result<NewServiceKey, ServiceKeyError> {
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(ServiceKeyError::NoScope);
    }
    let now = work.now();
    let handle = Handle::new(Kind::ServiceKey, work.entropy());
    let key = ServiceKey {
        id: ServiceKeyId::new(now, work.entropy()),
        name: name.to_owned(),
        scopes,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    store::insert(work.connection()?, &key, &key::digest(&handle)).await?;
    Ok(NewServiceKey { key, handle })
}
