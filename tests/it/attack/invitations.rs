//! Invitations under attack (attacks.md, IV-01 and IV-02).

use std::time::Duration;

use signet::base::handle::{Handle, Kind};
use signet::config::QuotaSettings;
use signet::lifecycle::suspend_user;
use signet::tenancy::invitation;
use signet::tenancy::{Forbidden, InvitationEnd, InvitationError, TenancyError};

use super::evidence::count;
use crate::app::TestApp;
use crate::fixtures::team::{accept, assert_matches};
use crate::fixtures::{a_person, an_organization};

/// IV-01: whoever finds the link joins nothing by it, not even with an unproven account of the same address; the one
/// who has proven it still can afterwards.
#[tokio::test]
async fn iv_01_only_the_proven_mailbox_accepts() {
    let app = TestApp::new().await;
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), "sven@example.test", "admin")
        .await
        .unwrap();
    for (name, email) in [
        ("mallory", "mallory@example.test"),
        ("plus", "sven+x@example.test"),
        ("sub", "sven@sub.example.test"),
        ("evil", "sven@evilexample.test"),
    ] {
        let thief = a_person(name)
            .with(|new| new.email = signet::user::EmailAddress::parse(email).unwrap())
            .create(&app)
            .await;
        assert_matches!(
            accept(&app, &token, &thief).await,
            Err(InvitationError::ForAnother)
        );
        let mut work = app.work().await;
        let declined = invitation::reject(&mut work, &token, &thief.id).await;
        assert_matches!(declined, Err(InvitationError::ForAnother));
    }
    // The address, asserted by whoever signed up with it, is not proven: neither accepting nor declining works.
    let squatter = a_person("sven")
        .with(|new| new.email_verified = false)
        .create(&app)
        .await;
    assert_matches!(
        accept(&app, &token, &squatter).await,
        Err(InvitationError::EmailUnverified)
    );
    let declined = invitation::reject(&mut app.work().await, &token, &squatter.id).await;
    assert_matches!(declined, Err(InvitationError::EmailUnverified));
    assert_eq!(team.joined(&app).await.len(), 1);
    crate::fixtures::team::prove_address(&app, &squatter).await;
    accept(&app, &token, &squatter).await.unwrap();
}

