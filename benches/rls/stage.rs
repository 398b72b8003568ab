//! The stage: a private PostgreSQL, one large table of many organizations, the kit and its policies.

use std::path::Path;
use std::time::Duration;

use signet::dev::postgres::{Cluster, Settings};
use signet::rls::Identifier;
use signet::rls::kit::{Epoch, Kit, install};
use signet::rls::policy::{OrgRoles, PolicyRequest, Template, apply};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const DATABASE: &str = "bench";

/// What a token says: the claims of one of ours.
const CLAIMS: &str = r#"{"iss":"https://login.example.com","aud":"https://api.example.com","sub":"0198c0de-0000-7000-8000-000000000001","client_id":"shop","scope":"email openid profile","sid":"0198c0de-0000-7000-8000-000000000002","grant_id":"0198c0de-0000-7000-8000-000000000003","jti":"0198c0de-0000-7000-8000-000000000004","iat":1795251370,"exp":1795252270,"org_id":"@organization@","org_role":"member","user_role":"member","role":"user","tier":"beta","mv":"3.1.4"}"#;

/// Everything that is measured on.
pub(crate) struct Stage {
    cluster: Cluster,
    /// PostgreSQL's version.
    pub(crate) version: String,
    /// Whose rows are asked for, from the middle.
    pub(crate) organization: String,
    /// One of them, from the middle too.
    pub(crate) row: u32,
}

impl Stage {
    /// Starts PostgreSQL and fills the table.
    pub(crate) async fn set(folder: &Path, rows: u32, organizations: u32) -> anyhow::Result<Self> {
        let cluster = Cluster::start(&Settings {
            data_dir: folder.to_owned(),
            binaries: None,
            fsync: false,
            shared: false,
        })
        .await?;
        let mut admin = PgConnection::connect(&cluster.url("postgres", "postgres")).await?;
        let version = sqlx::query_scalar("show server_version")
            .fetch_one(&mut admin)
            .await?;
        run(&mut admin, "create role owner login; create role person login").await?;
        run(&mut admin, "create database bench owner owner").await?;
        admin.close().await?;
        let middle = organizations / 2;
        let stage = Self {
            cluster,
            version,
            organization: format!("org-{middle:04}"),
            row: middle + rows / organizations / 4 * organizations,
        };
        run(
            &mut stage.connect("owner").await?,
            &format!(
                "create table events (
                     org_id text not null, id bigint not null, kind text not null, amount numeric not null,
                     at timestamptz not null, primary key (org_id, id));
                 insert into events
                 select 'org-' || lpad((n % {organizations})::text, 4, '0'), n, 'kind ' || n % 20, n % 997,
                     timestamptz '2026-01-01' + n * interval '1 second'
                 from generate_series(1, {rows}) n
                 order by n % {organizations};
                 grant select on events to person"
            ),
        )
        .await?;
        run(
            &mut stage.connect("owner").await?,
            "vacuum (analyze, freeze) events",
        )
        .await?;
        Ok(stage)
    }

    /// Installs the kit, and the policies with it.
    pub(crate) async fn install(&self, epoch: Epoch) -> anyhow::Result<()> {
        let mut owner = self.connect("owner").await?;
        let mut kit = Kit::new(Identifier::parse("auth")?);
        kit.epoch = epoch;
        kit.grant_to = vec![Identifier::parse("person")?];
        install(&mut owner, &kit).await?;
        if let Epoch::Synced(_) = epoch {
            run(
                &mut owner,
                "insert into auth.epoch_sync (received_at) values (clock_timestamp())
                 on conflict (singleton) do update set received_at = excluded.received_at;
                 insert into auth.epoch_cutoffs
                 select 'user-' || n, '', 1, clock_timestamp() from generate_series(1, 10000) n
                 on conflict do nothing;
                 analyze auth.epoch_cutoffs",
            )
            .await?;
        }
        let request = PolicyRequest {
            table: "public.events".parse()?,
            kit: kit.schema.clone(),
            template: Template::WriteByRole,
            tenant_column: Some(Identifier::parse("org_id")?),
            owner_column: None,
            read: OrgRoles::parse("any"),
            write: OrgRoles::parse("member"),
            delete: OrgRoles::parse("admin"),
            to: kit.grant_to,
            grant: false,
        };
        apply(&mut owner, &request).await?;
        Ok(())
    }

    /// A connection that no policy binds: the query says the organization itself.
    pub(crate) async fn unbound(&self) -> anyhow::Result<PgConnection> {
        let mut connection = self.connect("postgres").await?;
        run(&mut connection, "begin").await?;
        Ok(connection)
    }

    /// A connection of a person: in a transaction, with the claims of a token.
    pub(crate) async fn person(&self) -> anyhow::Result<PgConnection> {
        let mut connection = self.connect("person").await?;
        run(&mut connection, "begin").await?;
        sqlx::query("select auth.set_claims($1)")
            .bind(CLAIMS.replace("@organization@", &self.organization))
            .execute(&mut connection)
            .await?;
        Ok(connection)
    }

    /// The plans of the query that the bar is for, with and without policy.
    pub(crate) async fn plans(&self) -> anyhow::Result<Vec<(&'static str, String)>> {
        self.install(Epoch::None).await?;
        let explain = "explain (analyze, costs off, timing off, summary off)";
        let literal = format!(
            "{explain} select count(*), sum(amount) from events where org_id = '{}'",
            self.organization
        );
        let policy = format!("{explain} select count(*), sum(amount) from events");
        Ok(vec![
            (
                "EXPLAIN, organization in the query",
                plan(&mut self.unbound().await?, literal).await?,
            ),
            (
                "EXPLAIN, organization by the policy",
                plan(&mut self.person().await?, policy).await?,
            ),
        ])
    }

    /// Stops PostgreSQL.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        Ok(self.cluster.stop().await?)
    }

    async fn connect(&self, role: &str) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&self.cluster.url(role, DATABASE)).await?)
    }
}

/// A copy of cut-offs that stays young for the length of a run.
pub(crate) const SYNCED: Epoch = Epoch::Synced(Duration::from_hours(1));

async fn plan(connection: &mut PgConnection, statement: String) -> anyhow::Result<String> {
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_all(connection)
        .await?;
    Ok(lines.join("\n"))
}

async fn run(connection: &mut PgConnection, statements: &str) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(connection)
        .await?;
    Ok(())
}
