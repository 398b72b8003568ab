//! Owns putting the kit into a database: all of it or nothing, and nothing if it is there already.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::script::Kit;
use crate::rls::RlsError;

/// What an installation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// The kit was made, or brought to this version.
    Changed,
    /// It was there already, to the letter.
    Unchanged,
}

/// Installs a kit in a transaction of its own.
pub async fn install(connection: &mut PgConnection, kit: &Kit) -> Result<Installation, RlsError> {
    let mut transaction = connection.begin().await?;
    let before = fingerprint(&mut transaction, kit).await?;
    sqlx::raw_sql(AssertSqlSafe(kit.sql()))
        .execute(&mut *transaction)
        .await?;
    let after = fingerprint(&mut transaction, kit).await?;
    if before == after {
        transaction.rollback().await?;
        return Ok(Installation::Unchanged);
    }
    transaction.commit().await?;
    Ok(Installation::Changed)
}

/// Everything that an installation can change: functions, tables, comments, rights.
async fn fingerprint(connection: &mut PgConnection, kit: &Kit) -> Result<String, RlsError> {
    let fingerprint = sqlx::query_scalar!(
        r#"
        select md5(concat(
            (select n.nspacl::text
             from pg_namespace n
             where n.nspname = $1),
            (select string_agg(
                concat(pg_get_functiondef(p.oid), p.proacl, obj_description(p.oid, 'pg_proc')), ';' order by p.oid)
             from pg_proc p
             join pg_namespace n on n.oid = p.pronamespace
             where n.nspname = $1
               and p.prokind = 'f'
               and obj_description(p.oid, 'pg_proc') like 'signet rls: %'),
            (select string_agg(concat(c.relname, c.relacl), ';' order by c.oid)
             from pg_class c
             join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = $1
               and obj_description(c.oid, 'pg_class') like 'signet rls: %')
        )) as "fingerprint!"
        "#,
        kit.schema.as_str()
    )
    .fetch_one(connection)
    .await?;
    Ok(fingerprint)
}
