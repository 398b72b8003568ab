//! Owns what operators do with resources. Each function writes in its caller's transaction; the caches of every replica
//! learn of it when that commits.

use super::error::ClientError;
use super::resource::{NewResource, Resource};
use super::store;
use crate::audit::{self, ResourceEvent};
use crate::base::id::ClientId;
use crate::db::UnitOfWork;

/// Registers a resource.
pub async fn create(work: &mut UnitOfWork, new: &NewResource) -> Result<(), ClientError> {
    let now = work.now();
    store::insert_resource(work.connection()?, new.resource(), now).await?;
    record(work, &new.resource().identifier).await
}

/// A page of resources after the given identifier, in the order of their identifiers.
pub async fn list(
    work: &mut UnitOfWork,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<Resource>, ClientError> {
    let after = after.unwrap_or_default();
    Ok(store::list_resources(work.connection()?, after, i64::from(limit)).await?)
}

/// The resource of an identifier, read past every cache.
pub async fn show(work: &mut UnitOfWork, identifier: &str) -> Result<Resource, ClientError> {
    store::find_resource(work.connection()?, identifier)
        .await?
        .ok_or_else(|| ClientError::NoResource(identifier.to_owned()))
}

/// A resource that nobody else changes until the caller's transaction ends.
pub async fn lock(work: &mut UnitOfWork, identifier: &str) -> Result<Resource, ClientError> {
    store::lock_resource(work.connection()?, identifier).await?;
    show(work, identifier).await
}

/// Writes what became of a resource that [`lock`] answered with; it keeps its identifier. Tokens that were made before
/// stay what they are.
pub async fn edit(work: &mut UnitOfWork, changed: &NewResource) -> Result<(), ClientError> {
    let now = work.now();
    store::update_resource(work.connection()?, changed.resource(), now).await?;
    record(work, &changed.resource().identifier).await
}

/// The clients that name a resource.
pub async fn clients(work: &mut UnitOfWork, identifier: &str) -> Result<Vec<ClientId>, ClientError> {
    Ok(store::clients_of_resource(work.connection()?, identifier).await?)
}

/// Deletes a resource that no client names. Grants for it are refreshed no more; tokens live until they expire.
pub async fn delete(work: &mut UnitOfWork, identifier: &str) -> Result<(), ClientError> {
    let clients = clients(work, identifier).await?;
    if !clients.is_empty() {
        return Err(ClientError::ResourceInUse {
            identifier: identifier.to_owned(),
            clients: clients.iter().map(ToString::to_string).collect(),
        });
    }
    if !store::delete_resource(work.connection()?, identifier).await? {
        return Err(ClientError::NoResource(identifier.to_owned()));
    }
    record(work, identifier).await
}

async fn record(work: &mut UnitOfWork, identifier: &str) -> Result<(), ClientError> {
    let event = ResourceEvent::Changed {
        resource: identifier.to_owned(),
    };
    Ok(audit::record(work, event).await?)
}
