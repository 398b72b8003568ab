//! What `signet rls install` does not touch, and what it says then.

use super::database::{Downstream, run};
use crate::command_line::program::{Ran, Signet};

async fn install(downstream: &Downstream, more: &[&str]) -> Ran {
    let url = downstream.database.url(&downstream.owner).await;
    let mut arguments = vec!["rls", "install", "--database", &url];
    arguments.extend(more);
    Signet::unconfigured().run(&arguments).await
}

/// Contracts section 5: as on Supabase, where `auth.uid()` is the product's own; a schema of one's own is the way out.
#[tokio::test]
async fn a_function_of_another_owner_is_left_alone() {
    let downstream = Downstream::new().await;
    let (database, owner) = (&downstream.database.name, &downstream.owner);
    let product = format!("{database}_product");
    run(
        &mut downstream.database.connect("postgres").await,
        &format!(
            "create role {product}; create schema auth authorization {product};
             set role {product};
             create function auth.uid() returns uuid language sql stable as 'select null::uuid';
             grant all on schema auth to {owner}"
        ),
    )
    .await;
    let ran = install(&downstream, &[]).await;
    ran.assert_refused(&format!("the function auth.uid() belongs to {product}"));
    ran.assert_refused("--schema");
    let made = downstream
        .count(
            "",
            &format!("select count(*) from pg_proc where proowner = '{owner}'::regrole"),
        )
        .await;
    assert_eq!(made, 0, "nothing was installed");
    let ran = install(&downstream, &["--schema", "signet"]).await;
    assert_eq!(ran.code, 0, "{}", ran.errors);
    // Nor by somebody who could.
    let url = downstream.database.url("postgres").await;
    let ran = Signet::unconfigured()
        .run(&["rls", "install", "--database", &url])
        .await;
    ran.assert_refused(&product);
    let ran = Signet::unconfigured()
        .run(&["rls", "install", "--database", &url, "--schema", "signet"])
        .await;
    ran.assert_refused(owner);
}

/// One's own function of the same name is somebody's work, too.
#[tokio::test]
async fn a_function_that_is_not_the_kits_is_left_alone() {
    let downstream = Downstream::new().await;
    downstream
        .run("create schema auth; create function auth.can(a text, b text) returns boolean language sql as 'select true'")
        .await;
    let ran = install(&downstream, &[]).await;
    ran.assert_refused("auth.can(text, text)");
    ran.assert_refused("is not the kit's");
    let downstream = Downstream::new().await;
    downstream
        .run("create schema auth; create table auth.epoch_cutoffs (user_id text)")
        .await;
    install(&downstream, &["--epoch", "synced"])
        .await
        .assert_refused("auth.epoch_cutoffs");
    assert_eq!(install(&downstream, &[]).await.code, 0, "no table is wanted");
}

/// Everything else that can be in the way is named.
#[tokio::test]
async fn what_is_in_the_way_is_named() {
    let downstream = Downstream::new().await;
    for (arguments, because) in [
        (
            vec!["--epoch", "local"],
            "auth.epoch_is_current is not in this database",
        ),
        (
            vec!["--grant-to", "nobody_here"],
            "there is no role nobody_here in this database: make it first",
        ),
        (vec!["--sync-role", "nobody_here"], "--epoch synced"),
        (
            vec!["--epoch", "synced", "--max-heartbeat", "0"],
            "--max-heartbeat",
        ),
    ] {
        install(&downstream, &arguments).await.assert_refused(because);
    }
    let name = &downstream.database.name;
    run(
        &mut downstream.database.connect("postgres").await,
        &format!("revoke create on database {name} from {}", downstream.owner),
    )
    .await;
    install(&downstream, &[])
        .await
        .assert_refused("permission denied for database");
    let nowhere = Signet::unconfigured()
        .run(&["rls", "install", "--database", "mysql:/x"])
        .await;
    nowhere.assert_refused("--database is no URL");
    let missing = Signet::unconfigured().run(&["rls", "install"]).await;
    assert_eq!(missing.code, 2, "{}", missing.output);
}

/// Whoever installs in the database that signet uses needs the right to its answer.
#[tokio::test]
async fn the_local_answer_needs_its_right() {
    let downstream = Downstream::new().await;
    let owner = &downstream.owner;
    let mut admin = downstream.database.connect("postgres").await;
    run(
        &mut admin,
        "create schema auth; create function auth.epoch_is_current(mv text, user_id text, organization_id text) \
         returns boolean language sql as 'select true'; revoke all on function auth.epoch_is_current from public",
    )
    .await;
    let arguments = ["--epoch", "local", "--schema", "kit"];
    let ran = install(&downstream, &arguments).await;
    ran.assert_refused("may not ask auth.epoch_is_current");
    run(
        &mut admin,
        &format!("grant usage on schema auth to {owner}; grant execute on function auth.epoch_is_current to {owner}"),
    )
    .await;
    assert_eq!(install(&downstream, &arguments).await.code, 0);
}
