//! The membership epoch in a database downstream: a removal counts from the moment at which it is known.

use std::time::Duration;

use serde_json::{Value, json};
use signet::rls::kit::Epoch;
use signet::rls::policy::Template;

use super::database::{ADA, Downstream, code, run};

pub(super) const COUNT: &str = "select count(*) from notes";

pub(super) async fn synced() -> Downstream {
    let downstream = Downstream::new().await;
    downstream
        .install(|kit| kit.epoch = Epoch::Synced(Duration::from_secs(10)))
        .await
        .expect("installed");
    downstream.notes().await;
    downstream
        .apply(&downstream.request("notes", Template::Read))
        .await;
    downstream
}

pub(super) fn token(mv: impl Into<Value>) -> String {
    json!({"sub": "ada", "org_id": "acme", "org_role": "member", "mv": mv.into()}).to_string()
}

pub(super) async fn heartbeat(downstream: &Downstream, ago: &str) {
    downstream
        .run(&format!(
            "insert into auth.epoch_sync (received_at) values (clock_timestamp() - interval '{ago}')
             on conflict (singleton) do update set received_at = excluded.received_at"
        ))
        .await;
}

async fn cut(downstream: &Downstream, user: &str, organization: &str, minimum: i32) {
    downstream
        .run(&format!(
            "insert into auth.epoch_cutoffs values ('{user}', '{organization}', {minimum}, clock_timestamp())
             on conflict (user_id, organization_id) do update set minimum = excluded.minimum"
        ))
        .await;
}

/// Contracts section 5: a token below a cut-off of its person, organization or membership is dead; absent is alive.
#[tokio::test]
async fn tn_06_a_cut_off_ends_what_is_older() {
    let downstream = synced().await;
    heartbeat(&downstream, "0").await;
    for (user, organization, counter) in [("ada", "", 0), ("", "acme", 1), ("ada", "acme", 2)] {
        let mut counters = [5, 5, 5];
        let mv = |counters: [i32; 3]| token(counters.map(|counter| counter.to_string()).join("."));
        assert_eq!(downstream.count(&mv(counters), COUNT).await, 4);
        cut(&downstream, user, organization, 5).await;
        assert_eq!(
            downstream.count(&mv(counters), COUNT).await,
            4,
            "at the cut-off it lives"
        );
        cut(&downstream, user, organization, 6).await;
        assert_eq!(
            downstream.count(&mv(counters), COUNT).await,
            0,
            "({user}, {organization})"
        );
        counters[counter] = 6;
        assert_eq!(
            downstream.count(&mv(counters), COUNT).await,
            4,
            "a new token is not meant"
        );
        downstream.run("delete from auth.epoch_cutoffs").await;
    }
    for (user, organization) in [("bob", ""), ("", "globex"), ("bob", "acme"), ("ada", "globex")] {
        cut(&downstream, user, organization, 100).await;
    }
    assert_eq!(
        downstream.count(&token("5.5.5"), COUNT).await,
        4,
        "what concerns others does not concern it"
    );
}

/// Every function of the kit says of a dead token what it says of none.
#[tokio::test]
async fn tn_06_a_dead_token_is_no_token() {
    let downstream = synced().await;
    heartbeat(&downstream, "0").await;
    cut(&downstream, "ada", "acme", 2).await;
    let claims = json!({
        "sub": "ada", "org_id": "acme", "org_role": "owner", "role": "admin", "tier": "founder",
        "modules": {"*": "rwa"}, "mv": "1.1.1",
    });
    let nothing = "select (auth.uid() is null and auth.org_id() is null and auth.org_role() is null \
        and auth.role() is null and auth.tier() = 'guest' and not auth.tier_at_least('public') \
        and not auth.has_org_role('viewer') and not auth.can('x', 'read') and not auth.is_current() \
        and auth.claims() is null)::text";
    assert_eq!(
        downstream.text(&claims.to_string(), nothing).await.unwrap(),
        "true"
    );
    cut(&downstream, "ada", "acme", 1).await;
    assert_eq!(
        downstream.text(&claims.to_string(), nothing).await.unwrap(),
        "false"
    );
}

