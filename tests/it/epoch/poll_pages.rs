//! The long poll with more cut-offs than one answer holds.

use std::collections::BTreeSet;

use sqlx::Connection as _;

use super::poll::{Poller, cursor};
use crate::app::TestApp;
use crate::attack::holdings::sql;

/// Cut-offs of many transactions come in pages; of those that were under way meanwhile, none is lost.
#[tokio::test]
async fn many_cut_offs_come_in_pages() {
    let app = TestApp::new().await;
    let poller = Poller::new(&app).await;
    let mut connection = app.database.admin().await;
    let mut late = connection.begin().await.unwrap();
    sqlx::query("select auth.cut_off('late', '', 1, to_timestamp(1800000000))")
        .execute(&mut *late)
        .await
        .unwrap();
    for _ in 0..3 {
        sql(
            &app,
            "select auth.cut_off(gen_random_uuid()::text, '', 1, to_timestamp(1800000000))
             from generate_series(1, 4000)",
        )
        .await;
    }
    let mut seen = BTreeSet::new();
    let mut after = String::new();
    let mut answers = Vec::new();
    loop {
        let answer = poller.now(&after).await;
        let cutoffs = answer["cutoffs"].as_array().unwrap();
        seen.extend(cutoffs.iter().map(|cutoff| cutoff["user_id"].to_string()));
        answers.push((answer["full"] == true, cutoffs.len()));
        cursor(&answer).clone_into(&mut after);
        if answer["more"] == false {
            break;
        }
    }
    assert_eq!(answers, [(true, 8000), (false, 4000)]);
    assert_eq!(seen.len(), 12_000);
    late.commit().await.unwrap();
    let last = poller.now(&after).await;
    assert_eq!(last["cutoffs"][0]["user_id"], "late");
    assert_eq!(last["cutoffs"].as_array().unwrap().len(), 1);
}
