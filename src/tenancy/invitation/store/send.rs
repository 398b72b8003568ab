//! Owns the statements with which invitations are sent, sent again, taken back and listed.

use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{InvitationId, OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::invitation::error::InvitationError;
use crate::tenancy::invitation::types::{Invitation, InvitationStatus};
use crate::tenancy::member::{JoinsAs, MemberRole, WorkspaceCreation};
use crate::user::EmailAddress;

/// An invitation to be written.
pub(in crate::tenancy::invitation) struct InvitationRow<'a> {
    pub(in crate::tenancy::invitation) id: &'a InvitationId,
    pub(in crate::tenancy::invitation) organization: &'a OrganizationId,
    pub(in crate::tenancy::invitation) email: &'a EmailAddress,
    pub(in crate::tenancy::invitation) joins: &'a JoinsAs,
    pub(in crate::tenancy::invitation) digest: &'a Digest,
    pub(in crate::tenancy::invitation) invited_by: Option<&'a UserId>,
    pub(in crate::tenancy::invitation) expires_at: Timestamp,
}

/// Writes an invitation, unless a member has its address.
pub(in crate::tenancy::invitation) async fn insert_invitation(
    connection: &mut PgConnection,
    row: &InvitationRow<'_>,
    now: Timestamp,
) -> Result<bool, InvitationError> {
    let done = sqlx::query!(
        "insert into auth.invitations (
             id, organization_id, email, email_canonical, role, token_digest, invited_by, expires_at,
             created_at, updated_at, can_create_workspaces)
         select $1, $2, $3, $4::text, $5, $6, $7, $8, $9::timestamptz, $9, $10
         where not exists (
             select from auth.members m
             join auth.users u on u.id = m.user_id
             where m.organization_id = $2
               and m.joined_at is not null
               and u.email_canonical = $4
               and u.deleted_at is null)",
        row.id.as_str(),
        row.organization.as_str(),
        row.email.address(),
        row.email.canonical(),
        row.joins.role.as_str(),
        row.digest.as_bytes(),
        row.invited_by.map(UserId::as_str),
        row.expires_at,
        now,
        row.joins.workspace_creation.flag(),
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("invitations_one_pending") => InvitationError::AlreadyInvited,
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Takes an expired invitation of this address out of the way of a new one.
pub(in crate::tenancy::invitation) async fn settle_expired(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    email_canonical: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.invitations
         set status = 'canceled',
             updated_at = $3
         where organization_id = $1
           and email_canonical = $2
           and status = 'pending'
           and expires_at <= $3",
        organization.as_str(),
        email_canonical,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many invitations wait for an answer, beside one. The organization is locked.
pub(in crate::tenancy::invitation) async fn count_pending(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    beside: Option<&InvitationId>,
    now: Timestamp,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from auth.invitations
           where organization_id = $1
             and id is distinct from $2
             and status = 'pending'
             and expires_at > $3"#,
        organization.as_str(),
        beside.map(InvitationId::as_str),
        now,
    )
    .fetch_one(connection)
    .await?)
}

/// The role of a pending invitation, expired or not.
pub(in crate::tenancy::invitation) async fn pending_role(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<Option<MemberRole>, DatabaseError> {
    let role = sqlx::query_scalar!(
        "select role
         from auth.invitations
         where id = $1
           and organization_id = $2
           and status = 'pending'",
        id.as_str(),
        organization.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(role.map(MemberRole::from_stored))
}

/// What takes the place of an invitation's token.
pub(in crate::tenancy::invitation) struct NewToken<'a> {
    pub(in crate::tenancy::invitation) digest: &'a Digest,
    pub(in crate::tenancy::invitation) invited_by: Option<&'a UserId>,
    pub(in crate::tenancy::invitation) expires_at: Timestamp,
}

/// Replaces the token of a pending invitation; false if it is none.
pub(in crate::tenancy::invitation) async fn replace_token(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    id: &InvitationId,
    token: &NewToken<'_>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.invitations
         set token_digest = $3,
             invited_by = $4,
             expires_at = $5,
             updated_at = $6
         where id = $1
           and organization_id = $2
           and status = 'pending'",
        id.as_str(),
        organization.as_str(),
        token.digest.as_bytes(),
        token.invited_by.map(UserId::as_str),
        token.expires_at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a pending invitation back; false if it is none.
pub(in crate::tenancy::invitation) async fn cancel_pending(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    id: &InvitationId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.invitations
         set status = 'canceled',
             updated_at = $3
         where organization_id = $1
           and id = $2
           and status = 'pending'",
        organization.as_str(),
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes back every pending invitation of a person's proven address, of one organization or of all, but for those of
/// some roles; which ones they were. They are locked in the order of their ids.
pub(in crate::tenancy::invitation) async fn cancel_pending_of(
    connection: &mut PgConnection,
    user: &UserId,
    organization: Option<&OrganizationId>,
    beside: &[String],
    now: Timestamp,
) -> Result<Vec<(OrganizationId, InvitationId)>, DatabaseError> {
    let rows = sqlx::query!(
        "update auth.invitations i
         set status = 'canceled',
             updated_at = $3
         from (
             select p.id
             from auth.invitations p
             join auth.users u on u.email_canonical = p.email_canonical
             where u.id = $1
               and u.email_verified_at is not null
               and ($2::text is null or p.organization_id = $2)
               and p.role <> all($4::text[])
               and p.status = 'pending'
             order by p.id
             for no key update of p
         ) pending
         where i.id = pending.id
         returning i.organization_id, i.id",
        user.as_str(),
        organization.map(OrganizationId::as_str),
        now,
        beside,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                OrganizationId::from_text(row.organization_id),
                InvitationId::from_text(row.id),
            )
        })
        .collect())
}

/// A page of an organization's invitations.
pub(in crate::tenancy::invitation) async fn list_invitations(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Invitation>, DatabaseError> {
    sqlx::query!(
        "select id, organization_id, email, role, can_create_workspaces, status, invited_by, expires_at,
                accepted_by, created_at
         from auth.invitations
         where organization_id = $1
           and id > $2
         order by id
         limit $3",
        organization.as_str(),
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Invitation {
            id: InvitationId::from_text(row.id),
            organization_id: OrganizationId::from_text(row.organization_id),
            email: row.email,
            joins: JoinsAs {
                role: MemberRole::from_stored(row.role),
                workspace_creation: WorkspaceCreation::of(row.can_create_workspaces),
            },
            status: status(&row.status)?,
            invited_by: row.invited_by.map(UserId::from_text),
            expires_at: row.expires_at,
            accepted_by: row.accepted_by.map(UserId::from_text),
            created_at: row.created_at,
        })
    })
    .collect()
}

/// Deletes invitations that were over before an instant.
/// How many can still be accepted, counted up to `most`.
pub(in crate::tenancy::invitation) async fn count_acceptable(
    connection: &mut PgConnection,
    now: Timestamp,
    most: i64,
) -> Result<i64, DatabaseError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from auth.invitations where status = 'pending' and expires_at > $1 limit $2) pending"#,
        now,
        most,
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

pub(in crate::tenancy::invitation) async fn expire_invitations(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.invitations
         where id in (
             select id
             from auth.invitations
             where expires_at <= $1
               and (status = 'pending' or updated_at <= $1)
             order by expires_at
             limit $2)",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

pub(super) fn status(name: &str) -> Result<InvitationStatus, DatabaseError> {
    InvitationStatus::parse(name).ok_or(DatabaseError::Inconsistent {
        table: "auth.invitations",
        problem: "an unknown status",
    })
}
