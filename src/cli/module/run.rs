//! Owns what `signet module …` does, in its caller's transaction.

use anyhow::Result;

use super::arguments::{Entry, ModuleCommand};
use super::report::{ModuleChanged, ModuleEntryList, ModuleReport, ModuleRights};
use crate::base::id::OrganizationId;
use crate::cli::organization::organization;
use crate::db::UnitOfWork;
use crate::tenancy::MemberRole;
use crate::tenancy::module::{self, ModuleId, ModulePermission, ModulesView};

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(command: ModuleCommand, work: &mut UnitOfWork) -> Result<ModuleReport> {
    match command {
        ModuleCommand::Set { entry, access } => {
            let (organization, role, module) = read(work, &entry).await?;
            let permission = ModulePermission { role, module, access };
            module::set(work, &organization, &permission).await?;
            Ok(changed(&organization, &entry, access.name()))
        }
        ModuleCommand::Clear(entry) => {
            let (organization, role, module) = read(work, &entry).await?;
            module::clear(work, &organization, &role, &module).await?;
            Ok(changed(&organization, &entry, "as without an entry"))
        }
        ModuleCommand::List { org, limit } => {
            let organization = organization(work, &org).await?.id;
            let found = module::list(work, &organization, None, limit).await?;
            let entries = found.into_iter().map(Into::into).collect();
            Ok(ModuleReport::Entries(ModuleEntryList { entries }))
        }
        ModuleCommand::Show { org, role } => {
            let organization = organization(work, &org).await?.id;
            let role = MemberRole::parse(&role)?;
            let rights = module::effective(work, &organization, &role).await?;
            Ok(ModuleReport::Rights(ModuleRights {
                organization_id: organization.to_string(),
                rights: ModulesView::new(&role, rights),
            }))
        }
    }
}

async fn read(work: &mut UnitOfWork, entry: &Entry) -> Result<(OrganizationId, MemberRole, ModuleId)> {
    let organization = organization(work, &entry.org).await?.id;
    Ok((
        organization,
        MemberRole::parse(&entry.role)?,
        ModuleId::parse(&entry.module)?,
    ))
}

fn changed(organization: &OrganizationId, entry: &Entry, done: &str) -> ModuleReport {
    ModuleReport::Changed(ModuleChanged {
        organization_id: organization.to_string(),
        role: entry.role.clone(),
        module: entry.module.clone(),
        done: done.to_owned(),
    })
}
