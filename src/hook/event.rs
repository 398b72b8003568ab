//! Owns the event of one question to a hook. `auth.token_event` says the same in SQL, for whoever tries a function in a
//! session of their own; it alone knows what only functions written for another product are shown of the person. Of
//! everything else the answer is known here, and PostgreSQL is not asked for it: that was a statement for each question,
//! and cost more than the rest of a refresh.

use serde_json::{Map, Value, json};

/// The `contract` of functions that were written for Supabase's custom access token hook.
pub(super) const OTHER_PRODUCT: &str = "supabase";

/// The event about a person, as `auth.token_event(user_id, claims, request)` builds it where `request` names no contract.
#[must_use]
pub fn of(user_id: &str, claims: Map<String, Value>, request: &Value) -> Value {
    let asked = |name: &str| request.get(name).cloned();
    let fact = |name: &str| request.get("facts").and_then(|facts| facts.get(name)).cloned();
    json!({
        "metadata": known([
            ("uuid", asked("event_id")),
            ("time", asked("time")),
            ("name", Some("customize-access-token".into())),
            ("ip_address", asked("ip_address")),
            ("preview", asked("preview")),
        ]),
        "user_id": user_id,
        "claims": Value::Object(claims),
        "authentication_method": asked("authentication_method"),
        "client": known([("id", asked("client_id")), ("first_party", asked("first_party"))]),
        "grant_type": asked("grant_type"),
        "token_use": asked("token_use").filter(|output| !output.is_null()).unwrap_or_else(|| "access_token".into()),
        "org": known([
            ("id", fact("org_id")),
            ("role", fact("org_role")),
            ("tier", fact("tier")),
            ("epoch", fact("mv")),
            ("requested", asked("organization")),
            ("active", asked("active_organization")),
            ("since", asked("since")),
        ]),
    })
}

/// The members that have a value.
fn known<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let known = members.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_null())?;
        Some((name.to_owned(), value))
    });
    known.collect()
}
