//! What only owners do (attacks.md, TN-09): they decide who may do what with modules, and what kind of organization it
//! is, on which its modules depend.

use serde_json::json;

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::fixtures::{a_person, an_organization};

async fn app() -> TestApp {
    TestApp::with(|config| {
        config.modules.allowlist.team = vec!["notes".to_owned()];
        config.modules.allowlist.club = vec!["notes".to_owned(), "times".to_owned()];
    })
    .await
}

/// An owner who takes a module from owners gets it back, in a shared organization and in the own personal space.
#[tokio::test]
async fn an_owner_gives_back_what_they_took_from_owners() {
    let app = app().await;
    let console = console(&app).await;
    let olga = a_person("olga").create(&app).await;
    let acme = an_organization(&app, "acme", &olga, None).await;
    let own = crate::claims::outputs::personal_space(&app, &olga).await;
    for organization in [acme.id.to_string(), own] {
        let owner = Caller::new(&app, &console, &olga).await;
        let entry = format!("/organizations/{organization}/modules/owner/notes");
        let taken = owner.put(&entry, json!({"access": "none"})).await;
        assert_eq!(taken.status, 204, "{}", taken.body);
        let owner = Caller::new(&app, &console, &olga).await;
        let given = owner.put(&entry, json!({"access": "read"})).await;
        assert_eq!(given.status, 204, "{}", given.body);
        assert_eq!(owner.delete(&entry).await.status, 204);
    }
}

/// TN-09: another type has other modules and none of the entries' denials, so that an admin does not choose it.
#[tokio::test]
async fn tn_09_only_an_owner_changes_the_type() {
    let app = app().await;
    let console = console(&app).await;
    let (olga, adam) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &olga, None).await;
    acme.add(&app, &adam, "admin").await;
    let (owner, admin) = (
        Caller::new(&app, &console, &olga).await,
        Caller::new(&app, &console, &adam).await,
    );
    let path = format!("/organizations/{}", acme.id);
    let refused = admin.patch(&path, json!({"name": "Club", "type": "club"})).await;
    assert_problem(&refused, 403, "forbidden");
    assert!(refused.body.contains("owner"), "{}", refused.body);
    let shown = admin.get(&path).await.json();
    assert_eq!((&shown["type"], &shown["name"]), (&json!("team"), &json!("acme")));
    let changed = owner.patch(&path, json!({"type": "club"})).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}
