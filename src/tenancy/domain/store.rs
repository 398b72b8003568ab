//! Owns the statements on `auth.organization_domains`.

use super::error::DomainError;
use super::name::DomainName;
use super::types::DomainClaim;
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::tenancy::member::{JoinsAs, MemberRole, WorkspaceCreation};

/// Writes a claim.
pub(super) async fn insert_claim(
    connection: &mut PgConnection,
    claim: &DomainClaim,
) -> Result<(), DomainError> {
    sqlx::query!(
        "insert into auth.organization_domains (
             organization_id, domain, proof_token, auto_join_role, created_by, created_at, updated_at,
             auto_join_can_create_workspaces, auto_join_set_by)
         values ($1, $2, $3, $4, $5, $6::timestamptz, $6, $7, $8)",
        claim.organization_id.as_str(),
        claim.domain.as_str(),
        claim.proof_token,
        claim.auto_join.as_ref().map(|joins| joins.role.as_str()),
        claim.created_by.as_ref().map(UserId::as_str),
        claim.created_at,
        creation_flag(claim.auto_join.as_ref()),
        claim.auto_join_set_by.as_ref().map(UserId::as_str),
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("organization_domains_pkey") => DomainError::Claimed(claim.domain.clone()),
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(())
}

fn creation_flag(joins: Option<&JoinsAs>) -> bool {
    joins.is_some_and(|joins| joins.workspace_creation.flag())
}

struct StoredClaim {
    organization_id: String,
    domain: String,
    proof_token: String,
    verified_at: Option<Timestamp>,
    auto_join_role: Option<String>,
    auto_join_can_create_workspaces: bool,
    auto_join_set_by: Option<String>,
    created_by: Option<String>,
    created_at: Timestamp,
}

fn claim(row: StoredClaim) -> DomainClaim {
    DomainClaim {
        organization_id: OrganizationId::from_text(row.organization_id),
        domain: DomainName::from_stored(row.domain),
        proof_token: row.proof_token,
        verified_at: row.verified_at,
        auto_join: row.auto_join_role.map(|role| JoinsAs {
            role: MemberRole::from_stored(role),
            workspace_creation: WorkspaceCreation::of(row.auto_join_can_create_workspaces),
        }),
        auto_join_set_by: row.auto_join_set_by.map(UserId::from_text),
        auto_join_paused: false,
        created_by: row.created_by.map(UserId::from_text),
        created_at: row.created_at,
    }
}

/// An organization's claim on a domain.
pub(super) async fn find_claim(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<Option<DomainClaim>, DatabaseError> {
    let row = sqlx::query_as!(
        StoredClaim,
        "select organization_id, domain, proof_token, verified_at, auto_join_role,
                auto_join_can_create_workspaces, auto_join_set_by, created_by, created_at
         from auth.organization_domains
         where organization_id = $1
           and domain = $2",
        organization.as_str(),
        domain.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(claim))
}

/// How many domains an organization claims. The organization is locked.
pub(super) async fn count_claims(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<i64, DatabaseError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from auth.organization_domains where organization_id = $1"#,
        organization.as_str(),
    )
    .fetch_one(connection)
    .await?)
}

/// Every claim of an organization.
pub(super) async fn list_claims(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<Vec<DomainClaim>, DatabaseError> {
    let rows = sqlx::query_as!(
        StoredClaim,
        "select organization_id, domain, proof_token, verified_at, auto_join_role,
                auto_join_can_create_workspaces, auto_join_set_by, created_by, created_at
         from auth.organization_domains
         where organization_id = $1
         order by domain",
        organization.as_str(),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(claim).collect())
}

/// Makes the claim with this token the domain's owner; false if there is no such unproven claim any more. The unique
/// index lets one claim own a domain.
pub(super) async fn set_verified(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
    token: &str,
    now: Timestamp,
) -> Result<bool, DomainError> {
    let done = sqlx::query!(
        "update auth.organization_domains
         set verified_at = $4,
             updated_at = $4
         where organization_id = $1
           and domain = $2
           and proof_token = $3
           and verified_at is null",
        organization.as_str(),
        domain.as_str(),
        token,
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("organization_domains_owner") => DomainError::Taken(domain.clone()),
        _ => DatabaseError::from(error).into(),
    })?;
    Ok(done.rows_affected() == 1)
}

/// Ends the ownership of the claim with this token; false if it owned nothing.
pub(super) async fn set_unverified(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
    token: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.organization_domains
         set verified_at = null,
             updated_at = $4
         where organization_id = $1
           and domain = $2
           and proof_token = $3
           and verified_at is not null",
        organization.as_str(),
        domain.as_str(),
        token,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a claim another token, unproven.
pub(super) async fn replace_proof(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
    token: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.organization_domains
         set proof_token = $3,
             verified_at = null,
             updated_at = $4
         where organization_id = $1
           and domain = $2",
        organization.as_str(),
        domain.as_str(),
        token,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Says as what people join, and who stands for it; false if there is no such claim.
pub(super) async fn set_auto_join(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
    joins: Option<&JoinsAs>,
    set_by: Option<&UserId>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.organization_domains
         set auto_join_role = $3,
             auto_join_can_create_workspaces = $5,
             auto_join_set_by = $6,
             updated_at = $4
         where organization_id = $1
           and domain = $2",
        organization.as_str(),
        domain.as_str(),
        joins.map(|joins| joins.role.as_str()),
        now,
        creation_flag(joins),
        set_by.map(UserId::as_str),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a claim; false if there is none.
pub(super) async fn delete_claim(
    connection: &mut PgConnection,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.organization_domains
         where organization_id = $1
           and domain = $2",
        organization.as_str(),
        domain.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes every claim of an organization.
pub(super) async fn delete_claims(
    connection: &mut PgConnection,
    organization: &OrganizationId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "delete from auth.organization_domains where organization_id = $1",
        organization.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The claim that owns a domain.
pub(super) async fn owning_claim(
    connection: &mut PgConnection,
    domain: &str,
) -> Result<Option<DomainClaim>, DatabaseError> {
    let row = sqlx::query_as!(
        StoredClaim,
        "select organization_id, domain, proof_token, verified_at, auto_join_role,
                auto_join_can_create_workspaces, auto_join_set_by, created_by, created_at
         from auth.organization_domains
         where domain = $1
           and verified_at is not null",
        domain,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(claim))
}
