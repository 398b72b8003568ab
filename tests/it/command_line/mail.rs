//! `signet mail …`.

use super::program::Signet;
use crate::support::database::TestDatabase;
use crate::support::folder::folder;

/// What a mail looks like can be seen without a database, in every language.
#[tokio::test]
async fn a_mail_is_previewed_in_a_language() {
    let signet = Signet::unconfigured()
        .with("SIGNET_ISSUER", "https://login.example.com")
        .with("SIGNET_MAIL__PRODUCT", "Example");
    let shown = signet
        .run(&["mail", "preview", "invitation", "--language", "de"])
        .await;
    assert_eq!(shown.code, 0, "{}", shown.errors);
    assert!(
        shown.output.starts_with("Subject: Einladung zu Acme\n"),
        "{}",
        shown.output
    );
    assert!(shown.output.contains("bei Example"), "{}", shown.output);
    let html = signet
        .run(&["mail", "preview", "password_reset", "--language", "fr", "--html"])
        .await;
    assert!(html.output.starts_with("<!DOCTYPE html>"), "{}", html.output);
    let wrong = signet.run(&["mail", "preview", "newsletter"]).await;
    assert_eq!(wrong.code, 2, "{}", wrong.errors);
}

/// One mail, at once, past the queue; and what is noted of an address.
#[tokio::test]
async fn an_operator_tries_whether_mail_leaves_and_sees_what_an_address_got() {
    let database = TestDatabase::new().await;
    let none = Signet::on(&database);
    none.run(&["mail", "test", "ada@example.com"])
        .await
        .assert_refused("mail.transport is none");
    let outbox = folder().join(format!("{}-outbox", std::process::id()));
    let signet = none
        .with("SIGNET_MAIL__TRANSPORT", "outbox")
        .with("SIGNET_MAIL__FROM", "Example <login@example.com>")
        .with("SIGNET_MAIL__OUTBOX", outbox.to_str().expect("UTF-8"));
    let sent = signet.json(&["mail", "test", "ada@example.com"]).await;
    assert_eq!(sent["taken_by"], outbox.to_str().expect("UTF-8"));
    let mails = signet::mail::outbox::read(&outbox);
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "Mail works"));
    std::fs::remove_dir_all(&outbox).expect("removed");
    let status = signet.json(&["mail", "status", "Ada@Example.com"]).await;
    assert_eq!(status["asked"], serde_json::json!([]));
    let noted = [
        "mail",
        "note-bounce",
        "ada@example.com",
        "--reason",
        "mailbox is gone",
    ];
    assert_eq!(signet.json(&noted).await["bounces"], 1);
    let status = signet.json(&["mail", "status", "Ada@Example.com"]).await;
    assert_eq!(status["bounce"], "mailbox is gone");
    let smtp = Signet::on(&database)
        .with("SIGNET_MAIL__TRANSPORT", "smtp")
        .with("SIGNET_MAIL__FROM", "login@example.com")
        .with("SIGNET_MAIL__SMTP__HOST", "smtp.example.com")
        .with("SIGNET_MAIL__SMTP__SECURITY", "none");
    smtp.run(&["mail", "test", "ada@example.com"])
        .await
        .assert_refused("mail.smtp.security");
}
