//! One grant's four outputs, reduced to the claims of tenancy.

use serde_json::{Map, Value};

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::attack::holdings::text;
use crate::fixtures::person::TestPerson;

/// The claims of tenancy, by their names.
pub const NAMES: [&str; 5] = ["org_id", "org_role", "user_role", "role", "tier"];

/// What each output of one token response says.
pub struct Said {
    pub access_token: Value,
    pub id_token: Value,
    pub userinfo: Value,
    pub introspection: Value,
}

/// Reads the four outputs of a token response.
pub async fn said(relying_party: &RelyingParty, tokens: &Value) -> Said {
    let access_token = text(tokens, "access_token");
    let userinfo = relying_party.userinfo(access_token).await;
    assert_eq!(userinfo.status, 200, "{}", userinfo.body);
    let introspection = relying_party.introspect(access_token).await;
    assert_eq!(introspection["active"], true);
    Said {
        access_token: if access_token.starts_with("at_") {
            // A reference says nothing itself.
            tenancy(&introspection)
        } else {
            tenancy(&claims(access_token))
        },
        id_token: tenancy(&claims(text(tokens, "id_token"))),
        userinfo: tenancy(&userinfo.json()),
        introspection: tenancy(&introspection),
    }
}

/// The claims of tenancy alone.
pub fn tenancy(claims: &Value) -> Value {
    let members = NAMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), claims.get(name)?.clone())));
    Value::Object(members.collect::<Map<_, _>>())
}

/// The claims that stand in every output: all but the alias of the access token.
pub fn without_alias(claims: &Value) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove("user_role");
    claims
}

/// The id of a person's own space.
pub async fn personal_space(app: &TestApp, person: &TestPerson) -> String {
    sqlx::query_scalar("select id from auth.organizations where type = 'personal' and owner_user_id = $1")
        .bind(person.id.as_str())
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a personal space")
}
