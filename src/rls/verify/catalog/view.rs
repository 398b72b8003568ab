//! Owns views and materialized views.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::Oid;
use super::table::Grant;

/// A view.
#[derive(Debug, Clone)]
pub(in super::super) struct View {
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
    pub(in super::super) owner: Oid,
    /// It keeps rows of its own.
    pub(in super::super) materialized: bool,
    /// It asks with its reader's rights.
    pub(in super::super) invoker: bool,
    pub(in super::super) grants: Vec<Grant>,
    /// The tables that it reads, through other views too.
    pub(in super::super) reads: BTreeSet<Oid>,
}

/// Every view.
pub(super) async fn read(connection: &mut PgConnection) -> Result<Vec<View>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.oid::int8 as "oid!",
            n.nspname::text as "schema!",
            c.relname::text as "name!",
            c.relowner::int8 as "owner!",
            c.relkind = 'm' as "materialized!",
            coalesce((select bool_or(lower(o) in ('security_invoker=true', 'security_invoker=on', 'security_invoker=1'))
                from unnest(c.reloptions) o), false) as "invoker!",
            array(select distinct d.refobjid::int8
                from pg_rewrite r
                join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                where r.ev_class = c.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid)
                as "reads!: Vec<i64>"
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('v', 'm')
          and n.nspname !~ '^pg_'
          and n.nspname <> 'information_schema'
          and not exists (
            select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        order by n.nspname, c.relname"#
    )
    .fetch_all(&mut *connection)
    .await?;
    let direct: BTreeMap<Oid, Vec<Oid>> = rows.iter().map(|row| (row.oid, row.reads.clone())).collect();
    let oids: Vec<Oid> = direct.keys().copied().collect();
    let mut grants = super::table::grants(connection, &oids).await?;
    let views = rows.into_iter().map(|row| View {
        schema: row.schema,
        name: row.name,
        owner: row.owner,
        materialized: row.materialized,
        invoker: row.invoker,
        grants: grants.remove(&row.oid).unwrap_or_default(),
        reads: behind(&direct, row.oid),
    });
    Ok(views.collect())
}

fn behind(direct: &BTreeMap<Oid, Vec<Oid>>, view: Oid) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    let mut next = vec![view];
    while let Some(one) = next.pop() {
        let below = direct.get(&one).into_iter().flatten();
        next.extend(below.filter(|below| found.insert(**below)));
    }
    found
}
