//! DB-07: what a restored backup brings back is dead once an epoch has begun.

use std::sync::Arc;

use signet::cli::backup_epoch::{self, BackupEpochCommand, BumpArguments};

use crate::app::TestApp;
use crate::attack::evidence::events;
use crate::attack::holdings::{ada, assert_access_dead, assert_dead, assert_live, refreshed, text, wait};
use crate::fixtures::a_client;
use crate::fixtures::actor::operator;
use crate::support::clock::ManualClock;
use crate::support::standby::{Folder, Server};

/// What the command answers, at the test's own time.
async fn bump(app: &TestApp, plan: bool) -> serde_json::Value {
    let mut work = app.work_as(&operator()).await;
    let command = BackupEpochCommand::Bump(BumpArguments { plan, yes: !plan });
    let report = backup_epoch::run(command, &mut work).await.expect("an answer");
    work.commit().await.expect("committed");
    serde_json::to_value(&report).expect("JSON")
}

/// A code that was used, a refresh token that was rotated, and one that was revoked after the backup all come back with
/// it. A new epoch ends them, with sessions, access tokens and whatever was made since the backup; people sign in anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_07_a_restored_backup_revives_nothing_once_an_epoch_began() {
    let folder = Folder::new("restore");
    let server = Server::primary(&folder).await;
    let clock = Arc::new(ManualClock::new());
    let app = TestApp::on(server.database(), Arc::clone(&clock), |_| {}).await;
    let (issuer, client) = (app.issuer.clone(), a_client("web").create(&app).await);
    let (hand, ada) = (app.relying_party(&client), ada(&app).await);
    let opaque = a_client("opaque").reference_tokens().create(&app).await;
    let rotated = hand.tokens(&app, &ada, &[]).await;
    let revoked = hand.tokens(&app, &ada, &[]).await;
    let reference = app.relying_party(&opaque).tokens(&app, &ada, &[]).await;
    let browser = app.browser();
    let code = hand
        .authorize(&browser, &ada, &[])
        .await
        .parameter("code")
        .expect("a code");
    let backup = server.backup(&folder).await;

    let used = hand.exchange(&code).await;
    assert_eq!(used.status, 200, "{}", used.body);
    let successor = refreshed(&hand, &rotated).await;
    let token = text(&revoked, "refresh_token");
    assert_eq!(hand.post("/oauth2/revoke", &[("token", token)]).await.status, 200);
    drop((hand, app, server));

    let server = Server::restored(backup).await;
    let app = TestApp::on(server.database(), clock, |config| config.issuer = issuer).await;
    let (hand, other) = (app.relying_party_here(&client), app.relying_party_here(&opaque));
    let first = text(&rotated, "refresh_token");
    assert_eq!(hand.introspect(first).await["active"], true, "it is back");
    assert_live(&hand, &revoked).await;
    assert_live(&other, &reference).await;
    let silently = hand.authorization_url(&[("prompt", "none")]);
    assert!(browser.get(&silently).await.parameter("code").is_some());

    wait(&app, 1);
    let told = bump(&app, true).await;
    assert_eq!(told["done"], false);
    assert_eq!(told["sessions"], 4, "{told}");
    assert_eq!(
        (&told["grants"], &told["reference_tokens"]),
        (&3.into(), &1.into())
    );
    assert_live(&hand, &revoked).await;
    let done = bump(&app, false).await;
    assert_eq!(done["done"], true);
    // Where the marks of the database count, it is so at once; where digests do, once this replica has heard of it.
    assert_access_dead(&hand, &rotated).await;
    assert!(app.app.refresh("platform").await);

    hand.exchange(&code).await.assert_error(400, "invalid_grant");
    for tokens in [&rotated, &successor, &revoked, &used.json()] {
        assert_dead(&hand, tokens).await;
    }
    assert_dead(&other, &reference).await;
    let silent = browser.get(&silently).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
    // Pages lead to the issuer, which this one is of its own.
    let another = TestApp::on(app.database.again(), Arc::clone(&app.clock), |_| {}).await;
    let hand = another.relying_party(&client);
    let anew = hand.tokens(&another, &ada, &[]).await;
    assert_live(&hand, &refreshed(&hand, &anew).await).await;
    assert_eq!(events(&app, "BACKUP_EPOCH_BEGAN").await, 1);
    assert!(bump(&app, true).await["epoch"].as_i64() > Some(1_700_000_000_000));
}
