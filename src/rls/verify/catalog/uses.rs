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
    /// The tables and views that it reads or writes.
    pub(in super::super) relations: BTreeSet<Oid>,
    pub(in super::super) columns: BTreeSet<(Oid, String)>,
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
    /// What is read is told from what is only named, such as a row's type. Else all of it counts as read.
    pub(in super::super) told: bool,
}

impl Dependencies {
    fn of(&mut self, policy: bool, view: bool) -> &mut BTreeMap<Oid, Uses> {
        match (policy, view) {
            (true, _) => &mut self.policies,
            (false, true) => &mut self.views,
            (false, false) => &mut self.functions,
        }
    }
}

/// Whether what an object names counts as read by it: where the stored tree cannot be read, everything does.
fn counts_as_read(read: Option<bool>, told: bool) -> bool {
    !told || read == Some(true)
}

/// All of it, by one query. What a view reads is its query's, not that of rules which write through it. `pg_depend` also has a table where only a field of its row type is taken; what is read has
/// an entry in the range table of the stored tree. Whether that looks as it is looked for shows a view of PostgreSQL's
/// that is known to read `pg_class` (1259).
pub(super) async fn read(connection: &mut PgConnection) -> Result<Dependencies, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with tree as materialized (
            select d.classid, d.objid, d.refobjid,
                strpos(coalesce(r.ev_action::text, b.prosqlbody::text, concat(p.polqual::text, p.polwithcheck::text)),
                    ':rtekind 0 :relid ' || d.refobjid || ' ') > 0 as reads
            from (
                select distinct classid, objid, refobjid
                from pg_depend
                where classid in ('pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_proc'::regclass)
                  and refclassid = 'pg_class'::regclass
                  and deptype = 'n'
                  and objid >= 16384) d
            left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
            left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
            left join pg_proc b on d.classid = 'pg_proc'::regclass and b.oid = d.objid)
        select d.classid = 'pg_policy'::regclass as "policy!",
            d.classid = 'pg_rewrite'::regclass as "view!",
            coalesce(r.ev_class, d.objid)::int8 as "user!",
            d.refobjid::int8 as "used!",
            f.oid::int8 as "function?",
            o.oid is not null as "operator!",
            coalesce(o.oprname, f.proname)::text as "name?",
            n.nspname::text as "schema?",
            d.refclassid = 'pg_class'::regclass as "relation!",
            t.reads as "read?",
            a.attname::text as "column?",
            (select strpos(known.ev_action::text, ':rtekind 0 :relid 1259 ') > 0
                from pg_rewrite known where known.ev_class = to_regclass('pg_catalog.pg_tables')) as "told?"
        from pg_depend d
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        left join tree t
            on d.refclassid = 'pg_class'::regclass and t.classid = d.classid and t.objid = d.objid
                and t.refobjid = d.refobjid
        left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
        left join pg_proc f
            on f.oid = case when d.refclassid = 'pg_proc'::regclass then d.refobjid else o.oprcode::oid end
        left join pg_namespace n on n.oid = coalesce(o.oprnamespace, f.pronamespace)
        left join pg_attribute a
            on d.refclassid = 'pg_class'::regclass and a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                and d.refobjsubid <> 0
        where d.classid in ('pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_proc'::regclass)
          and d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_class'::regclass)
          and d.deptype = 'n'
          and d.objid >= 16384
          and (r.oid is null
              or r.ev_type = '1' and r.ev_class in (select c.oid from pg_class c where c.relkind in ('v', 'm')))
        order by 3, 4"#
    )
    .fetch_all(connection)
    .await?;
    let told = rows.first().is_some_and(|row| row.told == Some(true));
    let mut dependencies = Dependencies {
        told,
        ..Dependencies::default()
    };
    for row in rows {
        let uses = dependencies.of(row.policy, row.view).entry(row.user).or_default();
        if row.relation {
            // A view's rule names the view itself.
            if counts_as_read(row.read, told) && !(row.view && row.used == row.user) {
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
        if row.operator {
            uses.operators.push(named);
        } else {
            uses.functions.push(named);
        }
    }
    Ok(dependencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_tree_cannot_be_read_everything_that_is_named_counts_as_read() {
        let counted = [Some(true), Some(false), None].map(|read| counts_as_read(read, true));
        assert_eq!(counted, [true, false, false]);
        assert!(
            [Some(true), Some(false), None]
                .iter()
                .all(|read| counts_as_read(*read, false))
        );
    }
}
