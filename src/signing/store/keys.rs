//! Owns the statements that load our keys into a process, and those on `auth.server_secrets`.

use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Sealed;

/// A row of `auth.jwks`.
pub(in crate::signing) struct StoredKey {
    pub(in crate::signing) key_id: KeyId,
    pub(in crate::signing) algorithm: String,
    pub(in crate::signing) status: String,
    pub(in crate::signing) public_key: Value,
    pub(in crate::signing) sealed: Vec<u8>,
    pub(in crate::signing) kek_id: String,
    pub(in crate::signing) verify_only: bool,
}

/// A row of `auth.server_secrets`.
pub(in crate::signing) struct StoredSecret {
    pub(in crate::signing) purpose: String,
    pub(in crate::signing) number: i32,
    pub(in crate::signing) sealed: Vec<u8>,
    pub(in crate::signing) kek_id: String,
}

/// Every key that may still verify something, and every server secret, of one moment.
pub(in crate::signing) struct Stored {
    pub(in crate::signing) keys: Vec<StoredKey>,
    pub(in crate::signing) secrets: Vec<StoredSecret>,
}

/// What there is already: the algorithms with an active key, those with a next one, whether a key ever signed
/// and there is a log, and the purposes with a secret.
pub(in crate::signing) struct Present {
    pub(in crate::signing) active: Vec<String>,
    pub(in crate::signing) next: Vec<String>,
    pub(in crate::signing) used: bool,
    pub(in crate::signing) log: bool,
    pub(in crate::signing) purposes: Vec<String>,
}

/// A key to insert.
pub(in crate::signing) struct NewKey {
    pub(in crate::signing) key_id: KeyId,
    pub(in crate::signing) algorithm: Algorithm,
    pub(in crate::signing) public_key: Value,
    pub(in crate::signing) sealed: Sealed,
    pub(in crate::signing) verify_only: bool,
}

/// A server secret to insert.
pub(in crate::signing) struct NewSecret {
    pub(in crate::signing) purpose: &'static str,
    pub(in crate::signing) number: i32,
    pub(in crate::signing) sealed: Sealed,
}

pub(in crate::signing) async fn present(connection: &mut PgConnection) -> Result<Present, DatabaseError> {
    let row = sqlx::query!(
        r#"select
            array(select alg from auth.jwks where status = 'active' and use = 'sig') as "active!",
            array(select alg from auth.jwks where status = 'next' and use = 'sig') as "next!",
            exists (
                select from auth.jwks
                where activated_at is not null
                    or (status in ('active', 'retiring', 'retired') and not verify_only)
            ) or exists (select from auth.key_first_signatures) as "used!",
            exists (select from auth.key_log) as "log!",
            array(select distinct purpose from auth.server_secrets) as "purposes!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Present {
        active: row.active,
        next: row.next,
        used: row.used,
        log: row.log,
        purposes: row.purposes,
    })
}

/// Notes that an operator brought a key.
pub(in crate::signing) async fn note_import(
    connection: &mut PgConnection,
    key_id: &KeyId,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.jwks set imported = true where id = $1",
        key_id.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Algorithms and purposes that only a newer version knows are left alone. A key that the log says is revoked is not among
/// them, whatever its row says: whoever puts back an old row does not bring a leaked key back, since entries of the log
/// are never changed.
pub(in crate::signing) async fn load(
    connection: &mut PgConnection,
    algorithms: &[&str],
    purposes: &[&str],
) -> Result<Stored, DatabaseError> {
    let rows = sqlx::query!(
        r#"select id as "name!", alg as "algorithm?", status as "status?", public_key as "public_key?",
            private_key_sealed as "sealed!", kek_id as "kek_id!", 0 as "number!", verify_only as "verify_only!"
        from auth.jwks k
        where use = 'sig'
            and status <> 'revoked'
            and alg = any($1)
            and not exists (
                select from auth.key_log l
                where position('"change":"revoked","algorithm":' || to_json(k.alg)::text
                    || ',"key_id":' || to_json(k.id)::text in l.entry) > 0)
        union all
        select purpose, null, null, null, sealed, kek_id, number, false
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
                verify_only: row.verify_only,
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

/// Inserts server secrets; one that is there already stays.
pub(in crate::signing) async fn insert_secrets(
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
