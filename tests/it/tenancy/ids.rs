//! Ids are read in either case, wherever they come from (RFC 9562 §4), and always said in lower case.

use serde_json::json;

use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};

fn upper(id: impl std::fmt::Display) -> String {
    let text = id.to_string().to_uppercase();
    assert_ne!(text, id.to_string(), "an id without a letter shows nothing");
    text
}

/// In the paths, pages and bodies of the API.
#[tokio::test]
async fn the_api_reads_ids_in_either_case() {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    let caller = Caller::new(&app, &console(&app).await, &ada).await;
    let place = format!("/organizations/{}", upper(&acme.id));
    let shown = caller.get(&place).await;
    assert_eq!((shown.status, &shown.json()["id"]), (200, &json!(acme.id)));
    let member = caller.get(&format!("{place}/members/{}", upper(&bob.id))).await;
    assert_eq!((member.status, &member.json()["user_id"]), (200, &json!(bob.id)));
    let made = caller
        .post(&format!("{place}/workspaces"), json!({ "name": "Launch" }))
        .await;
    let workspace = made.json()["id"].as_str().expect("an id").to_owned();
    let seat = format!(
        "{place}/workspaces/{}/members/{}",
        upper(&workspace),
        upper(&bob.id)
    );
    assert_eq!(caller.put(&seat, json!({ "role": "viewer" })).await.status, 204);
    let switch = json!({ "organization": upper(&acme.id) });
    let switched = caller.put("/organizations/active", switch).await;
    assert_eq!(
        (switched.status, &switched.json()["organization"]),
        (200, &json!(acme.id))
    );
    // A cursor belongs to the list, however its organization was written.
    let first = caller.get(&format!("{place}/members?limit=1")).await.json();
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let rest = caller
        .get(&format!("/organizations/{}/members?cursor={cursor}", acme.id))
        .await;
    assert_eq!(
        (rest.status, rest.json()["items"].as_array().map(Vec::len)),
        (200, Some(1))
    );
}

/// In `organization=`, in the scope `organization:…`, and at refresh.
#[tokio::test]
async fn an_organization_is_asked_for_in_either_case() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let (acme, globex) = (
        an_organization(&app, "acme", &ada, None).await,
        an_organization(&app, "globex", &ada, None).await,
    );
    let web = app.relying_party(&a_client("web").create(&app).await);
    let scope = format!("openid organization:{}", upper(&acme.id));
    for asked in [("organization", upper(&acme.id)), ("scope", scope)] {
        let tokens = web.tokens(&app, &ada, &[(asked.0, &asked.1)]).await;
        let access = tokens["access_token"].as_str().expect("an access token");
        assert_eq!(claims(access)["org_id"], json!(acme.id), "{asked:?}");
    }
    let both = [
        ("organization", upper(&acme.id)),
        ("scope", format!("openid organization:{}", acme.id)),
    ];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let tokens = web.tokens(&app, &ada, &both).await;
    let refresh = tokens["refresh_token"].as_str().expect("a refresh token");
    let elsewhere = web
        .refresh(refresh, &[("organization", &upper(&globex.id))])
        .await;
    let elsewhere = elsewhere.json();
    let access = elsewhere["access_token"].as_str().expect("an access token");
    assert_eq!(claims(access)["org_id"], json!(globex.id));
}

/// On the command line; an id that is given to a new account is kept in the form in which it is found again.
#[tokio::test]
async fn commands_read_ids_in_either_case() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let signet = Signet::on(&app.database);
    let organization = signet.json(&["org", "show", &upper(&acme.id)]).await;
    assert_eq!(organization["id"], json!(acme.id));
    let organization = upper(&acme.id);
    let made = ["workspace", "create", "--org", &organization, "--name", "Launch"];
    let made = signet.json(&made).await;
    let workspace = upper(made["id"].as_str().expect("an id"));
    let shown = [
        "workspace",
        "show",
        "--org",
        &organization,
        "--workspace",
        &workspace,
    ];
    assert_eq!(signet.json(&shown).await["name"], "Launch");
    let id = "0190C1A2-7B7C-7DEF-8123-456789ABCDEF";
    let made = [
        "user",
        "create",
        "--no-password",
        "--email",
        "bob@example.test",
        "--id",
        id,
    ];
    assert_eq!(signet.json(&made).await["user_id"], id.to_lowercase());
    for spelling in [id, &id.to_lowercase()] {
        let shown = signet.json(&["user", "show", spelling]).await;
        assert_eq!(shown["user_id"], id.to_lowercase());
    }
}
