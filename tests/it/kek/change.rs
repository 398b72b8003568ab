//! One key takes the place of another (attacks VA-04): what is refused on the way, and what a backup needs afterwards.

use std::time::Duration;

use super::desk::{
    FIRST, SECOND, an_app, another, changed_to, follow, needs, of_lines, say, today, try_kek, try_say,
};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::{assert_live, sql};
use crate::fixtures::hook::a_hook;
use crate::fixtures::{a_client, a_person};
use crate::webhook::flow::over_http;

/// The first line of the first file seals until somebody says otherwise; then the key that was named does, whatever
/// stands where in the files, and tokens of before live on.
#[tokio::test]
async fn a_key_that_was_activated_seals_whatever_the_order_of_lines() {
    let app = an_app(&[FIRST, SECOND]).await;
    let client = a_client("web").create(&app).await;
    let ada = a_person("ada").create(&app).await;
    let tokens = app.relying_party(&client).tokens(&app, &ada, &[]).await;
    let status = say(&app, "status").await;
    assert_eq!(status["seals_with"], "test-1");
    assert_eq!(status["keks"][0]["state"], "unregistered");
    changed_to(&app, "test-2").await;
    let status = say(&app, "status").await;
    assert_eq!(status["seals_with"], "test-2");
    assert_eq!(needs(&status), ["test-2 auth.jwks", "test-2 auth.server_secrets"]);
    let signed = a_hook("signed").with(over_http("https://hook.example.com/"));
    signed
        .with(|settings| settings.enabled = false)
        .create(&app)
        .await;
    let sealed = "select count(*) from auth.token_hooks where kek_id = 'test-2'";
    assert_eq!(count(&app, sealed).await, 1);
    assert_live(&app.relying_party(&client), &tokens).await;
    let replica = another(&app, |config| config.sealing = of_lines(&[FIRST, SECOND])).await;
    assert_eq!(replica.app.keyring().active_id(), "test-2");
}

/// Nothing is activated that a running replica does not hold, or holds under the same name with other bytes.
#[tokio::test]
async fn va_04_a_key_that_a_replica_lacks_is_not_activated() {
    let app = an_app(&[FIRST]).await;
    follow(&app).await;
    let both = of_lines(&[FIRST, SECOND]);
    let added = try_kek(&app, &both, "add test-2").await.expect("added");
    assert!(
        added["changes"][0]
            .as_str()
            .expect("text")
            .contains("test-1 was in use"),
        "{added}"
    );
    let refused = try_kek(&app, &both, "activate test-2")
        .await
        .expect_err("a replica lacks it");
    assert!(refused.contains("has not reported test-2"), "{refused}");
    assert!(refused.contains("start them anew"), "{refused}");
    let other_bytes = SECOND.replace("AgID", "CQID");
    let wrong = another(&app, |config| config.sealing = of_lines(&[FIRST])).await;
    drop(wrong);
    sql(&app, "delete from auth.replicas").await;
    let mistaken = signet::app::App::build(
        {
            let mut config = app.app.config().clone();
            config.sealing = of_lines(&[FIRST, &other_bytes]);
            config
        },
        signet::app::Injected::default(),
    )
    .await;
    let told = mistaken.err().expect("another key of that name").to_string();
    assert!(
        told.contains("the key-encryption key test-2 of this configuration"),
        "{told}"
    );
    try_kek(&app, &both, "activate test-2")
        .await
        .expect("no replica runs");
}

/// A replica of a version that knows only the order of lines would go on sealing with the old key.
#[tokio::test]
async fn va_04_a_replica_that_does_not_follow_holds_an_activation_up() {
    let app = an_app(&[FIRST, SECOND]).await;
    follow(&app).await;
    say(&app, "add test-2").await;
    follow(&app).await;
    sql(&app, "update auth.replicas set seals_with = null").await;
    let refused = try_say(&app, "activate test-2")
        .await
        .expect_err("an older version");
    assert!(
        refused.contains("of a version that seals with the first key"),
        "{refused}"
    );
}

