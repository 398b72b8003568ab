//! The statements that read accounts.

use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection};
use crate::user::access::{AccessTier, PlatformRole};
use crate::user::person::{User, UserSummary};
use crate::user::profile::Profile;
use crate::user::status::{UserKind, UserStatus};

/// An account's row; its profile as JSON, whose fields are the columns.
struct UserRow {
    id: String,
    person: serde_json::Value,
    role: String,
    access_tier: String,
    kind: String,
    status: String,
    revoked_before: Option<Timestamp>,
    last_sign_in_at: Option<Timestamp>,
    created_at: Timestamp,
}

fn impossible(problem: &'static str) -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "auth.users",
        problem,
    }
}

fn role(name: &str) -> Result<PlatformRole, DatabaseError> {
    PlatformRole::parse(name).ok_or_else(|| impossible("an unknown role"))
}

fn tier(name: &str) -> Result<AccessTier, DatabaseError> {
    AccessTier::parse(name).ok_or_else(|| impossible("an unknown tier"))
}

fn status(name: &str) -> Result<UserStatus, DatabaseError> {
    UserStatus::parse(name).ok_or_else(|| impossible("an unknown status"))
}

fn user(row: UserRow) -> Result<User, DatabaseError> {
    Ok(User {
        id: UserId::from_text(row.id),
        profile: Profile::from_row(row.person).ok_or_else(|| impossible("a row that is no profile"))?,
        role: role(&row.role)?,
        access_tier: tier(&row.access_tier)?,
        kind: UserKind::parse(&row.kind).ok_or_else(|| impossible("an unknown kind"))?,
        status: status(&row.status)?,
        revoked_before: row.revoked_before,
        last_sign_in_at: row.last_sign_in_at,
        created_at: row.created_at,
    })
}

/// The account of an id.
pub(in crate::user) async fn find(
    connection: &mut PgConnection,
    id: &UserId,
) -> Result<Option<User>, DatabaseError> {
    sqlx::query_as!(
        UserRow,
        r#"select u.id, to_jsonb(u) as "person!", u.role, u.access_tier, u.kind, u.status, u.revoked_before,
                  u.last_sign_in_at, u.created_at
           from auth.users u
           where u.id = $1
             and u.deleted_at is null"#,
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?
    .map(user)
    .transpose()
}

/// Locks an account's row against changes by others.
pub(in crate::user) async fn lock(connection: &mut PgConnection, id: &UserId) -> Result<(), DatabaseError> {
    sqlx::query_scalar!(
        "select id from auth.users where id = $1 for no key update",
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

/// The account with a canonical address of mail or user name. No text is both: one has an `@`, the other never.
pub(in crate::user) async fn find_by_identifier(
    connection: &mut PgConnection,
    canonical: &str,
) -> Result<Option<User>, DatabaseError> {
    sqlx::query_as!(
        UserRow,
        r#"select u.id, to_jsonb(u) as "person!", u.role, u.access_tier, u.kind, u.status, u.revoked_before,
                  u.last_sign_in_at, u.created_at
           from auth.users u
           where (u.email_canonical = $1 or u.user_name_canonical = $1)
             and u.deleted_at is null"#,
        canonical,
    )
    .fetch_optional(connection)
    .await?
    .map(user)
    .transpose()
}

/// A page of accounts in the order of their ids.
pub(in crate::user) async fn list(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<UserSummary>, DatabaseError> {
    sqlx::query!(
        "select id, email, user_name, name, role, access_tier, status
         from auth.users
         where id > $1
           and deleted_at is null
         order by id
         limit $2",
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(UserSummary {
            id: UserId::from_text(row.id),
            email: row.email,
            user_name: row.user_name,
            name: row.name,
            role: role(&row.role)?,
            access_tier: tier(&row.access_tier)?,
            status: status(&row.status)?,
        })
    })
    .collect()
}
