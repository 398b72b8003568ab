//! The built-in hook is one rule with two ways to ask it: as joins of a statement that mints, and as a function for one
//! person.

use sqlx::PgConnection;

use crate::app::TestApp;

/// Twenty-four people in twenty organizations at random: joined or not, of every role, in places that are suspended, deleted or
/// cut off; half of them without a counter.
const MEMBERSHIPS: &str = "
    select setseed(0.4711);
    insert into auth.users (id, email, email_canonical, name, role, access_tier, created_at, updated_at)
    select 'person-' || i, 'p' || i || '@example.test', 'p' || i || '@example.test', 'P',
        (array['user', 'admin', 'service'])[1 + floor(random() * 3)::int],
        (array['guest', 'public', 'beta', 'alpha', 'founder'])[1 + floor(random() * 5)::int], now(), now()
    from generate_series(1, 24) i;
    insert into auth.organizations (
        id, name, slug, type, tier, plan, created_at, updated_at, suspended_at, deleted_at, revoked_before)
    select 'place-' || i, 'O', 'slug-' || i, (array['team', 'brand', 'personal'])[1 + i % 3],
        case when i % 3 <> 2 and random() < 0.5 then 'alpha' end, 'free', now(), now(),
        case when random() < 0.2 then now() end, case when random() < 0.1 then now() end,
        case when random() < 0.4 then now() end
    from generate_series(1, 20) i;
    insert into auth.members (organization_id, user_id, role, joined_at, created_at, updated_at)
    select 'place-' || o, 'person-' || p, (array['owner', 'admin', 'member', 'viewer', 'curator'])[1 + floor(random() * 5)::int],
        case when random() < 0.8 then now() - random() * interval '90 days' end, now(), now()
    from generate_series(1, 24) p, generate_series(1, 20) o
    where random() < 0.15;
    delete from auth.membership_epochs where random() < 0.5;
    update auth.users set deleted_at = now() where id in ('person-7', 'person-8')";

/// Every person with every wish: nothing, an organization by id or slug, one that is not theirs; an active one; a grant
/// from before and after the cut-offs; without scopes and with those that say more.
const QUESTIONS: &str = "
    select u.id as user_id, w.requested, a.active, s.scopes, b.since
    from auth.users u
    cross join (values (null), ('place-3'), ('slug-4'), ('nowhere')) w (requested)
    cross join (values (null), ('place-5')) a (active)
    cross join (values ('{}'::text[]), ('{openid,groups,roles,modules}')) s (scopes)
    cross join (values (null), (now() - interval '1 hour'), (now() + interval '1 hour')) b (since)
    where u.id like 'person-%'";

/// The function as it stood before its rule moved.
fn as_it_was() -> String {
    let text = include_str!("../../../migrations/0027_groups.sql");
    let begins = text
        .find("create or replace function auth.member_claims(")
        .expect("the function");
    let function = &text[begins..];
    let ends = function.find("$$;").expect("its end");
    function[..ends + 3].replace("member_claims", "member_claims_before")
}

async fn ask(connection: &mut PgConnection, sql: String) -> Vec<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_statement_says_of_a_membership_what_the_function_says() {
    let app = TestApp::new().await;
    let mut connection = app.database.admin().await;
    sqlx::raw_sql(MEMBERSHIPS)
        .execute(&mut connection)
        .await
        .expect("memberships");
    sqlx::raw_sql(sqlx::AssertSqlSafe(as_it_was()))
        .execute(&mut connection)
        .await
        .expect("the function as it was");
    let claims = "auth.member_claims(q.user_id, q.requested, q.active, q.scopes, q.since)";
    let facts = "auth.member_facts(q.user_id, q.requested, q.active, q.scopes, q.since)";
    let before = claims.replace("member_claims", "member_claims_before");
    let different = format!(
        "select concat_ws(' ', q.*, f.tenancy, '|', {claims})
         from ({QUESTIONS}) q left join lateral {facts} f on true
         where f.tenancy is distinct from {claims} or f.tenancy is distinct from {before}"
    );
    assert_eq!(ask(&mut connection, different).await, Vec::<String>::new());
    let kinds = format!(
        "select coalesce(f.tenancy ->> 'org_role', case when f.tenancy is null then 'refused' else 'no place' end)
         from ({QUESTIONS}) q left join lateral {facts} f on true
         group by 1 order by 1"
    );
    let kinds = ask(&mut connection, kinds).await;
    let every = [
        "admin", "curator", "member", "no place", "owner", "refused", "viewer",
    ];
    assert_eq!(kinds, every, "chance has made every kind");
}

/// As a call the function would cost each statement as much as everything else it does. PostgreSQL expands it also where
/// it stands as the grants' statements have it: in a subquery that `offset 0` fences, so that the subquery is planned by
/// itself and reaches the person by their id.
#[tokio::test]
async fn a_statement_asks_by_joins() {
    let app = TestApp::new().await;
    let mut connection = app.database.admin().await;
    sqlx::raw_sql("set role signet_app")
        .execute(&mut connection)
        .await
        .expect("the role");
    let plan = "explain select f.tenancy from auth.live_grants g
        cross join lateral (
            select tenancy
            from auth.member_facts(
                g.user_id, g.organization_id, g.active_organization_id, g.scopes, g.created_at)
            offset 0) f";
    let plan = ask(&mut connection, plan.to_owned()).await.join("\n");
    assert!(
        plan.contains("on organizations") && !plan.contains("Function Scan"),
        "{plan}"
    );
}
