//! RFC 7662 §2.2: introspecting a refresh token says what refreshing with it would.

use serde_json::{Value, json};
use signet::protocol::grant_type::GrantType;

use super::changes::Change;
use crate::app::TestApp;
use crate::attack::holdings::{refreshed, sql, text};
use crate::fixtures::{a_client, a_person, an_organization};

/// Contracts section 5: the refresh token of a grant that is bound to an organization is worth nothing while a refresh
/// would be refused, and nobody is told that it is worth something.
#[tokio::test]
async fn a_bound_refresh_token_is_inactive_where_a_refresh_is_refused() {
    for ending in ["left", "suspended", "deleted"] {
        let app = TestApp::new().await;
        let relying_party = app.relying_party(&a_client("web").create(&app).await);
        let (ada, bob) = (
            a_person("ada").create(&app).await,
            a_person("bob").create(&app).await,
        );
        let acme = an_organization(&app, "acme", &bob, None).await;
        acme.add(&app, &ada, "member").await;
        let bound = relying_party
            .tokens(&app, &ada, &[("organization", "acme")])
            .await;
        let unbound = relying_party.tokens(&app, &ada, &[]).await;
        let told = async |tokens: &Value| relying_party.introspect(text(tokens, "refresh_token")).await;
        for tokens in [&bound, &unbound] {
            let live = told(tokens).await;
            assert_eq!((&live["active"], &live["sub"]), (&json!(true), &json!(ada.id)));
        }
        match ending {
            "left" => Change::Remove.commit(&app, &acme, &ada).await,
            "suspended" => Change::Suspend.commit(&app, &acme, &ada).await,
            _ => {
                sql(
                    &app,
                    "update auth.organizations set deleted_at = created_at where slug = 'acme'",
                )
                .await;
            }
        }
        assert_eq!(told(&bound).await, json!({"active": false}), "{ending}");
        let refused = relying_party.refresh(text(&bound, "refresh_token"), &[]).await;
        refused.assert_error(400, "invalid_grant");
        assert_eq!(told(&unbound).await["active"], true, "{ending}");
        refreshed(&relying_party, &unbound).await;
        if ending == "suspended" {
            Change::Resume.commit(&app, &acme, &ada).await;
            assert_eq!(told(&bound).await["active"], true);
            refreshed(&relying_party, &bound).await;
        }
    }
}

/// The same for what is no membership: the audience is registered no longer, or the client may not refresh any more.
#[tokio::test]
async fn a_refresh_token_is_inactive_without_its_audience_or_the_clients_right() {
    for (statement, code) in [
        ("delete from auth.resources", "invalid_grant"),
        (
            "update auth.oauth_applications set metadata = metadata || '{\"grant_types\": [\"authorization_code\"]}'",
            "unauthorized_client",
        ),
    ] {
        let app = TestApp::new().await;
        crate::fixtures::client::a_resource(&app, "https://api.example.com/", None).await;
        let grants = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        let relying_party = app.relying_party(&a_client("web").grants(&grants).create(&app).await);
        let ada = a_person("ada").create(&app).await;
        let asked = [("resource", "https://api.example.com/")];
        let tokens = relying_party.tokens(&app, &ada, &asked).await;
        let refresh = text(&tokens, "refresh_token");
        assert_eq!(relying_party.introspect(refresh).await["active"], true);
        sql(&app, statement).await;
        app.refresh_caches().await;
        assert_eq!(relying_party.introspect(refresh).await, json!({"active": false}));
        relying_party.refresh(refresh, &[]).await.assert_error(400, code);
    }
}
