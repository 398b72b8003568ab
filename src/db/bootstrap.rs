//! Owns the database and its roles: made by an administrator once, outside the migrations, since a managed database's
//! administrator may create roles but migrations must not need to.

use sqlx::error::ErrorKind;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::connect::PoolError;
use super::{DatabaseError, sessions};

/// The roles, each of which may log in.
pub const ROLES: [&str; 4] = ["signet_owner", "signet_app", "signet_hook", "signet_maintenance"];

/// What an administrator's tools connect to, where no database is meant: signet's roles get no rights on it.
const POSTGRESQLS_OWN: [&str; 3] = ["postgres", "template0", "template1"];

/// What there is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrapped {
    /// The database.
    pub database: String,
    /// Whether it was not there before.
    pub made: bool,
}

/// Why there are no roles.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The URL is none, or leads to a pooler.
    #[error(transparent)]
    Url(#[from] PoolError),
    /// It does not say which database is to be signet's.
    #[error(
        "the administrator's URL names no database: end it with signet's, as in postgres://admin@host/signet"
    )]
    NoDatabase,
    /// It says one that is nobody's.
    #[error(
        "{0} is PostgreSQL's own database: end the administrator's URL with signet's, as in postgres://admin@host/signet"
    )]
    PostgresqlsOwn(String),
    /// Making a database is a right of its own.
    #[error("there is no database {0}, and this role may not make one: have it made, then run this again")]
    MayNotMake(String),
    /// PostgreSQL only warns of a `grant` that gives nothing.
    #[error(
        "this role may give no rights on the database {0}: run this as the role that owns it, or as a superuser"
    )]
    MayNotGrant(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for BootstrapError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The statements that make roles and rights for a database that is there, in order, for an administrator to read or
/// run in it. They are idempotent.
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
    // What follows for the owner's tables needs membership: a superuser has it, who made the role on an older server has
    // it too.
    statements.push(
        "do $$ begin if not pg_has_role(current_user, 'signet_owner', 'usage') then grant signet_owner to \
         current_user; end if; end $$"
            .to_owned(),
    );
    let database = quote(database);
    // The server's limits hold behind a pooler too; operators' hooks get a role that can do little, and only read.
    statements.extend(defaults("signet_app", &sessions::APPLICATION));
    statements.extend(defaults("signet_hook", &sessions::HOOK));
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

fn defaults(role: &str, settings: &[(&str, &str)]) -> impl Iterator<Item = String> {
    settings
        .iter()
        .map(move |(name, value)| format!("alter role {role} set {name} = '{value}'"))
}

/// Makes the database that the URL names if it is not there, and runs [`statements`] in it, as the administrator that
/// the URL names.
pub async fn run(admin_url: &str) -> Result<Bootstrapped, BootstrapError> {
    let options = sessions::direct(admin_url, "signet migrate")?;
    let database = options
        .get_database()
        .ok_or(BootstrapError::NoDatabase)?
        .to_owned();
    if POSTGRESQLS_OWN.contains(&database.as_str()) {
        return Err(BootstrapError::PostgresqlsOwn(database));
    }
    let (mut connection, made) = open(&options, &database).await?;
    for statement in statements(&database) {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
    }
    let granted: bool = sqlx::query_scalar(
        "select has_database_privilege('signet_owner', current_database(), 'create')
            and has_database_privilege('signet_app', current_database(), 'connect')
            and has_schema_privilege('signet_owner', 'public', 'create')",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    if granted {
        Ok(Bootstrapped { database, made })
    } else {
        Err(BootstrapError::MayNotGrant(database))
    }
}

/// A connection to the database, and whether it was made for it.
async fn open(options: &PgConnectOptions, database: &str) -> Result<(PgConnection, bool), BootstrapError> {
    match PgConnection::connect_with(options).await {
        Err(error) if has_code(&error, UNKNOWN_DATABASE) => {}
        Err(error) => return Err(sessions::refused(error).into()),
        Ok(mut connection) => {
            sessions::demand_directly(&mut connection).await?;
            return Ok((connection, false));
        }
    }
    let elsewhere = options.clone().database("postgres");
    let mut connection = PgConnection::connect_with(&elsewhere).await?;
    // Whatever the server's own default is: every text of ours is Unicode.
    let statement = format!(
        "create database {} encoding 'UTF8' template template0",
        quote(database)
    );
    let made = sqlx::query(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await;
    connection.close().await?;
    match made {
        Err(error) if has_code(&error, NO_RIGHT) => {
            return Err(BootstrapError::MayNotMake(database.to_owned()));
        }
        // Somebody else made it meanwhile.
        Err(error) if has_code(&error, DUPLICATE_DATABASE) || is_duplicate(&error) => {}
        made => {
            made?;
        }
    }
    Ok((PgConnection::connect_with(options).await?, true))
}

const UNKNOWN_DATABASE: &str = "3D000";
const DUPLICATE_DATABASE: &str = "42P04";
const NO_RIGHT: &str = "42501";

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error
        .as_database_error()
        .is_some_and(|database| database.code().as_deref() == Some(code))
}

fn is_duplicate(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|database| database.kind() == ErrorKind::UniqueViolation)
}

/// A name of the database as SQL writes it, whatever is in it.
#[must_use]
pub fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
