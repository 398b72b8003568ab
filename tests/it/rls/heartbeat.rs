//! How long a copy of the cut-offs is believed.

use std::time::Duration;

use signet::rls::kit::Epoch;

use super::epoch::{COUNT, heartbeat, synced, token};

/// Contracts section 5: a copy that is not kept current lets nothing through.
#[tokio::test]
async fn a_stale_copy_says_nothing() {
    let downstream = synced().await;
    let count = async || downstream.count(&token("1.1.1"), COUNT).await;
    assert_eq!(count().await, 0, "never synced");
    for (ago, rows) in [("0", 4), ("5 seconds", 4), ("11 seconds", 0), ("1 day", 0)] {
        heartbeat(&downstream, ago).await;
        assert_eq!(count().await, rows, "{ago}");
    }
    let install =
        |seconds| downstream.install(move |kit| kit.epoch = Epoch::Synced(Duration::from_secs(seconds)));
    install(7 * 86_400).await.expect("installed");
    assert_eq!(count().await, 4, "a day is young now");
}

/// A clock that was set back, or a heartbeat that somebody wrote ahead, does not make a copy current until then.
#[tokio::test]
async fn a_heartbeat_from_the_future_says_nothing() {
    let downstream = synced().await;
    for (ago, rows) in [
        ("-1 minute", 0),
        ("-11 seconds", 0),
        ("-1 year", 0),
        ("0", 4),
        ("-1 minute", 0),
    ] {
        heartbeat(&downstream, ago).await;
        assert_eq!(downstream.count(&token("1.1.1"), COUNT).await, rows, "{ago}");
    }
}
