//! Names that a stranger chose stay names (no SQL is made of them), and values stay values.

use super::verify_database::{KIT, Verified, found};

const TABLE: &str = r#"x"; drop table victims; --"#;
const COLUMN: &str = "org'); drop table victims; --";

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A schema, a table, columns, a policy, an enum and a role with quotes and semicolons in their names are examined like
/// any other, and nothing that they spell is run.
#[tokio::test]
async fn names_with_quotes_and_semicolons_break_nothing() {
    let database = Verified::new(&[KIT, "create table victims (id int)"]).await;
    let (table, column) = (quoted(TABLE), quoted(COLUMN));
    let role = quoted(&format!("{}'; drop table victims; --", database.name));
    database
        .run_as_admin(&format!(
            "create role {role}; grant {role} to :owner; grant usage on schema auth to {role}"
        ))
        .await;
    database
        .run(&format!(
            r#"create schema "s""; drop table victims; --";
               grant usage on schema "s""; drop table victims; --" to {role};
               set search_path = "s""; drop table victims; --";
               create type "e'; --" as enum ('a''; drop table public.victims; --', 'b');
               create table {table} (
                   {column} text not null,
                   id text not null,
                   kind "e'; --" not null,
                   word text not null check (word in ('it''s; --', 'x')),
                   primary key ({column}, id));
               alter table {table} enable row level security;
               alter table {table} force row level security;
               create policy "p""; --" on {table} for all to {role} using ({column} = (select auth.org_id()));
               grant select, insert, update, delete on {table} to {role}"#
        ))
        .await;
    let report = database
        .verify(|settings| settings.tenant_column = COLUMN.to_owned())
        .await;
    let named = format!(r#""s""; drop table victims; --".{table}"#);
    let mut wanted: Vec<String> = [
        "policy-for-all",
        "viewer-deletes",
        "viewer-inserts",
        "viewer-updates",
    ]
    .iter()
    .map(|code| format!("{code} {named}"))
    .collect();
    wanted.sort();
    assert_eq!(found(&report), wanted);
    // What mends it can be run as it is.
    for finding in &report.findings {
        database.run_as_admin(&finding.fix).await;
    }
    let report = database
        .verify(|settings| settings.tenant_column = COLUMN.to_owned())
        .await;
    assert_eq!(found(&report), [""; 0]);
    assert_eq!(database.ask("select to_jsonb(count(*)) from victims").await, 0);
}

/// A schema of the kit's with a hostile name is one that is not there.
#[tokio::test]
async fn settings_of_the_command_stay_names() {
    let database = Verified::new(&[KIT, "create table orders (org_id text, id int)"]).await;
    for hostile in ["auth'; drop table orders; --", "\"", "\\'; drop table orders; --"] {
        let report = database
            .verify(|settings| settings.schema = hostile.to_owned())
            .await;
        assert!(
            report
                .findings
                .iter()
                .any(|finding| finding.code.name() == "rls-off")
        );
        let refused = database
            .try_verify(|settings| settings.tenant_column = hostile.to_owned())
            .await;
        assert!(refused.is_err());
    }
    assert_eq!(database.ask("select to_jsonb(count(*)) from orders").await, 0);
}
