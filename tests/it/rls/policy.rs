//! `signet rls policy`: what each template lets through, and what it says when a table does not fit.

use serde_json::json;
use signet::rls::policy::{OrgRoles, Template};

use super::database::{Downstream, name, run};
use crate::command_line::program::Signet;

const INSERT: &str = "insert into notes (org_id, user_id, body) values ('acme', 'ada', 'new')";
const FOREIGN: &str = "insert into notes (org_id, user_id, body) values ('globex', 'ada', 'new')";
const FORGED: &str = "insert into notes (org_id, user_id, body) values ('acme', 'bob', 'new')";
const UPDATE: &str = "update notes set body = 'changed'";
const MOVE: &str = "update notes set org_id = 'globex'";
const GIVE: &str = "update notes set user_id = 'bob' where user_id = 'ada'";
const DELETE: &str = "delete from notes";

fn claims(role: &str) -> String {
    json!({"sub": "ada", "org_id": "acme", "org_role": role}).to_string()
}

/// Rows seen, then what each statement touches; `!` is a refusal.
async fn table(downstream: &Downstream, claims: &str) -> String {
    let mut cells = vec![
        downstream
            .count(claims, "select count(*) from notes")
            .await
            .to_string(),
    ];
    for statement in [INSERT, FOREIGN, FORGED, UPDATE, MOVE, GIVE, DELETE] {
        cells.push(match downstream.touched(claims, statement).await {
            Ok(touched) => touched.to_string(),
            Err(code) if code == "42501" => "!".to_owned(),
            Err(code) => code,
        });
    }
    cells.join(" ")
}

async fn notes() -> Downstream {
    let downstream = Downstream::with_kit().await;
    downstream.notes().await;
    downstream
}

/// Issue 4, point 7: reading by the claim, writing by nobody.
#[tokio::test]
async fn read_lets_members_read() {
    let downstream = notes().await;
    downstream
        .apply(&downstream.request("notes", Template::Read))
        .await;
    assert_eq!(table(&downstream, &claims("owner")).await, "4 ! ! ! 0 0 0 0");
    assert_eq!(table(&downstream, &claims("viewer")).await, "4 ! ! ! 0 0 0 0");
    assert_eq!(table(&downstream, &claims("analyst")).await, "0 ! ! ! 0 0 0 0");
    let mut request = downstream.request("notes", Template::Read);
    request.read = OrgRoles::parse("any");
    downstream.apply(&request).await;
    assert_eq!(table(&downstream, &claims("analyst")).await, "4 ! ! ! 0 0 0 0");
    request.read = OrgRoles::parse("admin, analyst");
    downstream.apply(&request).await;
    assert_eq!(table(&downstream, &claims("analyst")).await, "4 ! ! ! 0 0 0 0");
    assert_eq!(table(&downstream, &claims("member")).await, "0 ! ! ! 0 0 0 0");
}

/// systems.md section 5, 10 and 25b: a viewer writes nothing, and no row goes over to another organization.
#[tokio::test]
async fn writes_are_by_role() {
    let downstream = notes().await;
    downstream
        .apply(&downstream.request("notes", Template::WriteByRole))
        .await;
    for (role, said) in [
        ("viewer", "4 ! ! ! 0 0 0 0"),
        ("member", "4 1 ! 1 4 ! 1 0"),
        ("admin", "4 1 ! 1 4 ! 1 4"),
        ("owner", "4 1 ! 1 4 ! 1 4"),
        ("analyst", "0 ! ! ! 0 0 0 0"),
    ] {
        assert_eq!(table(&downstream, &claims(role)).await, said, "{role}");
    }
}

/// With an owner's column, members change what is their own, and nobody writes in another's name.
#[tokio::test]
async fn members_change_their_own_rows() {
    let downstream = notes().await;
    let mut request = downstream.request("notes", Template::WriteByRole);
    request.owner_column = Some(name("user_id"));
    downstream.apply(&request).await;
    for (role, said) in [
        ("viewer", "4 ! ! ! 0 0 0 0"),
        ("member", "4 1 ! ! 1 ! ! 1"),
        ("admin", "4 1 ! ! 4 ! 1 4"),
    ] {
        assert_eq!(table(&downstream, &claims(role)).await, said, "{role}");
    }
}

