//! An invitation goes to its address, and its link leads where it is answered.

use serde_json::json;

use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::fixtures::{a_person, an_organization};
use crate::support::mailbox::{Manner, link};

/// The address as it is stored, the organization and who asks in words, and a link that opening uses nothing up of.
#[tokio::test]
async fn an_invitation_is_mailed_to_its_address() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let owner = Caller::new(&app, &console, &ada).await;
    let path = format!("/organizations/{}/invitations", acme.id);
    app.mailbox().set(Manner::Busy);
    let asked = owner.post(&path, json!({ "email": "Bob@Example.test" })).await;
    assert_eq!(
        asked.status, 201,
        "a server that is away fails nobody: {}",
        asked.body
    );
    let again = format!("{path}/{}/resend", asked.json()["id"].as_str().expect("an id"));
    let resent = owner.post(&again, json!({})).await;
    assert_eq!(resent.status, 200, "{}", resent.body);
    app.mailbox().set(Manner::Takes);
    app.run_queue().await;
    assert_eq!(app.mailbox().all().len(), 1, "the first link is dead");
    let letter = app.mailbox().last_to("Bob@example.test");
    let token = resent.json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(
        link(&letter),
        format!("{}/account/invitation?token={token}", app.issuer)
    );
    assert_eq!(letter.subject, "Invitation to acme");
    for part in [&letter.text, &letter.html] {
        assert!(part.contains("acme") && part.contains("ada"), "{part}");
    }
    for _ in 0..2 {
        let opened = app.browser().get(&link(&letter)).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
    }
    let waits = owner.get(&path).await.json();
    assert_eq!(waits["items"][0]["status"], "pending", "{waits}");
}

/// Where no mail is sent, nothing waits for it.
#[tokio::test]
async fn without_mail_the_token_is_all_there_is() {
    let app = TestApp::with(|config| config.mail.transport = signet::config::MailTransport::None).await;
    let console = console(&app).await;
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let owner = Caller::new(&app, &console, &ada).await;
    let path = format!("/organizations/{}/invitations", acme.id);
    let asked = owner.post(&path, json!({ "email": "bob@example.test" })).await;
    assert_eq!(asked.status, 201);
    assert!(asked.json()["token"].is_string());
    assert_eq!(app.run_queue().await, 0);
}