/// A key is removed once no row needs it and every replica seals with the new one, and not before; afterwards the database
/// takes no row that it seals, whoever has not heard of it.
#[tokio::test]
async fn va_04_a_key_is_removed_once_nothing_needs_it() {
    let app = an_app(&[FIRST, SECOND]).await;
    follow(&app).await;
    say(&app, "add test-2").await;
    let active = try_say(&app, "remove test-1").await.expect_err("it seals");
    assert!(active.contains("activate another one first"), "{active}");
    follow(&app).await;
    say(&app, "activate test-2").await;
    let late = try_say(&app, "remove test-1")
        .await
        .expect_err("a replica seals with it");
    assert!(
        late.contains("still seals with test-1 instead of test-2"),
        "{late}"
    );
    let plan = say(&app, "remove test-1 --plan").await;
    assert!(
        plan["replicas"].to_string().contains("still seals with test-1"),
        "{plan}"
    );
    follow(&app).await;
    let plan = say(&app, "remove test-1 --plan").await;
    assert!(plan["rows"].to_string().contains("rows of auth.jwks"), "{plan}");
    assert_eq!(plan["replicas"], serde_json::json!([]));
    let needed = try_say(&app, "remove test-1").await.expect_err("rows need it");
    assert!(
        needed.contains("rows of auth.jwks") && needed.contains("`signet kek rekey` first"),
        "{needed}"
    );
    let plan = say(&app, "rekey --plan").await;
    assert_eq!(plan["rows"][0]["opens"], true, "{plan}");
    let sealed = say(&app, "rekey").await["sealed"].clone();
    let status = say(&app, "status").await;
    assert_eq!(status["keks"][1]["seals"], sealed, "{status}");
    let plan = say(&app, "remove test-1 --plan").await;
    assert_eq!(plan["rows"], serde_json::json!([]));
    let history = say(&app, "history --match test-1").await;
    assert_eq!(history["keks"][0]["state"], "replaced", "a plan changes nothing");
    say(&app, "remove test-1").await;
    assert_eq!(say(&app, "rekey").await["sealed"], 0);
    let fenced = sqlx::query("update auth.jwks set kek_id = 'test-1'")
        .execute(&mut app.database.admin().await)
        .await;
    let told = fenced.expect_err("it was removed").to_string();
    assert!(told.contains("test-1 was removed"), "{told}");
    let gone = another(&app, |config| config.sealing = of_lines(&[SECOND])).await;
    assert!(gone.app.keyring().source("test-1").is_none());
    let event = "select count(*) from auth.security_events where event_type = 'KEK_REMOVED' and actor_kind = 'operator'";
    assert_eq!(count(&app, event).await, 1);
}

/// Every key that there ever was is kept, so that a backup is matched to the key that opens it: by id, by fingerprint, by
/// the day of the backup. A removed one can come back, as itself.
#[tokio::test]
async fn the_history_matches_a_backup_to_its_key() {
    let app = an_app(&[FIRST, SECOND]).await;
    changed_to(&app, "test-2").await;
    let first_day = today(&app);
    app.clock.advance(Duration::from_hours(48));
    follow(&app).await;
    say(&app, "remove test-1").await;
    app.clock.advance(Duration::from_hours(48));
    let history = say(&app, "history").await;
    let fingerprint = history["keks"][0]["fingerprint"]
        .as_str()
        .expect("text")
        .to_owned();
    for wanted in ["test-1", &fingerprint, "2020-01-01", &first_day] {
        let found = say(&app, &format!("history --match {wanted}")).await;
        assert_eq!(found["keks"][0]["id"], "test-1", "{wanted}: {found}");
        assert_eq!(found["keks"][0]["state"], "removed");
    }
    let today = say(&app, &format!("history --match {}", today(&app))).await;
    assert_eq!(today["keks"].as_array().expect("keys").len(), 1, "{today}");
    assert_eq!(today["keks"][0]["id"], "test-2");
    assert_eq!(today["keks"][0]["on_day"], "sealed");
    assert!(
        today["certain"]
            .to_string()
            .contains("a key that is not listed seals nothing")
    );
    let then = say(&app, &format!("history --match {first_day}")).await;
    let on_day: Vec<_> = then["keks"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|kek| kek["on_day"].clone())
        .collect();
    assert_eq!(
        on_day,
        ["may", "may"],
        "both sealed for a part of the day: {then}"
    );
    assert!(history["certain"].is_null() && history["keks"][0]["on_day"].is_null());
    let never = try_say(&app, "history --match 0123456789abcdef").await;
    assert!(
        never
            .expect_err("never")
            .contains("no key-encryption key matches")
    );
    let renamed = FIRST.replace("test-1", "test-3");
    let twin = try_kek(&app, &of_lines(&[SECOND, &renamed]), "add test-3").await;
    assert!(twin.expect_err("the same bytes").contains("known as test-1"));
    say(&app, "add test-1").await;
    let again = try_say(&app, "add test-1").await.expect_err("known");
    assert!(again.contains("is known already, and is added"), "{again}");
}

/// Replicas that seal with different keys give no answer to which one is in use.
#[tokio::test]
async fn replicas_that_disagree_are_not_guessed_between() {
    let app = an_app(&[FIRST, SECOND]).await;
    let other = another(&app, |config| config.sealing = of_lines(&[SECOND, FIRST])).await;
    follow(&app).await;
    follow(&other).await;
    let refused = try_say(&app, "add test-2").await.expect_err("two answers");
    assert!(
        refused.contains("seal with different keys (test-1, test-2)"),
        "{refused}"
    );
}

/// A running replica seals with the new key within seconds: by the notification, not by a restart.
#[tokio::test]
async fn a_running_replica_follows_an_activation() {
    let app = TestApp::with(|config| config.sealing = of_lines(&[FIRST, SECOND])).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let keeping = tokio::spawn(app.app.clone().keep_current(stop.clone()));
    while count(&app, "select count(*) from auth.replicas").await == 0 {
        tokio::task::yield_now().await;
    }
    say(&app, "add test-2").await;
    let said = say(&app, "activate test-2 --wait --timeout 60s").await;
    assert_eq!(said["timed_out"], false, "{said}");
    assert_eq!(app.app.keyring().active_id(), "test-2");
    stop.cancel();
    keeping.await.expect("it ends");
}
