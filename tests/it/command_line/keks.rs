//! `signet kek`: the whole story of a change with real servers, as the manual tells it.

use super::program::Signet;
use super::running::Running;
use crate::kek::desk::{FIRST, SECOND, key_file};
use crate::support::database::TestDatabase;

/// Two servers with the old key, then with both; the new one is activated, everything is sealed by it, the old one is
/// removed and left out, and the key set is the same throughout.
#[tokio::test]
async fn va_04_a_master_key_is_changed_while_two_servers_answer() {
    let database = TestDatabase::new().await;
    let with = |lines: &[&str]| {
        let file = key_file(lines);
        Signet::on(&database).with("SIGNET_SEALING__KEK_FILES", file.to_str().expect("UTF-8"))
    };
    let both = with(&[FIRST, SECOND]);
    let old = Running::start(with(&[FIRST])).await;
    let key_set = async |server: &Running| server.browser().get("/.well-known/jwks.json").await.json();
    let published = key_set(&old).await;
    let added = both.run(&["kek", "add", "test-2"]).await;
    assert!(
        added
            .output
            .contains("test-1 was in use and is known from now on"),
        "{added:?}"
    );
    assert!(
        added.output.contains("then `signet kek activate test-2`"),
        "{added:?}"
    );
    let early = both.run(&["kek", "activate", "test-2"]).await;
    early.assert_refused("has not reported test-2");
    let (one, other) = (
        Running::start(both.clone()).await,
        Running::start(both.clone()).await,
    );
    old.stop().await;
    let activated = both
        .run(&["kek", "activate", "test-2", "--wait", "--timeout", "60s"])
        .await;
    assert_eq!(activated.code, 0, "{activated:?}");
    assert!(
        activated
            .output
            .contains("every running replica seals with test-2"),
        "{activated:?}"
    );
    both.run(&["kek", "remove", "test-1"])
        .await
        .assert_refused("`signet kek rekey` first");
    let plan = both.run(&["kek", "rekey", "--plan"]).await;
    assert!(plan.output.contains("auth.server_secrets"), "{plan:?}");
    let rekeyed = both.run(&["kek", "rekey"]).await;
    assert_eq!(rekeyed.code, 0, "{rekeyed:?}");
    let removed = both.run(&["kek", "remove", "test-1"]).await;
    assert!(
        removed.output.contains("take it out of the configuration"),
        "{removed:?}"
    );
    let history = both.run(&["kek", "history", "--match", "test-1"]).await;
    assert!(history.output.contains("removed"), "{history:?}");
    for server in [one, other] {
        assert_eq!(key_set(&server).await, published);
        server.stop().await;
    }
    let alone = Running::start(with(&[SECOND])).await;
    assert_eq!(key_set(&alone).await, published);
    let doctor = with(&[SECOND]).run(&["doctor"]).await;
    assert!(doctor.output.contains("test-2 seals"), "{doctor:?}");
    alone.stop().await;
}
