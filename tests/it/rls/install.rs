//! `signet rls install`.

use serde_json::json;
use signet::rls::kit::{Epoch, Installation, Kit};
use sqlx::Row as _;
use std::time::Duration;

use super::database::{ADA, Downstream, name, run};
use crate::command_line::program::Signet;

const UID: &str = "select auth.uid()";

/// The second run finds everything in place.
#[tokio::test]
async fn an_installation_is_made_once() {
    let downstream = Downstream::new().await;
    let url = downstream.database.url(&downstream.owner).await;
    let signet = Signet::unconfigured();
    for epoch in ["none", "synced"] {
        let arguments = [
            "rls",
            "install",
            "--database",
            &url,
            "--epoch",
            epoch,
            "--grant-to",
            &downstream.person,
            "--max-heartbeat",
            "30s",
        ];
        let first = signet.json(&arguments).await;
        assert_eq!(first, json!({"schema": "auth", "epoch": epoch, "changed": true}));
        let second = signet.json(&arguments).await;
        assert_eq!(
            second,
            json!({"schema": "auth", "epoch": epoch, "changed": false})
        );
    }
    let ran = signet.run(&["rls", "install", "--database", &url]).await;
    assert_eq!(
        ran.output, "schema auth: installed (epoch: none)\n",
        "{}",
        ran.errors
    );
    assert_eq!(downstream.text(ADA, UID).await.unwrap(), "ada");
}

/// What is printed is what would be done, for an administrator to run.
#[tokio::test]
async fn the_printed_statements_install_the_same() {
    let downstream = Downstream::new().await;
    let signet = Signet::unconfigured();
    let ran = signet
        .run(&[
            "rls",
            "install",
            "--print",
            "--epoch",
            "synced",
            "--grant-to",
            &downstream.person,
        ])
        .await;
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(ran.output.starts_with("begin;\n") && ran.output.ends_with("commit;\n"));
    for _ in 0..2 {
        downstream.run(&ran.output).await;
    }
    let again = downstream
        .install(|kit| kit.epoch = Epoch::Synced(Duration::from_secs(10)))
        .await;
    assert_eq!(again.unwrap(), Installation::Unchanged);
    assert!(!ran.output.to_lowercase().contains("superuser;"));
}

/// A schema may be called anything, and so may a claim: they are names and texts, never SQL.
#[tokio::test]
async fn names_are_quoted_wherever_they_stand() {
    let downstream = Downstream::new().await;
    for schema in [
        "my auth",
        "user",
        "Ö\"; drop schema public cascade; --",
        "a'b\\",
        "@schema@",
    ] {
        let install = async || {
            downstream
                .install(|kit| {
                    kit.schema = name(schema);
                    kit.role_claim = "https://example.com/it's \\ \"role\"".to_owned();
                    kit.epoch = Epoch::Synced(Duration::from_secs(10));
                })
                .await
        };
        assert_eq!(install().await.unwrap(), Installation::Changed, "{schema}");
        assert_eq!(install().await.unwrap(), Installation::Unchanged, "{schema}");
        let quoted = name(schema).to_string();
        downstream
            .run(&format!("insert into {quoted}.epoch_sync (cursor) values ('1')"))
            .await;
        let claims =
            json!({"sub": "a", "mv": "0.0.0", "role": "no", "https://example.com/it's \\ \"role\"": "yes"});
        let role = downstream
            .text(&claims.to_string(), &format!("select {quoted}.role()"))
            .await;
        assert_eq!(role.unwrap(), "yes", "{schema}");
    }
    for schema in ["pg_catalog", "information_schema", "a$b", ""] {
        let ran = Signet::unconfigured()
            .run(&["rls", "install", "--print", "--schema", schema])
            .await;
        assert_eq!(ran.code, 2, "{schema}: {}", ran.output);
    }
}

/// Changing the epoch's mode changes what the functions ask, and leaves nothing behind that they no longer ask.
#[tokio::test]
async fn the_mode_of_the_epoch_can_change() {
    let downstream = Downstream::new().await;
    for (epoch, uid) in [
        (Epoch::None, Some("ada")),
        (Epoch::Synced(Duration::from_secs(10)), None),
        (Epoch::None, Some("ada")),
    ] {
        downstream
            .install(|kit| kit.epoch = epoch)
            .await
            .expect("installed");
        assert_eq!(downstream.text(ADA, UID).await.as_deref(), uid, "{epoch:?}");
        let asks: i64 = downstream
            .count(
                ADA,
                "select count(*) from pg_proc where proname = 'token_is_current'",
            )
            .await;
        assert_eq!(asks > 0, epoch != Epoch::None);
    }
}

/// Two at once: one waits for the other.
#[tokio::test]
async fn installations_at_the_same_time_do_not_collide() {
    let downstream = Downstream::new().await;
    downstream.run("create schema auth").await;
    let one = || downstream.install(|kit: &mut Kit| kit.epoch = Epoch::Synced(Duration::from_secs(10)));
    let (first, second, third) = tokio::join!(one(), one(), one());
    for installed in [first, second, third] {
        installed.expect("installed");
    }
    assert_eq!(one().await.unwrap(), Installation::Unchanged);
}

/// Only who is named may use the schema; the functions say nothing but what the caller's own setting holds.
#[tokio::test]
async fn the_schema_is_for_the_roles_that_are_named() {
    let downstream = Downstream::new().await;
    downstream
        .install(|kit| kit.grant_to.clear())
        .await
        .expect("installed");
    let refused = downstream
        .ask(ADA, UID)
        .await
        .expect_err("no right to the schema");
    assert_eq!(super::database::code(&refused), "42501");
    downstream
        .install(|kit| kit.grant_to = vec![name("public")])
        .await
        .expect("installed");
    assert_eq!(downstream.text(ADA, UID).await.unwrap(), "ada");
    let mut owner = downstream.owner().await;
    run(
        &mut owner,
        "alter default privileges revoke execute on functions from public",
    )
    .await;
    downstream
        .install(|kit| {
            kit.schema = name("strict");
            kit.epoch = Epoch::Synced(Duration::from_secs(10));
        })
        .await
        .expect("installed");
    downstream
        .run("insert into strict.epoch_sync (cursor) values ('')")
        .await;
    assert_eq!(downstream.text(ADA, "select strict.uid()").await.unwrap(), "ada");
    let rows = sqlx::query("select has_function_privilege('public', 'strict.uid()', 'execute')")
        .fetch_one(&mut owner)
        .await
        .expect("a row");
    assert!(!rows.get::<bool, _>(0));
}

/// A role that is not there is named, with what to do, and nothing is installed.
#[tokio::test]
async fn a_role_that_does_not_exist_is_named() {
    let downstream = Downstream::new().await;
    let url = downstream.database.url(&downstream.owner).await;
    let signet = Signet::unconfigured();
    let install = ["rls", "install", "--database", &url];
    for more in [
        vec!["--grant-to", "nobody_here"],
        vec!["--epoch", "synced", "--sync-role", "nobody_here"],
    ] {
        let refused = signet.run(&[&install[..], &more].concat()).await;
        refused.assert_refused("there is no role nobody_here in this database");
        assert!(
            refused.errors.contains("create role nobody_here;"),
            "{}",
            refused.errors
        );
    }
    let made = signet
        .json(&[&install[..], &["--grant-to", "public"]].concat())
        .await;
    assert_eq!(made["changed"], true, "nothing was left by the refusals");
}
