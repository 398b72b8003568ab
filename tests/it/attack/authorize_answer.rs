//! Attacks on the way of the answer: AZ-09, AZ-10.

use super::evidence::{assert_refused, signed_in};
use crate::app::{Browser, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

/// AZ-09; RFC 9207 §2: success and error name the issuer, byte for byte as discovery does.
#[tokio::test]
async fn az_09_every_answer_names_its_issuer() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let discovery = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["authorization_response_iss_parameter_supported"], true);
    let issuer = discovery["issuer"].as_str().unwrap().to_owned();
    let success = relying_party.authorize(&browser, &ada, &[]).await;
    assert!(success.parameter("code").is_some());
    let by_check = browser
        .get(&relying_party.authorization_url(&[("scope", "unknown")]))
        .await;
    let by_step = app
        .browser()
        .get(&relying_party.authorization_url(&[("prompt", "none")]))
        .await;
    assert_refused(&by_check, &relying_party, "invalid_scope");
    assert_refused(&by_step, &relying_party, "login_required");
    for reply in [success, by_check, by_step] {
        let query = reply.location().query().unwrap().to_owned();
        assert_eq!(query.matches("iss=").count(), 1);
        assert_eq!(reply.parameter("iss").as_deref(), Some(issuer.as_str()));
    }
    let form = browser
        .get(&relying_party.authorization_url(&[("response_mode", "form_post")]))
        .await;
    assert!(
        form.body.contains(&format!(r#"name="iss" value="{issuer}""#)),
        "{}",
        form.body
    );
}

fn assert_sent_on(reply: &Reply) {
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.body.is_empty());
}

/// AZ-10; RFC 9700 §4.12: no redirect repeats a post with credentials; §4.2: no page that bears a code tells another
/// site where it was.
#[tokio::test]
async fn az_10_a_redirect_repeats_no_post_and_tells_no_referrer() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    assert_sent_on(&page);
    let resumed = browser.sign_in(&page, &ada).await;
    assert_sent_on(&resumed);
    let consent = browser.get(resumed.location().as_str()).await;
    assert_sent_on(&consent);
    let request = consent.parameter("request").unwrap();
    let allowed = browser.decide(&request, "allow").await;
    assert_sent_on(&allowed);
    let answered = browser.get(allowed.location().as_str()).await;
    assert_sent_on(&answered);
    assert!(answered.parameter("code").is_some());
    let posted = relying_party
        .authorization_url(&[])
        .split_once('?')
        .map(|(_, query)| query.to_owned())
        .unwrap();
    let by_post = super::evidence::post_body(&relying_party, "/oauth2/authorize", posted).await;
    assert_sent_on(&by_post);
}

/// Everything that a page of ours loads or links to.
fn addresses(body: &str) -> Vec<&str> {
    ["src=\"", "href=\"", "action=\""]
        .iter()
        .flat_map(|attribute| body.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect()
}

fn assert_loads_nothing_foreign(reply: &Reply, client: &str) {
    for address in addresses(&reply.body) {
        let own = address.starts_with('/') && !address.starts_with("//");
        assert!(
            own || address.starts_with("data:image/svg+xml,") || address == client,
            "{address}"
        );
    }
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self' data:;"),
        "{policy}"
    );
}

/// AZ-10; RFC 9700 §4.2: pages that stand at a URL with a handle, or bear a code, load nothing from elsewhere; the
/// form that bears the code tells no referrer.
#[tokio::test]
async fn az_10_pages_load_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let logo = "https://cdn.example.com/logo.png";
    let client = a_client("shop")
        .third_party()
        .with(|registration| registration.logo_uri = Some(logo.to_owned()))
        .create(&app)
        .await;
    let relying_party = app.relying_party(&client);
    let browser: Browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    let login = browser.get(page.location().as_str()).await;
    assert_loads_nothing_foreign(&login, "");
    let resumed = browser.sign_in(&page, &ada).await;
    let consent = browser.get(resumed.location().as_str()).await;
    let shown = browser.get(consent.location().as_str()).await;
    assert_loads_nothing_foreign(&shown, "");
    let web = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &web, &ada).await;
    let form = browser
        .get(&web.authorization_url(&[("response_mode", "form_post")]))
        .await;
    assert_eq!(
        (form.status, form.header("referrer-policy")),
        (200, "no-referrer")
    );
    assert_eq!(form.header("cache-control"), "no-store");
    assert!(form.body.contains(r#"name="code" value="ac_"#), "{}", form.body);
    assert_loads_nothing_foreign(&form, &web.client.redirect_uri);
}
