//! Roles that policies do not bind, and contexts that are there before anybody asks.

use super::verify_database::{CLEAN, KIT, Verified, found, one};

/// A role that bypasses, that may become its tables' owner, that may become a superuser; and a login behind it.
#[tokio::test]
async fn mighty_roles_are_found() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    let name = &database.name;
    database
        .run_as_admin(&format!(
            "create role {name}_reports bypassrls;
             create role {name}_worker;
             create role {name}_mighty superuser;
             create role {name}_login login bypassrls in role :person;
             grant select on stores to {name}_reports, {name}_worker;
             grant {name}_mighty to {name}_worker;
             grant :owner to {name}_worker"
        ))
        .await;
    let report = database.verify(|_| {}).await;
    let told = database.tidy(&report);
    let roles: Vec<String> = told["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"].as_str().unwrap().starts_with("role-"))
        .map(|finding| {
            format!(
                "{} {}",
                finding["code"].as_str().unwrap(),
                finding["role"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        roles,
        [
            "role-bypasses shop_login",
            "role-bypasses shop_reports",
            "role-owns-table shop_worker",
            "role-member-of-mighty shop_worker",
        ]
    );
    // Only those that were asked for.
    let report = database
        .verify(|settings| settings.roles = vec![format!("{name}_person")])
        .await;
    assert_eq!(found(&report), ["role-bypasses -"]);
    let refused = database
        .try_verify(|settings| settings.roles = vec!["nobody".to_owned()])
        .await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the database has no role nobody"
    );
}

/// TN-02: a role or a database that is somebody from the start.
#[tokio::test]
async fn tn_02_a_context_by_default_is_found() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    database
        .run_as_admin(&format!(
            r#"alter role :person in database {} set request.jwt.claims = '{{"org_id": "acme"}}'"#,
            database.name
        ))
        .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["setting-default -"]);
    let fix = database.named(&one(&report, "setting-default", None).fix);
    database.run_as_admin(&fix).await;
    assert!(database.verify(|_| {}).await.is_clean());
}

/// Without the right to become a role, what needs it is said to be unchecked; the rest is checked.
#[tokio::test]
async fn a_role_that_cannot_be_taken_on_is_said() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    database.run_as_admin("revoke :person from :owner").await;
    database
        .run("alter table stores no force row level security")
        .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["not-checked -", "rls-not-forced public.stores"]);
    assert_eq!((report.summary.attacks, report.summary.not_checked), (0, 1));
    let unchecked = one(&report, "not-checked", None);
    assert_eq!(unchecked.severity.name(), "notice");
    database.run_as_admin(&unchecked.fix).await;
    assert!(database.verify(|_| {}).await.summary.attacks > 100);
}

/// Where nobody but the owner has rights, there is nobody to attack as: that is said.
#[tokio::test]
async fn tables_without_an_application_role_are_said_to_be_unchecked() {
    let database = Verified::new(&[KIT, CLEAN, "revoke all on stores, sales, notes from :person"]).await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["not-checked -"]);
    assert!(report.is_untested(), "nothing was tried: that is not clean");
    let report = database
        .verify(|settings| settings.roles = vec![format!("{}_owner", database.name)])
        .await;
    assert_eq!(found(&report), ["role-owns-table -"]);
}
