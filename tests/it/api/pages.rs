//! TN-04: pages and their cursors.

use serde_json::{Value, json};

use super::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::fixtures::{a_person, an_organization};

async fn ids(caller: &Caller, path: &str) -> (Vec<Value>, Value) {
    let page = caller.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = page.json();
    let items = page["items"].as_array().unwrap().iter();
    (
        items.map(|item| item["user_id"].clone()).collect(),
        page["next_cursor"].clone(),
    )
}

#[tokio::test]
async fn tn_04_pages_show_everything_once_and_take_no_foreign_cursor() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let eve = a_person("eve").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let other = an_organization(&app, "other", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    acme.add(&app, &eve, "member").await;
    let (ada, bob) = (
        Caller::new(&app, &console, &ada).await,
        Caller::new(&app, &console, &bob).await,
    );
    let members = format!("/organizations/{}/members", acme.id);
    let (first, cursor) = ids(&ada, &format!("{members}?limit=2")).await;
    let cursor = cursor.as_str().unwrap().to_owned();
    let (second, end) = ids(&ada, &format!("{members}?limit=2&cursor={cursor}")).await;
    assert_eq!((first.len(), second.len(), end), (2, 1, json!(null)));
    let mut edited = cursor.clone().into_bytes();
    edited[0] ^= 1;
    let edited = String::from_utf8(edited).unwrap();
    for forged in [
        edited.as_str(),
        "YQ.1.YQ",
        "' or true --",
        "a.b.c.d",
        &cursor[1..],
    ] {
        let reply = ada.get(&format!("{members}?cursor={forged}")).await;
        assert_problem(&reply, 400, "invalid_page");
    }
    let foreign = format!("/organizations/{}/members?cursor={cursor}", other.id);
    assert_problem(&ada.get(&foreign).await, 400, "invalid_page");
    let anothers = bob.get(&format!("{members}?cursor={cursor}")).await;
    assert_problem(&anothers, 400, "invalid_page");
    for limit in ["0", "-1", "1000000000", "201", "ten", "1.5"] {
        let reply = ada.get(&format!("{members}?limit={limit}")).await;
        assert_problem(&reply, 400, "invalid_page");
    }
    for unlisted in ["sort=email", "order=role", "filter=1"] {
        let reply = ada.get(&format!("{members}?{unlisted}")).await;
        assert_problem(&reply, 400, "invalid_page");
    }
}
