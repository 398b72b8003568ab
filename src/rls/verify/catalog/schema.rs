//! Owns schemas, as far as others may put something into them.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Oid;

/// Who may create in a schema, by its name; 0 means everybody.
pub(super) async fn creators(
    connection: &mut PgConnection,
) -> Result<BTreeMap<String, Vec<Oid>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select n.nspname::text as "name!",
            array(select acl.grantee::int8
                from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
                where acl.privilege_type = 'CREATE') as "creators!: Vec<i64>"
        from pg_namespace n"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.creators)).collect())
}
