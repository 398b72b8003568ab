//! Owns what operators do with clients and resources. Each function writes in its caller's transaction; the caches
//! of every replica learn of it when that commits.

use std::time::Duration;

use serde_json::{Map, Value};

use super::error::ClientError;
use super::metadata::{Change, ClientMetadata, NewClient};
use super::registered::{Client, ClientSummary};
use super::{secret, store};
use crate::audit::{self, ClientEvent};
use crate::base::clock;
use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::db::UnitOfWork;
use crate::protocol::client_authentication::ClientAuthenticationMethod;

/// How long an old secret may stay valid beside a new one.
pub const LONGEST_OVERLAP: Duration = Duration::from_hours(90 * 24);

/// A client that was just made, with the secret that is shown only now. One that has a key instead, and a public one, have none.
#[derive(Debug)]
pub struct CreatedClient {
    /// Its id.
    pub client_id: ClientId,
    /// Its secret in the clear.
    pub secret: Option<Secret>,
}

/// Makes a client. Without a chosen secret one that presents a secret gets one of 256 random bits.
pub async fn create(
    work: &mut UnitOfWork,
    new: &NewClient,
    chosen: Option<Secret>,
) -> Result<CreatedClient, ClientError> {
    let client_id = new.client_id().clone();
    if let Some(chosen) = &chosen {
        demand_secret(new.metadata(), &client_id)?;
        secret::check_chosen(chosen)?;
    }
    let now = work.now();
    store::insert_client(work.connection()?, new, now).await?;
    audit::record(
        work,
        ClientEvent::Created {
            client: client_id.clone(),
        },
    )
    .await?;
    if !new.has_secret() {
        return Ok(CreatedClient {
            client_id,
            secret: None,
        });
    }
    let secret = chosen.unwrap_or_else(|| secret::generate(work.entropy()));
    let digest = secret::digest(&client_id, &secret);
    store::insert_secret(work.connection()?, &client_id, digest, now).await?;
    Ok(CreatedClient {
        client_id,
        secret: Some(secret),
    })
}

/// A page of clients after the given id, in the order of their ids.
pub async fn list(
    work: &mut UnitOfWork,
    after: Option<&ClientId>,
    limit: u16,
) -> Result<Vec<ClientSummary>, ClientError> {
    let after = after.map_or("", ClientId::as_str);
    Ok(store::list_clients(work.connection()?, after, i64::from(limit)).await?)
}

/// Everything about a client, read past every cache.
pub async fn show(work: &mut UnitOfWork, client_id: &ClientId) -> Result<Client, ClientError> {
    store::find_client(work.connection()?, client_id.as_str())
        .await?
        .ok_or_else(|| ClientError::Unknown(client_id.clone()))
}

/// A client that nobody else changes until the caller's transaction ends, so that what is changed is what was read.
pub async fn lock(work: &mut UnitOfWork, client_id: &ClientId) -> Result<Client, ClientError> {
    store::lock_client(work.connection()?, client_id).await?;
    show(work, client_id).await
}

/// Changes a client that [`lock`] answered with: all of what it then is is checked anew, as in a registration. What was
/// granted stays granted, but for scopes that it may not have any more. A client that presents no secret any more
/// loses its secrets; one that does so from now on has none until [`rotate_secret`] gives it one. An icon from another
/// address than the `logo_uri` goes.
pub async fn edit(work: &mut UnitOfWork, client: &Client, change: Change) -> Result<(), ClientError> {
    let now = work.now();
    let client_id = &client.client_id;
    let named: Vec<String> = change.names().map(str::to_owned).collect();
    let changed = NewClient::parse(client_id.as_str(), change.apply_to(&client.metadata)?)?;
    let (written, removed) = difference(&named, &client.metadata.document(), changed.metadata().document());
    store::update_client(work.connection()?, client_id, written, removed, now).await?;
    store::delete_other_icon(work.connection()?, client_id).await?;
    if client.has_secret() && !changed.has_secret() {
        store::delete_secrets(work.connection()?, client_id).await?;
    }
    Ok(audit::record(
        work,
        ClientEvent::Updated {
            client: client_id.clone(),
        },
    )
    .await?)
}

