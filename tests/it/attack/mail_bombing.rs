//! DO-04: an address gets so many mails, whoever asks for them, and whoever asks learns nothing of it.

use std::time::Duration;

use serde_json::json;
use signet::lifecycle::send_mail::MailAsked;

use super::evidence::{count, events};
use crate::api::caller::{Caller, console};
use crate::app::TestApp;
use crate::fixtures::mail::{a_notice, a_reset, mailed};
use crate::fixtures::{a_person, an_organization};

/// Asks so often; how many of them are sent.
async fn sent_of(app: &TestApp, asked: usize, spellings: [&str; 2]) -> usize {
    let mut sent = 0;
    for number in 0..asked {
        let outcome = mailed(app, spellings[number % 2], a_reset(app)).await;
        sent += usize::from(matches!(outcome, MailAsked::Waits(_)));
    }
    sent
}

/// Five of a kind in an hour and twenty in a day of those that anybody can cause, however the address is written. What
/// happened to the account is told all the same. One event says that it began.
#[tokio::test]
async fn do_04_an_address_gets_so_many_mails_and_no_more() {
    let app = TestApp::new().await;
    let spellings = ["Ada@Example.test", "ada@example.test"];
    for (hour, expected) in [(0, 5), (1, 5), (2, 5), (3, 5), (4, 0), (5, 0)] {
        assert_eq!(sent_of(&app, 12, spellings).await, expected, "hour {hour}");
        app.clock.advance(Duration::from_hours(1));
    }
    assert!(matches!(
        mailed(&app, "ada@example.test", a_notice(&app)).await,
        MailAsked::Waits(_)
    ));
    assert_eq!(
        sent_of(&app, 3, ["other@example.test"; 2]).await,
        3,
        "another address"
    );
    assert!(
        events(&app, "MAIL_LIMITED").await <= 8,
        "one for each limit that is met, not one for each of 52 mails"
    );
    assert_eq!(
        count(&app, "select count(*) from auth.mail_counts").await,
        5,
        "rows grow with addresses and kinds, not with requests"
    );
    app.clock.advance(Duration::from_hours(24));
    assert_eq!(sent_of(&app, 12, spellings).await, 5);
}

/// The same when they are asked for at once.
#[tokio::test]
async fn do_04_many_requests_at_once_get_no_more() {
    let app = TestApp::new().await;
    let asked = (0..8).map(|_| mailed(&app, "ada@example.test", a_reset(&app)));
    let asked = futures_util::future::join_all(asked).await;
    let sent = asked.iter().filter(|asked| matches!(asked, MailAsked::Waits(_)));
    assert_eq!(sent.count(), 5);
}

/// Somebody makes organizations to invite one address over and over: every answer is the same, five mails leave.
#[tokio::test]
async fn do_04_invitations_from_many_organizations_are_five_mails() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let eve = a_person("eve").create(&app).await;
    let mut organizations = Vec::new();
    for number in 0..8 {
        organizations.push(an_organization(&app, &format!("o{number}"), &eve, None).await);
    }
    let owner = Caller::new(&app, &console, &eve).await;
    for organization in &organizations {
        let path = format!("/organizations/{}/invitations", organization.id);
        let asked = owner.post(&path, json!({ "email": "bob@example.test" })).await;
        assert_eq!(asked.status, 201, "{}", asked.body);
    }
    app.run_queue().await;
    assert_eq!(app.mailbox().count_to("bob@example.test"), 5);
}
