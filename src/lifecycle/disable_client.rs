//! Owns how a client is switched off for good reason: it authenticates no more, and nothing that it was granted
//! lives again when it is switched on.

use crate::base::id::ClientId;
use crate::client::{self, ClientError};
use crate::db::UnitOfWork;

/// Switches a client off and ends everything that it was granted.
pub async fn disable_client(work: &mut UnitOfWork, client: &ClientId) -> Result<(), ClientError> {
    client::service::disable(work, client).await?;
    client::service::revoke_before(work, client).await
}

/// Switches a client on; people grant anew.
pub async fn enable_client(work: &mut UnitOfWork, client: &ClientId) -> Result<(), ClientError> {
    client::service::enable(work, client).await
}
