//! Two organizations with one of everything, and who meets them.

use serde_json::{Value, json};

use super::rows::Ids;
use crate::api::caller::{Caller, console};
use crate::app::{Reply, TestApp};
use crate::fixtures::client::TestClient;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_person, an_organization};

/// Bob's organization with one of everything, and Eve's.
pub struct Scene {
    pub app: TestApp,
    pub console: TestClient,
    pub bob: TestPerson,
    pub eve: TestPerson,
    pub organization: TestOrganization,
    pub theirs: Ids,
    pub own: Ids,
    pub eves: Caller,
    /// The token of an invitation to Bob's organization, for somebody else.
    pub token: Value,
}

pub async fn scene() -> Scene {
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
    let (organization, theirs, token) = furnished(&app, "theirs", &bob, &bobs).await;
    let (_, own, _) = furnished(&app, "own", &eve, &eves).await;
    Scene {
        app,
        console,
        bob,
        eve,
        organization,
        theirs,
        own,
        eves,
        token,
    }
}

async fn furnished(
    app: &TestApp,
    slug: &str,
    owner: &TestPerson,
    caller: &Caller,
) -> (TestOrganization, Ids, Value) {
    let organization = an_organization(app, slug, owner, None).await;
    let base = format!("/organizations/{}", organization.id);
    let domain = format!("{slug}.example.com");
    let asked = json!({ "email": format!("{slug}@example.test") });
    let asked = caller.post(&format!("{base}/invitations"), asked).await;
    let claimed = json!({ "domain": domain });
    let claimed = caller.post(&format!("{base}/domains"), claimed).await;
    let made = json!({ "name": "Launch" });
    let made = caller.post(&format!("{base}/workspaces"), made).await;
    assert_eq!((asked.status, claimed.status, made.status), (201, 201, 201));
    let id = |reply: &Reply| reply.json()["id"].as_str().expect("an id").to_owned();
    let ids = Ids {
        organization: organization.id.to_string(),
        user: owner.id.to_string(),
        invitation: id(&asked),
        domain,
        workspace: id(&made),
    };
    let token = asked.json()["token"].clone();
    (organization, ids, token)
}

impl Scene {
    /// A person who signs in after all that happened to them.
    pub async fn caller(&self, person: &TestPerson) -> Caller {
        Caller::new(&self.app, &self.console, person).await
    }

    /// Somebody new.
    pub async fn person(&self, name: &str) -> TestPerson {
        a_person(name).create(&self.app).await
    }

    /// Everything that the rows could change.
    pub async fn dump(&self) -> Value {
        sqlx::query_scalar(
            "select jsonb_build_object(
                 'organizations', (select jsonb_agg(o order by o.id) from auth.organizations o),
                 'members', (select jsonb_agg(m order by m.organization_id, m.user_id) from auth.members m),
                 'invitations', (select jsonb_agg(i order by i.id) from auth.invitations i),
                 'domains', (select jsonb_agg(d order by d.organization_id, d.domain)
                             from auth.organization_domains d),
                 'workspaces', (select jsonb_agg(w order by w.id) from auth.workspaces w),
                 'places', (select jsonb_agg(p order by p.workspace_id, p.user_id)
                            from auth.workspace_members p),
                 'modules', (select jsonb_agg(p) from spaces.module_permissions p),
                 'active', (select jsonb_agg(s.active_organization_id order by s.id) from auth.sessions s))",
        )
        .fetch_one(&mut self.app.database.admin().await)
        .await
        .unwrap()
    }
}
