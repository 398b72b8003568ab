//! What servers answer, and what that means for a mail.

use signet::base::clock::Clock as _;
use signet::base::entropy::SystemEntropy;
use signet::base::id::JobId;
use signet::config::{MailSettings, MailTransport, SmtpSecurity};
use signet::i18n::Locale;
use signet::mail::{Mail, Mailer, Message, Undelivered, Unsent};

use crate::support::clock::ManualClock;
use crate::support::smtp::{Answers, SmtpServer};

/// Mail by the server on this port.
pub fn settings(port: u16) -> MailSettings {
    let mut settings = MailSettings {
        transport: MailTransport::Smtp,
        from: "Example <login@example.test>".to_owned(),
        ..MailSettings::default()
    };
    "127.0.0.1".clone_into(&mut settings.smtp.host);
    settings.smtp.port = port;
    settings.smtp.security = SmtpSecurity::None;
    settings.smtp.timeout_seconds = 1;
    settings
}

async fn send_to(port: u16, to: &str, change: impl FnOnce(&mut MailSettings)) -> Result<(), Undelivered> {
    let mut settings = settings(port);
    change(&mut settings);
    let mailer = Mailer::configured(&settings, "https://login.example.test")
        .expect("settings")
        .expect("mail is sent");
    let mail = Mail {
        to: to.to_owned(),
        locale: Locale::En,
        message: Message::Test,
    };
    let now = ManualClock::new().now();
    match mailer.send(&JobId::new(now, &SystemEntropy), &mail, now).await {
        Ok(()) => Ok(()),
        Err(Unsent::Undelivered(undelivered)) => Err(undelivered),
        Err(other) => panic!("{other}"),
    }
}

async fn answered(answers: Answers) -> (SmtpServer, Result<(), Undelivered>) {
    let server = SmtpServer::start(answers).await;
    let sent = send_to(server.port, "ada@example.test", |_| {}).await;
    (server, sent)
}

#[tokio::test]
async fn a_mail_is_handed_over_with_its_envelope() {
    let (server, sent) = answered(Vec::new()).await;
    assert_eq!(sent, Ok(()));
    let seen = server.seen();
    for line in [
        "MAIL FROM:<login@example.test>",
        "RCPT TO:<ada@example.test>",
        "From: Example <login@example.test>",
        "To: ada@example.test",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(seen.iter().any(|seen| seen == line), "{line}: {seen:#?}");
    }
}

/// What a server says of the address, or of the mail, is for good if it says so; what it says of us never is.
#[tokio::test]
async fn only_a_refusal_of_the_mail_gives_it_up() {
    for (word, answer, permanent) in [
        ("RCPT", "550 5.1.1 no such user", true),
        ("RCPT", "553 5.1.3 no such domain", true),
        ("TEXT", "554 5.7.1 this is spam", true),
        ("RCPT", "450 4.2.0 greylisted", false),
        ("RCPT", "452 4.2.2 mailbox full", false),
        ("TEXT", "451 4.3.0 try again", false),
        ("CONNECT", "554 no service here", false),
        ("CONNECT", "421 too many connections", false),
        ("CONNECT", "BYE", false),
        ("EHLO", "BYE", false),
        ("DATA", "BYE", false),
        ("TEXT", "BYE", false),
        ("TEXT", "what?", false),
    ] {
        let (_server, sent) = answered(vec![(word, answer)]).await;
        let undelivered = sent.expect_err("it is not taken");
        assert_eq!(undelivered.permanent, permanent, "{word} {answer}: {undelivered}");
        let said = answer.split(' ').next().expect("a word");
        if permanent {
            assert!(undelivered.reason.contains(said), "{undelivered}");
        }
    }
}

/// A server that hangs at any point is waited for so long, and no longer.
#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let hanging = ["CONNECT", "EHLO", "RCPT", "TEXT"].map(|word| async move {
        let began = std::time::Instant::now();
        let (_server, sent) = answered(vec![(word, "")]).await;
        let undelivered = sent.expect_err("it is not taken");
        assert!(!undelivered.permanent, "{word}: {undelivered}");
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "{word}");
    });
    futures_util::future::join_all(hanging).await;
    let nobody = send_to(1, "ada@example.test", |_| {})
        .await
        .expect_err("nobody listens");
    assert!(!nobody.permanent, "{nobody}");
}

/// Without TLS nothing is handed over, however much the server offers to take it in the clear.
#[tokio::test]
async fn a_server_without_tls_gets_nothing() {
    for security in [SmtpSecurity::Starttls, SmtpSecurity::Tls] {
        let server = SmtpServer::start(Vec::new()).await;
        let sent = send_to(server.port, "ada@example.test", |settings| {
            settings.smtp.security = security;
        });
        let undelivered = sent.await.expect_err("it is not taken");
        assert!(!undelivered.permanent, "{undelivered}");
        let seen = server.seen();
        assert!(seen.iter().all(|line| !line.starts_with("MAIL")), "{seen:?}");
    }
}

/// RFC 6531: an address beyond ASCII needs a server that takes it; its domain never does.
#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let server = SmtpServer::start(Vec::new()).await;
    let sent = send_to(server.port, "ädä@example.test", |_| {}).await;
    let undelivered = sent.expect_err("it is not taken");
    assert!(undelivered.permanent, "{undelivered}");
    assert_eq!(send_to(server.port, "ada@bücher.example", |_| {}).await, Ok(()));
    let seen = server.seen();
    assert!(
        seen.contains(&"RCPT TO:<ada@xn--bcher-kva.example>".to_owned()),
        "{seen:#?}"
    );
    let server = SmtpServer::start(vec![("EHLO", "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8")]).await;
    assert_eq!(send_to(server.port, "ädä@example.test", |_| {}).await, Ok(()));
}

/// A password goes to nobody who did not ask for it, and a wrong one is our fault, not the mail's.
#[tokio::test]
async fn a_refused_password_delays_mail() {
    let file = crate::support::folder::folder().join(format!("{}-smtp-password", std::process::id()));
    std::fs::write(&file, "secret\n").expect("written");
    let answers = vec![
        ("EHLO", "250-test\r\n250 AUTH PLAIN"),
        ("AUTH", "535 5.7.8 wrong"),
    ];
    let server = SmtpServer::start(answers).await;
    let sent = send_to(server.port, "ada@example.test", |settings| {
        settings.smtp.user = "signet".to_owned();
        settings.smtp.password_file.clone_from(&file);
    });
    let undelivered = sent.await.expect_err("it is not taken");
    assert!(!undelivered.permanent, "{undelivered}");
    assert!(undelivered.reason.contains("535"), "{undelivered}");
    assert!(!undelivered.reason.contains("secret"), "{undelivered}");
    std::fs::remove_file(file).expect("removed");
}
