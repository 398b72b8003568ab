//! A database downstream: empty, with an owner who is no superuser, a role that people's requests run as, and the role
//! that a gateway logs in as and may become it, as PostgREST does.

use signet::rls::kit::{Installation, Kit, install};
use signet::rls::policy::{OrgRoles, PolicyRequest, Template, apply};
use signet::rls::{Identifier, RlsError};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::support::database::EmptyDatabase;

/// Such a database.
pub struct Downstream {
    pub database: EmptyDatabase,
    /// Owns what is in it.
    pub owner: String,
    /// What requests run as.
    pub person: String,
    /// What the gateway logs in as.
    pub gateway: String,
}

/// The claims that most tests speak with.
pub const ADA: &str = r#"{"sub": "ada", "client_id": "shop", "org_id": "acme", "org_role": "member", "role": "user", "tier": "beta", "mv": "1.1.1"}"#;

impl Downstream {
    /// Without the kit.
    pub async fn new() -> Self {
        let database = EmptyDatabase::new().await;
        let name = database.name.clone();
        let role = |suffix: &str| format!("{name}_{suffix}");
        let (owner, person, gateway) = (role("owner"), role("person"), role("gateway"));
        run(
            &mut database.connect("postgres").await,
            &format!(
                "create role {owner} login;
                 create role {person} nologin;
                 create role {gateway} login noinherit in role {person};
                 revoke all on database {name} from public;
                 grant create, connect on database {name} to {owner};
                 grant connect, temporary on database {name} to {gateway}, {person};
                 grant all on schema public to {owner} with grant option"
            ),
        )
        .await;
        Self {
            database,
            owner,
            person,
            gateway,
        }
    }

    /// With the kit in `auth`, which people may use.
    pub async fn with_kit() -> Self {
        let downstream = Self::new().await;
        downstream.install(|_| {}).await.expect("installed");
        downstream
    }

    /// Installs the kit as the owner.
    pub async fn install(&self, change: impl FnOnce(&mut Kit)) -> Result<Installation, RlsError> {
        let mut kit = Kit::new(name("auth"));
        kit.grant_to = vec![name(&self.person)];
        change(&mut kit);
        install(&mut self.owner().await, &kit).await
    }

    /// A connection as the owner.
    pub async fn owner(&self) -> PgConnection {
        self.database.connect(&self.owner).await
    }

    /// A connection as the gateway.
    pub async fn gateway(&self) -> PgConnection {
        self.database.connect(&self.gateway).await
    }

    /// Runs statements as the owner.
    pub async fn run(&self, statements: &str) {
        run(&mut self.owner().await, statements).await;
    }

    /// Makes the table `notes` with four rows of each of two organizations, which people may do anything to.
    pub async fn notes(&self) {
        self.run(&format!(
            "create table notes (id serial primary key, org_id text not null, user_id text not null, body text);
             insert into notes (org_id, user_id, body)
             select o, u, 'secret of ' || o
             from unnest(array['acme', 'globex']) o, unnest(array['ada', 'bob', 'cyd', 'dan']) u;
             grant select, insert, update, delete on notes to {person};
             grant usage on sequence notes_id_seq to {person};
             analyze notes",
            person = self.person
        ))
        .await;
    }

    /// A request for policies on a table of `public`.
    pub fn request(&self, table: &str, template: Template) -> PolicyRequest {
        PolicyRequest {
            table: table.parse().expect("a name"),
            kit: name("auth"),
            template,
            tenant_column: Some(name("org_id")),
            owner_column: None,
            read: OrgRoles::parse("viewer"),
            write: OrgRoles::parse("member"),
            delete: OrgRoles::parse("admin"),
            to: vec![name(&self.person)],
            grant: false,
        }
    }

    /// Applies policies as the owner.
    pub async fn apply(&self, request: &PolicyRequest) {
        apply(&mut self.owner().await, request).await.expect("applied");
    }

    /// What a statement answers in a transaction of its own with these claims. It is rolled back.
    pub async fn ask(&self, claims: &str, statement: &str) -> Result<Vec<PgRow>, sqlx::Error> {
        ask(&mut self.gateway().await, &self.person, claims, statement).await
    }

    /// One number.
    pub async fn count(&self, claims: &str, statement: &str) -> i64 {
        let rows = self.ask(claims, statement).await.expect(statement);
        rows[0].get(0)
    }

    /// One text, or null.
    pub async fn text(&self, claims: &str, statement: &str) -> Option<String> {
        let rows = self.ask(claims, statement).await.expect(statement);
        rows[0].get(0)
    }

    /// How many rows a statement that writes touched.
    pub async fn touched(&self, claims: &str, statement: &str) -> Result<i64, String> {
        let statement = format!("with touched as ({statement} returning 1) select count(*) from touched");
        match self.ask(claims, &statement).await {
            Ok(rows) => Ok(rows[0].get(0)),
            Err(error) => Err(code(&error)),
        }
    }
}

/// Asks as PostgREST does: a role and a setting, both for this transaction only. It is rolled back.
pub async fn ask(
    connection: &mut PgConnection,
    role: &str,
    claims: &str,
    statement: &str,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let mut transaction = connection.begin().await.expect("begins");
    run(&mut transaction, &format!("set local role {role}")).await;
    sqlx::query("select set_config('request.jwt.claims', $1, true)")
        .bind(claims)
        .execute(&mut *transaction)
        .await
        .expect("set");
    let answer = sqlx::query(AssertSqlSafe(statement.to_owned()))
        .fetch_all(&mut *transaction)
        .await;
    transaction.rollback().await.expect("rolls back");
    answer
}

/// Runs statements that must succeed.
pub async fn run(connection: &mut PgConnection, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statements}"));
}

/// The SQLSTATE of a failure.
pub fn code(error: &sqlx::Error) -> String {
    let database = error.as_database_error().expect("the database's own");
    database.code().expect("a code").into_owned()
}

/// A name.
pub fn name(text: &str) -> Identifier {
    Identifier::parse(text).expect("a name")
}
