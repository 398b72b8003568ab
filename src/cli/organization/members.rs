//! Owns the commands on who belongs to an organization.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::arguments::Of;
use super::lookup::{both, organization};
use super::report::{MemberList, MembershipChanged, OrganizationReport};
use crate::base::id::{OrganizationId, UserId};
use crate::db::UnitOfWork;
use crate::tenancy::{Joining, MemberRole, WorkspaceCreation, member};

/// What to do with members.
#[derive(Debug, Clone, Subcommand)]
pub enum MemberCommand {
    /// Make somebody a member, or ask them
    AddMember {
        #[command(flatten)]
        membership: Membership,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long, default_value = "member")]
        role: String,
        /// Ask only: no claim until they join
        #[arg(long)]
        pending: bool,
    },
    /// Let somebody join who was asked
    Join {
        #[command(flatten)]
        membership: Membership,
    },
    /// End a membership, joined or not
    RemoveMember {
        #[command(flatten)]
        membership: Membership,
    },
    /// Give a member another role
    SetRole {
        #[command(flatten)]
        membership: Membership,
        /// owner, admin, member, viewer, or a role of the organization's own
        #[arg(long)]
        role: String,
    },
    /// Let a member make workspaces of their own, without managing the organization's; another role takes it away
    AllowWorkspaces {
        #[command(flatten)]
        membership: Membership,
    },
    /// Let a member make no workspaces any more
    RefuseWorkspaces {
        #[command(flatten)]
        membership: Membership,
    },
    /// List who belongs to an organization or is asked to, in the order of their ids
    Members {
        #[command(flatten)]
        of: Of,
        /// Begin after this person's id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
}

/// Somebody in an organization.
#[derive(Debug, Clone, Args)]
pub struct Membership {
    /// The organization's id or slug
    #[arg(long)]
    pub org: String,
    /// The person's id, e-mail or user name
    #[arg(long)]
    pub user: String,
}

/// Carries out a command in the caller's transaction.
pub(super) async fn run(command: MemberCommand, work: &mut UnitOfWork) -> Result<OrganizationReport> {
    match command {
        MemberCommand::AddMember {
            membership: of,
            role,
            pending,
        } => {
            let role = MemberRole::parse(&role)?;
            let (org, person) = both(work, &of.org, &of.user).await?;
            let joining = if pending { Joining::Invited } else { Joining::Now };
            member::add(work, &org, &person, &role, joining).await?;
            let done = if pending { "invited as" } else { "joined as" };
            Ok(changed(&org, &person, format!("{done} {role}")))
        }
        MemberCommand::Join { membership: of } => {
            let (org, person) = both(work, &of.org, &of.user).await?;
            member::join(work, &org, &person).await?;
            Ok(changed(&org, &person, "joined".to_owned()))
        }
        MemberCommand::RemoveMember { membership: of } => {
            let (org, person) = both(work, &of.org, &of.user).await?;
            member::remove(work, &org, &person).await?;
            Ok(changed(&org, &person, "removed".to_owned()))
        }
        MemberCommand::SetRole { membership: of, role } => {
            let role = MemberRole::parse(&role)?;
            let (org, person) = both(work, &of.org, &of.user).await?;
            member::set_role(work, &org, &person, &role).await?;
            Ok(changed(&org, &person, format!("role {role}")))
        }
        MemberCommand::AllowWorkspaces { membership: of } => {
            set_workspace_creation(work, &of, WorkspaceCreation::Allowed).await
        }
        MemberCommand::RefuseWorkspaces { membership: of } => {
            set_workspace_creation(work, &of, WorkspaceCreation::Refused).await
        }
        MemberCommand::Members { of, after, limit } => {
            let org = organization(work, of.organization()).await?.id;
            let after = after.as_deref().map(UserId::read);
            let found = member::list(work, &org, after.as_ref(), limit).await?;
            let members = found.into_iter().map(Into::into).collect();
            Ok(OrganizationReport::Members(MemberList { members }))
        }
    }
}

async fn set_workspace_creation(
    work: &mut UnitOfWork,
    of: &Membership,
    creation: WorkspaceCreation,
) -> Result<OrganizationReport> {
    let (org, person) = both(work, &of.org, &of.user).await?;
    member::set_workspace_creation(work, &org, &person, creation).await?;
    let done = match creation {
        WorkspaceCreation::Allowed => "makes workspaces",
        WorkspaceCreation::Refused => "makes no workspaces",
    };
    Ok(changed(&org, &person, done.to_owned()))
}

/// What was done to a membership.
pub(super) fn changed(organization: &OrganizationId, user: &UserId, done: String) -> OrganizationReport {
    OrganizationReport::Membership(MembershipChanged {
        organization_id: organization.to_string(),
        user_id: user.to_string(),
        done,
    })
}
