//! The statement that makes an account.

use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{PgConnection, constraint};
use crate::user::error::UserError;
use crate::user::new_user::NewUser;

/// Writes a new account, unless a client has its id.
pub(in crate::user) async fn insert(
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
pub(super) fn taken(error: sqlx::Error) -> UserError {
    match constraint::violated(&error) {
        Some("users_email_key") => UserError::EmailTaken,
        Some("users_user_name_key") => UserError::UserNameTaken,
        _ => error.into(),
    }
}
