//! Changes of person, organization and membership, each through the service that makes it, and the epoch of a token.

use signet::app::App;
use signet::base::origin::Origin;
use signet::db::UnitOfWork;
use signet::tenancy::{MemberRole, member, organization};
use signet::user::{self, AccessTier, PlatformRole, StatusChange};

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::text;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;

/// A change of rights.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    Remove,
    Role(&'static str),
    OrganizationTier(Option<AccessTier>),
    Suspend,
    Resume,
    RevokeTokens,
    PersonTier(AccessTier),
    PlatformRole(PlatformRole),
    Status(StatusChange),
    RevokePerson,
}

impl Change {
    /// Makes the change in a transaction of the caller.
    pub async fn make(self, work: &mut UnitOfWork, organization: &TestOrganization, person: &TestPerson) {
        let (org, user) = (&organization.id, &person.id);
        match self {
            Self::Remove => member::remove(work, org, user).await.expect("removed"),
            Self::Role(role) => {
                let role = MemberRole::parse(role).expect("a role");
                member::set_role(work, org, user, &role).await.expect("set");
            }
            Self::OrganizationTier(tier) => organization::set_tier(work, org, tier).await.expect("set"),
            Self::Suspend => organization::suspend(work, org).await.expect("suspended"),
            Self::Resume => organization::resume(work, org).await.expect("resumed"),
            Self::RevokeTokens => organization::revoke_tokens(work, org).await.expect("revoked"),
            Self::PersonTier(tier) => user::service::set_tier(work, user, tier).await.expect("set"),
            Self::PlatformRole(role) => user::service::set_role(work, user, role).await.expect("set"),
            Self::Status(status) => {
                user::service::change_status(work, user, status)
                    .await
                    .expect("set");
            }
            Self::RevokePerson => user::service::revoke_before(work, user, "test")
                .await
                .expect("set"),
        }
    }

    /// Makes and commits the change.
    pub async fn commit(self, app: &TestApp, organization: &TestOrganization, person: &TestPerson) {
        let mut work = begin(&app.app).await;
        self.make(&mut work, organization, person).await;
        work.commit().await.expect("committed");
    }
}

/// A transaction.
pub async fn begin(app: &App) -> UnitOfWork {
    app.begin(app.context(Origin::internal("test")))
        .await
        .expect("the database answers")
}

/// The three counters of a token response's access token.
pub fn epoch(tokens: &serde_json::Value) -> [i64; 3] {
    let claims = claims(text(tokens, "access_token"));
    let counters: Vec<i64> = claims["mv"]
        .as_str()
        .expect("mv")
        .split('.')
        .map(|counter| counter.parse().expect("a number"))
        .collect();
    counters.try_into().expect("three counters")
}

/// What the database's own function says of a token: what a policy in the same database asks.
pub async fn is_current(app: &TestApp, tokens: &serde_json::Value) -> bool {
    let claims = claims(text(tokens, "access_token"));
    sqlx::query_scalar("select auth.epoch_is_current($1, $2, $3)")
        .bind(claims["mv"].as_str())
        .bind(claims["sub"].as_str())
        .bind(claims["org_id"].as_str())
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("an answer")
}
