//! Who does not belong to an organization, and whose ids are another's.

use super::rows::{For, Ids, of_organizations, rows};
use super::scene::scene;
use crate::api::caller::{Caller, assert_problem};
use crate::fixtures::a_client;
use serde_json::json;

/// systems.md section 2: who is no joined member sees 404, whatever they ask: a stranger with nothing, the owner of
/// another organization, whoever was asked to come and has not, and whoever was removed.
#[tokio::test]
async fn tn_03_who_has_not_joined_is_told_of_nothing() {
    let scene = scene().await;
    let (stranger, pending, removed) = (
        scene.person("stranger").await,
        scene.person("pending").await,
        scene.person("removed").await,
    );
    scene.organization.invite(&scene.app, &pending, "admin").await;
    scene.organization.add(&scene.app, &removed, "owner").await;
    let before_removal = scene.caller(&removed).await;
    scene.organization.remove(&scene.app, &removed).await;
    let callers = [
        ("a stranger", scene.caller(&stranger).await),
        ("a pending admin", scene.caller(&pending).await),
        ("a removed owner", scene.caller(&removed).await),
    ];
    let before = scene.dump().await;
    for row in of_organizations() {
        for (who, caller) in &callers {
            row.assert_answered(caller, &scene.theirs, 404, who).await;
        }
        row.assert_answered(&scene.eves, &scene.theirs, 404, "another owner")
            .await;
        // It spoke of the organization, so it ended with the membership.
        row.assert_answered(&before_removal, &scene.theirs, 401, "a removed owner's old token")
            .await;
    }
    assert_eq!(scene.dump().await, before, "nothing changed");
}

/// Their member, invitation, domain or workspace below one's own organization is not there.
#[tokio::test]
async fn tn_03_no_id_of_another_organization_opens_anything() {
    let scene = scene().await;
    let (own, theirs) = (&scene.own, &scene.theirs);
    let before = scene.dump().await;
    let mut visited = 0;
    for row in of_organizations() {
        for (variable, foreign) in [
            (
                "user",
                Ids {
                    user: theirs.user.clone(),
                    ..own.clone()
                },
            ),
            (
                "invitation",
                Ids {
                    invitation: theirs.invitation.clone(),
                    ..own.clone()
                },
            ),
            (
                "domain",
                Ids {
                    domain: theirs.domain.clone(),
                    ..own.clone()
                },
            ),
            (
                "workspace",
                Ids {
                    workspace: theirs.workspace.clone(),
                    ..own.clone()
                },
            ),
            (
                "organization",
                Ids {
                    organization: theirs.organization.clone(),
                    ..own.clone()
                },
            ),
        ] {
            if row.has(variable) {
                row.assert_answered(&scene.eves, &foreign, 404, variable).await;
                visited += 1;
            }
        }
    }
    assert!(visited > 40, "{visited}");
    assert_eq!(scene.dump().await, before, "nothing changed");
}

/// Contracts section 5: an application that may speak of one organization finds no other, though its person owns it.
#[tokio::test]
async fn tn_03_a_token_of_one_organization_opens_no_other() {
    let scene = scene().await;
    let eve = scene.eve.clone();
    scene.organization.add(&scene.app, &eve, "owner").await;
    let plugin = a_client("plugin")
        .third_party()
        .scopes(&["openid", "organizations:manage"])
        .create(&scene.app)
        .await;
    let bound = [("scope", "openid organizations:manage"), ("organization", "own")];
    let tokens = scene
        .app
        .relying_party(&plugin)
        .tokens(&scene.app, &eve, &bound)
        .await;
    let plugin = Caller::with_token(&scene.app, tokens["access_token"].as_str().expect("a token"));
    let before = scene.dump().await;
    for row in of_organizations() {
        row.assert_answered(&plugin, &scene.theirs, 404, "another company's application")
            .await;
    }
    assert_eq!(scene.dump().await, before, "nothing changed");
}

/// What names its organization in the body, or an invitation by its token, is refused to whoever it is not for.
#[tokio::test]
async fn tn_03_no_body_names_another_organization() {
    let scene = scene().await;
    let before = scene.dump().await;
    let people: Vec<&str> = rows()
        .iter()
        .filter(|row| row.whose == For::People)
        .map(|row| row.path.trim_start_matches("/api/v1"))
        .collect();
    let visited = [
        "/organizations",
        "/organizations",
        "/organizations/active",
        "/invitations/look",
        "/invitations/accept",
        "/invitations/reject",
        // They name no organization, and need a scope that this token has not.
        "/consents",
        "/consents/withdraw",
    ];
    assert_eq!(people, visited, "a new row needs its own lines here");
    let listed = scene.eves.get("/organizations").await;
    assert!(
        !listed.body.contains(&scene.theirs.organization),
        "{}",
        listed.body
    );
    let same_slug = json!({ "name": "Theirs", "slug": "theirs" });
    assert_problem(
        &scene.eves.post("/organizations", same_slug).await,
        409,
        "slug_taken",
    );
    let switch = json!({ "organization": scene.theirs.organization });
    let switched = scene.eves.put("/organizations/active", switch).await;
    assert_problem(&switched, 404, "not_found");
    let token = json!({ "token": scene.token });
    for path in ["/invitations/accept", "/invitations/reject"] {
        let answered = scene.eves.post(path, token.clone()).await;
        assert_problem(&answered, 403, "invitation_for_another");
    }
    let looked = scene.eves.post("/invitations/look", token).await;
    assert!(
        !looked.body.contains(&scene.theirs.organization),
        "{}",
        looked.body
    );
    for path in ["/invitations/look", "/invitations/accept", "/invitations/reject"] {
        let unknown = json!({ "token": scene.theirs.invitation });
        assert_problem(&scene.eves.post(path, unknown).await, 404, "invitation_not_found");
    }
    assert_eq!(scene.dump().await, before, "nothing changed");
}
