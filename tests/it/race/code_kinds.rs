//! Codes of every kind that wait together are answered as each of them alone.

use serde_json::{Value, json};
use sqlx::Row as _;

use super::code_house::{API, House, Presented};
use super::families::grant_id;
use crate::app::relying_party::claims;
use crate::app::{Reply, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed, text};

fn sorted(scope: &str) -> Vec<String> {
    let mut names: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The tokens of one that is good: its own person's, client's, scope and nonce.
fn assert_own(presented: &Presented, reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}: {}", presented.scope, reply.body);
    let tokens = reply.json();
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["sub"], json!(presented.person.id));
    assert_eq!(said["client_id"], json!(presented.door.client.id));
    let granted = said["scope"].as_str().expect("a scope");
    assert_eq!(sorted(granted), sorted(&presented.scope));
    if presented.scope.contains("openid") {
        let said = claims(text(&tokens, "id_token"));
        assert_eq!(said["sub"], json!(presented.person.id));
        assert_eq!(
            (&said["nonce"], &said["aud"]),
            (&json!(presented.nonce), &json!(presented.door.client.id))
        );
    } else {
        assert!(tokens.get("id_token").is_none(), "{tokens}");
    }
    tokens
}

/// Grants in the order of the tokens, each as its row has it: the days until its ends, and its organization.
async fn rows(app: &TestApp, tokens: &[Value]) -> Vec<(Option<f64>, Option<f64>, Option<String>)> {
    let grants: Vec<String> = tokens.iter().map(grant_id).collect();
    let rows = "select extract(day from g.idle_expires_at - g.created_at)::float8,
            extract(day from g.expires_at - g.created_at)::float8, g.organization_id
        from unnest($1::text[]) with ordinality as t (id, place)
        join auth.oauth_grants g on g.id = t.id order by place";
    let rows = sqlx::query(rows).bind(grants);
    let rows = rows.fetch_all(&mut app.database.admin().await).await.unwrap();
    let row = |row: &sqlx::postgres::PgRow| (row.get(0), row.get(1), row.get(2));
    rows.iter().map(row).collect()
}

/// How many transactions wrote these grants last.
async fn transactions(app: &TestApp, tokens: &[Value]) -> i64 {
    let grants: Vec<String> = tokens.iter().map(grant_id).collect();
    sqlx::query_scalar("select count(distinct xmin::text) from auth.oauth_grants where id = any ($1)")
        .bind(grants)
        .fetch_one(&mut app.database.admin().await)
        .await
        .unwrap()
}

/// What is of one kind alone: the clients' ID tokens, refresh tokens, lifetimes, organization, claims and audience.
async fn assert_kinds(house: &House, presented: &[Presented], tokens: &[Value]) {
    let id_token = |at: usize| claims(text(&tokens[at], "id_token"));
    for with_email in [2, 8] {
        let email = &presented[with_email].person.email;
        assert_eq!(id_token(with_email)["email"], json!(email));
    }
    assert_eq!(id_token(0).get("email"), None);
    assert!(tokens[5].get("refresh_token").is_none());
    let access_token = |at: usize| claims(text(&tokens[at], "access_token"));
    assert_eq!(access_token(7)["org_id"], json!(house.acme.id));
    assert_eq!(access_token(9)["aud"], API);
    assert_ne!(access_token(0)["aud"], API);
    let usual = (Some(7.0), Some(30.0), None);
    let mut expected = vec![usual; tokens.len()];
    expected[5] = (None, None, None);
    expected[6] = (Some(30.0), Some(180.0), None);
    expected[7].2 = Some(house.acme.id.to_string());
    assert_eq!(rows(&house.app, tokens).await, expected);
}

/// CO-01, CO-02, CO-03, PK-02, RU-04, TE-02 among others' codes: the good ones of a group are redeemed in one
/// transaction, each for its own person, and the others are refused for what is wrong with them, at nobody's cost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn co_01_te_02_sixteen_codes_are_answered_as_each_of_them_alone() {
    let mut house = House::new().await;
    let mut presented = house.good().await;
    let good = presented.len();
    let (bad, redeemed) = house.bad().await;
    presented.extend(bad);
    assert_eq!(presented.len(), 16);
    let replies = house.in_one_group(&presented).await;
    let (app, web) = (&house.app, &house.web);

    let tokens: Vec<Value> = presented[..good]
        .iter()
        .zip(&replies)
        .map(|(presented, reply)| assert_own(presented, reply))
        .collect();
    assert_eq!(transactions(app, &tokens).await, 1);
    assert_kinds(&house, &presented, &tokens).await;
    for (at, presented) in presented[..good].iter().enumerate() {
        if presented.scope.contains("openid") && at != 9 {
            assert_live(&presented.door, &tokens[at]).await;
        }
        if at != 5 {
            let next = refreshed(&presented.door, &tokens[at]).await;
            assert_eq!(grant_id(&next), grant_id(&tokens[at]));
        }
    }

    for (at, reply) in replies[good..].iter().enumerate() {
        let error = if at == 2 {
            "invalid_target"
        } else {
            "invalid_grant"
        };
        reply.assert_error(400, error);
    }
    assert_dead(web, &redeemed).await;
    assert_eq!(events(app, "CODE_REPLAYED").await, 1);
    let ended = "select count(*) from auth.oauth_grants where ended_at is not null";
    assert_eq!(count(app, ended).await, 1);
    for unspent in &presented[good..good + 4] {
        let reply = web.exchange(&unspent.code).await;
        assert_own(unspent, &reply);
    }
}
