//! Owns what runs when a statement runs though it does not say so, and what its names may stand for: PostgreSQL's own
//! functions, views, foreign tables, and the functions behind operators, casts and domains.

use sqlx::PgConnection;

use super::Oid;

/// All of it.
#[derive(Debug, Default)]
pub(in super::super) struct Around {
    pub(in super::super) routines: Vec<Routine>,
    pub(in super::super) relations: Vec<Relation>,
    /// The functions behind operators and casts that are not PostgreSQL's own: schema and name.
    pub(in super::super) silent: Vec<(String, String)>,
    /// What domains ask of their values.
    pub(in super::super) domains: Vec<String>,
    /// The types that are not PostgreSQL's and take every text: schema and name.
    pub(in super::super) lax: Vec<(String, String)>,
}

impl Around {
    /// What a view asks.
    pub(in super::super) fn asks(&self, schema: &str, name: &str) -> Option<&str> {
        let mut relations = self.relations.iter();
        let view = relations.find(|relation| relation.schema == schema && relation.name == name)?;
        view.asks.as_deref()
    }
}

/// Every function of one name in one schema.
#[derive(Debug, Clone)]
pub(in super::super) struct Routine {
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
    pub(in super::super) oids: Vec<Oid>,
    /// One of them may do more than answer.
    pub(in super::super) volatile: bool,
    /// They are PostgreSQL's.
    pub(in super::super) system: bool,
    /// One of them is an extension's, or an aggregate.
    pub(in super::super) opaque: bool,
}

/// What a statement reads by a name, where that runs something.
#[derive(Debug, Clone)]
pub(in super::super) struct Relation {
    pub(in super::super) schema: String,
    pub(in super::super) name: String,
    /// What a view asks; none where another server, or a program, is asked.
    pub(in super::super) asks: Option<String>,
}

pub(super) async fn read(connection: &mut PgConnection) -> Result<Around, sqlx::Error> {
    Ok(Around {
        routines: routines(connection).await?,
        relations: relations(connection).await?,
        silent: silent(connection).await?,
        domains: domains(connection).await?,
        lax: lax(connection).await?,
    })
}

async fn routines(connection: &mut PgConnection) -> Result<Vec<Routine>, sqlx::Error> {
    sqlx::query_as!(
        Routine,
        r#"select n.nspname::text as "schema!",
            p.proname::text as "name!",
            array_agg(p.oid::int8) as "oids!: Vec<i64>",
            bool_or(p.provolatile = 'v') as "volatile!",
            n.nspname in ('pg_catalog', 'information_schema') and bool_and(p.oid < 16384) as "system!",
            bool_or(p.prokind not in ('f', 'p') or exists (
                select from pg_depend d
                where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')) as "opaque!"
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        group by n.nspname, p.proname
        order by n.nspname, p.proname"#
    )
    .fetch_all(connection)
    .await
}

/// A table with a foreign part is read elsewhere too.
async fn relations(connection: &mut PgConnection) -> Result<Vec<Relation>, sqlx::Error> {
    sqlx::query_as!(
        Relation,
        r#"with recursive elsewhere (relid) as (
            select c.oid
            from pg_class c
            where c.relkind = 'f'
            union
            select i.inhparent
            from elsewhere e
            join pg_inherits i on i.inhrelid = e.relid
        )
        select n.nspname::text as "schema!",
            c.relname::text as "name!",
            case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as "asks"
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where (c.relkind = 'v' or c.oid in (select e.relid from elsewhere e))
          and n.nspname <> 'pg_catalog'
          and n.nspname <> 'information_schema'
        order by n.nspname, c.relname"#
    )
    .fetch_all(connection)
    .await
}

/// What is written in C by an extension, and is not volatile, is as good as PostgreSQL's.
async fn silent(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select distinct n.nspname::text as "schema!", p.proname::text as "name!"
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang
        where (l.lanname not in ('c', 'internal') or p.provolatile = 'v')
          and (p.oid in (select o.oprcode from pg_operator o where o.oid >= 16384)
            or p.oid in (select c.castfunc from pg_cast c where c.oid >= 16384))
        order by 1, 2"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.schema, row.name)).collect())
}

async fn domains(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select pg_get_expr(c.conbin, 0) as "asks!"
        from pg_constraint c
        where c.contypid <> 0
          and c.conbin is not null
          and c.oid >= 16384
        order by 1"#
    )
    .fetch_all(connection)
    .await
}

/// Those that are text by another name, and domains of such that refuse nothing. One that is called like one of
/// PostgreSQL's may be taken for it.
async fn lax(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with recursive lax (oid) as (
            select 'text'::regtype::oid
            union
            select c.casttarget
            from pg_cast c
            where c.castsource = 'text'::regtype and c.castmethod = 'b'
            union
            select d.oid
            from lax l
            join pg_type d on d.typbasetype = l.oid
            where d.typtype = 'd'
              and not d.typnotnull
              and not exists (select from pg_constraint c where c.contypid = d.oid)
        )
        select n.nspname::text as "schema!", t.typname::text as "name!"
        from lax l
        join pg_type t on t.oid = l.oid
        join pg_namespace n on n.oid = t.typnamespace
        where t.oid >= 16384
          and quote_ident(t.typname) = t.typname
          and not exists (
            select from pg_type own
            where own.typnamespace = 'pg_catalog'::regnamespace and own.typname = t.typname)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.schema, row.name)).collect())
}
