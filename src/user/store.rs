//! Owns every statement on `auth.users`.

use super::access::{AccessTier, PlatformRole};
use super::email::EmailAddress;
use super::error::UserError;
use super::new_user::NewUser;
use super::person::{User, UserSummary};
use super::profile::{Profile, ProfileDetails};
use super::status::{StatusChange, UserKind, UserStatus};
use super::user_name::UserName;
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection, constraint};

/// Writes a new account, unless a client has its id.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: &UserId,
    new: &NewUser,
    now: Timestamp,
) -> Result<(), UserError> {
    let details = &new.details;
    sqlx::query_scalar!(
        r#"insert into auth.users (
               id, email, email_canonical, email_verified_at, user_name, user_name_canonical, name,
               given_name, family_name, middle_name, nickname, profile, image, website, gender, birthdate,
               zoneinfo, locale, phone, phone_verified_at, address_formatted, address_street,
               address_locality, address_region, address_postal_code, address_country, role, access_tier,
               kind, status, created_at, updated_at)
           select $1::text, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                  $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31::timestamptz, $31
           where not exists (select from auth.oauth_applications a where a.client_id = $1)
           returning id"#,
        id.as_str(),
        new.email.address(),
        new.email.canonical(),
        new.email_verified.then_some(now),
        new.user_name.as_ref().map(|name| name.name().to_owned()),
        new.user_name.as_ref().map(|name| name.canonical().to_owned()),
        details.name,
        details.given_name,
        details.family_name,
        details.middle_name,
        details.nickname,
        details.profile,
        details.image,
        details.website,
        details.gender,
        details.birthdate,
        details.zoneinfo,
        details.locale,
        details.phone,
        (new.phone_verified && details.phone.is_some()).then_some(now),
        details.address_formatted,
        details.address_street,
        details.address_locality,
        details.address_region,
        details.address_postal_code,
        details.address_country,
        new.role.name(),
        new.access_tier.name(),
        new.kind.name(),
        new.status.name(),
        now,
    )
    .fetch_optional(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("users_pkey") => UserError::AlreadyExists(id.clone()),
        _ => taken(error),
    })?
    .map(drop)
    .ok_or_else(|| UserError::TakenByClient(id.clone()))
}

/// What it means that a statement with an address or a name failed.
fn taken(error: sqlx::Error) -> UserError {
    match constraint::violated(&error) {
        Some("users_email_key") => UserError::EmailTaken,
        Some("users_user_name_key") => UserError::UserNameTaken,
        _ => error.into(),
    }
}

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
pub(super) async fn find(connection: &mut PgConnection, id: &UserId) -> Result<Option<User>, DatabaseError> {
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
pub(super) async fn lock(connection: &mut PgConnection, id: &UserId) -> Result<(), DatabaseError> {
    sqlx::query_scalar!(
        "select id from auth.users where id = $1 for no key update",
        id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

/// The account with a canonical address of mail or user name. No text is both: one has an `@`, the other never.
pub(super) async fn find_by_identifier(
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
pub(super) async fn list(
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

pub(super) async fn set_tier(
    connection: &mut PgConnection,
    id: &UserId,
    tier: AccessTier,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set access_tier = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        tier.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_role(
    connection: &mut PgConnection,
    id: &UserId,
    role: PlatformRole,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set role = $2,
             updated_at = $3
         where id = $1
           and deleted_at is null",
        id.as_str(),
        role.name(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Carries out an act on the account's standing; false if its standing does not allow it, or there is no account. An
/// act that takes rights away ends every session and grant in the same statement.
pub(super) async fn change_status(
    connection: &mut PgConnection,
    id: &UserId,
    change: StatusChange,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let from: Vec<String> = change
        .from()
        .iter()
        .map(|status| status.name().to_owned())
        .collect();
    let done = sqlx::query!(
        "update auth.users
         set status = $2,
             revoked_before = case when $3 then revoked_before else greatest(revoked_before, $4) end,
             updated_at = $4
         where id = $1
           and deleted_at is null
           and status = any($5)",
        id.as_str(),
        change.to().name(),
        change.to().may_grant(),
        now,
        &from,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks the account as deleted: its address of mail and its user name are free, its id never is.
pub(super) async fn set_deleted(
    connection: &mut PgConnection,
    id: &UserId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set status = 'archived',
             revoked_before = greatest(revoked_before, $2),
             deleted_at = $2,
             updated_at = $2
         where id = $1
           and deleted_at is null",
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_revoked_before(
    connection: &mut PgConnection,
    id: &UserId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set revoked_before = greatest(revoked_before, $2),
             updated_at = $2
         where id = $1
           and deleted_at is null",
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_profile(
    connection: &mut PgConnection,
    id: &UserId,
    details: &ProfileDetails,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set name = $2,
             given_name = $3,
             family_name = $4,
             middle_name = $5,
             nickname = $6,
             profile = $7,
             image = $8,
             website = $9,
             gender = $10,
             birthdate = $11,
             zoneinfo = $12,
             locale = $13,
             phone_verified_at = case when phone = $14 then phone_verified_at end,
             phone = $14,
             address_formatted = $15,
             address_street = $16,
             address_locality = $17,
             address_region = $18,
             address_postal_code = $19,
             address_country = $20,
             updated_at = $21
         where id = $1
           and deleted_at is null",
        id.as_str(),
        details.name,
        details.given_name,
        details.family_name,
        details.middle_name,
        details.nickname,
        details.profile,
        details.image,
        details.website,
        details.gender,
        details.birthdate,
        details.zoneinfo,
        details.locale,
        details.phone,
        details.address_formatted,
        details.address_street,
        details.address_locality,
        details.address_region,
        details.address_postal_code,
        details.address_country,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says whether it was another address, or another spelling of it.
pub(super) async fn set_email(
    connection: &mut PgConnection,
    id: &UserId,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<bool, UserError> {
    let done = sqlx::query!(
        "update auth.users
         set email = $2,
             email_canonical = $3,
             email_verified_at = case when email_canonical = $3 then email_verified_at end,
             updated_at = $4
         where id = $1
           and email <> $2
           and deleted_at is null",
        id.as_str(),
        email.address(),
        email.canonical(),
        now,
    )
    .execute(connection)
    .await
    .map_err(taken)?;
    Ok(done.rows_affected() == 1)
}

/// Says whether it was another name, or another spelling of it.
pub(super) async fn set_user_name(
    connection: &mut PgConnection,
    id: &UserId,
    name: Option<&UserName>,
    now: Timestamp,
) -> Result<bool, UserError> {
    let done = sqlx::query!(
        "update auth.users
         set user_name = $2,
             user_name_canonical = $3,
             updated_at = $4
         where id = $1
           and user_name is distinct from $2
           and deleted_at is null",
        id.as_str(),
        name.map(UserName::name),
        name.map(UserName::canonical),
        now,
    )
    .execute(connection)
    .await
    .map_err(taken)?;
    Ok(done.rows_affected() == 1)
}

/// Notes that an address was proven, if it is still the account's.
pub(super) async fn set_email_verified(
    connection: &mut PgConnection,
    id: &UserId,
    canonical: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set email_verified_at = coalesce(email_verified_at, $3),
             updated_at = $3
         where id = $1
           and email_canonical = $2
           and deleted_at is null",
        id.as_str(),
        canonical,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}