/// IV-01: accepting twice is one membership; a removed member does not come back by the old link.
#[tokio::test]
async fn iv_01_an_invitation_is_used_once() {
    let app = TestApp::new().await;
    let (olga, sven) = (
        a_person("olga").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    let (_, token) = team
        .invite_as(&app, &olga.actor(), &sven.email, "member")
        .await
        .unwrap();
    let first = accept(&app, &token, &sven).await.unwrap();
    assert_eq!(accept(&app, &token, &sven).await.unwrap(), first);
    assert_eq!(super::evidence::events(&app, "INVITATION_ACCEPTED").await, 1);
    team.remove(&app, &sven).await;
    let again = accept(&app, &token, &sven).await;
    assert_matches!(again, Err(InvitationError::Over(InvitationEnd::Used)));
    assert_eq!(team.role_of(&app, &sven).await, None);
}

/// IV-01: revoked and expired ones are dead to the second, in words that say so; organization, role and address are no
/// part of the link that could be edited.
#[tokio::test]
async fn iv_01_dead_and_edited_links_open_nothing() {
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
    let text = token.expose().to_owned();
    for position in [3, 5, 20, text.len() - 1] {
        let mut edited = text.clone().into_bytes();
        edited[position] = if edited[position] == b'a' { b'b' } else { b'a' };
        let edited = String::from_utf8(edited).unwrap();
        assert_eq!(Handle::parse(Kind::Invitation, &edited), None, "{edited}");
    }
    for other in ["ss", "ac", "rt", "cs"] {
        assert_eq!(
            Handle::parse(Kind::Invitation, &text.replacen("iv", other, 1)),
            None
        );
    }
    app.clock
        .advance(Duration::from_hours(7 * 24) - Duration::from_secs(1));
    let mut work = app.work().await;
    invitation::accept(&mut work, &token, &sven.id)
        .await
        .expect("the last second");
    work.rollback().await.unwrap();
    app.clock.advance(Duration::from_secs(1));
    let expired = accept(&app, &token, &sven).await;
    assert_matches!(expired, Err(InvitationError::Over(InvitationEnd::Expired)));
    let mut work = app.work_as(&olga.actor()).await;
    invitation::revoke(&mut work, &team.id, &id).await.unwrap();
    work.commit().await.unwrap();
    let revoked = accept(&app, &token, &sven).await;
    assert_matches!(revoked, Err(InvitationError::Over(InvitationEnd::Revoked)));
    assert_eq!(
        count(&app, "select count(*) from auth.members where role = 'member'").await,
        0
    );
}

/// IV-02: nobody asks somebody to a role above their own, nor disposes of such an invitation; who belongs elsewhere is
/// told that there is nothing here.
#[tokio::test]
async fn iv_02_no_role_above_the_inviters() {
    let app = TestApp::new().await;
    let (olga, adam, mona, sven) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
        a_person("mona").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    let other = an_organization(&app, "other", &sven, None).await;
    team.add(&app, &adam, "admin").await;
    team.add(&app, &mona, "member").await;
    let owner = team
        .invite_as(&app, &adam.actor(), "x@example.test", "owner")
        .await;
    assert_matches!(
        owner,
        Err(InvitationError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    for lowly in ["viewer", "member", "project_creator"] {
        let refused = team.invite_as(&app, &mona.actor(), "x@example.test", lowly).await;
        assert_matches!(
            refused,
            Err(InvitationError::Tenancy(TenancyError::Forbidden(
                Forbidden::Permission(_)
            )))
        );
    }
    let (id, _) = team
        .invite_as(&app, &olga.actor(), "boss@example.test", "owner")
        .await
        .unwrap();
    let mut work = app.work_as(&adam.actor()).await;
    let refused = invitation::revoke(&mut work, &team.id, &id).await;
    assert_matches!(
        refused,
        Err(InvitationError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    let refused = invitation::resend(&mut work, &team.id, &id, None, &QuotaSettings::default()).await;
    assert_matches!(
        refused,
        Err(InvitationError::Tenancy(TenancyError::Forbidden(
            Forbidden::AboveOwn(_)
        )))
    );
    work.rollback().await.unwrap();
    let mut work = app.work_as(&sven.actor()).await;
    for place in [&team.id, &other.id] {
        let through_own = invitation::revoke(&mut work, place, &id).await;
        assert_matches!(
            through_own,
            Err(InvitationError::Tenancy(TenancyError::Unknown(_)) | InvitationError::Unknown(_))
        );
    }
    let listed = invitation::list(&mut work, &team.id, None, 10).await;
    assert_matches!(listed, Err(TenancyError::Unknown(_)));
    let mut work = app.work_as(&mona.actor()).await;
    let listed = invitation::list(&mut work, &team.id, None, 10).await;
    assert_matches!(listed, Err(TenancyError::Forbidden(_)));
}

/// IV-02: an invitation falls with whoever sent it, be they demoted, removed or shut out, and stands again when
/// somebody who may resends it.
#[tokio::test]
async fn iv_02_the_inviter_is_asked_again_at_accept() {
    let app = TestApp::new().await;
    let (olga, adam, sven) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
        a_person("sven").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "owner").await;
    let (id, token) = team
        .invite_as(&app, &adam.actor(), &sven.email, "owner")
        .await
        .unwrap();
    team.set_role_as(&app, &olga.actor(), &adam, "admin")
        .await
        .unwrap();
    assert_matches!(
        accept(&app, &token, &sven).await,
        Err(InvitationError::InviterGone)
    );
    team.set_role_as(&app, &olga.actor(), &adam, "owner")
        .await
        .unwrap();
    let mut work = app.work().await;
    suspend_user::ban(&mut work, &adam.id).await.unwrap();
    work.commit().await.unwrap();
    assert_matches!(
        accept(&app, &token, &sven).await,
        Err(InvitationError::InviterGone)
    );
    let mut work = app.work().await;
    suspend_user::reinstate(&mut work, &adam.id).await.unwrap();
    work.commit().await.unwrap();
    team.remove_as(&app, &olga.actor(), &adam).await.unwrap();
    assert_matches!(
        accept(&app, &token, &sven).await,
        Err(InvitationError::InviterGone)
    );
    assert_eq!(team.role_of(&app, &sven).await, None);
    let mut work = app.work().await;
    let sent = invitation::resend(&mut work, &team.id, &id, None, &QuotaSettings::default())
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        accept(&app, &sent.token, &sven).await.unwrap().role.as_str(),
        "owner"
    );
}
