//! The example of `examples/downstream`, set up as its own script does it, asked with tokens that signet has minted.

use serde_json::{Value, json};
use signet::rls::kit::{Kit, install};
use sqlx::Row as _;

use super::database::{ask, code, name, run};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};
use crate::support::database::EmptyDatabase;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/downstream");

/// A product's database.
pub struct Example {
    pub database: EmptyDatabase,
    pub owner: String,
}

impl Example {
    /// What `examples/downstream/set-up` does, without `psql`.
    pub async fn set_up() -> Self {
        let database = EmptyDatabase::new().await;
        let owner = format!("{}_owner", database.name);
        let mut admin = database.connect("postgres").await;
        run(&mut admin, &file("roles.sql")).await;
        run(
            &mut admin,
            &format!(
                "create role {owner} login; grant create on database {} to {owner}",
                database.name
            ),
        )
        .await;
        let example = Self { database, owner };
        for _ in 0..2 {
            example.bring_up_to_date().await;
        }
        example
    }

    async fn bring_up_to_date(&self) {
        let mut owner = self.database.connect(&self.owner).await;
        run(&mut owner, &file("schema.sql")).await;
        let mut kit = Kit::new(name("auth"));
        kit.grant_to = ["authenticated", "anon", "service"].map(name).to_vec();
        install(&mut owner, &kit).await.expect("installed");
        let url = self.database.url(&self.owner).await;
        for line in file("policies").lines().filter(|line| !line.starts_with('#')) {
            let words = ["rls", "policy", "--database", &url, "--apply"].into_iter();
            let ran = Signet::unconfigured()
                .run(&words.chain(line.split_whitespace()).collect::<Vec<_>>())
                .await;
            assert_eq!(ran.code, 0, "{line}: {}", ran.errors);
        }
        run(&mut owner, &file("service.sql")).await;
    }

    /// Rows of a table, as a request of the gateway.
    async fn count(&self, role: &str, token: &Value, table: &str) -> i64 {
        let statement = format!("select count(*) from app.{table}");
        let rows = ask(
            &mut self.database.connect("gateway").await,
            role,
            &token.to_string(),
            &statement,
        )
        .await;
        rows.unwrap_or_else(|error| panic!("{table}: {error}"))[0].get(0)
    }

    /// What becomes of a statement that writes, which is kept if it succeeds: `ok`, or an SQLSTATE.
    async fn write(&self, role: &str, token: &Value, statement: &str) -> String {
        let mut gateway = self.database.connect("gateway").await;
        run(&mut gateway, &format!("begin; set local role {role}")).await;
        sqlx::query("select auth.set_claims($1)")
            .bind(token)
            .execute(&mut gateway)
            .await
            .expect("set");
        let written = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut gateway)
            .await;
        run(&mut gateway, if written.is_ok() { "commit" } else { "rollback" }).await;
        match written {
            Ok(done) if done.rows_affected() > 0 => "ok".to_owned(),
            Ok(_) => "no row".to_owned(),
            Err(error) => code(&error),
        }
    }
}

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}")).expect("the example is there")
}

/// Two organizations with an owner each, and a viewer in the first; what their access tokens say.
async fn tokens() -> [Value; 3] {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("shop").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let eve = a_person("eve").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    an_organization(&app, "globex", &bob, None).await;
    acme.add(&app, &eve, "viewer").await;
    let mut said = Vec::new();
    for (person, organization) in [(&ada, "acme"), (&bob, "globex"), (&eve, "acme")] {
        let tokens = relying_party
            .tokens(&app, person, &[("organization", organization)])
            .await;
        said.push(claims(tokens["access_token"].as_str().expect("a token")));
    }
    said.try_into().expect("three")
}

fn of<'a>(token: &'a Value, claim: &str) -> &'a str {
    token[claim].as_str().expect("a claim")
}

fn store(organization: &str) -> String {
    format!("insert into app.stores values ('{organization}', 's1', null, 'one.example.com', 'One')")
}

