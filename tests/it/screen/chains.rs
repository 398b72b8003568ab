//! Chains of redirects after a form of ours (contracts.md section 6): they lead to the client, and from its callback on
//! to wherever the client likes. Chromium holds the whole chain to the policy of the page that had the form.

use std::time::Duration;

use super::application::{Application, Place};
use super::consent::sign_in;
use super::driver::{Scripts, with_browser};
use super::window::Window;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// What the person does on our pages; each is a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing but signing in: a first-party client on https.
    SignIn,
    /// Cancelling instead.
    Cancel,
    /// Allowing what is asked.
    Allow,
    /// Refusing it.
    Refuse,
}

async fn client_at(app: &TestApp, id: &str, redirect_uri: &str, way: Way) -> RelyingParty {
    // Time stands still in a test: without this a proof of the case before would count as one for this case.
    app.clock.advance(Duration::from_secs(1));
    let client = if redirect_uri.starts_with("http") {
        a_client(id)
    } else {
        a_client(id).public()
    };
    let client = client.redirect_uri(redirect_uri).with(|registration| {
        registration.first_party = way == Way::SignIn;
    });
    app.relying_party(&client.create(app).await)
}

/// Goes to the last form before the client, and says which button leads there.
async fn before_the_client(window: &Window, url: &str, way: Way, person: &TestPerson) -> &'static str {
    window.visit(url).await;
    if way == Way::Cancel {
        return "#deny";
    }
    window.fill("#username", &person.email).await;
    window.fill("#password", &person.password).await;
    if way == Way::SignIn {
        return "#submit";
    }
    window.press("#submit").await;
    if way == Way::Allow { "#allow" } else { "#deny" }
}

/// Whoever signs in, cancels, allows or refuses comes to the client, and on to where its callback leads: from `https`
/// and from this machine by name and by both addresses, by redirect and by form, to another origin each time.
#[tokio::test]
async fn a_callback_may_lead_on_to_another_origin() {
    let app = TestApp::new().await;
    let person = a_person("enid").create(&app).await;
    with_browser(Scripts::On, async |window| {
        for (index, (place, next, way, mode)) in [
            (Place::Tls, Place::Tls, Way::SignIn, "query"),
            (Place::Tls, Place::Localhost, Way::SignIn, "form_post"),
            (Place::Tls, Place::Six, Way::Cancel, "query"),
            (Place::Four, Place::Tls, Way::Allow, "query"),
            (Place::Four, Place::Localhost, Way::Refuse, "form_post"),
            (Place::Six, Place::Tls, Way::Allow, "form_post"),
            (Place::Six, Place::Four, Way::Refuse, "query"),
            (Place::Localhost, Place::Six, Way::Cancel, "form_post"),
        ]
        .into_iter()
        .enumerate()
        {
            let what = format!("{place:?} to {next:?}, {way:?}, {mode}");
            let (application, other) = (Application::at(place).await, Application::at(next).await);
            application.lead_to(&other.url("/callback"));
            let hand = client_at(&app, &format!("c{index}"), &application.url("/onward"), way).await;
            let url = hand.authorization_url(&[("response_mode", mode), ("prompt", "login")]);
            let button = before_the_client(&window, &url, way, &person).await;
            window.press(button).await;
            window.see("#arrived").await;
            window.check_console().await;
            let shown = window.address().await;
            assert!(shown.as_str().starts_with(&other.url("/")), "{what}: {shown}");
            let arrival = application.arrival().await;
            let given = matches!(way, Way::SignIn | Way::Allow);
            assert_eq!(arrival.parameters.contains_key("code"), given, "{what}");
        }
    })
    .await;
}

/// A native application's own scheme: as the redirect URI (RFC 8252 §7.1), and where a callback on the web hands over
/// to the application. No browser without it opens such an address, but it asks for it, once.
#[tokio::test]
async fn a_chain_may_end_at_an_application_on_the_device() {
    let app = TestApp::new().await;
    let person = a_person("olwen").create(&app).await;
    let application = Application::at(Place::Tls).await;
    application.lead_to("cursor://x/cb");
    let (own, onward) = ("com.example.cursor:/cb", application.url("/onward"));
    for (index, (redirect_uri, way, mode, end)) in [
        (own, Way::Allow, "query", "com.example.cursor:/cb?code="),
        (own, Way::Cancel, "query", "com.example.cursor:/cb?error="),
        (onward.as_str(), Way::SignIn, "query", "cursor://x/cb"),
        (onward.as_str(), Way::SignIn, "form_post", "cursor://x/cb"),
    ]
    .into_iter()
    .enumerate()
    {
        let hand = client_at(&app, &format!("c{index}"), redirect_uri, way).await;
        let url = hand.authorization_url(&[("response_mode", mode)]);
        with_browser(Scripts::On, async |window| {
            let button = before_the_client(&window, &url, way, &person).await;
            window.press_towards(button, end).await;
        })
        .await;
    }
}

/// The same of signing out: the application's page for afterwards may lead on.
#[tokio::test]
async fn a_logout_may_lead_on_to_another_origin() {
    let app = TestApp::new().await;
    let person = a_person("gwen").create(&app).await;
    let (application, other) = (Application::at(Place::Tls).await, Application::start().await);
    application.lead_to(&other.url("/signed-out"));
    let afterwards = application.url("/onward");
    let client = a_client("web").post_logout(&afterwards).create(&app).await;
    let mut logout = url::Url::parse(&format!("{}/oauth2/logout", app.issuer)).expect("a URL");
    logout.query_pairs_mut().extend_pairs([
        ("client_id", client.id.as_str()),
        ("post_logout_redirect_uri", &afterwards),
    ]);
    with_browser(Scripts::On, async |window| {
        window.visit(&format!("{}/account", app.issuer)).await;
        sign_in(&window, &person).await;
        window.see("#display-name").await;
        window.visit(logout.as_str()).await;
        window.press("#confirm").await;
        window.see("#arrived").await;
        window.check_console().await;
        other.arrival().await;
    })
    .await;
}
