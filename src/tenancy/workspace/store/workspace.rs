//! Owns the statements on `auth.workspaces`.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::slug::Slug;
use crate::tenancy::workspace::types::{Workspace, WorkspaceKind};

/// What a new workspace's row holds beside its slug.
pub(in crate::tenancy::workspace) struct WorkspaceRow<'a> {
    pub(in crate::tenancy::workspace) id: &'a WorkspaceId,
    pub(in crate::tenancy::workspace) organization: &'a OrganizationId,
    pub(in crate::tenancy::workspace) name: &'a str,
    pub(in crate::tenancy::workspace) kind: WorkspaceKind,
    pub(in crate::tenancy::workspace) owner: Option<&'a UserId>,
}

/// Writes a workspace; false if its slug is taken, with the transaction still usable. The organization is there.
pub(in crate::tenancy::workspace) async fn insert(
    connection: &mut PgConnection,
    row: &WorkspaceRow<'_>,
    slug: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "insert into auth.workspaces (
             id, organization_id, name, slug, kind, owner_user_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (organization_id, slug) do nothing",
        row.id.as_str(),
        row.organization.as_str(),
        row.name,
        slug,
        row.kind.name(),
        row.owner.map(UserId::as_str),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many workspaces an organization has that are not archived: all, or those that one person made. The organization
/// is locked.
pub(in crate::tenancy::workspace) async fn count(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    made_by: Option<&UserId>,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from auth.workspaces
           where organization_id = $1
             and archived_at is null
             and ($2::text is null or owner_user_id = $2)"#,
        organization.as_str(),
        made_by.map(UserId::as_str),
    )
    .fetch_one(connection)
    .await?)
}

/// The first of the candidates that no workspace of the organization has.
pub(in crate::tenancy::workspace) async fn first_free_slug(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    candidates: &[String],
) -> Result<Option<String>, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select c.slug as "slug!"
           from unnest($2::text[]) with ordinality as c (slug, place)
           where not exists (
               select from auth.workspaces w
               where w.organization_id = $1
                 and w.slug = c.slug)
           order by c.place
           limit 1"#,
        organization.as_str(),
        candidates,
    )
    .fetch_optional(connection)
    .await?)
}

struct StoredWorkspace {
    id: String,
    organization_id: String,
    name: String,
    slug: String,
    kind: String,
    owner_user_id: Option<String>,
    archived_at: Option<Timestamp>,
    archived_reason: Option<String>,
    created_at: Timestamp,
}

fn workspace(row: StoredWorkspace) -> Result<Workspace, DatabaseError> {
    Ok(Workspace {
        id: WorkspaceId::from_text(row.id),
        organization_id: OrganizationId::from_text(row.organization_id),
        name: row.name,
        slug: Slug::from_stored(row.slug),
        kind: WorkspaceKind::parse(&row.kind).ok_or(DatabaseError::Inconsistent {
            table: "auth.workspaces",
            problem: "an unknown kind",
        })?,
        owner_user_id: row.owner_user_id.map(UserId::from_text),
        archived_at: row.archived_at,
        archived_reason: row.archived_reason,
        created_at: row.created_at,
    })
}

/// The workspace of an organization by its id or slug. No text is both.
pub(in crate::tenancy::workspace) async fn find(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    reference: &str,
) -> Result<Option<Workspace>, DatabaseError> {
    sqlx::query_as!(
        StoredWorkspace,
        "select w.id, w.organization_id, w.name, w.slug, w.kind, w.owner_user_id, w.archived_at,
                w.archived_reason, w.created_at
         from auth.workspaces w
         join auth.organizations o on o.id = w.organization_id
         where w.organization_id = $1
           and (w.id = $2 or w.slug = $2)
           and o.deleted_at is null",
        organization.as_str(),
        reference,
    )
    .fetch_optional(connection)
    .await?
    .map(workspace)
    .transpose()
}

/// A page of an organization's workspaces in the order of their ids; with a person, only those that they are in.
pub(in crate::tenancy::workspace) async fn list(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    of: Option<&UserId>,
    after: &str,
    limit: i64,
) -> Result<Vec<Workspace>, DatabaseError> {
    sqlx::query_as!(
        StoredWorkspace,
        "select w.id, w.organization_id, w.name, w.slug, w.kind, w.owner_user_id, w.archived_at,
                w.archived_reason, w.created_at
         from auth.workspaces w
         join auth.organizations o on o.id = w.organization_id
         where w.organization_id = $1
           and w.id > $3
           and o.deleted_at is null
           and ($2::text is null or exists (
               select from auth.workspace_members p
               where p.workspace_id = w.id
                 and p.user_id = $2))
         order by w.id
         limit $4",
        organization.as_str(),
        of.map(UserId::as_str),
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(workspace)
    .collect()
}

/// Gives a workspace another name.
pub(in crate::tenancy::workspace) async fn set_name(
    connection: &mut PgConnection,
    id: &WorkspaceId,
    name: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.workspaces
         set name = $2,
             updated_at = $3
         where id = $1
           and archived_at is null",
        id.as_str(),
        name,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Archives a workspace, or takes it back with no reason; false if it is so already.
pub(in crate::tenancy::workspace) async fn set_archived(
    connection: &mut PgConnection,
    id: &WorkspaceId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.workspaces
         set archived_at = case when $2::text is null then null else $3::timestamptz end,
             archived_reason = $2,
             updated_at = $3
         where id = $1
           and (archived_at is null) = ($2::text is not null)",
        id.as_str(),
        reason,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Archives every workspace of an organization that is not archived yet.
pub(in crate::tenancy::workspace) async fn archive_all_of(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    reason: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.workspaces
         set archived_at = $3,
             archived_reason = $2,
             updated_at = $3
         where organization_id = $1
           and archived_at is null",
        organization.as_str(),
        reason,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
