//! A real SMTP server, which `.ci/run` has `tests/smtp/set-up` bring.

use std::collections::BTreeMap;
use std::time::Duration;

use super::server::settings;
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::mail::{a_notice, mailed};
use crate::support::smtp::RealServer;

/// Thirty mails while the server is killed and started again: each arrives, once or with copies that have the same id, or
/// is among the dead letters. Nothing is lost, and nothing is left over.
#[tokio::test]
#[ignore = "needs aiosmtpd: tests/smtp/set-up brings it, .ci/run runs it"]
async fn every_mail_arrives_once_or_is_a_dead_letter() {
    let mut server = RealServer::start();
    let port = server.port;
    let app = TestApp::by_smtp(move |config| config.mail = settings(port)).await;
    for number in 0..30 {
        mailed(&app, &format!("a{number}@example.test"), a_notice(&app)).await;
        match number {
            9 => {
                app.run_queue().await;
                server.kill();
            }
            19 => {
                app.run_queue().await;
                server.start_again();
            }
            24 => server.kill(),
            _ => {}
        }
    }
    app.run_queue().await;
    server.start_again();
    for _ in 0..20 {
        app.clock.advance(Duration::from_mins(31));
        app.run_queue().await;
    }
    let mut arrived: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in server.mails() {
        let header = |name: &str| {
            let line = mail.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} {mail}")).trim().to_owned()
        };
        arrived
            .entry(header("To:"))
            .or_default()
            .push(header("Message-ID:"));
    }
    let dead = count(&app, "select count(*) from auth.queue where dead_at is not null").await;
    assert_eq!(
        arrived.len() + usize::try_from(dead).expect("few"),
        30,
        "{arrived:?}"
    );
    assert_eq!(
        count(&app, "select count(*) from auth.queue where dead_at is null").await,
        0
    );
    for (address, mut ids) in arrived {
        let copies = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{address}: {copies} copies have one id");
        assert_eq!(copies, 1, "{address}");
    }
}
