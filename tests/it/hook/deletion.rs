//! Kept events of a person whose account is deleted.

use std::time::Duration;

use signet::base::clock::{Clock as _, before};
use signet::lifecycle::delete_user::delete_user;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::{a_client, a_person};

const KEPT: &str = "select count(*) from auth.hook_events";

/// Systems: a deleted account leaves nothing but what was recorded for the audit. Other people's events stay.
#[tokio::test]
async fn a_deleted_account_takes_its_kept_events_with_it() {
    let app = TestApp::with(|config| {
        config.hooks.sample_every = 1;
        config.hooks.keep_events = 10_000;
    })
    .await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let hooks = &app.app.token_issuer().hooks;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    for person in [&ada, &bob, &ada] {
        relying_party.tokens(&app, person, &[]).await;
        hooks.settle().await;
    }
    assert_eq!(count(&app, KEPT).await, 3);
    let mut work = app.work().await;
    delete_user(&mut work, &ada.id).await.expect("deleted");
    work.commit().await.expect("committed");
    let since = before(app.clock.now(), Duration::from_hours(1));
    let kept = hooks.kept(since, 100).await.expect("events");
    let about: Vec<_> = kept.iter().map(|kept| kept.question.user_id()).collect();
    assert_eq!(about, [&bob.id]);
    let rest = "select count(*) from auth.hook_events e
        where e::text like '%' || (select id from auth.users where deleted_at is not null) || '%'";
    assert_eq!(count(&app, rest).await, 0);
}

/// A question that was answered just before, and is kept just after, the deletion: it is not.
#[tokio::test]
async fn no_event_is_kept_of_somebody_who_was_deleted_meanwhile() {
    let app = TestApp::with(|config| config.hooks.sample_every = 1).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let mut work = app.work().await;
    delete_user(&mut work, &ada.id).await.expect("deleted");
    // The deletion is not committed, so the token is issued; its question waits for the deletion.
    let reply = relying_party.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    work.commit().await.expect("committed");
    app.app.token_issuer().hooks.settle().await;
    assert_eq!(count(&app, KEPT).await, 0);
}
