//! Invitations: bound to an address and a role, shown once, used once (systems.md section 6, tenancy).

use std::time::Duration;

use signet::base::actor::Actor;
use signet::base::handle::{Handle, Kind};
use signet::base::id::InvitationId;
use signet::config::QuotaSettings;
use signet::jobs::cleanup;
use signet::tenancy::invitation::{self, InvitationStatus, NewInvitation};
use signet::tenancy::{InvitationEnd, InvitationError, TenancyError};
use signet::user::EmailAddress;

use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::fixtures::team::{accept, again, assert_matches, kept, prove_address, role};
use crate::fixtures::{a_person, an_organization};

/// An address is asked, proves itself, joins with the role; the token is nowhere but in the answer.
#[tokio::test]
async fn an_invited_person_joins_with_the_role() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let (id, token) = team
        .invite_as(&app, &olga.actor(), "Sven@Example.TEST", "admin")
        .await
        .unwrap();
    let mut work = app.work().await;
    let shown = invitation::find(&mut work, &token)
        .await
        .unwrap()
        .expect("it exists");
    assert_eq!((shown.organization_name.as_str(), shown.end), ("team", None));
    let sven = a_person("sven").create(&app).await;
    let accepted = accept(&app, &token, &sven).await.unwrap();
    assert_eq!(
        (accepted.organization_id, accepted.role.as_str()),
        (team.id.clone(), "admin")
    );
    assert_eq!(team.role_of(&app, &sven).await.as_deref(), Some("admin"));
    let listed = invitation::list(&mut app.work_as(&sven.actor()).await, &team.id, None, 10)
        .await
        .unwrap();
    let [invitation] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(invitation.id, id);
    assert_eq!(invitation.status, InvitationStatus::Accepted);
    assert_eq!(
        (&invitation.invited_by, &invitation.accepted_by),
        (&Some(olga.id), &Some(sven.id))
    );
    for event in ["INVITATION_CREATED", "INVITATION_ACCEPTED"] {
        assert_eq!(events(&app, event).await, 1, "{event}");
    }
    let secret = token.expose().split('_').nth(2).unwrap().to_owned();
    let dump: String = sqlx::query_scalar(
        "select (select jsonb_agg(i)::text from auth.invitations i) || (select jsonb_agg(e)::text from auth.security_events e)",
    )
    .fetch_one(&mut app.database.admin().await)
    .await
    .unwrap();
    assert!(!dump.contains(&secret), "the token is stored");
}

/// Somebody new signs up, is told to prove the address, and comes back with the same link.
#[tokio::test]
async fn an_unproven_address_is_refused_and_loses_nothing() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), "nora@example.test", "member")
        .await
        .unwrap();
    let nora = a_person("nora")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    let refused = accept(&app, &token, &nora).await;
    assert_matches!(&refused, Err(InvitationError::EmailUnverified));
    assert!(refused.unwrap_err().to_string().starts_with("email_unverified"));
    assert_eq!(team.role_of(&app, &nora).await, None);
    prove_address(&app, &nora).await;
    accept(&app, &token, &nora).await.unwrap();
    assert_eq!(team.role_of(&app, &nora).await.as_deref(), Some("member"));
}

/// Resending replaces the token and the time, never address and role; the old link is dead at once.
#[tokio::test]
async fn a_resent_invitation_has_one_token_that_works() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let (id, old) = team
        .invite_as(&app, &olga.actor(), "sven@example.test", "viewer")
        .await
        .unwrap();
    app.clock.advance(Duration::from_hours(8 * 24));
    let sven = a_person("sven").create(&app).await;
    let expired = accept(&app, &old, &sven).await;
    assert_matches!(expired, Err(InvitationError::Over(InvitationEnd::Expired)));
    let mut work = app.work_as(&olga.actor()).await;
    let sent = invitation::resend(&mut work, &team.id, &id, None, &QuotaSettings::default()).await;
    let new = again(&kept(work, sent).await.unwrap().token);
    assert_matches!(
        accept(&app, &old, &sven).await,
        Err(InvitationError::UnknownToken)
    );
    assert_eq!(accept(&app, &new, &sven).await.unwrap().role, role("viewer"));
    let mut work = app.work_as(&olga.actor()).await;
    let late = invitation::resend(&mut work, &team.id, &id, None, &QuotaSettings::default()).await;
    assert_matches!(late, Err(InvitationError::Unknown(_)));
}

