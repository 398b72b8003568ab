//! Owns the statements on `auth.key_uses`.

use crate::db::{DatabaseError, PgConnection};

/// How often a key was used: a row of `auth.key_uses`, or what is added to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::signing) struct UseRow {
    pub(in crate::signing) kid: String,
    pub(in crate::signing) signatures: i64,
    pub(in crate::signing) verifications: i64,
}

/// Adds a batch. What is said of keys that there are not is passed over.
pub(in crate::signing) async fn add_uses(
    connection: &mut PgConnection,
    rows: &[UseRow],
) -> Result<(), DatabaseError> {
    let kids: Vec<&str> = rows.iter().map(|row| row.kid.as_str()).collect();
    let signatures: Vec<i64> = rows.iter().map(|row| row.signatures).collect();
    let verifications: Vec<i64> = rows.iter().map(|row| row.verifications).collect();
    sqlx::query!(
        "insert into auth.key_uses as known (kid, signatures, verifications)
        select k.id, added.signatures, added.verifications
        from unnest($1::text[], $2::bigint[], $3::bigint[]) as added (kid, signatures, verifications)
        join auth.jwks k on k.id = added.kid
        order by k.id
        on conflict (kid) do update
        set signatures = known.signatures + excluded.signatures,
            verifications = known.verifications + excluded.verifications",
        &kids as &[&str],
        &signatures,
        &verifications,
    )
    .execute(connection)
    .await?;
    Ok(())
}
