//! Owns what the catalogue says of a table: whether it is one, what its columns are, and who else has a say.

use sqlx::PgConnection;

use super::children::{Child, children, foreign, open_above, other_policies};
use super::rights;
use super::template::PolicyRequest;
use crate::rls::identifier::{Identifier, QualifiedName};
use crate::rls::{RlsError, roles};

/// How a column holds an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnType {
    /// As text.
    #[default]
    Text,
    /// As a uuid.
    Uuid,
}

/// A table that policies are written for.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The tenant's column.
    pub tenant: ColumnType,
    /// The owner's column.
    pub owner: ColumnType,
    /// The tables that hold rows of it, its partitions and those that inherit from it: tables of their own to whoever
    /// names them.
    pub children: Vec<Child>,
    /// Those of them that another server keeps, which can have no policies, and who has any right on one.
    pub foreign: Vec<(QualifiedName, Identifier)>,
    /// Whether an index begins with the column that the policies look by.
    pub indexed: bool,
    /// Permissive policies of other names, on it or on what holds its rows: what they let through, ours cannot keep
    /// back.
    pub others: Vec<String>,
    /// The statements that give the roles what the policies let them do, as far as they lack it.
    pub missing_rights: Vec<String>,
}

/// Finds a table and checks that the request fits it.
pub async fn look_up(connection: &mut PgConnection, request: &PolicyRequest) -> Result<Table, RlsError> {
    request.check()?;
    let name = &request.table;
    let found = sqlx::query!(
        r#"
        select c.oid::bigint as "oid!", c.relkind::text as "kind!"
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1
          and c.relname = $2
        "#,
        name.schema.as_str(),
        name.name.as_str()
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or_else(|| RlsError::UnknownTable(name.clone()))?;
    if !matches!(found.kind.as_str(), "r" | "p") {
        return Err(RlsError::NotATable(name.clone()));
    }
    if let Some(parent) = open_above(connection, found.oid).await? {
        let table = name.clone();
        return Err(RlsError::OpenParent { table, parent });
    }
    require_kit(connection, &request.kit).await?;
    roles::require(connection, &request.to).await?;
    let mut table = Table {
        foreign: foreign(connection, found.oid).await?,
        others: other_policies(connection, found.oid).await?,
        missing_rights: rights::missing(connection, found.oid, request).await?,
        ..Table::default()
    };
    if let Some(owner) = &request.owner_column {
        table.owner = column_type(connection, found.oid, name, owner, "--owner-column").await?;
        table.indexed = is_indexed(connection, found.oid, owner).await?;
    }
    if let Some(tenant) = &request.tenant_column {
        table.tenant = column_type(connection, found.oid, name, tenant, "--tenant-column").await?;
        table.indexed = is_indexed(connection, found.oid, tenant).await?;
    }
    let column = request.tenant_column.as_ref().or(request.owner_column.as_ref());
    table.children = children(connection, found.oid, column).await?;
    Ok(table)
}

async fn column_type(
    connection: &mut PgConnection,
    table: i64,
    name: &QualifiedName,
    column: &Identifier,
    flag: &'static str,
) -> Result<ColumnType, RlsError> {
    let found = sqlx::query_scalar!(
        r#"
        select format_type(a.atttypid, null) as "type!"
        from pg_attribute a
        where a.attrelid::bigint = $1
          and a.attname = $2
          and a.attnum > 0
          and not a.attisdropped
        "#,
        table,
        column.as_str()
    )
    .fetch_optional(connection)
    .await?;
    match found.as_deref() {
        Some("uuid") => Ok(ColumnType::Uuid),
        Some("text" | "character varying") => Ok(ColumnType::Text),
        Some(other) => Err(RlsError::ColumnType {
            table: name.clone(),
            column: column.clone(),
            found: other.to_owned(),
        }),
        None => Err(RlsError::UnknownColumn {
            table: name.clone(),
            column: column.clone(),
            flag,
        }),
    }
}

pub(super) async fn is_indexed(
    connection: &mut PgConnection,
    table: i64,
    column: &Identifier,
) -> Result<bool, RlsError> {
    let indexed = sqlx::query_scalar!(
        r#"
        select exists (
            select
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid::bigint = $1
              and a.attname = $2
              and i.indisvalid
              and i.indpred is null) as "indexed!"
        "#,
        table,
        column.as_str()
    )
    .fetch_one(connection)
    .await?;
    Ok(indexed)
}

async fn require_kit(connection: &mut PgConnection, schema: &Identifier) -> Result<(), RlsError> {
    let there = sqlx::query_scalar!(
        r#"
        select exists (
            select
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = $1
              and p.proname = 'org_id_uuid'
              and p.pronargs = 0) as "there!"
        "#,
        schema.as_str()
    )
    .fetch_one(connection)
    .await?;
    if there {
        Ok(())
    } else {
        Err(RlsError::NoKit(schema.clone()))
    }
}
