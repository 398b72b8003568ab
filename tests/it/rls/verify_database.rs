//! A database downstream that is verified, made from a few statements.

use serde::Serialize;
use serde_json::Value;
use signet::rls::kit::{Kit, install};
use signet::rls::verify::{Finding, Locking, Report, Settings, VerifyError, run};
use sqlx::AssertSqlSafe;

use super::database::{name as name_of, run as run_all};
use crate::support::database::EmptyDatabase;

/// Stands for the kit among the statements of a database.
pub const KIT: &str = "the kit";
/// Tables as the kit's templates write them.
pub const CLEAN: &str = include_str!("seeds/clean.sql");

/// Such a database.
pub struct Verified {
    /// As the tables' owner, who may become the role of people's requests.
    pub url: String,
    pub name: String,
    database: EmptyDatabase,
}

impl Verified {
    /// A database with these statements run as its owner; `:person` is the role of people's requests.
    pub async fn new(statements: &[&str]) -> Self {
        let database = EmptyDatabase::new().await;
        let name = database.name.clone();
        let verified = Self {
            url: database.url(&format!("{name}_owner")).await,
            name,
            database,
        };
        verified
            .run_as_admin(&format!(
                "create role :owner login;
                 create role :person nologin;
                 grant :person to :owner;
                 grant create, connect on database {} to :owner;
                 grant all on schema public to :owner with grant option",
                verified.name
            ))
            .await;
        for statement in statements {
            if *statement == KIT {
                let mut kit = Kit::new(name_of("auth"));
                kit.grant_to = vec![name_of(&format!("{}_person", verified.name))];
                let mut owner = verified
                    .database
                    .connect(&format!("{}_owner", verified.name))
                    .await;
                install(&mut owner, &kit).await.expect("installed");
            } else {
                verified.run(statement).await;
            }
        }
        verified
    }

    /// With the roles of this database.
    pub fn named(&self, statements: &str) -> String {
        statements
            .replace(":person", &format!("{}_person", self.name))
            .replace(":owner", &format!("{}_owner", self.name))
    }

    /// Runs statements as the owner.
    pub async fn run(&self, statements: &str) {
        let mut owner = self.database.connect(&format!("{}_owner", self.name)).await;
        run_all(&mut owner, &self.named(statements)).await;
    }

    /// Runs statements as the cluster's superuser.
    pub async fn run_as_admin(&self, statements: &str) {
        let mut admin = self.database.connect("postgres").await;
        run_all(&mut admin, &self.named(statements)).await;
    }

    /// What one statement answers, asked by the superuser.
    pub async fn ask(&self, statement: &str) -> Value {
        let mut admin = self.database.connect("postgres").await;
        sqlx::query_scalar(AssertSqlSafe(statement.to_owned()))
            .fetch_one(&mut admin)
            .await
            .expect("an answer")
    }

    /// A table with the kit's policies for reading and writing by role; `:t` stands for its name.
    pub async fn isolate(&self, table: &str) {
        let statements = "alter table :t enable row level security;
            alter table :t force row level security;
            create policy r on :t for select to :person using (org_id = (select auth.org_id()));
            create policy i on :t for insert to :person
                with check (org_id = (select auth.org_id()) and (select auth.has_org_role('member')));
            create policy u on :t for update to :person
                using (org_id = (select auth.org_id()) and (select auth.has_org_role('member')))
                with check (org_id = (select auth.org_id()) and (select auth.has_org_role('member')));
            create policy d on :t for delete to :person
                using (org_id = (select auth.org_id()) and (select auth.has_org_role('member')));
            grant select, insert, update, delete on :t to :person";
        self.run(&statements.replace(":t", table)).await;
    }

    /// Verifies as the owner.
    pub async fn verify(&self, change: impl FnOnce(&mut Settings)) -> Report {
        self.try_verify(change).await.expect("verified")
    }

    /// The same where it may not be possible.
    pub async fn try_verify(&self, change: impl FnOnce(&mut Settings)) -> Result<Report, VerifyError> {
        let mut settings = Settings::default();
        change(&mut settings);
        run(&self.url, &settings).await
    }

    /// The report as JSON, with the roles' names as the statements have them.
    pub fn tidy(&self, report: &impl Serialize) -> Value {
        let text = serde_json::to_string(report).expect("JSON");
        let text = text
            .replace(&format!("{}_person", self.name), "person")
            .replace(&format!("{}_owner", self.name), "owner")
            .replace(&self.name, "shop");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// What was found, as `code table`, each once.
pub fn found(report: &Report) -> Vec<String> {
    let mut found: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding.code.name(),
                finding.table.as_deref().unwrap_or("-")
            )
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Lets tables be locked, so that rows can be put where no role may put them.
pub fn exclusively(settings: &mut Settings) {
    settings.locking = Locking::Exclusive;
}

/// The finding of this code, about this table or about none.
pub fn one<'a>(report: &'a Report, code: &str, table: Option<&str>) -> &'a Finding {
    let mut findings = report.findings.iter();
    findings
        .find(|finding| finding.code.name() == code && finding.table.as_deref() == table)
        .unwrap_or_else(|| panic!("{code} {table:?} is not in {:#?}", found(report)))
}

/// Asserts that something was found, and says what was.
pub fn assert_found(report: &Report, wanted: &[&str]) {
    let found = found(report);
    for one in wanted {
        assert!(
            found.iter().any(|known| known == one),
            "{one} is not in {found:#?}"
        );
    }
}

/// A table for each of these conditions to read by, `orders_1` and so on; `:orders` stands for its name.
pub async fn read_by(before: &str, conditions: &[&str]) -> Vec<String> {
    let table = "create table :orders (org_id text not null, order_id text not null, buyer text, title text, \"from\" text,
            primary key (org_id, order_id));
        alter table :orders enable row level security;
        alter table :orders force row level security;
        grant select on :orders to :person;
        create policy r on :orders for select to :person using";
    let tables = (1..).zip(conditions).map(|(number, condition)| {
        let table = format!("{table} ({condition})");
        table.replace(":orders", &format!("orders_{number}"))
    });
    let tables: Vec<String> = tables.collect();
    let database = Verified::new(&[KIT, before, &tables.join(";")]).await;
    found(&database.verify(exclusively).await)
}

/// Whether this was found of the table with this number.
pub fn has(found: &[String], code: &str, table: usize) -> bool {
    let wanted = format!("{code} public.orders_{table}");
    found.contains(&wanted)
}
