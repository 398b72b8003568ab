//! Owns the one reading of everything, put together.

use std::collections::BTreeMap;

use sqlx::{Connection as _, PgConnection};

use super::around::{self, Around};
use super::function::{self, Function};
use super::role::{self, Role};
use super::table::{self, Table, TableKind};
use super::uses::{self, Dependencies};
use super::view::{self, View};
use super::{Oid, column, key, policy, schema};

/// What the catalogs say.
#[derive(Debug)]
pub(in super::super) struct Catalog {
    /// Who is asking.
    pub(in super::super) verifier: Role,
    pub(in super::super) roles: BTreeMap<Oid, Role>,
    pub(in super::super) tables: Vec<Table>,
    /// Where each table stands among them.
    places: BTreeMap<Oid, usize>,
    pub(in super::super) functions: Vec<Function>,
    /// What runs besides.
    pub(in super::super) around: Around,
    /// What is read is told from what is only named.
    pub(in super::super) told: bool,
    pub(in super::super) views: Vec<View>,
    pub(in super::super) defaults: Vec<Defaulted>,
    /// Who may create in a schema.
    pub(in super::super) creators: BTreeMap<String, Vec<Oid>>,
}

/// A setting that a role or a database has from the start.
#[derive(Debug, Clone)]
pub(in super::super) struct Defaulted {
    /// Whose, if it is a role's.
    pub(in super::super) role: Option<String>,
    /// Where, if it is a database's.
    pub(in super::super) database: Option<String>,
    pub(in super::super) setting: String,
}

impl Catalog {
    /// A table by its number.
    pub(in super::super) fn table(&self, oid: Oid) -> Option<&Table> {
        self.tables.get(*self.places.get(&oid)?)
    }

    /// Whether no policy of the table binds this role, be it as its owner.
    pub(in super::super) fn escapes(&self, role: Oid, table: &Table) -> bool {
        let role = self.roles.get(&role);
        role.is_some_and(|role| role.is_mighty() || (!table.forced && role.has_rights_of(table.owner)))
    }
}

/// Reads everything in one snapshot. The connection is left without a transaction.
pub(in super::super) async fn read(connection: &mut PgConnection) -> Result<Catalog, sqlx::Error> {
    let mut transaction = connection
        .begin_with("begin isolation level repeatable read read only")
        .await?;
    let connection = &mut *transaction;
    sqlx::query!("select set_config('search_path', '', true)")
        .fetch_one(&mut *connection)
        .await?;
    let roles = role::read(connection).await?;
    let verifier: String = sqlx::query_scalar!(r#"select current_user::text as "role!""#)
        .fetch_one(&mut *connection)
        .await?;
    let verifier = roles
        .values()
        .find(|role| role.name == verifier)
        .cloned()
        .ok_or(sqlx::Error::RowNotFound)?;
    let mut dependencies = uses::read(connection).await?;
    let tables = tables(connection, &mut dependencies).await?;
    let functions = function::read(connection, &mut dependencies).await?;
    let around = around::read(connection).await?;
    let views = view::read(connection, &dependencies).await?;
    let defaults = defaults(connection).await?;
    let creators = schema::creators(connection).await?;
    transaction.rollback().await?;
    Ok(Catalog {
        verifier,
        roles,
        places: tables
            .iter()
            .enumerate()
            .map(|(at, table)| (table.oid, at))
            .collect(),
        tables,
        functions,
        around,
        told: dependencies.told,
        views,
        defaults,
        creators,
    })
}

async fn tables(
    connection: &mut PgConnection,
    dependencies: &mut Dependencies,
) -> Result<Vec<Table>, sqlx::Error> {
    let mut tables = table::read(connection).await?;
    let oids: Vec<Oid> = tables.iter().map(|table| table.oid).collect();
    let mut columns = column::read(connection, &oids).await?;
    let mut grants = table::grants(connection, &oids).await?;
    let mut policies = policy::read(connection, &oids, dependencies).await?;
    let mut indexes = key::indexes(connection, &oids).await?;
    let mut references = key::references(connection, &oids).await?;
    let mut checks = key::checks(connection, &oids).await?;
    let mut bounds: BTreeMap<Oid, Vec<String>> = BTreeMap::new();
    // Rows are never put where another server would keep them.
    for table in tables.iter().filter(|table| table.kind != TableKind::Foreign) {
        for parent in &table.parents {
            bounds.entry(*parent).or_default().extend(table.bound.clone());
        }
    }
    for table in &mut tables {
        table.bounds = bounds.remove(&table.oid).unwrap_or_default();
        table.columns = columns.remove(&table.oid).unwrap_or_default();
        table.grants = grants.remove(&table.oid).unwrap_or_default();
        table.policies = policies.remove(&table.oid).unwrap_or_default();
        table.indexes = indexes.remove(&table.oid).unwrap_or_default();
        table.references = references.remove(&table.oid).unwrap_or_default();
        table.checks = checks.remove(&table.oid).unwrap_or_default();
    }
    Ok(tables)
}

async fn defaults(connection: &mut PgConnection) -> Result<Vec<Defaulted>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select r.rolname::text as "role?",
            d.datname::text as "database?",
            setting as "setting!"
        from pg_db_role_setting s
        cross join unnest(s.setconfig) setting
        left join pg_roles r on r.oid = s.setrole
        left join pg_database d on d.oid = s.setdatabase
        where s.setdatabase = 0 or d.datname = current_database()
        order by setting"#
    )
    .fetch_all(connection)
    .await?;
    let defaults = rows.into_iter().map(|row| Defaulted {
        role: row.role,
        database: row.database,
        setting: row.setting,
    });
    Ok(defaults.collect())
}
