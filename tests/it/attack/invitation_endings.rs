//! What ends an invitation beside its answer (attacks.md, IV-01 and TN-07).

use signet::tenancy::{InvitationEnd, InvitationError};

use super::evidence::{count, events};
use crate::app::TestApp;
use crate::command_line::program::Signet;
use crate::fixtures::team::{accept, assert_matches};
use crate::fixtures::{a_person, an_organization};

/// IV-01: an invitation that waits when a member is removed, leaves or is banned goes with them: it is no way back.
#[tokio::test]
async fn iv_01_no_invitation_outlives_a_removal_or_a_ban() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    for (name, end) in [("removed", "remove"), ("left", "leave"), ("banned", "ban")] {
        let person = a_person(name).create(&app).await;
        let (_, token) = team
            .invite_as(&app, &olga.actor(), &person.email, "viewer")
            .await
            .unwrap();
        team.add(&app, &person, "member").await;
        match end {
            "remove" => team.remove_as(&app, &olga.actor(), &person).await.unwrap(),
            "leave" => team.remove_as(&app, &person.actor(), &person).await.unwrap(),
            _ => {
                team.remove(&app, &person).await;
                let (_, second) = team
                    .invite_as(&app, &olga.actor(), &person.email, "viewer")
                    .await
                    .unwrap();
                signet.json(&["user", "ban", name]).await;
                signet.json(&["user", "unban", name]).await;
                assert_matches!(
                    accept(&app, &second, &person).await,
                    Err(InvitationError::Over(InvitationEnd::Revoked))
                );
            }
        }
        assert_matches!(
            accept(&app, &token, &person).await,
            Err(InvitationError::Over(InvitationEnd::Revoked))
        );
        assert_eq!(team.role_of(&app, &person).await, None, "{name}");
    }
    assert_eq!(events(&app, "INVITATION_REVOKED").await, 4);
}

/// IV-01: an address that somebody only wrote down is not theirs: neither their ban nor the end of their account takes
/// back what was sent to whoever has it.
#[tokio::test]
async fn iv_01_an_unproven_address_takes_nothing_back() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let olga = a_person("olga").create(&app).await;
    let team = an_organization(&app, "team", &olga, None).await;
    for (name, end) in [("banned", "ban"), ("deleted", "delete"), ("left", "remove")] {
        let squatter = a_person(name)
            .with(|new| new.email_verified = false)
            .create(&app)
            .await;
        team.invite_as(&app, &olga.actor(), &squatter.email, "viewer")
            .await
            .unwrap();
        if end == "remove" {
            team.add(&app, &squatter, "member").await;
            team.remove_as(&app, &squatter.actor(), &squatter).await.unwrap();
        } else {
            signet.json(&["user", end, name]).await;
        }
    }
    assert_eq!(count(&app, PENDING).await, 3);
    assert_eq!(events(&app, "INVITATION_REVOKED").await, 0);
}

/// IV-02: an admin who removes somebody takes back what an admin could have sent, not what an owner did.
#[tokio::test]
async fn iv_02_a_removal_takes_back_no_invitation_above_the_removers_role() {
    let app = TestApp::new().await;
    let (olga, adam) = (
        a_person("olga").create(&app).await,
        a_person("adam").create(&app).await,
    );
    let team = an_organization(&app, "team", &olga, None).await;
    team.add(&app, &adam, "admin").await;
    for (name, role, by, left) in [
        ("first", "owner", &adam, 1),
        ("second", "admin", &adam, 1),
        ("third", "owner", &olga, 1),
    ] {
        let person = a_person(name).create(&app).await;
        team.invite_as(&app, &olga.actor(), &person.email, role)
            .await
            .unwrap();
        team.add(&app, &person, "member").await;
        team.remove_as(&app, &by.actor(), &person).await.unwrap();
        assert_eq!(count(&app, PENDING).await, left, "{name}");
    }
}

const PENDING: &str = "select count(*) from auth.invitations where status = 'pending'";
