//! What ends an invitation beside its answer (attacks.md, IV-01 and TN-07).

use signet::tenancy::{InvitationEnd, TenancyError};

use super::evidence::events;
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
                    Err(TenancyError::InvitationOver(InvitationEnd::Revoked))
                );
            }
        }
        assert_matches!(
            accept(&app, &token, &person).await,
            Err(TenancyError::InvitationOver(InvitationEnd::Revoked))
        );
        assert_eq!(team.role_of(&app, &person).await, None, "{name}");
    }
    assert_eq!(events(&app, "INVITATION_REVOKED").await, 4);
}
