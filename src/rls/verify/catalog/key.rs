//! Owns indexes, foreign keys and checks: what ties rows together and what they must be.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Oid;

/// An index.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "as the catalog has them")]
pub(in super::super) struct Index {
    pub(in super::super) name: String,
    pub(in super::super) unique: bool,
    pub(in super::super) primary: bool,
    /// It holds some rows only.
    pub(in super::super) partial: bool,
    /// Two nulls are the same.
    pub(in super::super) nulls_are_equal: bool,
    /// Its columns in their order; an expression is left out, and ends what can be said of the first one.
    pub(in super::super) columns: Vec<Option<String>>,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub(in super::super) struct Reference {
    pub(in super::super) name: String,
    pub(in super::super) target: Oid,
    pub(in super::super) columns: Vec<String>,
    pub(in super::super) target_columns: Vec<String>,
    /// Deleting the target deletes the row.
    pub(in super::super) cascades: bool,
}

/// A check on one column.
#[derive(Debug, Clone)]
pub(in super::super) struct Check {
    pub(in super::super) column: String,
    /// `CHECK (…)`
    pub(in super::super) definition: String,
}

/// The indexes of the tables, by table.
pub(super) async fn indexes(
    connection: &mut PgConnection,
    tables: &[Oid],
) -> Result<BTreeMap<Oid, Vec<Index>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select i.indrelid::int8 as "table!",
            c.relname::text as "name!",
            i.indisunique as "unique!",
            i.indisprimary as "primary!",
            i.indpred is not null as "partial!",
            -- The column is younger than some servers.
            coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as "nulls_are_equal!",
            array(select a.attname::text
                from unnest(i.indkey::int2[]) with ordinality k(number, place)
                left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number and k.number > 0
                where k.place <= i.indnkeyatts
                order by k.place) as "columns!: Vec<Option<String>>"
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        where i.indrelid::int8 = any($1) and i.indisvalid
        order by c.relname"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut indexes: BTreeMap<Oid, Vec<Index>> = BTreeMap::new();
    for row in rows {
        indexes.entry(row.table).or_default().push(Index {
            name: row.name,
            unique: row.unique,
            primary: row.primary,
            partial: row.partial,
            nulls_are_equal: row.nulls_are_equal,
            columns: row.columns,
        });
    }
    Ok(indexes)
}

/// The foreign keys of the tables, by table.
pub(super) async fn references(
    connection: &mut PgConnection,
    tables: &[Oid],
) -> Result<BTreeMap<Oid, Vec<Reference>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select k.conrelid::int8 as "table!",
            k.conname::text as "name!",
            k.confrelid::int8 as "target!",
            k.confdeltype = 'c' as "cascades!",
            array(select a.attname::text
                from unnest(k.conkey) with ordinality n(number, place)
                join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.number
                order by n.place) as "columns!: Vec<String>",
            array(select a.attname::text
                from unnest(k.confkey) with ordinality n(number, place)
                join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.number
                order by n.place) as "target_columns!: Vec<String>"
        from pg_constraint k
        where k.contype = 'f' and k.conrelid::int8 = any($1)
        order by k.conname"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut references: BTreeMap<Oid, Vec<Reference>> = BTreeMap::new();
    for row in rows {
        references.entry(row.table).or_default().push(Reference {
            name: row.name,
            target: row.target,
            columns: row.columns,
            target_columns: row.target_columns,
            cascades: row.cascades,
        });
    }
    Ok(references)
}

/// The checks on one column of the tables, by table.
pub(super) async fn checks(
    connection: &mut PgConnection,
    tables: &[Oid],
) -> Result<BTreeMap<Oid, Vec<Check>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select k.conrelid::int8 as "table!",
            a.attname::text as "column!",
            pg_get_constraintdef(k.oid) as "definition!"
        from pg_constraint k
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
        where k.contype = 'c' and k.conrelid::int8 = any($1)
        order by k.conname"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut checks: BTreeMap<Oid, Vec<Check>> = BTreeMap::new();
    for row in rows {
        checks.entry(row.table).or_default().push(Check {
            column: row.column,
            definition: row.definition,
        });
    }
    Ok(checks)
}
