//! Words that no claim ever holds: a rule that compares with one lets nobody through, or the wrong ones.

use super::verify_database::{CLEAN, KIT, Verified, found, one};

async fn with_condition(condition: &str) -> Verified {
    let policy = format!(
        "drop policy u on stores;
         create policy u on stores for update to :person
            using (org_id = (select auth.org_id()) and {condition})
            with check (org_id = (select auth.org_id()) and {condition})"
    );
    Verified::new(&[KIT, CLEAN, &policy]).await
}

/// systems.md section 5, 12: `role` has several meanings, and the seeds compare one with the words of another.
#[tokio::test]
async fn a_word_that_is_no_role_is_found() {
    for (condition, word) in [
        ("(select auth.org_role()) = 'superadmin'", "superadmin"),
        (
            "(select auth.org_role()) in ('owner', 'superadmin')",
            "superadmin",
        ),
        (
            "'superadmin' = any (array[(select auth.org_role())])",
            "superadmin",
        ),
        ("((select auth.claims()) ->> 'org_role') = 'Owner'", "Owner"),
        ("(select auth.role()) = 'owner'", "owner"),
        ("(select auth.has_org_role('manager'))", "manager"),
        ("(select auth.tier()) = 'gold'", "gold"),
        ("(select auth.tier_at_least('pro'))", "pro"),
        ("(select auth.can('billing', 'delete'))", "delete"),
    ] {
        let database = with_condition(condition).await;
        let report = database.verify(|_| {}).await;
        assert_eq!(found(&report), ["unknown-word public.stores"], "{condition}");
        let unknown = one(&report, "unknown-word", Some("public.stores"));
        assert!(
            unknown.problem.contains(&format!("'{word}'")),
            "{}",
            unknown.problem
        );
    }
}

/// The same in a function that policies call.
#[tokio::test]
async fn a_word_in_a_function_that_policies_call_is_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create function is_boss() returns boolean language sql stable
            as $$ select auth.org_role() in ('owner', 'superadmin') $$;
         drop policy d on stores;
         create policy d on stores for delete to :person
            using (org_id = (select auth.org_id()) and (select is_boss()))",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["unknown-word public.is_boss()"]);
}

/// Every word that there is, and a role of the organizations' own that the operator names.
#[tokio::test]
async fn the_words_that_there_are_are_not() {
    for condition in [
        "(select auth.org_role()) in ('owner', 'admin', 'member', 'viewer') and (select auth.has_org_role('member'))",
        "(select auth.org_role()) <> 'viewer' and (select auth.has_org_role('member'))",
        "(select auth.role()) in ('user', 'admin', 'service') and (select auth.has_org_role('member'))",
        "(select auth.tier_at_least('alpha')) and (select auth.tier()) = 'founder' and (select auth.has_org_role('admin'))",
        "(select auth.can('superadmin', 'write'))",
        "(select auth.has_org_role('member')) and name <> 'superadmin'",
    ] {
        let report = with_condition(condition).await.verify(|_| {}).await;
        assert_eq!(found(&report), [""; 0], "{condition}");
    }
    let database =
        with_condition("((select auth.org_role()) = 'analyst' or (select auth.has_org_role('admin')))").await;
    assert_eq!(
        found(&database.verify(|_| {}).await),
        ["unknown-word public.stores"]
    );
    let named = database
        .verify(|settings| settings.org_roles = vec!["analyst".to_owned()])
        .await;
    assert_eq!(found(&named), [""; 0]);
}
