//! Owns `auth.verification`.

use super::kind::VerificationKind;
use super::proof::{MOST_WRONG_CODES, Pending, Proven, Subject, WrittenProof};
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::{UserId, VerificationId};
use crate::db::{DatabaseError, PgConnection};

/// A proof as it is written.
pub(super) struct NewRow<'a> {
    pub(super) id: &'a VerificationId,
    pub(super) proof: WrittenProof<'a>,
    pub(super) token: &'a Digest,
    pub(super) code: Option<&'a Digest>,
    pub(super) browser: Option<Digest>,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// A code that somebody typed.
pub(super) struct Attempt<'a> {
    pub(super) kind: VerificationKind,
    pub(super) id: &'a VerificationId,
    pub(super) browser: &'a Digest,
    pub(super) code: &'a Digest,
    /// What takes the place of the link's if the code is right.
    pub(super) token: &'a Digest,
    pub(super) now: Timestamp,
}

pub(super) async fn write(connection: &mut PgConnection, row: &NewRow<'_>) -> Result<(), DatabaseError> {
    let user = match row.proof.subject {
        Subject::User(user) => Some(user.as_str()),
        Subject::Address => None,
    };
    sqlx::query!(
        "insert into auth.verification
             (id, kind, subject, user_id, address, address_canonical, token_digest, code_digest, browser_digest,
              created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (kind, subject) do update
         set id = excluded.id, user_id = excluded.user_id, address = excluded.address,
             address_canonical = excluded.address_canonical, token_digest = excluded.token_digest,
             code_digest = excluded.code_digest, wrong_codes = 0, browser_digest = excluded.browser_digest,
             created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = null",
        row.id.as_str(),
        row.proof.kind.name(),
        user.unwrap_or(row.proof.canonical),
        user,
        row.proof.address,
        row.proof.canonical,
        row.token.as_bytes(),
        row.code.map(Digest::as_bytes),
        row.browser.as_ref().map(Digest::as_bytes),
        row.now,
        row.expires_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn find(
    connection: &mut PgConnection,
    kind: VerificationKind,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<Pending>, DatabaseError> {
    let row = sqlx::query!(
        "select address, user_id
         from auth.verification
         where token_digest = $1
           and kind = $2
           and used_at is null
           and expires_at > $3",
        token.as_bytes(),
        kind.name(),
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Pending {
        address: row.address,
        user_id: row.user_id.map(UserId::from_text),
    }))
}

/// Whether the code is right, and how many were wrong so far; none if there is nothing to try it on. The code itself is
/// used up with the first right one.
pub(super) async fn try_code(
    connection: &mut PgConnection,
    attempt: &Attempt<'_>,
) -> Result<Option<(bool, i16)>, DatabaseError> {
    let row = sqlx::query!(
        r#"update auth.verification v
           set wrong_codes = v.wrong_codes + case when v.code_digest = $4 then 0 else 1 end,
               token_digest = case when v.code_digest = $4 then $5 else v.token_digest end,
               code_digest = case when v.code_digest = $4 then null else v.code_digest end
           where v.id = $1
             and v.kind = $2
             and v.browser_digest = $3
             and v.code_digest is not null
             and v.used_at is null
             and v.expires_at > $6
             and v.wrong_codes < $7
           returning v.code_digest is null as "right!", v.wrong_codes"#,
        attempt.id.as_str(),
        attempt.kind.name(),
        attempt.browser.as_bytes(),
        attempt.code.as_bytes(),
        attempt.token.as_bytes(),
        attempt.now,
        MOST_WRONG_CODES,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.right, row.wrong_codes)))
}

pub(super) async fn use_up(
    connection: &mut PgConnection,
    kind: VerificationKind,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<Proven>, DatabaseError> {
    let row = sqlx::query!(
        "update auth.verification
         set used_at = $3
         where token_digest = $1
           and kind = $2
           and used_at is null
           and expires_at > $3
         returning address, user_id",
        token.as_bytes(),
        kind.name(),
        now,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Proven {
        address: row.address,
        user_id: row.user_id.map(UserId::from_text),
    }))
}

pub(super) async fn end_all_of(
    connection: &mut PgConnection,
    user: &UserId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.verification
         set expires_at = least(expires_at, $2)
         where user_id = $1
           and used_at is null",
        user.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn signed_up_since(
    connection: &mut PgConnection,
    since: Timestamp,
) -> Result<i64, DatabaseError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from auth.verification where kind = 'sign_up' and used_at >= $1"#,
        since,
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

pub(super) async fn expire(
    connection: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.verification
         where id in (
             select id from auth.verification
             where expires_at < $1
             limit $2
             for update skip locked
         )",
        before,
        limit,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
