//! The library's logout URL (OpenID Connect RP-Initiated Logout §2).

use openidconnect::{
    CsrfToken, LogoutRequest, OAuth2TokenResponse as _, PostLogoutRedirectUrl, TokenResponse as _,
};

use super::party::Party;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

const AFTERWARDS: &str = "https://web.example.com/signed-out";

/// RP-Initiated Logout §2, §3: the hint ends the browser's session and the browser returns with the state; the grant
/// that hung on the session has ended too.
#[tokio::test]
async fn the_librarys_logout_url_ends_the_session_and_returns() {
    let app = TestApp::new().await;
    let person = a_person("tove").create(&app).await;
    let client = a_client("web").post_logout(AFTERWARDS).create(&app).await;
    let party = Party::discover(&app, &client).await;
    let browser = app.browser();
    let begun = party.begin(&["email"]);
    let first = browser.get(begun.url.as_str()).await;
    let hand = app.relying_party(&client);
    let answer = hand.proceed(&browser, &person, first).await;
    let response = party
        .client
        .exchange_code(openidconnect::AuthorizationCode::new(
            answer.parameter("code").expect("a code"),
        ))
        .expect("an endpoint")
        .set_pkce_verifier(begun.verifier)
        .request_async(&party.http)
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
    let url = LogoutRequest::from(party.further.end_session_endpoint.clone())
        .set_id_token_hint(response.id_token().expect("an ID token"))
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(AFTERWARDS.to_owned()).expect("a URL"))
        .set_state(CsrfToken::new("bye".to_owned()))
        .http_get_url();
    let left = browser.get(url.as_str()).await;
    assert_eq!(left.location().as_str(), format!("{AFTERWARDS}?state=bye"));
    assert_eq!(browser.cookie("signet_session"), None);
    let userinfo = hand.userinfo(response.access_token().secret()).await;
    assert_eq!(userinfo.status, 401);
    let again = browser.get(party.begin(&[]).url.as_str()).await;
    assert!(
        again.location().path().starts_with("/login"),
        "{}",
        again.location()
    );
}
