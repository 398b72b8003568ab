//! Owns views and materialized views.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::Oid;
use super::table::Grant;
use super::uses::{Dependencies, Uses};

/// A view.
#[derive(Debug, Clone)]
pub(in super::super) struct View {
    pub(in super::super) oid: Oid,
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
    /// What it uses itself.
    pub(in super::super) uses: Uses,
}

/// Every view.
pub(super) async fn read(
    connection: &mut PgConnection,
    dependencies: &Dependencies,
) -> Result<Vec<View>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select c.oid::int8 as "oid!",
            n.nspname::text as "schema!",
            c.relname::text as "name!",
            c.relowner::int8 as "owner!",
            c.relkind = 'm' as "materialized!",
            coalesce((select bool_or(lower(o) in ('security_invoker=true', 'security_invoker=on', 'security_invoker=1'))
                from unnest(c.reloptions) o), false) as "invoker!"
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
    let oids: Vec<Oid> = rows.iter().map(|row| row.oid).collect();
    let mut grants = super::table::grants(connection, &oids).await?;
    let views = rows.into_iter().map(|row| View {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        owner: row.owner,
        materialized: row.materialized,
        invoker: row.invoker,
        grants: grants.remove(&row.oid).unwrap_or_default(),
        reads: behind(dependencies, row.oid),
        uses: dependencies.views.get(&row.oid).cloned().unwrap_or_default(),
    });
    Ok(views.collect())
}

fn behind(dependencies: &Dependencies, view: Oid) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    let mut next = vec![view];
    while let Some(one) = next.pop() {
        let uses = dependencies.views.get(&one);
        let below = uses.into_iter().flat_map(|uses| &uses.relations);
        next.extend(below.filter(|below| found.insert(**below)));
    }
    found
}
