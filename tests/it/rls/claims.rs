//! What the kit's functions read out of a token.

use serde_json::json;
use sqlx::Row as _;

use super::database::{ADA, Downstream, run};

/// Everything the kit says, as one row of text.
const EVERYTHING: &str = "select concat_ws('|', coalesce(auth.uid(), '-'), coalesce(auth.org_id(), '-'), \
    coalesce(auth.org_role(), '-'), coalesce(auth.role(), '-'), auth.tier(), auth.tier_at_least('public'), \
    auth.has_org_role('viewer'), auth.can('notes', 'read'), coalesce(auth.uid_uuid()::text, '-'), \
    coalesce(auth.org_id_uuid()::text, '-'))";

/// What it says of nobody.
const NOTHING: &str = "-|-|-|-|guest|f|f|f|-|-";

/// Issue 4, point 7: each claim under its own name.
#[tokio::test]
async fn every_claim_is_read() {
    let downstream = Downstream::with_kit().await;
    let everything = downstream.text(ADA, EVERYTHING).await;
    assert_eq!(everything.unwrap(), "ada|acme|member|user|beta|t|t|f|-|-");
    let id = "0198c0de-0000-7000-8000-00000000000A";
    let claims = json!({"sub": id, "org_id": id, "modules": {"notes": "r"}}).to_string();
    let uuid = id.to_lowercase();
    assert_eq!(
        downstream.text(&claims, EVERYTHING).await.unwrap(),
        format!("{id}|{id}|-|-|guest|f|f|t|{uuid}|{uuid}")
    );
    let claim = downstream.text(ADA, "select auth.claims() ->> 'mv'").await;
    assert_eq!(claim.unwrap(), "1.1.1");
}

