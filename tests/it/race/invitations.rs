//! Many answers to one invitation, and many invitations of one address (attacks.md, IV-01 and RC-04).

use std::sync::Arc;

use signet::tenancy::{InvitationError, invitation};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::fixtures::team::{accept, again, kept};
use crate::fixtures::{a_person, an_organization};

const TIMES: usize = 20;

/// IV-01: twenty answers at once are one membership and one event; every one of them is told the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn iv_01_accepted_by_twenty_at_once_is_one_membership() {
    let app = Arc::new(TestApp::new().await);
    let olga = a_person("olga").create(&app).await;
    let sven = a_person("sven").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &sven.email, "member")
        .await
        .unwrap();
    let start = Arc::new(Barrier::new(TIMES));
    let mut racers = JoinSet::new();
    for _ in 0..TIMES {
        let (app, sven, token, start) = (Arc::clone(&app), sven.clone(), again(&token), Arc::clone(&start));
        racers.spawn(async move {
            start.wait().await;
            accept(&app, &token, &sven)
                .await
                .map(|accepted| accepted.role.to_string())
        });
    }
    for outcome in racers.join_all().await {
        assert_eq!(outcome.unwrap(), "member");
    }
    assert_eq!(team.joined(&app).await.len(), 2);
    assert_eq!(events(&app, "INVITATION_ACCEPTED").await, 1);
    let joined = "select count(*) from auth.security_events where event_type = 'MEMBER_ADDED'
        and metadata ->> 'org_role' = 'member'";
    assert_eq!(count(&app, joined).await, 1);
}

/// IV-01: one takes the invitation up while its sender takes it back: one of them is too late, never both or neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn iv_01_accepting_and_revoking_at_once_is_one_of_them() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    for number in 0..5 {
        let sven = a_person(&format!("sven{number}")).create(&app).await;
        let team = an_organization(&app, &format!("team-{number}"), &olga, None).await;
        let (id, token) = team
            .invite_as(&app, &olga.actor(), &sven.email, "member")
            .await
            .unwrap();
        let revoke = async {
            let mut work = app.work_as(&olga.actor()).await;
            let done = invitation::revoke(&mut work, &team.id, &id).await;
            kept(work, done).await
        };
        let (accepted, revoked) = tokio::join!(accept(&app, &token, &sven), revoke);
        assert!(accepted.is_ok() ^ revoked.is_ok(), "{accepted:?} {revoked:?}");
        assert_eq!(team.role_of(&app, &sven).await.is_some(), accepted.is_ok());
    }
}

/// RC-04: an address that is invited twenty times at once has one invitation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_04_twenty_invitations_of_one_address_are_one() {
    let app = Arc::new(TestApp::new().await);
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let start = Arc::new(Barrier::new(TIMES));
    let mut racers = JoinSet::new();
    for number in 0..TIMES {
        let (app, olga, team, start) = (Arc::clone(&app), olga.clone(), team.clone(), Arc::clone(&start));
        racers.spawn(async move {
            start.wait().await;
            let email = if number % 2 == 0 {
                "sven@example.test"
            } else {
                "SVEN@Example.test"
            };
            team.invite_as(&app, &olga.actor(), email, "member").await
        });
    }
    let outcomes = racers.join_all().await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let late = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(InvitationError::AlreadyInvited)))
        .count();
    assert_eq!((made, late), (1, TIMES - 1));
    assert_eq!(count(&app, "select count(*) from auth.invitations").await, 1);
}