/// Rows of one person, whatever their role is.
#[tokio::test]
async fn a_row_may_belong_to_one_person() {
    let downstream = notes().await;
    let mut request = downstream.request("notes", Template::OwnerOnly);
    request.owner_column = Some(name("user_id"));
    downstream.apply(&request).await;
    assert_eq!(table(&downstream, &claims("viewer")).await, "1 1 ! ! 1 ! ! 1");
    request.tenant_column = None;
    downstream.apply(&request).await;
    assert_eq!(table(&downstream, &claims("viewer")).await, "2 1 1 ! 2 2 ! 2");
    assert_eq!(table(&downstream, "{}").await, "0 ! ! ! 0 0 0 0");
}

/// Contracts section 5: module permissions by the claim `modules`.
#[tokio::test]
async fn a_modules_permissions_decide() {
    let downstream = notes().await;
    downstream
        .apply(&downstream.request("notes", Template::Module("note's".to_owned())))
        .await;
    for (permissions, said) in [
        (json!({}), "0 ! ! ! 0 0 0 0"),
        (json!({"note's": "r"}), "4 ! ! ! 0 0 0 0"),
        (json!({"note's": "rw"}), "4 1 ! 1 4 ! 1 0"),
        (json!({"*": "rwa"}), "4 1 ! 1 4 ! 1 4"),
    ] {
        let claims = json!({"sub": "ada", "org_id": "acme", "org_role": "viewer", "modules": permissions});
        assert_eq!(
            table(&downstream, &claims.to_string()).await,
            said,
            "{permissions}"
        );
    }
}

/// With an owner's column, writers change what is their own; who administers the module gives rows to others.
#[tokio::test]
async fn a_modules_writers_neither_give_nor_take() {
    let downstream = notes().await;
    let mut request = downstream.request("notes", Template::Module("notes".to_owned()));
    request.owner_column = Some(name("user_id"));
    downstream.apply(&request).await;
    for (permissions, said) in [
        ("r", "4 ! ! ! 0 0 0 0"),
        ("rw", "4 1 ! ! 1 ! ! 0"),
        ("rwa", "4 1 ! ! 4 ! 1 4"),
    ] {
        let claims = json!({"sub": "ada", "org_id": "acme", "modules": {"notes": permissions}}).to_string();
        assert_eq!(table(&downstream, &claims).await, said, "{permissions}");
        let take = "update notes set user_id = 'ada' where user_id = 'bob'";
        let taken = i64::from(permissions == "rwa");
        assert_eq!(
            downstream.touched(&claims, take).await,
            Ok(taken),
            "{permissions}"
        );
    }
}