/// What is to be written: the fields that were named, also where they seem to be the same (more may be stored than this
/// version reads), and those that differ; and the names of those that are gone.
fn difference(
    named: &[String],
    before: &Map<String, Value>,
    mut after: Map<String, Value>,
) -> (Map<String, Value>, Vec<String>) {
    let removed = before
        .keys()
        .chain(named)
        .filter(|name| !after.contains_key(*name));
    let removed = removed.cloned().collect();
    after.retain(|name, value| named.contains(name) || before.get(name) != Some(value));
    (after, removed)
}

/// Deletes a client; every grant, consent and secret of it goes too. Its id may be given again.
pub async fn delete(work: &mut UnitOfWork, client_id: &ClientId) -> Result<(), ClientError> {
    let found = store::delete_client(work.connection()?, client_id).await?;
    known(found, client_id)?;
    Ok(audit::record(
        work,
        ClientEvent::Deleted {
            client: client_id.clone(),
        },
    )
    .await?)
}

/// Gives the client a new secret. The old ones live on for the overlap; zero ends them with the commit.
pub async fn rotate_secret(
    work: &mut UnitOfWork,
    client_id: &ClientId,
    overlap: Duration,
) -> Result<Secret, ClientError> {
    if overlap > LONGEST_OVERLAP {
        return Err(ClientError::OverlapTooLong);
    }
    let now = work.now();
    demand_secret(&lock(work, client_id).await?.metadata, client_id)?;
    store::expire_secrets(work.connection()?, client_id, clock::after(now, overlap), now).await?;
    let secret = secret::generate(work.entropy());
    let digest = secret::digest(client_id, &secret);
    store::insert_secret(work.connection()?, client_id, digest, now).await?;
    audit::record(
        work,
        ClientEvent::SecretRotated {
            client: client_id.clone(),
        },
    )
    .await?;
    Ok(secret)
}

/// Switches a client off: it authenticates no more and every grant of it is dead.
pub async fn disable(work: &mut UnitOfWork, client_id: &ClientId) -> Result<(), ClientError> {
    let now = work.now();
    let found = store::set_disabled_at(work.connection()?, client_id, Some(now), now).await?;
    known(found, client_id)?;
    Ok(audit::record(
        work,
        ClientEvent::Disabled {
            client: client_id.clone(),
        },
    )
    .await?)
}

/// Switches a client on again. Its earlier grants live again, unless they were revoked.
pub async fn enable(work: &mut UnitOfWork, client_id: &ClientId) -> Result<(), ClientError> {
    let now = work.now();
    let found = store::set_disabled_at(work.connection()?, client_id, None, now).await?;
    known(found, client_id)?;
    Ok(audit::record(
        work,
        ClientEvent::Enabled {
            client: client_id.clone(),
        },
    )
    .await?)
}

/// Ends everything that the client was granted until now, for every person.
pub async fn revoke_before(work: &mut UnitOfWork, client_id: &ClientId) -> Result<(), ClientError> {
    let now = work.now();
    let found = store::set_revoked_before(work.connection()?, client_id, now).await?;
    known(found, client_id)?;
    Ok(audit::record(
        work,
        ClientEvent::Updated {
            client: client_id.clone(),
        },
    )
    .await?)
}

/// That the client is one which presents a secret.
fn demand_secret(metadata: &ClientMetadata, client_id: &ClientId) -> Result<(), ClientError> {
    match metadata.token_endpoint_auth_method {
        ClientAuthenticationMethod::ClientSecretBasic | ClientAuthenticationMethod::ClientSecretPost => {
            Ok(())
        }
        ClientAuthenticationMethod::PrivateKeyJwt => Err(ClientError::SignsWithKey(client_id.clone())),
        ClientAuthenticationMethod::None => Err(ClientError::Public(client_id.clone())),
    }
}

fn known(found: bool, client_id: &ClientId) -> Result<(), ClientError> {
    if found {
        Ok(())
    } else {
        Err(ClientError::Unknown(client_id.clone()))
    }
}
