//! Owns what the catalogue says of the tables that hold rows of another: partitions, and those that inherit from it, and
//! of those whose rows they hold.

use sqlx::PgConnection;

use super::table::is_indexed;
use crate::rls::RlsError;
use crate::rls::identifier::{Identifier, QualifiedName};

/// A table that holds rows of another.
#[derive(Debug, Clone)]
pub struct Child {
    /// Its name.
    pub name: QualifiedName,
    /// Whether it gets no index of its own: there is one, or it comes with the parent's.
    pub indexed: bool,
}

/// Those that may have policies.
pub(super) async fn children(
    connection: &mut PgConnection,
    table: i64,
    column: Option<&Identifier>,
) -> Result<Vec<Child>, RlsError> {
    let found = sqlx::query!(
        r#"
        with recursive below (relid) as (
            select i.inhrelid
            from pg_inherits i
            where i.inhparent::bigint = $1
            union
            select i.inhrelid
            from below b
            join pg_inherits i on i.inhparent = b.relid
        )
        select c.oid::bigint as "oid!",
            n.nspname::text as "schema!",
            c.relname::text as "name!",
            c.relispartition as "partition!"
        from below b
        join pg_class c on c.oid = b.relid
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p')
          and c.relpersistence <> 't'
        order by 2, 3
        "#,
        table
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut children = Vec::new();
    for row in found {
        let indexed = match column {
            // The parent's index brings its own.
            Some(column) if !row.partition => is_indexed(connection, row.oid, column).await?,
            _ => true,
        };
        children.push(Child {
            name: qualified(&row.schema, &row.name)?,
            indexed,
        });
    }
    Ok(children)
}

/// Those of another server, and who has a right on one.
pub(super) async fn foreign(
    connection: &mut PgConnection,
    table: i64,
) -> Result<Vec<(QualifiedName, Identifier)>, RlsError> {
    let found = sqlx::query!(
        r#"
        with recursive below (relid) as (
            select i.inhrelid
            from pg_inherits i
            where i.inhparent::bigint = $1
            union
            select i.inhrelid
            from below b
            join pg_inherits i on i.inhparent = b.relid
        )
        select distinct n.nspname::text as "schema!",
            c.relname::text as "name!",
            coalesce(r.rolname::text, 'public') as "holder!"
        from below b
        join pg_class c on c.oid = b.relid
        join pg_namespace n on n.oid = c.relnamespace
        cross join lateral (
            select c.relacl as rights
            union all
            select a.attacl
            from pg_attribute a
            where a.attrelid = c.oid
              and not a.attisdropped
        ) held
        cross join aclexplode(held.rights) acl
        left join pg_roles r on r.oid = acl.grantee
        where c.relkind = 'f'
          and acl.grantee <> c.relowner
        order by 1, 2, 3
        "#,
        table
    )
    .fetch_all(connection)
    .await?;
    let holders = found.into_iter().map(|row| {
        Ok((
            qualified(&row.schema, &row.name)?,
            Identifier::parse(&row.holder)?,
        ))
    });
    holders.collect()
}

/// The uppermost table that shows this one's rows past its policies, if there is one.
pub(super) async fn open_above(
    connection: &mut PgConnection,
    table: i64,
) -> Result<Option<QualifiedName>, RlsError> {
    let found = sqlx::query!(
        r#"
        with recursive above (relid, steps) as (
            select i.inhparent, 1
            from pg_inherits i
            where i.inhrelid::bigint = $1
            union
            select i.inhparent, a.steps + 1
            from above a
            join pg_inherits i on i.inhrelid = a.relid
        )
        select n.nspname::text as "schema!",
            c.relname::text as "name!"
        from above a
        join pg_class c on c.oid = a.relid
        join pg_namespace n on n.oid = c.relnamespace
        where not c.relrowsecurity
        order by a.steps desc, 1, 2
        limit 1
        "#,
        table
    )
    .fetch_optional(connection)
    .await?;
    found.map(|row| qualified(&row.schema, &row.name)).transpose()
}

fn qualified(schema: &str, name: &str) -> Result<QualifiedName, RlsError> {
    Ok(QualifiedName {
        schema: Identifier::parse(schema)?,
        name: Identifier::parse(name)?,
    })
}

/// Permissive policies that are not ours, on the table and on what holds its rows.
pub(super) async fn other_policies(
    connection: &mut PgConnection,
    table: i64,
) -> Result<Vec<String>, RlsError> {
    let names = sqlx::query_scalar!(
        r#"
        with recursive below (relid) as (
            select $1::bigint::oid
            union
            select i.inhrelid
            from below b
            join pg_inherits i on i.inhparent = b.relid
        )
        select case
                when p.polrelid::bigint = $1 then p.polname::text
                else format('%I on %s', p.polname, format('%I.%I', n.nspname, c.relname))
            end as "name!"
        from below b
        join pg_policy p on p.polrelid = b.relid
        join pg_class c on c.oid = b.relid
        join pg_namespace n on n.oid = c.relnamespace
        where p.polpermissive
          and p.polname not in ('signet_select', 'signet_insert', 'signet_update', 'signet_delete')
        order by 1
        "#,
        table
    )
    .fetch_all(connection)
    .await?;
    Ok(names)
}
