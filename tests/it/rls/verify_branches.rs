//! A policy's `or`: one branch keeps tenants apart, the other does not.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found, one};

async fn with_policies(policies: &str) -> Verified {
    let table = "create table boards (org_id text not null, board_id text not null, user_id text not null,
            title text not null, is_public boolean not null default false,
            state text not null default 'draft' check (state in ('draft', 'released')), opened_at date,
            primary key (org_id, board_id));
        alter table boards enable row level security;
        alter table boards force row level security;
        grant select on boards to :person";
    Verified::new(&[KIT, CLEAN, table, policies]).await
}

/// A row that says of itself that it may be seen is seen by every tenant: shown by asking, and by the policy's text.
#[tokio::test]
async fn rows_that_open_themselves_are_found() {
    for branch in ["is_public", "state = 'released'", "opened_at < '2020-01-01'"] {
        let database = with_policies(&format!(
            "create policy r on boards for select to :person using (org_id = (select auth.org_id()) or {branch})"
        ))
        .await;
        let report = database.verify(exclusively).await;
        assert_eq!(found(&report), ["rows-public public.boards"], "{branch}");
        let open = one(&report, "rows-public", Some("public.boards"));
        assert_eq!(open.severity.name(), "warning", "it can be meant so");
        let column = branch.split(' ').next().unwrap();
        assert!(open.problem.contains(column), "{}", open.problem);
        let report = database
            .verify(|settings| {
                exclusively(settings);
                settings.accepted = vec!["rows-public:public.boards".parse().unwrap()];
            })
            .await;
        assert_eq!(
            (found(&report), report.summary.accepted),
            (vec![], 1),
            "an operator can say so"
        );
    }
}

/// Where the text says nothing, because a function decides, asking does.
#[tokio::test]
async fn rows_that_open_themselves_in_a_function_are_found_by_asking() {
    let database = with_policies(
        "create function seen(org text, open boolean) returns boolean language plpgsql stable as $$
         begin return open or org = auth.org_id(); end $$;
         create policy r on boards for select to :person using (seen(org_id, is_public))",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(&report, &["rows-public public.boards"]);
    let open = one(&report, "rows-public", Some("public.boards"));
    assert!(open.role.is_some(), "an attack found it");
}

/// A branch that asks who is asking, but not for which tenant, is told of: it may be the person's own rows, or a role
/// of the platform's.
#[tokio::test]
async fn a_branch_beside_the_tenant_is_told_of() {
    for branch in ["user_id = (select auth.uid())", "(select auth.role()) = 'admin'"] {
        let database = with_policies(&format!(
            "create policy r on boards for select to :person using (org_id = (select auth.org_id()) or {branch})"
        ))
        .await;
        let report = database.verify(exclusively).await;
        assert_eq!(found(&report), ["policy-beside-tenant public.boards"], "{branch}");
        assert!(report.is_clean(), "a notice");
    }
}

/// An `or` that is behind the tenant, or that a restrictive policy takes back, is none of these.
#[tokio::test]
async fn an_or_within_the_tenant_is_fine() {
    for policies in [
        "create policy r on boards for select to :person
            using (org_id = (select auth.org_id()) and (is_public or user_id = (select auth.uid())))",
        "create policy r on boards for select to :person using (org_id = (select auth.org_id()) or is_public);
         create policy t on boards as restrictive for select to :person using (org_id = (select auth.org_id()))",
        "create policy r on boards for select to :person
            using ((org_id = (select auth.org_id()) and is_public)
                or (org_id = (select auth.org_id()) and (select auth.has_org_role('admin'))))",
    ] {
        let database = with_policies(policies).await;
        let report = database.verify(exclusively).await;
        assert_eq!(found(&report), [""; 0], "{policies}");
    }
}
