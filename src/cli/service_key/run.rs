//! Owns what `signet service-key …` does, in its caller's transaction.

use anyhow::Result;

use super::arguments::ServiceKeyCommand;
use super::report::{ServiceKeyLine, ServiceKeyList, ServiceKeyReport, ServiceKeyRevoked, ServiceKeyShown};
use crate::authentication::service_key::{KeyName, service};
use crate::base::clock;
use crate::db::UnitOfWork;

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(command: ServiceKeyCommand, work: &mut UnitOfWork) -> Result<ServiceKeyReport> {
    match command {
        ServiceKeyCommand::Create {
            name,
            scopes,
            lifetime,
        } => {
            let new = service::create(work, &KeyName::parse(&name)?, scopes, lifetime).await?;
            Ok(ServiceKeyReport::Shown(ServiceKeyShown::new(&new, None)))
        }
        ServiceKeyCommand::List => {
            let now = work.now();
            let keys = service::list(work).await?;
            let service_keys = keys
                .into_iter()
                .map(|key| ServiceKeyLine::new(key, now))
                .collect();
            Ok(ServiceKeyReport::Keys(ServiceKeyList { service_keys }))
        }
        ServiceKeyCommand::Rotate { name, overlap } => {
            let new = service::rotate(work, &KeyName::parse(&name)?, overlap).await?;
            let old_ends = (!overlap.is_zero()).then(|| clock::after(work.now(), overlap));
            Ok(ServiceKeyReport::Shown(ServiceKeyShown::new(&new, old_ends)))
        }
        ServiceKeyCommand::Revoke { name } => {
            let name = KeyName::parse(&name)?;
            let revoked = service::revoke(work, &name).await?;
            Ok(ServiceKeyReport::Revoked(ServiceKeyRevoked {
                name: name.to_string(),
                revoked,
            }))
        }
    }
}
