//! Owns what `signet org …` does: each command in one transaction, but for the proof of a domain, which asks the DNS
//! between two.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::arguments::{CreateOrganization, OrganizationCommand, SettingsCommand};
use super::lookup::organization;
use super::report::{OrganizationChanged, OrganizationDetails, OrganizationList, OrganizationReport};
use super::{delete, domains, global, invitations, members};
use crate::base::id::OrganizationId;
use crate::cli::user::user;
use crate::cli::{operator, values};
use crate::config::{QuotaSettings, SignetConfig};
use crate::db::UnitOfWork;
use crate::tenancy::{self, Branding, NewOrganization, Plan, Slug, member};
use crate::user::AccessTier;

/// How many members are shown.
const MOST_MEMBERS: u16 = 1000;

/// Runs a command on the configured database.
pub async fn run(command: OrganizationCommand, config: &SignetConfig) -> Result<OrganizationReport> {
    if let OrganizationCommand::Domain(command) = command {
        return domains::run(command, config).await;
    }
    if let OrganizationCommand::Invitation(command) = command {
        return invitations::run(command, config).await;
    }
    let mut work = operator::begin(config).await?;
    let report = carry_out(command, &mut work, &config.quotas).await?;
    work.commit().await?;
    Ok(report)
}

async fn carry_out(
    command: OrganizationCommand,
    work: &mut UnitOfWork,
    quotas: &QuotaSettings,
) -> Result<OrganizationReport> {
    match command {
        OrganizationCommand::Create(arguments) => create(arguments, work, quotas).await,
        OrganizationCommand::Settings(command) => set(command, work).await,
        OrganizationCommand::Member(command) => members::run(command, work).await,
        OrganizationCommand::Invitation(_) | OrganizationCommand::Domain(_) => {
            anyhow::bail!("commands on domains and invitations have transactions of their own")
        }
        OrganizationCommand::Delete { org } => delete::delete(work, &org).await,
        OrganizationCommand::SetGlobal { org } => global::set_global(work, &org).await,
        OrganizationCommand::Show { org } => {
            let organization = organization(work, &org).await?;
            let members = member::list(work, &organization.id, None, MOST_MEMBERS).await?;
            let view = OrganizationDetails::new(organization, members);
            Ok(OrganizationReport::Organization(Box::new(view)))
        }
        OrganizationCommand::List { after, limit } => {
            let found =
                tenancy::organization::list(work, after.as_deref().map(OrganizationId::read).as_ref(), limit)
                    .await?;
            let organizations = found.into_iter().map(Into::into).collect();
            Ok(OrganizationReport::Organizations(OrganizationList {
                organizations,
            }))
        }
    }
}

async fn create(
    arguments: CreateOrganization,
    work: &mut UnitOfWork,
    quotas: &QuotaSettings,
) -> Result<OrganizationReport> {
    let owner = user(work, &arguments.owner).await?.id;
    let slug = arguments.slug.as_deref().map(Slug::parse).transpose()?;
    let (organization_type, tier) = (arguments.organization_type, arguments.tier);
    let new = NewOrganization::new(&arguments.name, slug, organization_type, tier, owner)?;
    let id = tenancy::organization::create(work, &new, quotas).await?;
    let made = organization(work, id.as_str()).await?;
    Ok(OrganizationReport::Created(Box::new(made.into())))
}

async fn set(command: SettingsCommand, work: &mut UnitOfWork) -> Result<OrganizationReport> {
    let org = organization(work, command.organization()).await?.id;
    let done = match command {
        SettingsCommand::Rename { name, .. } => {
            tenancy::organization::rename(work, &org, &name).await?;
            "renamed".to_owned()
        }
        SettingsCommand::SetSlug { slug, .. } => {
            let slug = Slug::parse(&slug)?;
            tenancy::organization::set_slug(work, &org, &slug).await?;
            format!("slug {slug}")
        }
        SettingsCommand::SetType {
            organization_type, ..
        } => {
            tenancy::organization::set_type(work, &org, organization_type).await?;
            format!("type {}", organization_type.name())
        }
        SettingsCommand::SetTier { tier, .. } => {
            tenancy::organization::set_tier(work, &org, tier).await?;
            format!("tier {}", tier.map_or("each member's own", AccessTier::name))
        }
        SettingsCommand::SetPlan { plan, .. } => {
            tenancy::organization::set_plan(work, &org, plan).await?;
            format!("plan {}", plan.map_or("none", Plan::name))
        }
        SettingsCommand::SetFlag { name, value, .. } => {
            let value = value.map(flag);
            let done = value
                .as_ref()
                .map_or_else(|| "taken away".to_owned(), ToString::to_string);
            tenancy::organization::set_flag(work, &org, &name, value).await?;
            format!("flag {name} {done}")
        }
        SettingsCommand::SetBranding { file, .. } => {
            let branding = branding(&file)?;
            tenancy::organization::set_branding(work, &org, &branding).await?;
            "branding replaced".to_owned()
        }
        SettingsCommand::Suspend { .. } => {
            tenancy::organization::suspend(work, &org).await?;
            "suspended".to_owned()
        }
        SettingsCommand::Resume { .. } => {
            tenancy::organization::resume(work, &org).await?;
            "resumed".to_owned()
        }
        SettingsCommand::RevokeTokens { .. } => {
            tenancy::organization::revoke_tokens(work, &org).await?;
            "tokens revoked".to_owned()
        }
    };
    Ok(changed(&org, done))
}

/// `true`, `false` and numbers are what they say; everything else is a text.
fn flag(text: String) -> Value {
    match serde_json::from_str(&text) {
        Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
        _ => Value::String(text),
    }
}

fn branding(path: &Path) -> Result<Branding> {
    let text = values::text_from(path)?;
    let value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    Ok(Branding::parse(value)?)
}

/// What was done to an organization.
pub(super) fn changed(organization: &OrganizationId, done: String) -> OrganizationReport {
    OrganizationReport::Changed(OrganizationChanged {
        organization_id: organization.to_string(),
        done,
    })
}
