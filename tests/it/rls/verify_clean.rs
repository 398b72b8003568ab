//! Where nothing is wrong, nothing is found; and whatever is found, nothing is changed.

use signet::rls::verify::{Settings, run as verify};

use super::database::run;
use super::downstream::Example;
use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found};

/// Policies as the kit writes them hold, and every attack could run.
#[tokio::test]
async fn policies_in_the_form_of_the_kit_are_clean() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    let report = database.verify(|_| {}).await;
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert_eq!(found(&report), [""; 0]);
    assert_eq!((report.summary.tables, report.summary.roles), (3, 1));
    assert!(report.summary.attacks > 100, "{:?}", report.summary);
}

/// The same with rows of real tenants in the tables, which a restored database has.
#[tokio::test]
async fn tables_with_rows_are_clean_too() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "alter table stores no force row level security;
         insert into stores select 'org-' || n % 7, 'store-' || n, 'name' from generate_series(1, 500) n;
         alter table stores force row level security",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), [""; 0]);
}

/// No row, no sequence, no catalog and no setting is other than before, also where everything is open.
#[tokio::test]
async fn nothing_is_changed() {
    let database = Verified::new(&[
        KIT,
        "create table open (id serial primary key, org_id text not null, body text, unique (org_id, body));
         insert into open (org_id, body) values ('a', 'one'), ('b', 'two');
         alter table open enable row level security;
         create policy everything on open for all to :person using (true);
         grant select, insert, update, delete on open to :person",
    ])
    .await;
    let look = "select jsonb_build_object(
        'rows', (select jsonb_agg(to_jsonb(o) order by id) from open o),
        'versions', (select jsonb_agg(xmin::text order by id) from open o),
        'sequence', (select last_value from open_id_seq),
        'tables', (select jsonb_agg(c.oid::text || c.relname || c.relforcerowsecurity order by c.oid) from pg_class c
            where c.relnamespace = 'public'::regnamespace),
        'policies', (select jsonb_agg(p.oid::text || p.polname order by p.oid) from pg_policy p))";
    let before = database.ask(look).await;
    for report in [database.verify(|_| {}).await, database.verify(exclusively).await] {
        assert!(!report.is_clean());
        assert_eq!(database.ask(look).await, before);
    }
}

/// The example of a product's database is clean for people's requests, every attack tried; what its own jobs may do for
/// every organization is found when they are asked for.
#[tokio::test]
async fn the_example_downstream_is_clean() {
    let example = Example::set_up().await;
    let mut admin = example.database.connect("postgres").await;
    run(
        &mut admin,
        &format!("grant authenticated, anon, service to {}", example.owner),
    )
    .await;
    let url = example.database.url(&example.owner).await;
    let mut settings = Settings::default();
    exclusively(&mut settings);
    settings.roles = vec!["authenticated".to_owned(), "anon".to_owned()];
    let report = verify(&url, &settings).await.expect("verified");
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert_eq!(report.summary.not_checked, 0, "{:#?}", report.findings);
    assert!(report.summary.attacks > 400, "{:?}", report.summary);
    settings.roles = vec!["service".to_owned()];
    let report = verify(&url, &settings).await.expect("verified");
    assert_found(&report, &["policy-ignores-tenant app.metric_events"]);
}
