//! TN-09: an organization always keeps an owner.

use signet::tenancy::{Actor, MemberRole, membership};

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
            let mut work = app.work().await;
            let actor = Actor::Person(person.id.clone());
            let left = if step_down {
                membership::set_role(&mut work, &actor, (&organization.id, &person.id), &member).await
            } else {
                membership::remove(&mut work, &actor, &organization.id, &person.id).await
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
