//! Owns `auth.passwords` and `auth.login_attempts`, and reads of an account what a login needs (`auth.users`).

use super::login::{Attempt, Candidate, Reservation, StoredPassword, Whom};
use super::password::PasswordHash;
use super::throttle::{Bounds, Subject};
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection, Work};

/// Finds the account and counts the attempt on it, or on the identifier, in one statement. While locked, nothing is
/// counted. The last attempt of a window sets the lock already; succeeding lifts it.
pub(super) async fn reserve(
    connection: &mut PgConnection,
    whom: Whom<'_>,
    bounds: Bounds,
) -> Result<Reservation, DatabaseError> {
    let (user, identifier, nobody) = match whom {
        Whom::Identifier(canonical) => (None, Some(canonical), Subject::of_identifier(canonical)),
        Whom::User(user) => (Some(user.as_str()), None, Subject::of_user(user)),
    };
    let row = sqlx::query!(
        r#"with account as (
            select u.id, u.status in ('active', 'waitlist') as may_sign_in, p.hashed_password, p.changed_at
            from auth.users u
            left join auth.passwords p on p.user_id = u.id
            where (u.id = $1 or u.email_canonical = $2 or u.user_name_canonical = $2)
              and u.deleted_at is null
            order by u.email_canonical = $2 desc
            limit 1
        ), counted as (
            select coalesce('user:' || (select id from account), $3) as subject
        ), reserved as (
            insert into auth.login_attempts as a (subject, attempts, window_started_at, locked_until)
            select subject, 1, $4, case when $5 <= 1 then $7::timestamptz end
            from counted
            on conflict (subject) do update
            set (attempts, window_started_at, locked_until) = (
                select n.attempts, n.window_started_at, case when n.attempts >= $5 then $7::timestamptz end
                from (
                    select a.attempts + 1 as attempts, a.window_started_at
                    where a.locked_until is null and a.window_started_at > $6
                    union all
                    select 1, $4
                    where a.locked_until is not null or a.window_started_at <= $6
                ) n
            )
            where a.locked_until is null or a.locked_until <= $4
            returning a.locked_until
        )
        select c.subject as "subject!", exists (select from reserved) as "allowed!",
               coalesce(
                   (select r.locked_until from reserved r),
                   (select a.locked_until from auth.login_attempts a where a.subject = c.subject)
               ) as locked_until,
               account.id as "user_id?", account.may_sign_in as "may_sign_in?",
               account.hashed_password as "hashed_password?", account.changed_at as "changed_at?"
        from counted c
        left join account on true"#,
        user,
        identifier,
        nobody.as_str(),
        bounds.now,
        bounds.most,
        bounds.window_over,
        bounds.lock_until,
    )
    .fetch_one(connection)
    .await?;
    if !row.allowed {
        let retry_after = bounds.retry_after(row.locked_until);
        return Ok(Reservation::Locked { retry_after });
    }
    let candidate = row.user_id.map(|id| {
        let user = UserId::from_text(id);
        Candidate {
            stored: stored(&user, row.hashed_password.as_deref(), row.changed_at),
            may_sign_in: row.may_sign_in.unwrap_or(false),
            user,
        }
    });
    Ok(Reservation::Allowed(Attempt {
        subject: Subject::from_stored(row.subject),
        is_last: row.locked_until.is_some(),
        candidate,
    }))
}

/// A hash that this server will not verify counts as none: the person is refused as anybody, the operator is told.
fn stored(user: &UserId, text: Option<&str>, changed_at: Option<Timestamp>) -> Option<StoredPassword> {
    let (text, changed_at) = (text?, changed_at?);
    match PasswordHash::parse(text) {
        Ok(hash) => Some(StoredPassword { hash, changed_at }),
        Err(problem) => {
            tracing::error!(user.id = %user, %problem, "a stored password hash is unusable");
            None
        }
    }
}

pub(super) async fn release(connection: &mut PgConnection, subject: &Subject) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.login_attempts
         set attempts = attempts - 1, locked_until = null
         where subject = $1
           and attempts > 0",
        subject.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the checked password is still the account's and the account may still sign in. If so its row is locked
/// until the commit, the count is gone and a renewed hash is stored.
pub(super) async fn confirm(
    connection: &mut PgConnection,
    subject: &Subject,
    user: &UserId,
    changed_at: Timestamp,
    rehashed: Option<&PasswordHash>,
) -> Result<bool, DatabaseError> {
    let confirmed = sqlx::query_scalar!(
        r#"with proven as (
            select p.user_id
            from auth.passwords p
            join auth.users u on u.id = p.user_id
            where p.user_id = $1
              and p.changed_at = $2
              and u.deleted_at is null
              and u.status in ('active', 'waitlist')
            for no key update of p
        ), renewed as (
            update auth.passwords p
            set hashed_password = $3
            from proven
            where p.user_id = proven.user_id
              and $3::text is not null
        ), reset as (
            delete from auth.login_attempts
            where subject = $4
              and exists (select from proven)
        )
        select exists (select from proven) as "confirmed!""#,
        user.as_str(),
        changed_at,
        rehashed.map(PasswordHash::expose),
        subject.as_str(),
    )
    .fetch_one(connection)
    .await?;
    Ok(confirmed)
}

/// Sets a person's password. Whoever changes one also ends what the old one opened (`users.revoked_before`).
pub async fn store_hash(work: &mut Work, user: &UserId, hash: &PasswordHash) -> Result<(), DatabaseError> {
    let now = work.now();
    sqlx::query!(
        "insert into auth.passwords (user_id, hashed_password, changed_at)
         values ($1, $2, $3)
         on conflict (user_id) do update
         set hashed_password = excluded.hashed_password, changed_at = excluded.changed_at",
        user.as_str(),
        hash.expose(),
        now,
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}

/// Forgets the password of a person who is deleted.
pub async fn forget(work: &mut Work, user: &UserId) -> Result<(), DatabaseError> {
    sqlx::query!("delete from auth.passwords where user_id = $1", user.as_str())
        .execute(work.connection()?)
        .await?;
    Ok(())
}

pub(super) async fn expire_attempts(
    connection: &mut PgConnection,
    bounds: Bounds,
    rows: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.login_attempts
         where subject in (
             select subject
             from auth.login_attempts
             where window_started_at <= $2
               and (locked_until is null or locked_until <= $1)
             limit $3
             for update skip locked
         )",
        bounds.now,
        bounds.window_over,
        rows,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
