//! The long poll: what changed is told at once and once, whoever commits late, and silence ends in time.

use serde_json::{Value, json};
use signet::authentication::service_key::ServiceScope;
use signet::jobs::cleanup;
use signet::user::AccessTier;

use super::changes::{Change, begin};
use crate::app::{Reply, TestApp};
use crate::attack::holdings::{sql, wait};
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, a_service_key, an_organization};

pub const PATH: &str = "/api/v1/internal/membership-epoch";

/// A service that polls.
pub struct Poller {
    url: String,
    key: String,
}

impl Poller {
    pub async fn new(app: &TestApp) -> Self {
        Self {
            url: format!("{}{PATH}", app.issuer),
            key: a_service_key(app, "sync", &[ServiceScope::EpochRead]).await,
        }
    }

    pub async fn ask(&self, query: &[(&str, &str)]) -> Reply {
        let url = url::Url::parse_with_params(&self.url, query).expect("an address");
        let client = crate::support::http::client();
        let request = client.get(url).header("x-service-key", &self.key);
        Reply::read(request.send().await.expect("the server answers")).await
    }

    /// An answer without waiting.
    pub async fn now(&self, after: &str) -> Value {
        let reply = self.ask(&[("after", after), ("wait", "0")]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }
}

/// The cursor of an answer.
pub fn cursor(answer: &Value) -> &str {
    answer["cursor"].as_str().expect("a cursor")
}

/// Of whom an answer speaks, in its order.
fn told(answer: &Value) -> Vec<(&str, &str)> {
    let cutoffs = answer["cutoffs"].as_array().expect("cut-offs").iter();
    let told = cutoffs.map(|cutoff| (cutoff["user_id"].as_str(), cutoff["organization_id"].as_str()));
    told.map(|(user, organization)| (user.expect("a user"), organization.expect("an organization")))
        .collect()
}

struct House {
    app: TestApp,
    poller: Poller,
    acme: TestOrganization,
    ada: TestPerson,
    bob: TestPerson,
}

async fn house() -> House {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let owner = a_person("owner").create(&app).await;
    let acme = an_organization(&app, "acme", &owner, Some(AccessTier::Beta)).await;
    acme.add(&app, &ada, "admin").await;
    acme.add(&app, &bob, "admin").await;
    let poller = Poller::new(&app).await;
    House {
        app,
        poller,
        acme,
        ada,
        bob,
    }
}

/// Contracts section 5: without a cursor everything, with one only what is new, in the form that the worker reads.
#[tokio::test]
async fn a_cursor_gets_what_is_new_and_no_more() {
    let house = house().await;
    let (app, poller) = (&house.app, &house.poller);
    let first = poller.now("").await;
    assert_eq!((&first["full"], &first["more"]), (&json!(true), &json!(false)));
    assert_eq!((&first["cutoffs"], &first["max_age"]), (&json!([]), &json!(3900)));
    Change::Remove.commit(app, &house.acme, &house.ada).await;
    Change::PersonTier(AccessTier::Guest)
        .commit(app, &house.acme, &house.bob)
        .await;
    let second = poller.now(cursor(&first)).await;
    assert_eq!(second["full"], false);
    let (acme, ada, bob) = (
        house.acme.id.as_str(),
        house.ada.id.as_str(),
        house.bob.id.as_str(),
    );
    assert_eq!(told(&second), [(ada, acme), (bob, "")]);
    assert_eq!(second["cutoffs"][0]["minimum"], 2);
    assert!(second["cutoffs"][0]["changed_at"].is_string());
    assert_eq!(told(&poller.now(cursor(&second)).await), []);
    Change::Suspend.commit(app, &house.acme, &house.bob).await;
    let third = poller.now(cursor(&second)).await;
    assert_eq!(told(&third), [("", acme)]);
    assert_eq!(told(&poller.now("").await), [(ada, acme), (bob, ""), ("", acme)]);
}

/// Contracts section 5: a transaction that began first and commits last is told when it commits, and holds up nobody
/// meanwhile: not even one that never ends.
#[tokio::test]
async fn a_late_commit_is_neither_skipped_nor_waited_for() {
    let house = house().await;
    let (app, poller) = (&house.app, &house.poller);
    let (acme, ada, bob) = (
        house.acme.id.as_str(),
        house.ada.id.as_str(),
        house.bob.id.as_str(),
    );
    let mut endless = begin(&app.app).await;
    Change::PersonTier(AccessTier::Guest)
        .make(&mut endless, &house.acme, &a_person("carol").create(app).await)
        .await;
    let start = poller.now("").await;
    let mut late = begin(&app.app).await;
    Change::PersonTier(AccessTier::Guest)
        .make(&mut late, &house.acme, &house.ada)
        .await;
    Change::Role("viewer").commit(app, &house.acme, &house.bob).await;
    let first = poller.now(cursor(&start)).await;
    assert_eq!(told(&first), [(bob, acme)], "the younger one is told at once");
    assert_eq!(told(&poller.now(cursor(&first)).await), [], "and only once");
    late.commit().await.unwrap();
    let second = poller.now(cursor(&first)).await;
    assert_eq!(told(&second), [(ada, "")], "the older one is not skipped");
    assert_eq!(told(&poller.now(cursor(&second)).await), []);
    endless.rollback().await.unwrap();
    assert_eq!(told(&poller.now(cursor(&second)).await), []);
}

/// Whoever waits is answered when something happens, long before the time is over; several wait on one poll.
#[tokio::test]
async fn a_change_wakes_everybody_who_waits() {
    let house = house().await;
    let start = house.poller.now("").await;
    let query = [("after", cursor(&start)), ("wait", "25")];
    let began = std::time::Instant::now();
    let change = async {
        // Both wait by now, or will find the change when they come.
        tokio::task::yield_now().await;
        Change::Remove.commit(&house.app, &house.acme, &house.ada).await;
    };
    let (one, other, ()) = tokio::join!(house.poller.ask(&query), house.poller.ask(&query), change);
    for reply in [one, other] {
        assert_eq!(
            told(&reply.json()),
            [(house.ada.id.as_str(), house.acme.id.as_str())]
        );
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(20));
}

/// Silence is answered too, so that downstream can tell it from a failure.
#[tokio::test]
async fn silence_ends_in_time() {
    let house = house().await;
    let start = house.poller.now("").await;
    let reply = house
        .poller
        .ask(&[("after", cursor(&start)), ("wait", "1")])
        .await;
    assert_eq!((reply.status, told(&reply.json())), (200, vec![]));
    assert_eq!(reply.header("cache-control"), "no-store");
}

/// A cursor of another time or another database begins anew; one that is none is refused.
#[tokio::test]
async fn a_cursor_from_elsewhere_begins_anew() {
    let house = house().await;
    Change::Remove.commit(&house.app, &house.acme, &house.ada).await;
    let ours = house.poller.now("").await;
    for strange in ["0.900000000:900000000:", "1.1:1:", "0.5:900000000:6,7"] {
        let answer = house.poller.now(strange).await;
        assert_eq!(
            (&answer["full"], told(&answer).len()),
            (&json!(true), 1),
            "{strange}"
        );
    }
    sql(
        &house.app,
        "update auth.platform set backup_epoch = backup_epoch + 1",
    )
    .await;
    house.app.refresh_caches().await;
    assert_eq!(house.poller.now(cursor(&ours)).await["full"], true);
    for malformed in [
        "x",
        "0.1",
        "0.1:1",
        "0.2:1:",
        "0.1:1:1",
        "0.1:1:'; drop table auth.users",
    ] {
        let reply = house.poller.ask(&[("after", malformed)]).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("cursor_malformed"))
        );
    }
    for wait in ["-1", "26", "x", "1e1"] {
        let reply = house.poller.ask(&[("wait", wait)]).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("wait_malformed"))
        );
    }
    let twice = house.poller.ask(&[("wait", "0"), ("wait", "0")]).await;
    assert_eq!(twice.status, 400);
}

/// A cut-off is kept as long as a token from before it can live, and a little longer.
#[tokio::test]
async fn a_cut_off_goes_when_no_token_can_be_below_it() {
    let house = house().await;
    Change::PersonTier(AccessTier::Guest)
        .commit(&house.app, &house.acme, &house.ada)
        .await;
    wait(&house.app, 3899);
    cleanup::sweep(&house.app.app).await.unwrap();
    assert_eq!(told(&house.poller.now("").await).len(), 1);
    wait(&house.app, 1);
    cleanup::sweep(&house.app.app).await.unwrap();
    assert_eq!(told(&house.poller.now("").await), []);
}
