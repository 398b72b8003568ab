//! TN-03: no id of another organization opens anything, in any place of any path.

use reqwest::Method;
use serde_json::{Value, json};

use super::caller::{Caller, console};
use crate::app::TestApp;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

struct Theirs {
    organization: String,
    member: String,
    invitation: String,
}

/// Every path that names something of an organization, with every method and a body that would do.
fn calls(organization: &str, theirs: &Theirs) -> Vec<(Method, String, Value)> {
    let base = format!("/organizations/{organization}");
    let member = format!("{base}/members/{}", theirs.member);
    let invitation = format!("{base}/invitations/{}", theirs.invitation);
    let domain = format!("{base}/domains/theirs.example.com");
    vec![
        (Method::GET, base.clone(), json!(null)),
        (Method::PATCH, base.clone(), json!({ "name": "Taken" })),
        (Method::DELETE, base.clone(), json!(null)),
        (Method::GET, format!("{base}/members"), json!(null)),
        (Method::GET, member.clone(), json!(null)),
        (Method::PATCH, member.clone(), json!({ "role": "viewer" })),
        (Method::DELETE, member, json!(null)),
        (Method::GET, format!("{base}/invitations"), json!(null)),
        (
            Method::POST,
            format!("{base}/invitations"),
            json!({ "email": "eve@example.test" }),
        ),
        (Method::DELETE, invitation.clone(), json!(null)),
        (Method::POST, format!("{invitation}/resend"), json!({})),
        (Method::GET, format!("{base}/domains"), json!(null)),
        (
            Method::POST,
            format!("{base}/domains"),
            json!({ "domain": "eve.example.com" }),
        ),
        (
            Method::PATCH,
            domain.clone(),
            json!({ "auto_join_role": "viewer" }),
        ),
        (Method::DELETE, domain.clone(), json!(null)),
        (Method::POST, format!("{domain}/verify"), json!({})),
        (Method::POST, format!("{domain}/renew"), json!({})),
    ]
}

async fn dump(app: &TestApp) -> Value {
    sqlx::query_scalar(
        "select jsonb_build_object(
             'organizations', (select jsonb_agg(o order by o.id) from auth.organizations o),
             'members', (select jsonb_agg(m order by m.organization_id, m.user_id) from auth.members m),
             'invitations', (select jsonb_agg(i order by i.id) from auth.invitations i),
             'domains', (select jsonb_agg(d order by d.organization_id, d.domain) from auth.organization_domains d))",
    )
    .fetch_one(&mut app.database.admin().await)
    .await
    .unwrap()
}

async fn furnished(app: &TestApp, slug: &str, owner: &TestPerson, caller: &Caller) -> Theirs {
    let organization = an_organization(app, slug, owner, None).await;
    let base = format!("/organizations/{}", organization.id);
    let asked = caller
        .post(
            &format!("{base}/invitations"),
            json!({ "email": format!("{slug}@example.test") }),
        )
        .await;
    let claimed = caller
        .post(
            &format!("{base}/domains"),
            json!({ "domain": "theirs.example.com" }),
        )
        .await;
    assert_eq!((asked.status, claimed.status), (201, 201), "{}", claimed.body);
    Theirs {
        organization: organization.id.to_string(),
        member: owner.id.to_string(),
        invitation: asked.json()["id"].as_str().unwrap().to_owned(),
    }
}

#[tokio::test]
async fn tn_03_no_id_of_another_organization_opens_anything() {
    let app = TestApp::new().await;
    let console = console(&app).await;
    let (bob, eve) = (
        a_person("bob").create(&app).await,
        a_person("eve").create(&app).await,
    );
    let (bobs, eves) = (
        Caller::new(&app, &console, &bob).await,
        Caller::new(&app, &console, &eve).await,
    );
    let theirs = furnished(&app, "theirs", &bob, &bobs).await;
    let own = furnished(&app, "own", &eve, &eves).await;
    let before = dump(&app).await;
    // Their organization as it is; their member and invitation below one's own.
    for (method, path, body) in calls(&theirs.organization, &theirs) {
        let reply = eves.call(method.clone(), &path, Some(body)).await;
        assert_eq!(reply.status, 404, "{method} {path}: {}", reply.body);
    }
    let below_own = calls(&own.organization, &theirs);
    for (method, path, body) in below_own
        .into_iter()
        .filter(|(_, path, _)| path.contains(&theirs.member) || path.contains(&theirs.invitation))
    {
        let reply = eves.call(method.clone(), &path, Some(body)).await;
        assert_eq!(reply.status, 404, "{method} {path}: {}", reply.body);
    }
    assert_eq!(dump(&app).await, before, "nothing changed");
}
