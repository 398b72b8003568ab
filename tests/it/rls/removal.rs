//! TN-06 in the database that signet itself uses: a removed member's token is dead at once, before it expires.

use signet::rls::Identifier;
use signet::rls::kit::{Epoch, Kit, install};
use signet::rls::policy::{OrgRoles, PolicyRequest, Template, apply};
use sqlx::{Connection as _, PgConnection, Row as _};

use super::database::{ask, name, run};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::fixtures::{a_client, a_person, an_organization};

/// A product's table in signet's own database, for a role of the test.
async fn product(app: &TestApp, epoch: Epoch) -> Identifier {
    let mut admin = app.database.admin().await;
    let database: String = sqlx::query("select current_database()")
        .fetch_one(&mut admin)
        .await
        .expect("a name")
        .get(0);
    let person = name(&format!("{database}_person"));
    run(
        &mut admin,
        &format!("create role {person} nologin; grant {person} to signet_owner"),
    )
    .await;
    let mut owner = PgConnection::connect(&app.database.owner_url)
        .await
        .expect("the owner may connect");
    let mut kit = Kit::new(name("auth"));
    kit.grant_to = vec![person.clone()];
    kit.epoch = epoch;
    install(&mut owner, &kit).await.expect("installed");
    run(
        &mut owner,
        &format!("create table public.notes (org_id text not null, body text); grant select on public.notes to {person}"),
    )
    .await;
    let request = PolicyRequest {
        table: "public.notes".parse().expect("a name"),
        kit: kit.schema,
        template: Template::Read,
        tenant_column: Some(name("org_id")),
        owner_column: None,
        read: OrgRoles::parse("any"),
        write: OrgRoles::parse("any"),
        delete: OrgRoles::parse("any"),
        to: vec![person.clone()],
        grant: false,
    };
    apply(&mut owner, &request).await.expect("applied");
    person
}

async fn rows(app: &TestApp, person: &Identifier, token: &serde_json::Value) -> i64 {
    let mut owner = PgConnection::connect(&app.database.owner_url)
        .await
        .expect("the owner may connect");
    let statement = "select count(*) from public.notes";
    let rows = ask(&mut owner, person.as_str(), &token.to_string(), statement).await;
    rows.expect("a count")[0].get(0)
}

/// Issue 4, point 6: with the epoch a removal counts with the next statement, without it when the token expires. The
/// one who stays notices nothing.
#[tokio::test]
async fn tn_06_a_removed_members_token_is_dead_at_once() {
    for (epoch, after) in [(Epoch::Local, 0), (Epoch::None, 1)] {
        let app = TestApp::new().await;
        let relying_party = app.relying_party(&a_client("shop").create(&app).await);
        let ada = a_person("ada").create(&app).await;
        let bob = a_person("bob").create(&app).await;
        let acme = an_organization(&app, "acme", &ada, None).await;
        acme.add(&app, &bob, "member").await;
        let person = product(&app, epoch).await;
        let organization = acme.id.as_str();
        run(
            &mut app.database.admin().await,
            &format!("insert into public.notes values ('{organization}', 'ours'), ('other', 'theirs')"),
        )
        .await;
        let mut tokens = Vec::new();
        for member in [&ada, &bob] {
            let said = relying_party
                .tokens(&app, member, &[("organization", "acme")])
                .await;
            tokens.push(claims(said["access_token"].as_str().expect("a token")));
        }
        for token in &tokens {
            assert_eq!(rows(&app, &person, token).await, 1, "{epoch:?}");
        }
        acme.remove(&app, &bob).await;
        assert_eq!(rows(&app, &person, &tokens[0]).await, 1, "{epoch:?}: who stays");
        assert_eq!(
            rows(&app, &person, &tokens[1]).await,
            after,
            "{epoch:?}: who was removed"
        );
        acme.add(&app, &bob, "member").await;
        assert_eq!(
            rows(&app, &person, &tokens[1]).await,
            after,
            "{epoch:?}: an old token stays dead"
        );
        let said = relying_party
            .tokens(&app, &bob, &[("organization", "acme")])
            .await;
        let anew = claims(said["access_token"].as_str().expect("a token"));
        assert_eq!(rows(&app, &person, &anew).await, 1, "{epoch:?}: who comes back");
    }
}