/// Columns of type uuid are compared as such, so that their index serves.
#[tokio::test]
async fn the_type_of_the_column_is_looked_up() {
    let downstream = Downstream::with_kit().await;
    let id = "0198c0de-0000-7000-8000-000000000001";
    downstream
        .run(&format!(
            "create table things (org_id uuid not null, user_id varchar(40));
             insert into things values ('{id}', 'ada'), (gen_random_uuid(), 'ada');
             grant select on things to {}",
            downstream.person
        ))
        .await;
    let url = downstream.database.url(&downstream.owner).await;
    let arguments = [
        "rls",
        "policy",
        "--table",
        "things",
        "--to",
        &downstream.person,
        "--read-role",
        "any",
        "--database",
        &url,
    ];
    let signet = Signet::unconfigured();
    let printed = signet.run(&arguments).await;
    assert!(
        printed.output.contains("org_id = (select auth.org_id_uuid())"),
        "{}",
        printed.errors
    );
    let claims = json!({"org_id": id}).to_string();
    let count = "select count(*) from things";
    assert_eq!(
        downstream.count(&claims, count).await,
        2,
        "printing changes nothing"
    );
    let applied = signet.json(&[&arguments[..], &["--apply"]].concat()).await;
    assert_eq!(
        (&applied["applied"], &applied["other_policies"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(downstream.count(&claims, count).await, 1);
    assert_eq!(downstream.count(r#"{"org_id": "acme"}"#, count).await, 0);
    let index = "select count(*) from pg_indexes where tablename = 'things'";
    assert_eq!(downstream.count("", index).await, 1);
    let again = signet.json(&[&arguments[..], &["--apply"]].concat()).await;
    assert!(
        !again["sql"].as_str().unwrap().contains("create index"),
        "an index that serves is enough"
    );
    assert_eq!(downstream.count("", index).await, 1);
}

/// A policy beside ours may let through what ours does not: it is named.
#[tokio::test]
async fn a_policy_of_another_name_is_told_of() {
    let downstream = notes().await;
    downstream
        .run("create policy everything on notes for all using (true)")
        .await;
    let url = downstream.database.url(&downstream.owner).await;
    let ran = Signet::unconfigured()
        .run(&[
            "rls",
            "policy",
            "--table",
            "public.notes",
            "--to",
            "public",
            "--database",
            &url,
            "--apply",
        ])
        .await;
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(
        ran.output
            .starts_with("-- public.notes also has the policy everything"),
        "{}",
        ran.output
    );
}

/// The name as `rls verify` and `psql` write it, and as it stands in the catalogue.
#[tokio::test]
async fn a_table_is_named_as_a_verification_writes_it() {
    let downstream = Downstream::with_kit().await;
    downstream
        .run("create table \"Order Items\" (org_id text not null)")
        .await;
    let url = downstream.database.url(&downstream.owner).await;
    let mut all = vec![
        "rls",
        "policy",
        "--to",
        &downstream.person,
        "--database",
        &url,
        "--table",
    ];
    let signet = Signet::unconfigured();
    for table in ["public.\"Order Items\"", "\"Order Items\"", "public.Order Items"] {
        all.push(table);
        let report = signet.json(&all).await;
        assert_eq!(report["table"], "public.\"Order Items\"");
        all.pop();
    }
    all.push("public.\"Order Items");
    assert_eq!(signet.run(&all).await.code, 2);
}

/// Policies judge only who was granted the table: who was not is told with the statements, and `--grant` runs them.
#[tokio::test]
async fn the_rights_that_policies_judge_are_told_or_given() {
    let downstream = Downstream::with_kit().await;
    downstream
        .run(&format!(
            "create schema shop;
             create table shop.orders (id bigserial primary key, org_id text not null, note text, paid boolean);
             grant update (note) on shop.orders to {}",
            downstream.person
        ))
        .await;
    let url = downstream.database.url(&downstream.owner).await;
    let person = &downstream.person;
    let mut all = vec![
        "rls",
        "policy",
        "--table",
        "shop.orders",
        "--template",
        "write-by-role",
        "--apply",
    ];
    all.extend(["--to", person, "--database", &url]);
    let signet = Signet::unconfigured();
    let missing = json!([
        format!("grant usage on schema shop to {person}"),
        format!("grant select, insert, delete on shop.orders to {person}"),
        format!("grant usage on sequence shop.orders_id_seq to {person}"),
    ]);
    assert_eq!(signet.json(&all).await["missing_rights"], missing);
    let told = signet.run(&all).await;
    assert!(
        told.output
            .contains("-- still missing, and given with --grant: grant usage"),
        "{}",
        told.output
    );
    all.push("--grant");
    let given = signet.json(&all).await;
    assert_eq!(given["missing_rights"], json!([]));
    assert!(
        given["sql"]
            .as_str()
            .expect("text")
            .contains("grant usage on sequence shop.orders_id_seq")
    );
    all.pop();
    assert_eq!(signet.json(&all).await["missing_rights"], json!([]));
    let insert = "insert into shop.orders (org_id) values ('acme')";
    assert_eq!(downstream.touched(&claims("member"), insert).await, Ok(1));
    let of_one_column = "update shop.orders set paid = true";
    let refused = downstream.touched(&claims("member"), of_one_column).await;
    assert_eq!(
        refused,
        Err("42501".to_owned()),
        "who has single columns is left with them"
    );
}

const README: &str = include_str!("../../../README.md");

/// README, "Isolate tenants with it": its commands, in their order, on a database that has nothing but a table.
#[tokio::test]
async fn readmes_commands_lead_to_a_clean_database() {
    let downstream = Downstream::new().await;
    downstream
        .run("create table orders (id uuid primary key default gen_random_uuid(), org_id uuid not null)")
        .await;
    let (_, section) = README
        .split_once("## Isolate tenants with it")
        .expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("its commands");
    let (block, _) = block.split_once("```").expect("their end");
    let url = downstream.database.url(&downstream.owner).await;
    let mut ran = 0;
    for line in block.lines() {
        let (line, _) = line.split_once(" #").unwrap_or((line, ""));
        let line = line
            .replace("authenticated", &downstream.person)
            .replace("shop_owner", &downstream.owner);
        let words: Vec<&str> = line
            .split_whitespace()
            .map(|word| if word == "\"$shop\"" { &url } else { word })
            .collect();
        match words.as_slice() {
            ["signet", arguments @ ..] => {
                let answer = Signet::unconfigured().run(arguments).await;
                assert_eq!(answer.code, 0, "{line}: {} {}", answer.output, answer.errors);
                ran += 1;
            }
            ["psql", ..] => {
                let (_, statement) = line.split_once("-c '").expect("a statement");
                // The role is there: every test has one of its own.
                let (_, statement) = statement.split_once("; ").expect("two statements");
                let statement = statement.trim().trim_end_matches('\'');
                run(&mut downstream.database.connect("postgres").await, statement).await;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ran, 3);
}

/// Without a database the text is made from what is said; what is missing or unknown is named.
#[tokio::test]
async fn what_does_not_fit_is_named() {
    let downstream = notes().await;
    downstream
        .run("create view seen as select * from notes; create table numbers (org_id integer)")
        .await;
    let url = downstream.database.url(&downstream.owner).await;
    let signet = Signet::unconfigured();
    let person = downstream.person.clone();
    for (arguments, because) in [
        (vec!["--table", "nothing"], "there is no table public.nothing"),
        (vec!["--table", "other.notes"], "there is no table other.notes"),
        (vec!["--table", "seen"], "public.seen is no table"),
        (
            vec!["--table", "numbers"],
            "public.numbers.org_id is of type integer",
        ),
        (
            vec!["--table", "notes", "--tenant-column", "tenant"],
            "has no column tenant: name it with --tenant-column",
        ),
        (
            vec!["--table", "notes", "--template", "owner-only"],
            "needs --owner-column",
        ),
        (
            vec![
                "--table",
                "notes",
                "--template",
                "owner-only",
                "--owner-column",
                "x",
            ],
            "has no column x: name it with --owner-column",
        ),
        (
            vec!["--table", "notes", "--to", "nobody_here"],
            "there is no role nobody_here",
        ),
        (
            vec!["--table", "notes", "--schema", "elsewhere"],
            "the kit is not in the schema elsewhere",
        ),
    ] {
        let mut all = vec!["rls", "policy", "--database", &url, "--apply"];
        if !arguments.contains(&"--to") {
            all.extend(["--to", &person]);
        }
        all.extend(arguments);
        signet.run(&all).await.assert_refused(because);
    }
    for arguments in [
        ["--table", "notes", "--to", "a", "--template", "all"],
        ["--table", "notes", "--to", "a", "--template", "module:"],
        ["--table", "", "--to", "a", "--template", "read"],
        ["--table", "notes", "--to", "a$b", "--template", "read"],
        ["--table", "notes", "--to", "a", "--apply", "--uuid"],
    ] {
        let all: Vec<&str> = ["rls", "policy"].into_iter().chain(arguments).collect();
        assert_eq!(signet.run(&all).await.code, 2, "{arguments:?}");
    }
}

/// The text itself, once.
#[tokio::test]
async fn the_printed_policies_stand_alone() {
    let printed = Signet::unconfigured()
        .run(&[
            "rls",
            "policy",
            "--table",
            "shop.Orders",
            "--uuid",
            "--template",
            "write-by-role",
            "--to",
            "people,public",
        ])
        .await;
    insta::assert_snapshot!(printed.output, @r#"
    begin;
    alter table shop."Orders" enable row level security;
    alter table shop."Orders" force row level security;
    create index if not exists "Orders_org_id_signet_idx" on shop."Orders" (org_id);
    drop policy if exists signet_select on shop."Orders";
    drop policy if exists signet_insert on shop."Orders";
    drop policy if exists signet_update on shop."Orders";
    drop policy if exists signet_delete on shop."Orders";
    create policy signet_select on shop."Orders" for select to people, public
        using (org_id = (select auth.org_id_uuid()) and (select auth.has_org_role('viewer')));
    create policy signet_insert on shop."Orders" for insert to people, public
        with check (org_id = (select auth.org_id_uuid()) and (select auth.has_org_role('member')));
    create policy signet_update on shop."Orders" for update to people, public
        using (org_id = (select auth.org_id_uuid()) and (select auth.has_org_role('member')))
        with check (org_id = (select auth.org_id_uuid()) and (select auth.has_org_role('member')));
    create policy signet_delete on shop."Orders" for delete to people, public
        using (org_id = (select auth.org_id_uuid()) and (select auth.has_org_role('admin')));
    commit;
    "#);
}
