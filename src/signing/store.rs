//! Owns the statements on `auth.jwks` and `auth.server_secrets`. Everything it returns is still sealed.

use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Sealed;

/// A row of `auth.jwks`.
pub(super) struct StoredKey {
    pub(super) key_id: KeyId,
    pub(super) algorithm: String,
    pub(super) status: String,
    pub(super) public_key: Value,
    pub(super) sealed: Vec<u8>,
    pub(super) kek_id: String,
}

/// A row of `auth.server_secrets`.
pub(super) struct StoredSecret {
    pub(super) purpose: String,
    pub(super) number: i32,
    pub(super) sealed: Vec<u8>,
    pub(super) kek_id: String,
}

/// Every key that may still verify something, and every server secret, of one moment.
pub(super) struct Stored {
    pub(super) keys: Vec<StoredKey>,
    pub(super) secrets: Vec<StoredSecret>,
}

/// What there is already: the algorithms with an active key, and the purposes with a secret.
pub(super) struct Present {
    pub(super) algorithms: Vec<String>,
    pub(super) purposes: Vec<String>,
}

/// A key to insert.
pub(super) struct NewKey {
    pub(super) key_id: KeyId,
    pub(super) algorithm: Algorithm,
    pub(super) public_key: Value,
    pub(super) sealed: Sealed,
}

/// A server secret to insert.
pub(super) struct NewSecret {
    pub(super) purpose: &'static str,
    pub(super) number: i32,
    pub(super) sealed: Sealed,
}

pub(super) async fn present(connection: &mut PgConnection) -> Result<Present, DatabaseError> {
    let row = sqlx::query!(
        r#"select
            array(select alg from auth.jwks where status = 'active' and use = 'sig') as "algorithms!",
            array(select distinct purpose from auth.server_secrets) as "purposes!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Present {
        algorithms: row.algorithms,
        purposes: row.purposes,
    })
}

/// Algorithms and purposes that only a newer version knows are left alone.
pub(super) async fn load(
    connection: &mut PgConnection,
    algorithms: &[&str],
    purposes: &[&str],
) -> Result<Stored, DatabaseError> {
    let rows = sqlx::query!(
        r#"select id as "name!", alg as "algorithm?", status as "status?", public_key as "public_key?",
            private_key_sealed as "sealed!", kek_id as "kek_id!", 0 as "number!"
        from auth.jwks
        where use = 'sig'
            and status <> 'revoked'
            and alg = any($1)
        union all
        select purpose, null, null, null, sealed, kek_id, number
        from auth.server_secrets
        where purpose = any($2)"#,
        algorithms as &[&str],
        purposes as &[&str],
    )
    .fetch_all(connection)
    .await?;
    let mut stored = Stored {
        keys: Vec::new(),
        secrets: Vec::new(),
    };
    for row in rows {
        if let (Some(algorithm), Some(status), Some(public_key)) = (row.algorithm, row.status, row.public_key)
        {
            stored.keys.push(StoredKey {
                key_id: KeyId::from_text(row.name),
                algorithm,
                status,
                public_key,
                sealed: row.sealed,
                kek_id: row.kek_id,
            });
        } else {
            stored.secrets.push(StoredSecret {
                purpose: row.name,
                number: row.number,
                sealed: row.sealed,
                kek_id: row.kek_id,
            });
        }
    }
    Ok(stored)
}

/// Inserts active keys. Where another replica was faster, its key stays and ours is forgotten. All replicas insert
/// in the same order, so that they wait for each other instead of deadlocking.
pub(super) async fn insert_active(
    connection: &mut PgConnection,
    keys: &[NewKey],
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let ids: Vec<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
    let algorithms: Vec<&str> = keys.iter().map(|key| key.algorithm.name()).collect();
    let public: Vec<Value> = keys.iter().map(|key| key.public_key.clone()).collect();
    let sealed: Vec<&[u8]> = keys.iter().map(|key| key.sealed.bytes.as_slice()).collect();
    let sealed_by: Vec<&str> = keys.iter().map(|key| key.sealed.kek_id.as_str()).collect();
    let inserted = sqlx::query!(
        "insert into auth.jwks
            (id, alg, use, public_key, private_key_sealed, kek_id, status, created_at, published_at, activated_at)
        select id, alg, 'sig', public_key, sealed, kek_id, 'active', $6, $6, $6
        from unnest($1::text[], $2::text[], $3::jsonb[], $4::bytea[], $5::text[])
            as new (id, alg, public_key, sealed, kek_id)
        order by alg
        on conflict (alg, use) where status = 'active' do nothing",
        &ids as &[&str],
        &algorithms as &[&str],
        &public,
        &sealed as &[&[u8]],
        &sealed_by as &[&str],
        now,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected())
}

/// Inserts server secrets; one that is there already stays.
pub(super) async fn insert_secrets(
    connection: &mut PgConnection,
    secrets: &[NewSecret],
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let purposes: Vec<&str> = secrets.iter().map(|secret| secret.purpose).collect();
    let numbers: Vec<i32> = secrets.iter().map(|secret| secret.number).collect();
    let sealed: Vec<&[u8]> = secrets
        .iter()
        .map(|secret| secret.sealed.bytes.as_slice())
        .collect();
    let sealed_by: Vec<&str> = secrets
        .iter()
        .map(|secret| secret.sealed.kek_id.as_str())
        .collect();
    let inserted = sqlx::query!(
        "insert into auth.server_secrets (purpose, number, sealed, kek_id, created_at)
        select purpose, number, sealed, kek_id, $5
        from unnest($1::text[], $2::integer[], $3::bytea[], $4::text[])
            as new (purpose, number, sealed, kek_id)
        order by purpose, number
        on conflict (purpose, number) do nothing",
        &purposes as &[&str],
        &numbers,
        &sealed as &[&[u8]],
        &sealed_by as &[&str],
        now,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected())
}
