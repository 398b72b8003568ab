//! TN-09: an organization always keeps an owner.

use signet::tenancy::{MemberError, MemberRole, TenancyError, member};

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::{a_person, an_organization};

/// TN-09: two owners leave, or step down, at once; one of them stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tn_09_the_last_owner_stays() {
    let app = TestApp::new().await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    for step_down in [false, true] {
        let slug = if step_down { "stepping" } else { "leaving" };
        let organization = an_organization(&app, slug, &ada, None).await;
        organization.add(&app, &bob, "owner").await;
        let member = MemberRole::parse("member").unwrap();
        let leave = async |person: &crate::fixtures::person::TestPerson| {
            let actor = person.actor();
            let mut work = app.work_as(&actor).await;
            let left = if step_down {
                member::set_role(&mut work, &organization.id, &person.id, &member).await
            } else {
                member::remove(&mut work, &organization.id, &person.id).await
            };
            if left.is_ok() {
                work.commit().await.unwrap();
            }
            left.is_ok()
        };
        let (one, other) = tokio::join!(leave(&ada), leave(&bob));
        assert!(one ^ other, "exactly one may go");
    }
    let owners = "select count(*) from auth.members m join auth.organizations o on o.id = m.organization_id
        where m.role = 'owner' and o.slug in ('stepping', 'leaving')";
    assert_eq!(count(&app, owners).await, 2);
}

/// TN-09: an admin who is demoted while their own change waits is judged by what they are when it is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tn_09_a_role_is_read_in_the_transaction_that_writes() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let (olga, adam, mona) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
        a_person("mona").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    team.add(&app, &mona, "admin").await;
    let mut demotion = app.work_as(&olga.actor()).await;
    let viewer = MemberRole::parse("viewer").unwrap();
    member::set_role(&mut demotion, &team.id, &adam.id, &viewer)
        .await
        .unwrap();
    let waiting = tokio::spawn({
        let (app, team, adam, mona) = (app.clone(), team.clone(), adam.clone(), mona.clone());
        async move { team.remove_as(&app, &adam.actor(), &mona).await }
    });
    tokio::task::yield_now().await;
    demotion.commit().await.unwrap();
    let refused = waiting.await.unwrap();
    assert!(
        matches!(refused, Err(MemberError::Tenancy(TenancyError::Forbidden(_)))),
        "{refused:?}"
    );
    assert_eq!(team.role_of(&app, &mona).await.as_deref(), Some("admin"));
}
