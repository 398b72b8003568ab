//! `signet consent`.

use insta::assert_json_snapshot;

use super::program::{Signet, tidy};
use crate::app::TestApp;
use crate::attack::holdings::{assert_dead, assert_live, sql};
use crate::fixtures::{a_client, a_person, an_organization};

/// An operator sees what somebody allowed applications, and withdraws it in one place or everywhere.
#[tokio::test]
async fn consents_are_listed_and_withdrawn_by_an_operator() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let bound = shop.tokens(&app, &ada, &[("organization", "acme")]).await;
    let unbound = shop.tokens(&app, &ada, &[]).await;
    // An operator's word counts by the database's time, which is before the server's here.
    sql(&app, "update auth.oauth_grants set created_at = to_timestamp(1)").await;
    let say = async |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        tidy(signet.json(&words).await)
    };
    assert_json_snapshot!(say("consent list --user ada").await, @r#"
    {
      "consents": [
        {
          "client_id": "shop",
          "client_name": "Client shop",
          "granted_at": "[time]",
          "organization_id": null,
          "organization_name": null,
          "resource": null,
          "scopes": [
            "openid"
          ]
        },
        {
          "client_id": "shop",
          "client_name": "Client shop",
          "granted_at": "[time]",
          "organization_id": "[id]",
          "organization_name": "acme",
          "resource": null,
          "scopes": [
            "openid"
          ]
        }
      ]
    }
    "#);
    let withdraw = "consent withdraw --user ada --client shop";
    let said = say(&format!("{withdraw} --org acme")).await;
    assert_eq!(said["withdrawn"], true);
    assert_dead(&shop, &bound).await;
    assert_live(&shop, &unbound).await;
    assert_eq!(
        say(&format!("{withdraw} --unbound --resource urn:x")).await["withdrawn"],
        false
    );
    assert_eq!(say(withdraw).await["withdrawn"], true);
    assert_dead(&shop, &unbound).await;
    assert_eq!(
        say("consent list --user ada").await["consents"],
        serde_json::json!([])
    );
}
