//! Who may ask whether a token is current: the roles of people's requests, and nobody besides.

use std::time::Duration;

use signet::rls::kit::{Epoch, Installation};

use super::database::{Downstream, name, run};

const MAY: &str = "'auth.token_is_current(jsonb)', 'execute'";

async fn may(downstream: &Downstream, role: &str) -> bool {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "select has_function_privilege('{role}', {MAY})"
    )))
    .fetch_one(&mut downstream.owner().await)
    .await
    .expect("an answer")
}

fn synced() -> Epoch {
    Epoch::Synced(Duration::from_secs(10))
}

/// Whoever may call it can ask of any person whether they were removed from any organization.
#[tokio::test]
async fn only_the_readers_may_ask_whether_a_token_is_current() {
    let downstream = Downstream::new().await;
    let stranger = format!("{}_stranger", downstream.database.name);
    run(
        &mut downstream.database.connect("postgres").await,
        &format!("create role {stranger} nologin"),
    )
    .await;
    downstream
        .install(|kit| kit.epoch = synced())
        .await
        .expect("installed");
    for (role, expected) in [
        (&downstream.person, true),
        (&downstream.owner, true),
        (&stranger, false),
        (&"public".to_owned(), false),
    ] {
        assert_eq!(may(&downstream, role).await, expected, "{role}");
    }
    let again = downstream.install(|kit| kit.epoch = synced()).await;
    assert_eq!(again.unwrap(), Installation::Unchanged);
}

/// A kit of before is mended by installing it again, also by who names no role this time; its readers keep what they had.
#[tokio::test]
async fn an_installed_kit_is_mended() {
    for grant_to in [vec![], vec!["person"]] {
        let downstream = Downstream::new().await;
        downstream
            .install(|kit| kit.epoch = synced())
            .await
            .expect("installed");
        downstream
            .run("grant execute on function auth.token_is_current(jsonb) to public")
            .await;
        assert!(may(&downstream, "public").await);
        let install = async || {
            downstream
                .install(|kit| {
                    kit.epoch = synced();
                    kit.grant_to = grant_to.iter().map(|_| name(&downstream.person)).collect();
                })
                .await
        };
        assert_eq!(install().await.unwrap(), Installation::Changed);
        assert!(!may(&downstream, "public").await && may(&downstream, &downstream.person).await);
        assert_eq!(install().await.unwrap(), Installation::Unchanged);
    }
}

/// A kit without an epoch that gets one: who read before reads on.
#[tokio::test]
async fn readers_stay_readers_when_the_epoch_comes() {
    let downstream = Downstream::with_kit().await;
    downstream
        .install(|kit| {
            kit.epoch = synced();
            kit.grant_to.clear();
        })
        .await
        .expect("installed");
    assert!(may(&downstream, &downstream.person).await);
    assert!(!may(&downstream, "public").await);
}

/// Who says `public` means it, time and again.
#[tokio::test]
async fn everybody_may_ask_where_everybody_reads() {
    let downstream = Downstream::new().await;
    for expected in [
        Installation::Changed,
        Installation::Unchanged,
        Installation::Unchanged,
    ] {
        let installed = downstream
            .install(|kit| {
                kit.epoch = synced();
                kit.grant_to = vec![name("public"), name(&downstream.person)];
            })
            .await;
        assert_eq!(installed.unwrap(), expected);
        assert!(may(&downstream, "public").await);
    }
}

/// Nothing was ever granted on `claims()`: everybody has it by default, and whoever may use the schema reads by it.
#[tokio::test]
async fn who_reads_by_the_default_of_functions_reads_on_after_the_next_installation() {
    let downstream = Downstream::new().await;
    let (early, late) = (
        format!("{}_early", downstream.database.name),
        format!("{}_late", downstream.database.name),
    );
    run(
        &mut downstream.database.connect("postgres").await,
        &format!(
            "create role {early} nologin; create role {late} nologin; grant {early}, {late} to {}",
            downstream.owner
        ),
    )
    .await;
    let install = async || {
        downstream
            .install(|kit| {
                kit.epoch = synced();
                kit.grant_to.clear();
            })
            .await
    };
    assert_eq!(install().await.unwrap(), Installation::Changed);
    downstream
        .run(&format!("grant usage on schema auth to {early}"))
        .await;
    assert_eq!(install().await.unwrap(), Installation::Changed);
    downstream
        .run(&format!("grant usage on schema auth to {late}"))
        .await;
    assert_eq!(install().await.unwrap(), Installation::Changed);
    assert_eq!(install().await.unwrap(), Installation::Unchanged);
    for role in [&early, &late] {
        let read = super::database::ask(
            &mut downstream.owner().await,
            role,
            super::database::ADA,
            "select auth.claims(), auth.uid()",
        )
        .await;
        assert!(read.is_ok(), "{role}: {:?}", read.err());
    }
    assert!(!may(&downstream, "public").await);
    let stranger = super::database::ask(
        &mut downstream.database.connect("postgres").await,
        &downstream.person,
        super::database::ADA,
        "select auth.token_is_current('{}')",
    )
    .await;
    let refused = stranger.expect_err("the schema is closed to whoever has no right to it");
    assert_eq!(super::database::code(&refused), "42501");
}
