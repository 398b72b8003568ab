//! Owns `auth.passwords` and `auth.login_attempts`, and reads of an account what a login needs (`auth.users`).

use super::device::KnownDevice;
use super::login::{Attempt, Candidate, Reservation, Standing, StoredPassword, Whom};
use super::password::PasswordHash;
use super::throttle::{ACCOUNT_FAILURES, Bounds, DEVICE_FAILURES, Subject};
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};

/// An attempt as its statement left it.
struct ReservedRow {
    subject: String,
    attempts: Option<i32>,
    locked_until: Option<Timestamp>,
    beside: Option<String>,
    failures: Option<i32>,
    user_id: Option<String>,
    may_sign_in: Option<bool>,
    hashed_password: Option<String>,
    changed_at: Option<Timestamp>,
}

/// Finds the account and counts the attempt, in one statement: on the browser if it is known for that account, else on
/// the identifier. Beside it the account counts, or a row in its place, so that the same is written for both. While a
/// wait is not over, nothing is counted. The last attempt of a window sets the lock already; succeeding lifts it.
pub(super) async fn reserve(
    connection: &mut PgConnection,
    whom: Whom<'_>,
    device: Option<&KnownDevice>,
    bounds: &Bounds,
) -> Result<Reservation, DatabaseError> {
    let row = count(connection, whom, device, bounds).await?;
    let Some(attempts) = row.attempts else {
        let retry_after = bounds.retry_after(row.locked_until);
        return Ok(Reservation::Locked { retry_after });
    };
    let candidate = row.user_id.map(|id| {
        let user = UserId::from_text(id);
        Candidate {
            stored: stored(&user, row.hashed_password.as_deref(), row.changed_at),
            standing: match (row.failures, row.may_sign_in) {
                (Some(failures), _) if failures > ACCOUNT_FAILURES => Standing::Exhausted,
                (_, Some(true)) => Standing::MaySignIn,
                _ => Standing::ShutOut,
            },
            user,
        }
    });
    let counted = std::iter::once(row.subject).chain(row.beside);
    Ok(Reservation::Allowed(Attempt {
        subjects: counted.map(Subject::from_stored).collect(),
        is_last: attempts >= bounds.most,
        candidate,
    }))
}

async fn count(
    connection: &mut PgConnection,
    whom: Whom<'_>,
    device: Option<&KnownDevice>,
    bounds: &Bounds,
) -> Result<ReservedRow, DatabaseError> {
    let (user, identifier) = match whom {
        Whom::Identifier(canonical) => (None, Some(canonical)),
        Whom::User(user) => (Some(user.as_str()), None),
    };
    let (presented, nobody) = Subject::of(whom);
    let row = sqlx::query_as!(
        ReservedRow,
        r#"with account as (
            select u.id, u.status in ('active', 'waitlist') as may_sign_in, p.hashed_password, p.changed_at
            from auth.users u
            left join auth.passwords p on p.user_id = u.id
            where (u.id = $1 or u.email_canonical = $2 or u.user_name_canonical = $2) and u.deleted_at is null
            order by u.email_canonical = $2 desc
            limit 1
        ), device as (
            select 'device:' || account.id || ':' || $10 as subject
            from account
            where account.id = any($9::text[])
              and not exists (
                  select from auth.login_attempts a
                  where a.subject = 'device:' || account.id || ':' || $10 and a.failures >= $11)
        ), counted as (
            select coalesce((select subject from device), $3) as subject
        ), reserved as (
            insert into auth.login_attempts as a (subject, attempts, failures, window_started_at, locked_until)
            select subject, 1, 1, $4, ($7::timestamptz[])[2 - $8]
            from counted
            on conflict (subject) do update
            set (attempts, failures, window_started_at, locked_until) = (
                select n.attempts, a.failures + 1, n.window_started_at,
                       ($7::timestamptz[])[least(n.attempts, $5) - $8 + 1]
                from (
                    select a.attempts + 1 as attempts, a.window_started_at
                    where a.attempts < $5 and a.window_started_at > $6
                    union all
                    select 1, $4
                    where a.attempts >= $5 or a.window_started_at <= $6) n)
            where a.locked_until is null or a.locked_until <= $4
            returning a.attempts, a.locked_until
        ), beside as (
            insert into auth.login_attempts as a (subject, attempts, failures, window_started_at)
            select coalesce('user:' || (select id from account), $12), 0, 1, $4
            from reserved
            where not exists (select from device)
            on conflict (subject) do update set failures = a.failures + 1, window_started_at = $4
            returning a.subject, a.failures
        )
        select c.subject as "subject!", r.attempts as "attempts?",
               coalesce(r.locked_until, (
                   select a.locked_until from auth.login_attempts a where a.subject = c.subject)) as locked_until,
               b.subject as "beside?", b.failures as "failures?",
               account.id as "user_id?", account.may_sign_in as "may_sign_in?",
               account.hashed_password as "hashed_password?", account.changed_at as "changed_at?"
        from counted c
        left join reserved r on true
        left join beside b on true
        left join account on true"#,
        user,
        identifier,
        presented.as_str(),
        bounds.now,
        bounds.most,
        bounds.window_over,
        &bounds.next_at,
        bounds.first_delayed,
        &device.map(KnownDevice::accounts).unwrap_or_default(),
        device.map(KnownDevice::name).unwrap_or_default(),
        DEVICE_FAILURES,
        nobody.as_str(),
    )
    .fetch_one(connection)
    .await?;
    Ok(row)
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

