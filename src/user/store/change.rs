//! The statements that change accounts.

use super::insert::taken;
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection};
use crate::user::access::{AccessTier, PlatformRole};
use crate::user::email::EmailAddress;
use crate::user::error::UserError;
use crate::user::profile::ProfileDetails;
use crate::user::status::StatusChange;
use crate::user::user_name::UserName;

pub(in crate::user) async fn set_tier(
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

pub(in crate::user) async fn set_role(
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
pub(in crate::user) async fn change_status(
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
pub(in crate::user) async fn set_deleted(
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

pub(in crate::user) async fn set_revoked_before(
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

pub(in crate::user) async fn set_profile(
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

/// Says whether it was another language.
pub(in crate::user) async fn set_locale(
    connection: &mut PgConnection,
    id: &UserId,
    locale: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.users
         set locale = $2,
             updated_at = $3
         where id = $1
           and locale is distinct from $2
           and deleted_at is null",
        id.as_str(),
        locale,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says whether it was another address, or another spelling of it.
pub(in crate::user) async fn set_email(
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
pub(in crate::user) async fn set_user_name(
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
pub(in crate::user) async fn set_email_verified(
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
