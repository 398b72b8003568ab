//! From a change here to rows that are no longer seen in a database downstream (TN-06).

use serde_json::json;
use signet::rls::sync;
use signet::rls::sync::Progress;
use signet::user::StatusChange;

use super::changes::Change;
use super::worker::Copied;
use crate::app::TestApp;
use crate::attack::holdings::{refreshed, sql};
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person, an_organization};

/// Contracts section 5: TN-06. A removed, demoted or banned person's token opens nothing downstream from the moment at
/// which the worker has told it; what they hold afterwards opens what they may see.
#[tokio::test]
async fn tn_06_a_removed_member_sees_no_rows_downstream() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let owner = a_person("owner").create(&app).await;
    let acme = an_organization(&app, "acme", &owner, None).await;
    let copied = Copied::new(&app).await;
    copied.notes_of(acme.id.as_str()).await;
    let asked = [("organization", "acme")];
    let mut people = Vec::new();
    for name in ["ada", "bob", "cyd"] {
        let person = a_person(name).create(&app).await;
        acme.add(&app, &person, "admin").await;
        let tokens = relying_party.tokens(&app, &person, &asked).await;
        assert_eq!(
            copied.notes(&tokens).await,
            0,
            "a copy that was never made says nothing"
        );
        people.push((person, tokens));
    }
    let mut worker = copied.work();
    assert_eq!(worker.copied().await, 0);
    for (_, tokens) in &people {
        assert_eq!(copied.notes(tokens).await, 4);
    }
    for (change, (person, _)) in [
        Change::Remove,
        Change::Role("viewer"),
        Change::Status(StatusChange::Ban),
    ]
    .into_iter()
    .zip(&people)
    {
        change.commit(&app, &acme, person).await;
    }
    worker.applied(3).await;
    for (person, tokens) in &people {
        assert_eq!(copied.notes(tokens).await, 0, "{}", person.email);
    }
    let demoted = refreshed(&relying_party, &people[1].1).await;
    assert_eq!(copied.notes(&demoted).await, 4, "the next token is a new one");
    let others = relying_party.tokens(&app, &owner, &asked).await;
    assert_eq!(copied.notes(&others).await, 4);
    worker.stop().await;
}

/// A full copy replaces what was there, in one transaction and however much it is.
#[tokio::test]
async fn a_full_copy_replaces_what_was_there() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    copied
        .downstream
        .run("insert into auth.epoch_cutoffs values ('long', 'gone', 9, clock_timestamp())")
        .await;
    for _ in 0..3 {
        sql(
            &app,
            "select auth.cut_off(gen_random_uuid()::text, '', 1, to_timestamp(1800000000)) from generate_series(1, 3000)",
        )
        .await;
    }
    let done = sync::once(&copied.source(), &copied.database).await.unwrap();
    assert!(matches!(done, Progress::Copied { cutoffs: 9000 }), "{done:?}");
    assert_eq!(copied.copy("select count(*) from auth.epoch_cutoffs").await, 9000);
    assert_eq!(
        copied
            .copy("select count(*) from auth.epoch_cutoffs where user_id = 'long'")
            .await,
        0
    );
    assert_eq!(copied.copy("select count(cursor) from auth.epoch_sync").await, 1);
}

/// Two workers do not fight: one keeps the copy, the other stands by and takes over.
#[tokio::test]
async fn a_second_worker_stands_by_and_takes_over() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    let mut first = copied.work();
    first.copied().await;
    let mut second = copied.work();
    assert!(matches!(second.next().await, Progress::StandingBy));
    let busy = sync::once(&copied.source(), &copied.database).await.unwrap_err();
    assert_eq!(busy.to_string(), "another worker keeps this copy");
    first.stop().await;
    second.copied().await;
    second.stop().await;
}

/// The command copies once, and says so.
#[tokio::test]
async fn the_command_copies_once() {
    let app = TestApp::new().await;
    let copied = Copied::new(&app).await;
    sql(
        &app,
        "select auth.cut_off('ada', '', 1, to_timestamp(1800000000))",
    )
    .await;
    let signet = Signet::on(&app.database);
    let key = copied.key_file.display().to_string();
    let words = [
        "rls",
        "sync",
        "--once",
        "--issuer",
        &app.issuer,
        "--service-key-file",
        &key,
        "--database",
        &copied.database.url,
    ];
    assert_eq!(
        signet.json(&words).await,
        json!({"event": "copied", "cutoffs": 1})
    );
    let mut elsewhere = words.to_vec();
    elsewhere.extend(["--schema", "nowhere"]);
    signet
        .run(&elsewhere)
        .await
        .assert_refused("run `signet rls install --epoch synced` first");
}
