//! Owns the database roles: made by an administrator once, outside the migrations, since a managed database's
//! administrator may create roles but migrations must not need to.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::DatabaseError;

/// The roles, and whether each may log in with role defaults of its own.
pub const ROLES: [&str; 4] = ["signet_owner", "signet_app", "signet_hook", "signet_maintenance"];

/// The statements that make roles and rights for a database, in order, for an administrator to read or run. They
/// are idempotent.
#[must_use]
pub fn statements(database: &str) -> Vec<String> {
    let mut statements: Vec<String> = ROLES
        .iter()
        .map(|role| {
            format!(
                "do $$ begin if not exists (select from pg_roles where rolname = '{role}') then create role {role} \
                 login nosuperuser nocreatedb nocreaterole noinherit; end if; end $$"
            )
        })
        .collect();
    let database = quote(database);
    statements.extend(
        [
            // Operators' hooks get a role that can do little, slowly, and only read.
            "alter role signet_hook set default_transaction_read_only = on",
            "alter role signet_hook set statement_timeout = '2s'",
            "alter role signet_hook set lock_timeout = '500ms'",
            "alter role signet_hook set idle_in_transaction_session_timeout = '5s'",
            "alter role signet_hook set search_path = ''",
        ]
        .map(str::to_owned),
    );
    statements.push(format!("revoke all on database {database} from public"));
    statements.push(format!(
        "grant connect, create, temporary on database {database} to signet_owner"
    ));
    statements.push(format!(
        "grant connect on database {database} to signet_app, signet_hook, signet_maintenance"
    ));
    // Migrations keep their ledger in `public`.
    statements.push("grant usage, create on schema public to signet_owner".to_owned());
    statements.push("grant usage on schema public to signet_app".to_owned());
    statements.push("alter default privileges for role signet_owner in schema public grant select on tables to signet_app".to_owned());
    statements
}

/// Runs [`statements`] as an administrator on the database that the URL names.
pub async fn run(admin_url: &str) -> Result<(), DatabaseError> {
    let mut connection = PgConnection::connect(admin_url).await?;
    let database: String = sqlx::query("select current_database()")
        .fetch_one(&mut connection)
        .await?
        .try_get(0)?;
    // `alter default privileges for role` needs membership in that role; a superuser has it, a managed
    // administrator gets it as the creator of the role only on newer servers.
    let superuser: bool = sqlx::query("select rolsuper from pg_roles where rolname = current_user")
        .fetch_one(&mut connection)
        .await?
        .try_get(0)?;
    for (index, statement) in statements(&database).into_iter().enumerate() {
        if index == ROLES.len() && !superuser {
            sqlx::query("grant signet_owner to current_user")
                .execute(&mut connection)
                .await?;
        }
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
    }
    connection.close().await?;
    Ok(())
}

fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
