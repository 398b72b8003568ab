//! Who did it stands beside each security event.

use serde_json::json;

use super::caller::{Caller, console};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::login_enumeration::attempt;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};

/// The actor of the newest event of a name.
async fn actor(app: &TestApp, name: &str) -> (String, Option<String>) {
    sqlx::query_as(
        "select actor_kind, actor_id from auth.security_events where event_type = $1 order by occurred_at desc, id desc limit 1",
    )
    .bind(name)
    .fetch_one(&mut app.database.admin().await)
    .await
    .expect("an event with an actor")
}

/// A person by what they proved, whichever door they came through; a client where it acts by itself; an operator by
/// their name in the operating system; nobody where nothing was proven.
#[tokio::test]
async fn each_event_says_who_did_it() {
    let app = TestApp::new().await;
    let owner = a_person("owner").create(&app).await;
    let member = a_person("member").create(&app).await;
    let is = |kind: &str, id: &str| (kind.to_owned(), Some(id.to_owned()));

    attempt(&app.browser(), &owner.email, "wrong password").await;
    assert_eq!(actor(&app, "LOGIN_FAILURE").await, ("anonymous".to_owned(), None));

    let web = app.relying_party(&a_client("web").create(&app).await);
    let code = web.code(&app, &owner, &[]).await;
    assert_eq!(
        actor(&app, "LOGIN_SUCCESS").await,
        is("person", owner.id.as_str())
    );
    assert_eq!(web.exchange(&code).await.status, 200);
    web.exchange(&code).await.assert_error(400, "invalid_grant");
    assert_eq!(actor(&app, "CODE_REPLAYED").await, is("client", &web.client.id));

    let page = app.relying_party(&a_client("page").public().create(&app).await);
    let code = page.code(&app, &owner, &[]).await;
    assert_eq!(page.exchange(&code).await.status, 200);
    page.exchange(&code).await.assert_error(400, "invalid_grant");
    let nobody = "select count(*) from auth.security_events
        where event_type = 'CODE_REPLAYED' and client_id = 'page' and actor_kind = 'anonymous'";
    assert_eq!(
        count(&app, nobody).await,
        1,
        "anybody can say a public client's name"
    );

    let acme = an_organization(&app, "acme", &owner, None).await;
    acme.add(&app, &member, "viewer").await;
    assert_eq!(actor(&app, "MEMBER_ADDED").await.0, "system", "the test itself");
    let caller = Caller::new(&app, &console(&app).await, &owner).await;
    let path = format!("/organizations/{}/members/{}", acme.id, member.id);
    let changed = caller.patch(&path, json!({ "role": "member" })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(
        actor(&app, "MEMBER_ROLE_CHANGED").await,
        is("person", owner.id.as_str())
    );

    let signet = Signet::on(&app.database);
    assert_eq!(signet.run(&["client", "disable", "web"]).await.code, 0);
    let (kind, operator) = actor(&app, "CLIENT_DISABLED").await;
    assert_eq!(kind, "operator");
    assert!(
        operator.is_some_and(|name| name.ends_with(')')),
        "name and number"
    );
}
