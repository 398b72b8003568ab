//! Owns the statements with which an invited person answers: single use, each with the old state and the proven
//! address in its condition.

use super::send::status;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{InvitationId, OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection};
use crate::tenancy::invitation::types::InvitationStatus;
use crate::tenancy::member::{JoinsAs, MemberRole, WorkspaceCreation};

/// An invitation as its token finds it, and how it stands to a person.
pub(in crate::tenancy::invitation) struct Presented {
    pub(in crate::tenancy::invitation) id: InvitationId,
    pub(in crate::tenancy::invitation) organization_id: OrganizationId,
    pub(in crate::tenancy::invitation) organization_name: String,
    pub(in crate::tenancy::invitation) email: String,
    pub(in crate::tenancy::invitation) joins: JoinsAs,
    pub(in crate::tenancy::invitation) status: InvitationStatus,
    pub(in crate::tenancy::invitation) invited_by: Option<UserId>,
    /// What whoever asked is called.
    pub(in crate::tenancy::invitation) inviter: Option<String>,
    pub(in crate::tenancy::invitation) accepted_by: Option<UserId>,
    pub(in crate::tenancy::invitation) expires_at: Timestamp,
    /// Whether it is for the person's address; none if there is no such person.
    pub(in crate::tenancy::invitation) address_matches: Option<bool>,
    /// Whether the person has proven their address.
    pub(in crate::tenancy::invitation) address_verified: bool,
}

/// The invitation of a token, in an organization that is not deleted.
pub(in crate::tenancy::invitation) async fn present(
    connection: &mut PgConnection,
    digest: &Digest,
    user: Option<&UserId>,
) -> Result<Option<Presented>, DatabaseError> {
    let row = sqlx::query!(
        r#"select i.id, i.organization_id, o.name as organization_name, i.email, i.role, i.status,
                  i.can_create_workspaces, i.invited_by, i.accepted_by, i.expires_at,
                  coalesce(nullif(inviter.name, ''), inviter.email) as inviter,
                  u.email_canonical = i.email_canonical as address_matches,
                  u.email_verified_at is not null as "address_verified!"
           from auth.invitations i
           join auth.organizations o on o.id = i.organization_id
           left join auth.users u on u.id = $2 and u.deleted_at is null
           left join auth.users inviter on inviter.id = i.invited_by and inviter.deleted_at is null
           where i.token_digest = $1
             and o.deleted_at is null"#,
        digest.as_bytes(),
        user.map(UserId::as_str),
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Presented {
            id: InvitationId::from_text(row.id),
            organization_id: OrganizationId::from_text(row.organization_id),
            organization_name: row.organization_name,
            email: row.email,
            joins: JoinsAs {
                role: MemberRole::from_stored(row.role),
                workspace_creation: WorkspaceCreation::of(row.can_create_workspaces),
            },
            status: status(&row.status)?,
            invited_by: row.invited_by.map(UserId::from_text),
            inviter: row.inviter,
            accepted_by: row.accepted_by.map(UserId::from_text),
            expires_at: row.expires_at,
            address_matches: row.address_matches,
            address_verified: row.address_verified,
        })
    })
    .transpose()
}

/// Uses an invitation up for a person who has proven its address; false if it is over, or they have not.
pub(in crate::tenancy::invitation) async fn accept(
    connection: &mut PgConnection,
    digest: &Digest,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.invitations i
         set status = 'accepted',
             accepted_by = u.id,
             updated_at = $3
         from auth.users u
         where i.token_digest = $1
           and i.status = 'pending'
           and i.expires_at > $3
           and u.id = $2
           and u.email_canonical = i.email_canonical
           and u.email_verified_at is not null
           and u.deleted_at is null",
        digest.as_bytes(),
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Declines an invitation under the same condition.
pub(in crate::tenancy::invitation) async fn reject(
    connection: &mut PgConnection,
    digest: &Digest,
    user: &UserId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.invitations i
         set status = 'rejected',
             updated_at = $3
         from auth.users u
         where i.token_digest = $1
           and i.status = 'pending'
           and i.expires_at > $3
           and u.id = $2
           and u.email_canonical = i.email_canonical
           and u.email_verified_at is not null
           and u.deleted_at is null",
        digest.as_bytes(),
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