/// A person's token without counters that can be read is dead; a service's has none, and belongs to nobody.
#[tokio::test]
async fn a_token_must_say_its_counters() {
    let downstream = synced().await;
    heartbeat(&downstream, "0").await;
    for mv in [
        json!(null),
        json!(""),
        json!("1"),
        json!("1.1"),
        json!("1.1.1.1"),
        json!("-1.1.1"),
        json!("1.1.x"),
        json!("1.1.1 "),
        json!("1,1,1"),
        json!("9999999999.1.1"),
        json!(1),
        json!(["1.1.1"]),
        json!({"u": 1}),
    ] {
        assert_eq!(downstream.count(&token(mv.clone()), COUNT).await, 0, "{mv}");
    }
    let current = async |claims: Value| {
        downstream
            .text(&claims.to_string(), "select auth.is_current()::text")
            .await
            .unwrap()
    };
    assert_eq!(current(json!({"sub": "ada", "mv": "1.0.0"})).await, "true");
    assert_eq!(
        current(json!({"sub": "ada", "mv": "1.0.1"})).await,
        "false",
        "a membership of nothing"
    );
    assert_eq!(
        current(json!({"sub": "robot", "client_id": "robot", "role": "service"})).await,
        "true"
    );
    assert_eq!(
        current(json!({"sub": "robot", "client_id": "robot", "org_id": "acme"})).await,
        "false"
    );
    assert_eq!(current(json!({"role": "admin"})).await, "false");
    assert_eq!(current(json!({"sub": ["ada"], "mv": "1.0.0"})).await, "false");
}

/// Who asks may know the answer, not who was removed from where; and nobody but the owner keeps the copy.
#[tokio::test]
async fn the_copy_is_nobodys_to_read() {
    let downstream = synced().await;
    for statement in [
        "select * from auth.epoch_cutoffs",
        "select * from auth.epoch_sync",
        "delete from auth.epoch_sync",
    ] {
        let refused = downstream.ask(ADA, statement).await.expect_err(statement);
        assert_eq!(code(&refused), "42501", "{statement}");
    }
    let syncer = format!("{}_syncer", downstream.database.name);
    run(
        &mut downstream.database.connect("postgres").await,
        &format!(
            "create role {syncer} login; grant connect on database {} to {syncer}",
            downstream.database.name
        ),
    )
    .await;
    downstream
        .install(|kit| {
            kit.epoch = Epoch::Synced(Duration::from_secs(10));
            kit.sync_role = Some(super::database::name(&syncer));
        })
        .await
        .expect("installed");
    let mut worker = downstream.database.connect(&syncer).await;
    run(
        &mut worker,
        "insert into auth.epoch_sync (cursor) values ('1') on conflict (singleton) do update set cursor = '1', received_at = default;
         insert into auth.epoch_cutoffs values ('ada', '', 9, clock_timestamp());
         delete from auth.epoch_cutoffs where user_id = 'bob'",
    )
    .await;
    assert_eq!(downstream.count(&token("8.1.1"), COUNT).await, 0);
    assert_eq!(downstream.count(&token("9.1.1"), COUNT).await, 4);
}

/// In the database that signet itself uses, its own function answers, and is asked with the right words.
#[tokio::test]
async fn signets_own_answer_is_asked_where_it_is() {
    let downstream = Downstream::new().await;
    let (owner, database) = (&downstream.owner, &downstream.database);
    run(
        &mut database.connect("postgres").await,
        &format!(
            "create schema auth;
             create function auth.epoch_is_current(mv text, user_id text, organization_id text) returns boolean
             language sql stable as $$ select mv = '1.2.3' and user_id = 'ada' and organization_id is not distinct from 'acme' $$;
             revoke all on function auth.epoch_is_current from public;
             grant usage on schema auth to {owner};
             grant execute on function auth.epoch_is_current to {owner}"
        ),
    )
    .await;
    downstream
        .install(|kit| {
            kit.schema = super::database::name("kit");
            kit.epoch = Epoch::Local;
        })
        .await
        .expect("installed");
    for (mv, uid) in [("1.2.3", Some("ada")), ("1.2.4", None)] {
        assert_eq!(
            downstream.text(&token(mv), "select kit.uid()").await.as_deref(),
            uid
        );
    }
}