/// One address is asked once at a time; an expired invitation does not stand in the way, a member's address does.
#[tokio::test]
async fn an_address_has_one_pending_invitation() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let other = an_organization(&app, "other", &olga, None).await;
    let ask = async |email: &str| team.invite_as(&app, &olga.actor(), email, "member").await;
    ask("sven@example.test").await.unwrap();
    assert_matches!(
        ask("SVEN@Example.test").await,
        Err(InvitationError::AlreadyInvited)
    );
    other
        .invite_as(&app, &olga.actor(), "sven@example.test", "member")
        .await
        .unwrap();
    assert_matches!(
        ask("olga@example.test").await,
        Err(InvitationError::MemberHasAddress)
    );
    app.clock.advance(Duration::from_hours(7 * 24));
    ask("sven@example.test").await.unwrap();
    let pending = "select count(*) from auth.invitations where status = 'pending'";
    assert_eq!(count(&app, pending).await, 2);
}

/// What is taken back or declined is over, for its token and for whoever would take it back again.
#[tokio::test]
async fn an_invitation_that_is_over_opens_nothing() {
    let app = TestApp::new().await;
    let (olga, sven) = (
        a_person("olga").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    let (id, token) = team
        .invite_as(&app, &olga.actor(), &sven.email, "member")
        .await
        .unwrap();
    let revoke = async |actor: &Actor, id: &InvitationId| {
        let mut work = app.work_as(actor).await;
        let done = invitation::revoke(&mut work, &team.id, id).await;
        kept(work, done).await
    };
    assert_matches!(
        revoke(&sven.actor(), &id).await,
        Err(InvitationError::Tenancy(TenancyError::Unknown(_)))
    );
    revoke(&olga.actor(), &id).await.unwrap();
    assert_matches!(revoke(&olga.actor(), &id).await, Err(InvitationError::Unknown(_)));
    let refused = accept(&app, &token, &sven).await;
    assert_matches!(refused, Err(InvitationError::Over(InvitationEnd::Revoked)));
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &sven.email, "member")
        .await
        .unwrap();
    let mut work = app.work().await;
    let declined = invitation::reject(&mut work, &token, &sven.id).await;
    kept(work, declined).await.unwrap();
    let refused = accept(&app, &token, &sven).await;
    assert_matches!(refused, Err(InvitationError::Over(InvitationEnd::Rejected)));
    assert_eq!(team.role_of(&app, &sven).await, None);
}

/// Whoever is a member already keeps their role; whoever is pending gets the invitation's.
#[tokio::test]
async fn an_invitation_changes_no_role_that_was_joined_with() {
    let app = TestApp::new().await;
    let (olga, sven) = (
        a_person("olga").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &sven.email, "owner")
        .await
        .unwrap();
    team.add(&app, &sven, "viewer").await;
    assert_eq!(accept(&app, &token, &sven).await.unwrap().role, role("viewer"));
    let paul = a_person("paul").create(&app).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &paul.email, "member")
        .await
        .unwrap();
    team.invite(&app, &paul, "admin").await;
    assert_eq!(accept(&app, &token, &paul).await.unwrap().role, role("member"));
}

/// A token of another kind, or of nothing, is no invitation; waiting times have bounds.
#[tokio::test]
async fn nonsense_is_refused_in_its_own_words() {
    let app = TestApp::new().await;
    let sven = a_person("sven").create(&app).await;
    let unknown = Handle::new(Kind::Invitation, &**app.app.entropy());
    assert_matches!(
        accept(&app, &unknown, &sven).await,
        Err(InvitationError::UnknownToken)
    );
    let session = Handle::new(Kind::Session, &**app.app.entropy());
    assert_eq!(Handle::parse(Kind::Invitation, session.expose()), None);
    let email = EmailAddress::parse("a@example.test").unwrap();
    for lifetime in [Duration::ZERO, Duration::from_hours(91 * 24), Duration::MAX] {
        let refused = NewInvitation::new(email.clone(), role("member"), Some(lifetime));
        assert_matches!(refused, Err(InvitationError::Lifetime));
    }
}

/// What was over a month ago is forgotten; what is pending or was answered lately is not.
#[tokio::test]
async fn old_invitations_are_cleaned_up() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    team.invite_as(&app, &olga.actor(), "old@example.test", "member")
        .await
        .unwrap();
    app.clock.advance(Duration::from_hours(38 * 24));
    team.invite_as(&app, &olga.actor(), "new@example.test", "member")
        .await
        .unwrap();
    cleanup::sweep(&app.app).await.unwrap();
    assert_eq!(count(&app, "select count(*) from auth.invitations").await, 1);
}
