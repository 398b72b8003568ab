//! Owns what `signet org …` does, in its caller's transaction.

use anyhow::{Context as _, Result};

use super::arguments::{CreateOrganization, OrganizationCommand};
use super::report::{
    MembershipChanged, OrganizationChanged, OrganizationCreated, OrganizationList, OrganizationReport,
    OrganizationView,
};
use crate::base::id::{OrganizationId, UserId};
use crate::cli::user::user;
use crate::db::Work;
use crate::tenancy::{Joining, MemberRole, NewOrganization, Organization, Slug, membership, service};
use crate::user::AccessTier;

/// How many members are shown.
const MOST_MEMBERS: u16 = 1000;

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(command: OrganizationCommand, work: &mut Work) -> Result<OrganizationReport> {
    match command {
        OrganizationCommand::Create(arguments) => create(arguments, work).await,
        OrganizationCommand::AddMember {
            org,
            user: person,
            role,
            pending,
        } => {
            let role = MemberRole::parse(&role)?;
            let (org, person) = both(work, &org, &person).await?;
            let joining = if pending { Joining::Invited } else { Joining::Now };
            membership::add(work, &org, &person, &role, joining).await?;
            let done = if pending { "invited as" } else { "joined as" };
            Ok(membership_changed(&org, &person, format!("{done} {role}")))
        }
        OrganizationCommand::Join { org, user: person } => {
            let (org, person) = both(work, &org, &person).await?;
            membership::join(work, &org, &person).await?;
            Ok(membership_changed(&org, &person, "joined".to_owned()))
        }
        OrganizationCommand::RemoveMember { org, user: person } => {
            let (org, person) = both(work, &org, &person).await?;
            membership::remove(work, &org, &person).await?;
            Ok(membership_changed(&org, &person, "removed".to_owned()))
        }
        OrganizationCommand::SetRole {
            org,
            user: person,
            role,
        } => {
            let role = MemberRole::parse(&role)?;
            let (org, person) = both(work, &org, &person).await?;
            membership::set_role(work, &org, &person, &role).await?;
            Ok(membership_changed(&org, &person, format!("role {role}")))
        }
        OrganizationCommand::SetTier { org, tier } => {
            let org = organization(work, &org).await?.id;
            service::set_tier(work, &org, tier).await?;
            let tier = tier.map_or("each member's own", AccessTier::name);
            Ok(changed(&org, format!("tier {tier}")))
        }
        OrganizationCommand::Suspend { org } => {
            let org = organization(work, &org).await?.id;
            service::suspend(work, &org).await?;
            Ok(changed(&org, "suspended".to_owned()))
        }
        OrganizationCommand::Resume { org } => {
            let org = organization(work, &org).await?.id;
            service::resume(work, &org).await?;
            Ok(changed(&org, "resumed".to_owned()))
        }
        OrganizationCommand::Show { org } => {
            let organization = organization(work, &org).await?;
            let members = membership::list(work, &organization.id, None, MOST_MEMBERS).await?;
            let view = OrganizationView::new(organization, members);
            Ok(OrganizationReport::Organization(Box::new(view)))
        }
        OrganizationCommand::List { after, limit } => {
            let found = service::list(work, after.map(OrganizationId::from_text).as_ref(), limit).await?;
            let organizations = found.into_iter().map(Into::into).collect();
            Ok(OrganizationReport::Organizations(OrganizationList {
                organizations,
            }))
        }
    }
}

async fn create(arguments: CreateOrganization, work: &mut Work) -> Result<OrganizationReport> {
    let owner = user(work, &arguments.owner).await?.id;
    let slug = arguments.slug.as_deref().map(Slug::parse).transpose()?;
    let (organization_type, tier) = (arguments.organization_type, arguments.tier);
    let new = NewOrganization::new(&arguments.name, slug, organization_type, tier, owner.clone())?;
    let id = service::create(work, &new).await?;
    let slug = organization(work, id.as_str()).await?.slug;
    Ok(OrganizationReport::Created(OrganizationCreated {
        org_id: id.to_string(),
        slug: slug.to_string(),
        owner: owner.to_string(),
    }))
}

async fn organization(work: &mut Work, reference: &str) -> Result<Organization> {
    let unknown = || format!("there is no organization {reference:?}; `signet org list` shows every one");
    // PostgreSQL holds no NUL in a text.
    if reference.contains('\0') {
        anyhow::bail!(unknown());
    }
    service::find(work, reference).await?.with_context(unknown)
}

async fn both(work: &mut Work, org: &str, person: &str) -> Result<(OrganizationId, UserId)> {
    let organization = organization(work, org).await?;
    let person = user(work, person).await?;
    Ok((organization.id, person.id))
}

fn changed(organization: &OrganizationId, done: String) -> OrganizationReport {
    OrganizationReport::Changed(OrganizationChanged {
        org_id: organization.to_string(),
        done,
    })
}

fn membership_changed(organization: &OrganizationId, user: &UserId, done: String) -> OrganizationReport {
    OrganizationReport::Membership(MembershipChanged {
        org_id: organization.to_string(),
        user_id: user.to_string(),
        done,
    })
}
