//! Owns what policies, views and functions use, as PostgreSQL resolved it when they were made (`pg_depend`). It has no
//! objects that every database has, no part of a function whose body is a string, and one entry for both of a policy's
//! expressions: what stands in which of them is read from the text.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::Oid;

/// What one of them uses.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Uses {
    /// Called by name, or behind an operator.
    pub(in super::super) functions: Vec<Named>,
    /// Each with the function behind it.
    pub(in super::super) operators: Vec<Named>,
    /// Tables, views and sequences.
    pub(in super::super) relations: BTreeSet<Oid>,
    pub(in super::super) columns: BTreeSet<(Oid, String)>,
    /// Types that are not PostgreSQL's, each with the one that it is made of.
    pub(in super::super) types: Vec<(Named, String)>,
}

/// An object and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Named {
    /// The object; of an operator, its function.
    pub(in super::super) oid: Oid,
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
}

/// What everything in a database uses, by the number of the policy, view or function.
#[derive(Debug, Default)]
pub(in super::super) struct Dependencies {
    pub(in super::super) policies: BTreeMap<Oid, Uses>,
    pub(in super::super) views: BTreeMap<Oid, Uses>,
    pub(in super::super) functions: BTreeMap<Oid, Uses>,
}

/// All of it, by one query. An enum is made of no other type: its name is `enum`.
pub(super) async fn read(connection: &mut PgConnection) -> Result<Dependencies, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select d.classid = 'pg_policy'::regclass as "policy!",
            d.classid = 'pg_rewrite'::regclass as "view!",
            coalesce(r.ev_class, d.objid)::int8 as "user!",
            d.refobjid::int8 as "used!",
            f.oid::int8 as "function?",
            o.oid is not null as "operator!",
            coalesce(t.typname, o.oprname, f.proname)::text as "name",
            n.nspname::text as "schema?",
            d.refclassid = 'pg_class'::regclass as "relation!",
            a.attname::text as "column?",
            case when t.typtype = 'e' then 'enum' else b.typname::text end as "base"
        from pg_depend d
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
        left join pg_proc f
            on f.oid = case when d.refclassid = 'pg_proc'::regclass then d.refobjid else o.oprcode::oid end
        left join pg_type t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
        left join lateral (
            with recursive made (oid, name, below) as (
                select t.oid, t.typname, t.typbasetype
                union all
                select y.oid, y.typname, y.typbasetype
                from made m
                join pg_type y on y.oid = m.below
            )
            select m.name as typname
            from made m
            where m.below = 0
        ) b on t.oid is not null
        left join pg_namespace n on n.oid = coalesce(t.typnamespace, o.oprnamespace, f.pronamespace)
        left join pg_attribute a
            on d.refclassid = 'pg_class'::regclass and a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                and d.refobjsubid <> 0
        where d.classid in ('pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_proc'::regclass)
          and d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_class'::regclass, 'pg_type'::regclass)
          and d.deptype = 'n'
          and d.objid >= 16384
          and (r.oid is null or r.ev_class in (select c.oid from pg_class c where c.relkind in ('v', 'm')))
        order by 3, 4"#
    )
    .fetch_all(connection)
    .await?;
    let mut dependencies = Dependencies::default();
    for row in rows {
        let kind = match (row.policy, row.view) {
            (true, _) => &mut dependencies.policies,
            (false, true) => &mut dependencies.views,
            (false, false) => &mut dependencies.functions,
        };
        let uses = kind.entry(row.user).or_default();
        if row.relation {
            // A view's rule names the view itself.
            if !(row.view && row.used == row.user) {
                uses.relations.insert(row.used);
            }
            uses.columns.extend(row.column.map(|column| (row.used, column)));
        }
        let (Some(schema), Some(name)) = (row.schema, row.name) else {
            continue;
        };
        let named = Named {
            oid: row.function.unwrap_or(row.used),
            schema,
            name,
        };
        match row.base {
            Some(base) => uses.types.push((named, base)),
            None if row.operator => uses.operators.push(named),
            None => uses.functions.push(named),
        }
    }
    Ok(dependencies)
}