/// TN-01: whatever the setting holds, it is an answer and never an error.
#[tokio::test]
async fn tn_01_what_is_no_token_says_nothing() {
    let downstream = Downstream::with_kit().await;
    let long = format!(r#"{{"sub": "ada", "x": "{}"}}"#, "y".repeat(20_000));
    let deep = format!(r#"{{"sub": "ada", "x": {}{}}}"#, "[".repeat(500), "]".repeat(500));
    for setting in [
        "",
        " ",
        "null",
        "true",
        "1",
        r#""text""#,
        "[]",
        r#"[{"org_id": "acme"}]"#,
        "{}",
        "{",
        r#"{"org_id": "acme""#,
        r#"{"org_id": "acme"} x"#,
        r#"{"org_id": 'acme'}"#,
        r#"{"org_id": "acme",}"#,
        r#"{"org_id": "\ud800"}"#,
        r#"{"org_id": "\u0000"}"#,
        r#"{"sub": 1e999999}"#,
        "{\"sub\": \"a\nb\"}",
        "' or true; drop table notes; --",
        r#"{"org_id": "acme"}'; select 1; --"#,
        "eyJhbGciOiJub25lIn0.e30.",
        &long,
        &deep,
    ] {
        let said = downstream.text(setting, EVERYTHING).await;
        assert_eq!(said.unwrap(), NOTHING, "{setting:.80}");
        assert_eq!(
            downstream
                .count(
                    setting,
                    "select count(*) filter (where auth.is_current() and auth.claims() <> '{}')"
                )
                .await,
            0,
            "{setting:.80}"
        );
    }
}

/// TN-01: a claim of another type, or an empty one, is no claim.
#[tokio::test]
async fn tn_01_a_claim_of_another_type_says_nothing() {
    let downstream = Downstream::with_kit().await;
    for wrong in [
        json!(null),
        json!(true),
        json!(7),
        json!(""),
        json!(["acme"]),
        json!({"acme": "acme"}),
        json!([["acme"]]),
    ] {
        let claims = json!({
            "sub": wrong, "org_id": wrong, "org_role": wrong, "role": wrong, "tier": wrong, "modules": wrong,
        });
        let said = downstream.text(&claims.to_string(), EVERYTHING).await;
        assert_eq!(said.unwrap(), NOTHING, "{wrong}");
    }
    for no_uuid in [
        "acme",
        "{0198c0de-0000-7000-8000-000000000001}",
        "0198c0de00007000800000000000000a",
        "' or true",
    ] {
        let claims = json!({"sub": no_uuid, "org_id": no_uuid}).to_string();
        let none =
            "select auth.uid_uuid() is null and auth.org_id_uuid() is null and auth.org_id() is not null";
        assert_eq!(
            downstream
                .text(&claims, &format!("select ({none})::text"))
                .await
                .unwrap(),
            "true",
            "{no_uuid}"
        );
    }
}

/// Contracts section 3: the token of a service is nobody's.
#[tokio::test]
async fn a_service_is_no_person() {
    let downstream = Downstream::with_kit().await;
    let claims = json!({"sub": "robot", "client_id": "robot", "role": "service"}).to_string();
    let said = downstream.text(&claims, EVERYTHING).await;
    assert_eq!(said.unwrap(), "-|-|-|service|guest|f|f|f|-|-");
}

/// Contracts section 5: tiers and roles have an order; an organization's own role is only itself.
#[tokio::test]
async fn tiers_and_roles_are_compared() {
    let downstream = Downstream::with_kit().await;
    let at_least = async |claim: &str, value: &str, function: &str, asked: &[&str]| {
        let claims = json!({claim: value}).to_string();
        let mut passed = Vec::new();
        for asked in asked {
            let statement = format!("select {function}({asked})::text");
            if downstream.text(&claims, &statement).await.as_deref() == Some("true") {
                passed.push((*asked).to_owned());
            }
        }
        passed.join(" ")
    };
    let tiers = [
        "'guest'",
        "'public'",
        "'beta'",
        "'alpha'",
        "'founder'",
        "'gold'",
        "''",
        "null",
    ];
    for (tier, passed) in [
        ("guest", "'guest'"),
        ("beta", "'guest' 'public' 'beta'"),
        ("founder", "'guest' 'public' 'beta' 'alpha' 'founder'"),
        ("gold", "'guest'"),
    ] {
        assert_eq!(
            at_least("tier", tier, "auth.tier_at_least", &tiers).await,
            passed,
            "{tier}"
        );
    }
    let roles = [
        "'owner'",
        "'admin'",
        "'member'",
        "'viewer'",
        "'analyst'",
        "''",
        "null",
    ];
    for (role, passed) in [
        ("owner", "'owner' 'admin' 'member' 'viewer'"),
        ("admin", "'admin' 'member' 'viewer'"),
        ("viewer", "'viewer'"),
        ("analyst", "'analyst'"),
        ("Owner", ""),
    ] {
        assert_eq!(
            at_least("org_role", role, "auth.has_org_role", &roles).await,
            passed,
            "{role}"
        );
    }
}

/// Contracts section 5: permissions of modules; a module's own entry goes before the one for all.
#[tokio::test]
async fn modules_are_permitted_one_by_one() {
    let downstream = Downstream::with_kit().await;
    let may = async |modules: serde_json::Value, module: &str| {
        let claims = json!({ "modules": modules }).to_string();
        let statement = format!(
            "select concat((auth.can({module}, 'read')), auth.can({module}, 'write'), auth.can({module}, 'admin'), \
             auth.can({module}, 'drop'), auth.can({module}, null))"
        );
        downstream.text(&claims, &statement).await.unwrap()
    };
    for (modules, said) in [
        (json!({"notes": "r"}), "tffff"),
        (json!({"notes": "rw"}), "ttfff"),
        (json!({"notes": "rwa"}), "tttff"),
        (json!({"*": "rw"}), "ttfff"),
        (json!({"*": "rwa", "notes": "r"}), "tffff"),
        (json!({"*": "rwa", "notes": ""}), "fffff"),
        (json!({"*": "rwa", "notes": null}), "fffff"),
        (json!({"notes": "admin"}), "fffff"),
        (json!({"notes": ["r"]}), "fffff"),
        (json!({"other": "rwa"}), "fffff"),
        (json!("rwa"), "fffff"),
    ] {
        assert_eq!(may(modules.clone(), "'notes'").await, said, "{modules}");
    }
    assert_eq!(may(json!({"*": "rwa"}), "null").await, "fffff");
}

/// Nothing is thrown and caught: that fails in a parallel plan before PostgreSQL 17.
#[tokio::test]
async fn a_parallel_plan_reads_claims_too() {
    let downstream = Downstream::with_kit().await;
    downstream
        .run("create table facts as select n, (n % 7)::text as org_id from generate_series(1, 70000) n; analyze facts; grant select on facts to public")
        .await;
    let mut owner = downstream.owner().await;
    run(
        &mut owner,
        "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; \
         set max_parallel_workers_per_gather = 2",
    )
    .await;
    for (setting, count) in [
        (r#"{"org_id": "5"}"#, 10_000),
        (r#"{"org_id": "5", "x": [[{}]]}"#, 10_000),
        ("{", 0),
    ] {
        let statement = "select count(*) from facts where org_id = (select auth.org_id())";
        let explain = format!("explain {statement}");
        let explained = super::database::ask(&mut owner, &downstream.owner, setting, &explain).await;
        let plan: Vec<String> = explained.unwrap().iter().map(|row| row.get(0)).collect();
        assert!(plan.join("\n").contains("Gather"), "{plan:?}");
        let rows = super::database::ask(&mut owner, &downstream.owner, setting, statement)
            .await
            .unwrap();
        assert_eq!(rows[0].get::<i64, _>(0), count, "{setting}");
    }
}
