//! Owns tables, partitions included, and who may do what with them.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Oid;
use super::column::Column;
use super::key::{Check, Index, Reference};
use super::policy::Policy;
use crate::rls::verify::quote;

/// A table and everything that hangs on it.
#[derive(Debug, Clone)]
pub(in super::super) struct Table {
    pub(in super::super) oid: Oid,
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
    pub(in super::super) kind: TableKind,
    pub(in super::super) owner: Oid,
    /// Row-level security is on.
    pub(in super::super) secured: bool,
    /// It binds the owner too.
    pub(in super::super) forced: bool,
    /// The tables that it is a part of.
    pub(in super::super) parents: Vec<Oid>,
    /// `FOR VALUES …`, of a partition.
    pub(in super::super) bound: Option<String>,
    /// The same of each of its own partitions.
    pub(in super::super) bounds: Vec<String>,
    /// The columns that decide the partition.
    pub(in super::super) partitioned_by: Vec<String>,
    pub(in super::super) columns: Vec<Column>,
    pub(in super::super) grants: Vec<Grant>,
    pub(in super::super) policies: Vec<Policy>,
    pub(in super::super) indexes: Vec<Index>,
    pub(in super::super) references: Vec<Reference>,
    pub(in super::super) checks: Vec<Check>,
}

/// What kind of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum TableKind {
    /// It holds rows.
    Ordinary,
    /// Its partitions hold them.
    Partitioned,
    /// A part of another table that another server holds.
    Foreign,
}

/// A right on a table, or on one of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Grant {
    /// Who has it; 0 means everybody.
    pub(in super::super) grantee: Oid,
    pub(in super::super) privilege: Privilege,
}

/// What a grant lets do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
    Truncate,
    Trigger,
}

impl Privilege {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "SELECT" => Self::Select,
            "INSERT" => Self::Insert,
            "UPDATE" => Self::Update,
            "DELETE" => Self::Delete,
            "TRUNCATE" => Self::Truncate,
            "TRIGGER" => Self::Trigger,
            _ => return None,
        })
    }

    /// As SQL says it.
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::Trigger => "trigger",
        }
    }
}

impl Table {
    /// Its name as SQL, always quoted.
    pub(in super::super) fn sql(&self) -> String {
        quote::qualified(&self.schema, &self.name)
    }

    /// Its name as people write it.
    pub(in super::super) fn plain(&self) -> String {
        quote::plain_qualified(&self.schema, &self.name)
    }

    /// A column by its name.
    pub(in super::super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Every table that is no system's, no extension's and no session's own; what hangs on them is still empty.
pub(super) async fn read(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.oid::int8 as "oid!",
            n.nspname::text as "schema!",
            c.relname::text as "name!",
            c.relkind::text as "kind!",
            c.relowner::int8 as "owner!",
            c.relrowsecurity as "secured!",
            c.relforcerowsecurity as "forced!",
            pg_get_expr(c.relpartbound, c.oid) as "bound",
            coalesce((select array_agg(i.inhparent::int8) from pg_inherits i where i.inhrelid = c.oid), '{}')
                as "parents!: Vec<i64>",
            coalesce((select array_agg(a.attname::text order by k.place)
                from pg_partitioned_table p,
                    unnest(p.partattrs::int2[]) with ordinality k(number, place),
                    pg_attribute a
                where p.partrelid = c.oid and a.attrelid = c.oid and a.attnum = k.number), '{}')
                as "partitioned_by!: Vec<String>"
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where (c.relkind in ('r', 'p')
            or (c.relkind = 'f' and exists (select from pg_inherits i where i.inhrelid = c.oid)))
          and c.relpersistence <> 't'
          and n.nspname !~ '^pg_'
          and n.nspname <> 'information_schema'
          and not exists (
            select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        order by n.nspname, c.relname"#
    )
    .fetch_all(connection)
    .await?;
    let tables = rows.into_iter().map(|row| Table {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        kind: match row.kind.as_str() {
            "p" => TableKind::Partitioned,
            "f" => TableKind::Foreign,
            _ => TableKind::Ordinary,
        },
        owner: row.owner,
        secured: row.secured,
        forced: row.forced,
        parents: row.parents,
        bound: row.bound,
        bounds: Vec::new(),
        partitioned_by: row.partitioned_by,
        columns: Vec::new(),
        grants: Vec::new(),
        policies: Vec::new(),
        indexes: Vec::new(),
        references: Vec::new(),
        checks: Vec::new(),
    });
    Ok(tables.collect())
}

/// Rights on the tables and their columns, by table.
pub(super) async fn grants(
    connection: &mut PgConnection,
    tables: &[Oid],
) -> Result<BTreeMap<Oid, Vec<Grant>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.oid::int8 as "table!", acl.grantee::int8 as "grantee!", acl.privilege_type as "privilege!"
        from pg_class c, aclexplode(c.relacl) acl
        where c.oid::int8 = any($1)
        union
        select a.attrelid::int8, acl.grantee::int8, acl.privilege_type
        from pg_attribute a, aclexplode(a.attacl) acl
        where a.attrelid::int8 = any($1) and not a.attisdropped"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut grants: BTreeMap<Oid, Vec<Grant>> = BTreeMap::new();
    for row in rows {
        if let Some(privilege) = Privilege::parse(&row.privilege) {
            let grant = Grant {
                grantee: row.grantee,
                privilege,
            };
            grants.entry(row.table).or_default().push(grant);
        }
    }
    Ok(grants)
}
