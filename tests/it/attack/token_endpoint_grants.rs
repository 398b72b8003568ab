//! TE-05, TE-06: which grants and which scopes a client gets.

use signet::protocol::grant_type::GrantType;

use super::evidence::count;
use super::holdings::{ada, refreshed, text};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::fixtures::a_client;

/// RFC 6749 §5.2: TE-05.
#[tokio::test]
async fn te_05_a_grant_that_is_not_registered_is_refused() {
    let app = TestApp::new().await;
    let ada = ada(&app).await;
    let code_only = app.relying_party(
        &a_client("code")
            .grants(&[GrantType::AuthorizationCode])
            .scopes(&["openid"])
            .create(&app)
            .await,
    );
    let tokens = code_only.tokens(&app, &ada, &[]).await;
    assert!(
        tokens.get("refresh_token").is_none(),
        "no refresh token for this client"
    );
    let service = app.relying_party(&a_client("jobs").service().create(&app).await);
    let public = app.relying_party(
        &a_client("app")
            .public()
            .redirect_uri("https://app.example.com/callback")
            .create(&app)
            .await,
    );
    for (relying_party, grant) in [
        (&code_only, "refresh_token"),
        (&code_only, "client_credentials"),
        (&service, "authorization_code"),
        (&service, "refresh_token"),
        (&public, "client_credentials"),
    ] {
        relying_party
            .token(&[("grant_type", grant), ("code", "x"), ("refresh_token", "x")])
            .await
            .assert_error(400, "unauthorized_client");
    }
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "Authorization_Code",
        " client_credentials",
        "client_credentials authorization_code",
    ] {
        let fields = [
            ("grant_type", grant),
            ("username", "ada"),
            ("password", &ada.password),
        ];
        service
            .token(&fields)
            .await
            .assert_error(400, "unsupported_grant_type");
    }
}

/// RFC 6749 §3.3: TE-06. A client's own token has at most the registered scope, and nothing that needs a person.
#[tokio::test]
async fn te_06_client_credentials_stay_within_the_registered_scope() {
    let app = TestApp::new().await;
    let client = a_client("jobs")
        .grants(&GrantType::ALL)
        .scopes(&["openid", "offline_access", "api:read", "api:write"])
        .create(&app)
        .await;
    let relying_party = app.relying_party(&client);
    let grant = ("grant_type", "client_credentials");
    for scope in [
        "api:admin",
        "openid",
        "offline_access",
        "api:read organization:acme",
        "organization:*",
        "API:READ",
        "api:read\n",
        "api:\"read\"",
    ] {
        relying_party
            .token(&[grant, ("scope", scope)])
            .await
            .assert_error(400, "invalid_scope");
    }
    let whole = relying_party.token(&[grant]).await.json();
    assert_eq!(whole["scope"], "api:read api:write");
    // What the client may not have is left out, and the answer says what is left.
    for scope in ["api:read", "api:read api:admin", "api:read unheard:of"] {
        let less = relying_party.token(&[grant, ("scope", scope)]).await.json();
        assert_eq!(less["scope"], "api:read", "{scope}");
        assert_eq!(claims(text(&less, "access_token"))["scope"], "api:read");
    }
}

/// RFC 6749 §3.3: TE-06. A code and a refresh give what was granted, and say so.
#[tokio::test]
async fn te_06_a_scope_that_is_not_registered_is_never_granted() {
    let app = TestApp::new().await;
    let client = a_client("web")
        .scopes(&["openid", "email", "api:read"])
        .create(&app)
        .await;
    let relying_party = app.relying_party(&client);
    let ada = ada(&app).await;
    let service = a_client("no-people").scopes(&["api:read"]).create(&app).await;
    for (party, scope) in [
        (&relying_party, "profile offline_access"),
        (&relying_party, "unheard:of"),
        (&app.relying_party(&service), "openid api:read"),
    ] {
        let reply = party.authorize(&app.browser(), &ada, &[("scope", scope)]).await;
        super::evidence::assert_refused(&reply, party, "invalid_scope");
    }
    assert_eq!(
        count(&app, "select count(*) from auth.oauth_authorization_codes").await,
        0
    );
    for more in [
        "profile",
        "offline_access",
        "api:write",
        "organization:*",
        "unheard:of",
    ] {
        let asked = format!("openid api:read {more}");
        let tokens = relying_party.tokens(&app, &ada, &[("scope", &asked)]).await;
        assert_eq!(tokens["scope"], "api:read openid", "{more}");
    }
    let asked = [("scope", "openid api:read")];
    let tokens = relying_party.tokens(&app, &ada, &asked).await;
    let next = refreshed(&relying_party, &tokens).await;
    for tokens in [tokens, next] {
        assert_eq!(tokens["scope"], "api:read openid");
        assert_eq!(claims(text(&tokens, "access_token"))["scope"], "api:read openid");
        let told = relying_party.userinfo(text(&tokens, "access_token")).await.json();
        assert!(told.get("email").is_none() && told.get("name").is_none());
    }
    // A scope of the token endpoint's code grant means nothing: the person has decided already.
    let code = relying_party.code(&app, &ada, &asked).await;
    let reply = relying_party
        .token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", crate::app::relying_party::VERIFIER),
            ("scope", "openid email api:read"),
        ])
        .await;
    assert_eq!(reply.json()["scope"], "api:read openid");
}

/// OpenID Connect Core §5.4: TE-06. Userinfo and the next tokens keep to what was narrowed.
#[tokio::test]
async fn te_06_a_narrowed_token_is_narrow_everywhere() {
    let app = TestApp::new().await;
    let clients = [
        a_client("web").create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let ada = ada(&app).await;
    for client in &clients {
        let relying_party = app.relying_party(client);
        let asked = [("scope", "openid email profile api:read")];
        let tokens = relying_party.tokens(&app, &ada, &asked).await;
        let narrow = relying_party
            .refresh(text(&tokens, "refresh_token"), &[("scope", "openid profile")])
            .await
            .json();
        assert_eq!(narrow["scope"], "openid profile");
        let token = text(&narrow, "access_token");
        assert_eq!(relying_party.introspect(token).await["scope"], "openid profile");
        let told = relying_party.userinfo(token).await.json();
        assert!(
            told.get("name").is_some() && told.get("email").is_none(),
            "{told}"
        );
        let without = relying_party
            .refresh(text(&narrow, "refresh_token"), &[("scope", "api:read")])
            .await
            .json();
        assert!(without.get("id_token").is_none());
        let refused = relying_party.userinfo(text(&without, "access_token")).await;
        assert_eq!(refused.status, 403);
        assert!(
            refused
                .header("www-authenticate")
                .contains("error=\"insufficient_scope\"")
        );
    }
}
