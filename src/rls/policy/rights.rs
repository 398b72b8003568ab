//! Owns the rights without which policies have nobody to judge: PostgreSQL asks for them first.

use sqlx::PgConnection;

use super::template::PolicyRequest;
use crate::rls::RlsError;
use crate::rls::identifier::{Identifier, QualifiedName};
use crate::rls::kit::grantee;

/// The statements that give every right, of a table of which nothing else is known.
#[must_use]
pub fn all(request: &PolicyRequest) -> Vec<String> {
    let to: Vec<String> = request.to.iter().map(grantee).collect();
    let privileges = request.privileges().join(", ");
    vec![format!(
        "grant {privileges} on {} to {}",
        request.table,
        to.join(", ")
    )]
}

/// The statements that give what the roles lack: the use of the schema, rights on the table, and on the sequences that
/// number its rows. Whoever was given a right on single columns is left with these.
pub(super) async fn missing(
    connection: &mut PgConnection,
    table: i64,
    request: &PolicyRequest,
) -> Result<Vec<String>, RlsError> {
    let mut statements = Vec::new();
    for role in &request.to {
        let to = grantee(role);
        let schema = &request.table.schema;
        if !may_use_schema(connection, role, schema).await? {
            statements.push(format!("grant usage on schema {schema} to {to}"));
        }
        let mut lacking = Vec::new();
        for privilege in request.privileges() {
            if lacks(connection, role, table, privilege).await? {
                lacking.push(*privilege);
            }
        }
        if !lacking.is_empty() {
            statements.push(format!(
                "grant {} on {} to {to}",
                lacking.join(", "),
                request.table
            ));
        }
        if request.privileges().contains(&"insert") {
            for sequence in closed_sequences(connection, role, table).await? {
                statements.push(format!("grant usage on sequence {sequence} to {to}"));
            }
        }
    }
    Ok(statements)
}

async fn may_use_schema(
    connection: &mut PgConnection,
    role: &Identifier,
    schema: &Identifier,
) -> Result<bool, RlsError> {
    let may = sqlx::query_scalar!(
        r#"select has_schema_privilege($1::text::name, $2::text, 'usage') as "may!""#,
        role.as_str(),
        schema.as_str()
    )
    .fetch_one(connection)
    .await?;
    Ok(may)
}

async fn lacks(
    connection: &mut PgConnection,
    role: &Identifier,
    table: i64,
    privilege: &str,
) -> Result<bool, RlsError> {
    let lacks = sqlx::query_scalar!(
        r#"
        select case
                when $3 = 'delete' then not has_table_privilege($1::text::name, $2::bigint::oid, $3)
                else not has_any_column_privilege($1::text::name, $2::bigint::oid, $3)
            end as "lacks!"
        "#,
        role.as_str(),
        table,
        privilege
    )
    .fetch_one(connection)
    .await?;
    Ok(lacks)
}

/// The sequences of `serial` columns; those of identity columns need no right. What is no sequence may not be asked for
/// its rights, in whatever order conditions are tried.
async fn closed_sequences(
    connection: &mut PgConnection,
    role: &Identifier,
    table: i64,
) -> Result<Vec<QualifiedName>, RlsError> {
    let found = sqlx::query!(
        r#"
        select n.nspname::text as "schema!",
            c.relname::text as "name!"
        from pg_depend d
        join pg_class c on c.oid = d.objid
        join pg_namespace n on n.oid = c.relnamespace
        where d.classid = 'pg_class'::regclass
          and d.refclassid = 'pg_class'::regclass
          and d.refobjid::bigint = $2
          and d.deptype = 'a'
          and case when c.relkind = 'S' then not has_sequence_privilege($1::text::name, c.oid, 'usage') else false end
        order by 1, 2
        "#,
        role.as_str(),
        table
    )
    .fetch_all(connection)
    .await?;
    let names = found.into_iter().map(|row| {
        Ok(QualifiedName {
            schema: Identifier::parse(&row.schema)?,
            name: Identifier::parse(&row.name)?,
        })
    });
    names.collect()
}
