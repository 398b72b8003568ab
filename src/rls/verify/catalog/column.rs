//! Owns columns: what they hold, and what they fill themselves.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Oid;
use crate::rls::verify::quote;

/// A column.
#[derive(Debug, Clone)]
pub(in super::super) struct Column {
    pub(in super::super) name: String,
    /// As SQL says it: `character varying(20)`.
    pub(in super::super) type_name: String,
    /// The type below a domain, as the catalog names it: `varchar`.
    pub(in super::super) base: String,
    /// `e` for an enum.
    pub(in super::super) base_kind: String,
    /// The kind of type: `S` text, `N` numbers, `D` times, `A` arrays.
    pub(in super::super) category: String,
    /// The most letters.
    pub(in super::super) length: Option<i32>,
    pub(in super::super) required: bool,
    pub(in super::super) default: Option<String>,
    /// It counts by itself.
    pub(in super::super) identity: bool,
    /// It is computed.
    pub(in super::super) generated: bool,
    /// The values of an enum.
    pub(in super::super) labels: Vec<String>,
}

impl Column {
    /// Its name as SQL, always quoted.
    pub(in super::super) fn sql(&self) -> String {
        quote::identifier(&self.name)
    }

    /// Whether it is filled from a sequence, which no rollback turns back.
    pub(in super::super) fn counts(&self) -> bool {
        self.identity
            || self
                .default
                .as_ref()
                .is_some_and(|default| default.contains("nextval("))
    }

    /// Whether it holds whole numbers.
    pub(in super::super) fn is_integer(&self) -> bool {
        matches!(self.base.as_str(), "int2" | "int4" | "int8")
    }

    /// Whether it holds letters.
    pub(in super::super) fn is_text(&self) -> bool {
        self.category == "S"
    }
}

/// The columns of the tables, by table.
pub(super) async fn read(
    connection: &mut PgConnection,
    tables: &[Oid],
) -> Result<BTreeMap<Oid, Vec<Column>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.attrelid::int8 as "table!",
            a.attname::text as "name!",
            format_type(a.atttypid, a.atttypmod) as "type_name!",
            base.typname::text as "base!",
            base.typtype::text as "base_kind!",
            base.typcategory::text as "category!",
            case when base.typname in ('varchar', 'bpchar')
                then nullif(greatest(a.atttypmod, declared.typtypmod), -1) - 4
            end as "length",
            (a.attnotnull or declared.typnotnull) as "required!",
            pg_get_expr(d.adbin, d.adrelid) as "default",
            a.attidentity <> '' as "identity!",
            a.attgenerated <> '' as "generated!",
            coalesce((select array_agg(e.enumlabel::text order by e.enumsortorder)
                from pg_enum e where e.enumtypid = base.oid), '{}') as "labels!: Vec<String>"
        from pg_attribute a
        join pg_type declared on declared.oid = a.atttypid
        join pg_type base on base.oid = coalesce(nullif(declared.typbasetype, 0), declared.oid)
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid::int8 = any($1) and a.attnum > 0 and not a.attisdropped
        order by a.attrelid, a.attnum"#,
        tables
    )
    .fetch_all(connection)
    .await?;
    let mut columns: BTreeMap<Oid, Vec<Column>> = BTreeMap::new();
    for row in rows {
        columns.entry(row.table).or_default().push(Column {
            name: row.name,
            type_name: row.type_name,
            base: row.base,
            base_kind: row.base_kind,
            category: row.category,
            length: row.length,
            required: row.required,
            default: row.default,
            identity: row.identity,
            generated: row.generated,
            labels: row.labels,
        });
    }
    Ok(columns)
}
