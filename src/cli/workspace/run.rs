//! Owns what `signet workspace …` does, in its caller's transaction.

use anyhow::{Context as _, Result};

use super::arguments::{Which, Whom, WorkspaceCommand};
use super::report::{WorkspaceChanged, WorkspaceDetails, WorkspaceList, WorkspaceReport};
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::cli::organization::organization;
use crate::cli::user::user;
use crate::config::QuotaSettings;
use crate::db::UnitOfWork;
use crate::tenancy::Slug;
use crate::tenancy::workspace::{self, NewWorkspace, Workspace, members};

/// How many members are shown.
const MOST_MEMBERS: u16 = 1000;

/// Carries out a command in the caller's transaction, which the caller commits.
pub async fn run(
    command: WorkspaceCommand,
    work: &mut UnitOfWork,
    quotas: &QuotaSettings,
) -> Result<WorkspaceReport> {
    match command {
        WorkspaceCommand::Create {
            org,
            name,
            slug,
            owner,
        } => {
            let organization = organization(work, &org).await?.id;
            let slug = slug.as_deref().map(Slug::parse).transpose()?;
            let owner = match owner {
                Some(owner) => Some(user(work, &owner).await?.id),
                None => None,
            };
            let new = NewWorkspace::new(&name, slug, owner)?;
            let id = workspace::create(work, &organization, &new, quotas).await?;
            show(work, &organization, id.as_str()).await
        }
        WorkspaceCommand::Rename { which, name } => {
            let (organization, id) = find(work, &which).await?;
            workspace::rename(work, &organization, &id, &name).await?;
            Ok(changed(&id, None, "renamed".to_owned()))
        }
        WorkspaceCommand::Archive(which) => {
            let (organization, id) = find(work, &which).await?;
            workspace::archive(work, &organization, &id).await?;
            Ok(changed(&id, None, "archived".to_owned()))
        }
        WorkspaceCommand::Unarchive(which) => {
            let (organization, id) = find(work, &which).await?;
            workspace::unarchive(work, &organization, &id, quotas).await?;
            Ok(changed(&id, None, "no longer archived".to_owned()))
        }
        WorkspaceCommand::AddMember { whom, role } => {
            let (organization, id, person) = all(work, &whom).await?;
            members::add(work, &organization, &id, &person, role).await?;
            Ok(changed(&id, Some(&person), format!("added as {}", role.name())))
        }
        WorkspaceCommand::SetRole { whom, role } => {
            let (organization, id, person) = all(work, &whom).await?;
            members::set_role(work, &organization, &id, &person, role).await?;
            Ok(changed(&id, Some(&person), format!("role {}", role.name())))
        }
        WorkspaceCommand::RemoveMember(whom) => {
            let (organization, id, person) = all(work, &whom).await?;
            members::remove(work, &organization, &id, &person).await?;
            Ok(changed(&id, Some(&person), "removed".to_owned()))
        }
        WorkspaceCommand::Show(which) => {
            let organization = organization(work, &which.org).await?.id;
            show(work, &organization, &which.workspace).await
        }
        WorkspaceCommand::List { org, after, limit } => {
            let organization = organization(work, &org).await?.id;
            let after = after.as_deref().map(WorkspaceId::read);
            let found = workspace::list(work, &organization, after.as_ref(), limit).await?;
            let workspaces = found.into_iter().map(Into::into).collect();
            Ok(WorkspaceReport::Workspaces(WorkspaceList { workspaces }))
        }
    }
}

async fn show(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    reference: &str,
) -> Result<WorkspaceReport> {
    let workspace = workspace(work, organization, reference).await?;
    let members = members::list(work, organization, &workspace.id, None, MOST_MEMBERS).await?;
    let view = WorkspaceDetails::new(workspace, members);
    Ok(WorkspaceReport::Workspace(Box::new(view)))
}

async fn workspace(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    reference: &str,
) -> Result<Workspace> {
    let unknown = || format!("there is no workspace {reference:?}; `signet workspace list` shows every one");
    // PostgreSQL holds no NUL in a text.
    if reference.contains('\0') {
        anyhow::bail!(unknown());
    }
    workspace::find(work, organization, reference)
        .await?
        .with_context(unknown)
}

async fn find(work: &mut UnitOfWork, which: &Which) -> Result<(OrganizationId, WorkspaceId)> {
    let organization = organization(work, &which.org).await?.id;
    let workspace = workspace(work, &organization, &which.workspace).await?;
    Ok((organization, workspace.id))
}

async fn all(work: &mut UnitOfWork, whom: &Whom) -> Result<(OrganizationId, WorkspaceId, UserId)> {
    let (organization, workspace) = find(work, &whom.which).await?;
    let person = user(work, &whom.user).await?;
    Ok((organization, workspace, person.id))
}

fn changed(id: &WorkspaceId, user: Option<&UserId>, done: String) -> WorkspaceReport {
    WorkspaceReport::Changed(WorkspaceChanged {
        workspace_id: id.to_string(),
        user_id: user.map(ToString::to_string),
        done,
    })
}