/// Issue 4, point 8: the claims alone keep two organizations apart, and a viewer from writing.
#[tokio::test]
async fn organizations_are_apart_by_the_tokens_claims_alone() {
    let example = Example::set_up().await;
    let [ada, bob, eve] = tokens().await;
    let (acme, globex) = (of(&ada, "org_id"), of(&bob, "org_id"));
    // The same key in both: neither learns of the other.
    assert_eq!(example.write("authenticated", &ada, &store(acme)).await, "ok");
    assert_eq!(example.write("authenticated", &bob, &store(globex)).await, "ok");
    assert_eq!(example.write("authenticated", &bob, &store(acme)).await, "42501");
    assert_eq!(
        example.write("authenticated", &eve, &store(acme)).await,
        "42501",
        "a viewer writes nothing"
    );
    for (token, rows) in [
        (&ada, 1),
        (&bob, 1),
        (&eve, 1),
        (&json!({}), 0),
        (&json!({"org_id": "x"}), 0),
    ] {
        assert_eq!(
            example.count("authenticated", token, "stores").await,
            rows,
            "{token}"
        );
    }
    for statement in [
        "update app.stores set display_name = 'x'",
        "delete from app.stores",
    ] {
        assert_eq!(
            example.write("authenticated", &eve, statement).await,
            "no row",
            "{statement}"
        );
    }
    let steal = format!("update app.stores set org_id = '{globex}'");
    assert_eq!(example.write("authenticated", &ada, &steal).await, "42501");
    assert_eq!(
        example
            .write("authenticated", &ada, "delete from app.stores")
            .await,
        "ok"
    );
    assert_eq!(
        example.count("authenticated", &bob, "stores").await,
        1,
        "another's is untouched"
    );
    let anon = ask(
        &mut example.database.connect("gateway").await,
        "anon",
        "",
        "select 1 from app.stores",
    )
    .await;
    assert_eq!(code(&anon.expect_err("no right")), "42501");
}

/// Members write their own messages; a session is its maker's or an admin's to change.
#[tokio::test]
async fn what_people_write_is_theirs() {
    let example = Example::set_up().await;
    let [ada, bob, eve] = tokens().await;
    let acme = of(&ada, "org_id");
    let session = |user: &str| {
        format!("insert into app.chat_sessions values ('{acme}', 'c-{user}', '{user}', 'Hello')")
    };
    let message = |user: &str, id: &str| {
        format!(
            "insert into app.chat_messages (org_id, chat_id, message_id, user_id, content, created_at) \
             values ('{acme}', 'c-{}', '{id}', '{user}', 'Hi', '2026-03-01')",
            of(&ada, "sub")
        )
    };
    assert_eq!(
        example
            .write("authenticated", &ada, &session(of(&ada, "sub")))
            .await,
        "ok"
    );
    assert_eq!(
        example
            .write("authenticated", &ada, &message(of(&ada, "sub"), "1"))
            .await,
        "ok"
    );
    assert_eq!(
        example
            .write("authenticated", &ada, &message(of(&bob, "sub"), "2"))
            .await,
        "42501",
        "in another's name"
    );
    assert_eq!(
        example
            .write("authenticated", &eve, &message(of(&eve, "sub"), "3"))
            .await,
        "42501",
        "a viewer reads"
    );
    assert_eq!(example.count("authenticated", &eve, "chat_messages").await, 1);
    assert_eq!(example.count("authenticated", &bob, "chat_messages").await, 0);
    let mut member = eve.clone();
    member["org_role"] = json!("member");
    assert_eq!(
        example
            .write(
                "authenticated",
                &member,
                "update app.chat_messages set content = 'x'"
            )
            .await,
        "no row"
    );
    assert_eq!(
        example
            .write(
                "authenticated",
                &ada,
                "update app.chat_messages set content = 'x'"
            )
            .await,
        "ok"
    );
}

