//! The seeds' own policies, and what is wrong with them (design page `systems.md`, section 5, by number).

use super::verify_database::{Verified, assert_found, found, one};

/// 6: policies that ask their own table, or one that asks back (42P17). 14: a claim cast to uuid raises.
#[tokio::test]
async fn bug_6_recursion_is_found() {
    let database = Verified::new(&[include_str!("seeds/workspaces.sql")]).await;
    let report = database
        .verify(|settings| settings.tenant_column = "workspace_id".to_owned())
        .await;
    assert_found(
        &report,
        &[
            "policy-recursion public.users",
            "policy-recursion public.workspaces",
            "policy-recursion public.workspace_users",
            "policy-recursion public.projects",
            "policy-recursion public.project_users",
        ],
    );
}

/// 7: a helper of the tables' owner under FORCE overflows the stack (54001).
#[tokio::test]
async fn bug_7_the_overflow_is_found() {
    let database = Verified::new(&[include_str!("seeds/overflow.sql")]).await;
    let report = database
        .verify(|settings| settings.tenant_column = "workspace_id".to_owned())
        .await;
    assert_found(&report, &["policy-overflow public.workspace_users"]);
    let overflow = one(&report, "policy-overflow", Some("public.workspace_users"));
    assert!(
        overflow.problem.contains("public.is_member(workspace text)"),
        "{}",
        overflow.problem
    );
}

/// 8: no context sees everything. 9: what is visible of the keys and checks.
#[tokio::test]
async fn bugs_8_and_9_the_bypass_and_the_keys_are_found() {
    let database = Verified::new(&[include_str!("seeds/credentials.sql")]).await;
    let report = database
        .verify(|settings| settings.tenant_column = "workspace_id".to_owned())
        .await;
    assert_found(
        &report,
        &[
            "policy-fails-open public.user_credentials",
            "rows-without-context public.user_credentials",
            "write-without-context public.user_credentials",
            "unique-nulls public.user_credentials",
            "insert-foreign public.user_credentials",
            "creator-cascade public.user_credentials",
        ],
    );
}

/// 10: a viewer makes itself owner, evicts the owner, deletes the organization. 14: a malformed claim raises.
#[tokio::test]
async fn bugs_10_and_14_the_one_rule_and_the_cast_are_found() {
    let database = Verified::new(&[include_str!("seeds/claims.sql")]).await;
    let report = database.verify(|_| {}).await;
    assert_found(
        &report,
        &[
            "policy-for-all public.org_members",
            "promotes-itself public.org_members",
            "viewer-deletes public.org_members",
            "viewer-deletes public.organizations",
            "policy-unsafe-cast public.stores",
            "context-raises public.stores",
            "policy-per-row public.stores",
        ],
    );
}

/// 24: a project in a foreign workspace. 25: an admin makes itself owner. 25b: viewers write, everybody writes what is
/// public.
#[tokio::test]
async fn bugs_24_and_25_the_rules_for_reading_are_found() {
    let database = Verified::new(&[include_str!("seeds/workspaces_helped.sql")]).await;
    let report = database
        .verify(|settings| settings.tenant_column = "workspace_id".to_owned())
        .await;
    assert_found(
        &report,
        &[
            "policy-for-all public.oauth2_tokens",
            "viewer-updates public.oauth2_tokens",
            "viewer-updates public.chat_messages",
            "viewer-deletes public.chat_messages",
            "promotes-itself public.workspace_users",
            "policy-ignores-tenant public.projects",
            "update-foreign public.artifact_files",
            "delete-foreign public.artifact_files",
            "insert-foreign public.artifact_files",
        ],
    );
    let found = found(&report);
    assert!(
        !found.contains(&"update-foreign public.artifacts".to_owned()),
        "{found:#?}"
    );
}
