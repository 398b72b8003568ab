//! `signet backup-epoch …`: asked for twice, and noticed by whoever runs.

use std::time::{Duration, Instant};

use super::program::Signet;
use super::running::Running;
use crate::app::Browser;
use crate::support::database::TestDatabase;

/// Without `--yes` it says what would end and ends nothing; a server under way hears of it within seconds.
#[tokio::test]
async fn an_epoch_begins_once_somebody_says_so_and_servers_hear_of_it() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let server = Running::start(Signet::on(&database)).await;
    let refused = signet.run(&["backup-epoch", "bump"]).await;
    refused
        .assert_refused("0 sessions, 0 grants with a refresh token, 0 opaque access tokens, 0 invitations");
    refused.assert_refused("signet backup-epoch bump --yes");
    let plan = signet.json(&["backup-epoch", "bump", "--plan"]).await;
    assert_eq!((&plan["done"], &plan["epoch"]), (&false.into(), &0.into()));
    let told = signet.run(&["backup-epoch", "bump", "--yes"]).await;
    assert!(told.output.starts_with("ended: 0 sessions"), "{}", told.output);
    let began = Instant::now();
    while server.logged("a backup epoch began").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10), "it is noticed");
        tokio::task::yield_now().await;
    }
    let kept = signet.json(&["backup-epoch", "keep"]).await;
    assert!(kept["epoch"].as_i64() > Some(1_700_000_000_000), "{kept}");
    let operator = Browser::new(&format!("http://{}", server.internal));
    let behind = "signet_cleanup_behind_seconds{job=\"sessions\"} 0";
    let began = Instant::now();
    while !operator.get("/metrics").await.body.contains(behind) {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "clean-up tells how it stands"
        );
    }
    server.stop().await;
}