pub(super) async fn release(
    connection: &mut PgConnection,
    subjects: &[Subject],
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.login_attempts
         set attempts = greatest(attempts - 1, 0), failures = greatest(failures - 1, 0), locked_until = null
         where subject = any($1)",
        &names(subjects),
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn names(subjects: &[Subject]) -> Vec<String> {
    subjects
        .iter()
        .map(|subject| subject.as_str().to_owned())
        .collect()
}

/// Whether the checked password is still the account's and the account may still sign in. If so its row is locked
/// until the commit, the count is gone and a renewed hash is stored.
pub(super) async fn confirm(
    connection: &mut PgConnection,
    subjects: &[Subject],
    user: &UserId,
    changed_at: Timestamp,
    rehashed: Option<&PasswordHash>,
) -> Result<bool, DatabaseError> {
    // A success ends the row of failures, in whichever browser it was. Rows are held in the order in which attempts are
    // counted, so that neither waits for the other in a circle.
    let mut reset = names(subjects);
    reset.push(Subject::of_user(user).as_str().to_owned());
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
        ), held as (
            select a.subject
            from auth.login_attempts a
            where a.subject = any($4)
              and exists (select from proven)
            order by a.subject
            for update
        ), reset as (
            delete from auth.login_attempts a
            using held
            where a.subject = held.subject
        )
        select exists (select from proven) as "confirmed!""#,
        user.as_str(),
        changed_at,
        rehashed.map(PasswordHash::expose),
        &reset,
    )
    .fetch_one(connection)
    .await?;
    Ok(confirmed)
}

/// Sets a person's password. Whoever changes one also ends what the old one opened (`users.revoked_before`).
pub async fn store_hash(
    work: &mut UnitOfWork,
    user: &UserId,
    hash: &PasswordHash,
) -> Result<(), DatabaseError> {
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

/// Forgets the password of a person who is deleted, and what was counted against them.
pub async fn forget(work: &mut UnitOfWork, user: &UserId) -> Result<(), DatabaseError> {
    let counters = [Subject::of_user(user), Subject::of_confirmation(user)];
    clear(work.connection()?, user, &counters).await?;
    sqlx::query!("delete from auth.passwords where user_id = $1", user.as_str())
        .execute(work.connection()?)
        .await?;
    Ok(())
}

/// What an account is called when it signs in.
pub(super) async fn identifiers(
    connection: &mut PgConnection,
    user: &UserId,
) -> Result<Vec<String>, DatabaseError> {
    let row = sqlx::query!(
        "select email_canonical, user_name_canonical from auth.users where id = $1",
        user.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or_else(Vec::new, |row| {
        [Some(row.email_canonical), row.user_name_canonical]
            .into_iter()
            .flatten()
            .collect()
    }))
}

/// Deletes these counters and those of the account's browsers. Says whether one of them counted anything.
pub(super) async fn clear(
    connection: &mut PgConnection,
    user: &UserId,
    subjects: &[Subject],
) -> Result<bool, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.login_attempts
         where subject = any($1)
            or (subject > 'device:' || $2::text || ':' and subject < 'device:' || $2::text || ';')",
        &names(subjects),
        user.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

pub(super) async fn expire_attempts(
    connection: &mut PgConnection,
    bounds: &Bounds,
    rows: i64,
) -> Result<u64, DatabaseError> {
    let deleted = sqlx::query!(
        "delete from auth.login_attempts
         where subject in (
             select subject
             from auth.login_attempts
             where window_started_at <= $2
               and (locked_until is null or locked_until <= $1)
               and (window_started_at <= $4 or subject like 'identifier:%')
             limit $3
             for update skip locked
         )",
        bounds.now,
        bounds.window_over,
        rows,
        bounds.failures_over,
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