/// Contracts section 5: the claim `modules` decides about artifacts, whatever the role is.
#[tokio::test]
async fn modules_permit_artifacts() {
    let example = Example::set_up().await;
    let [ada, _, eve] = tokens().await;
    let artifact = |token: &Value| {
        let (organization, user) = (of(token, "org_id"), of(token, "sub"));
        format!("insert into app.artifacts values ('{organization}', '{user}', null, '{user}', 'Plan')")
    };
    let with = |token: &Value, modules: Value| {
        let mut token = token.clone();
        token["modules"] = modules;
        token
    };
    let writer = with(&eve, json!({"artifacts": "rw"}));
    assert_eq!(
        example.write("authenticated", &writer, &artifact(&eve)).await,
        "ok"
    );
    assert_eq!(
        example.write("authenticated", &writer, &artifact(&ada)).await,
        "42501",
        "in another's name"
    );
    for (modules, rows) in [
        (json!({}), 0),
        (json!({"artifacts": "r"}), 1),
        (json!({"*": "r"}), 1),
        (json!({"chat": "rwa"}), 0),
    ] {
        let reader = with(&ada, modules.clone());
        assert_eq!(
            example.count("authenticated", &reader, "artifacts").await,
            rows,
            "{modules}"
        );
        assert_eq!(
            example.write("authenticated", &reader, &artifact(&ada)).await,
            "42501",
            "{modules}"
        );
    }
    assert_eq!(
        example
            .write("authenticated", &writer, "delete from app.artifacts")
            .await,
        "no row"
    );
    let admin = with(&ada, json!({"*": "rwa"}));
    assert_eq!(
        example
            .write("authenticated", &admin, "delete from app.artifacts")
            .await,
        "ok"
    );
}

/// Jobs write for every organization by a service's token, and by no person's.
#[tokio::test]
async fn jobs_write_figures_that_members_read() {
    let example = Example::set_up().await;
    let [ada, bob, eve] = tokens().await;
    let app = TestApp::new().await;
    let robot = app.relying_party(&a_client("robot").service().create(&app).await);
    let reply = robot.token(&[("grant_type", "client_credentials")]).await.json();
    let service = claims(reply["access_token"].as_str().expect("a token"));
    let (acme, globex) = (of(&ada, "org_id"), of(&bob, "org_id"));
    run(
        &mut example.database.connect("postgres").await,
        "insert into app.metric_definitions values ('revenue', 'shopify', 'EUR')",
    )
    .await;
    for (token, organization) in [(&ada, acme), (&bob, globex)] {
        assert_eq!(
            example.write("authenticated", token, &store(organization)).await,
            "ok"
        );
    }
    let event = |organization: &str, id: &str, month: &str| {
        format!(
            "insert into app.metric_events (org_id, event_id, store_id, source, metric_key, value, recorded_at) \
             values ('{organization}', '{id}', 's1', 'shopify', 'revenue', 1, '2026-{month}-01')"
        )
    };
    for (organization, id, month) in [(acme, "1", "02"), (acme, "2", "12"), (globex, "1", "03")] {
        assert_eq!(
            example
                .write("service", &service, &event(organization, id, month))
                .await,
            "ok"
        );
    }
    assert_eq!(
        example.write("service", &ada, &event(acme, "9", "02")).await,
        "42501",
        "a person is no service"
    );
    assert_eq!(
        example
            .write("authenticated", &ada, &event(acme, "9", "02"))
            .await,
        "42501"
    );
    assert_eq!(
        example
            .write("authenticated", &service, &event(acme, "9", "02"))
            .await,
        "42501"
    );
    for (token, events) in [(&ada, 2), (&eve, 2), (&bob, 1), (&service, 0), (&json!({}), 0)] {
        assert_eq!(
            example.count("authenticated", token, "metric_events").await,
            events,
            "{token}"
        );
    }
    for (token, definitions) in [(&ada, 1), (&service, 1), (&json!([]), 0)] {
        assert_eq!(
            example.count("authenticated", token, "metric_definitions").await,
            definitions,
            "{token}"
        );
    }
    // A part of the table is nobody's to read.
    let part = "select 1 from app.metric_events_2026_02";
    let refused = ask(
        &mut example.database.connect("gateway").await,
        "authenticated",
        &ada.to_string(),
        part,
    )
    .await;
    assert_eq!(code(&refused.expect_err("no right")), "42501");
}
