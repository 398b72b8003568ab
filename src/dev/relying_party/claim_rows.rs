//! Owns how claims are laid out for a reader: which come first, what each means, and instants as dates.

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::base::clock::Timestamp;

/// The claims that a tenant-aware database reads, with what a reader calls them.
const TENANCY: [(&str, &str); 4] = [
    ("org_id", "Organization"),
    ("org_role", "Role in the organization"),
    ("role", "Role on the platform"),
    ("tier", "Tier"),
];

/// What a claim means, in the order in which claims are shown; others follow by name.
const MEANINGS: [(&str, &str); 36] = [
    ("org_id", "the organization that the token acts in"),
    ("org_role", "the person's role in that organization"),
    ("user_role", "the same, under its older name"),
    ("role", "the person's role on the platform"),
    ("tier", "what the person or organization has access to"),
    ("typ", "kind of token"),
    ("alg", "signature algorithm"),
    ("kid", "which of the provider's keys signed it"),
    ("iss", "who issued it"),
    ("sub", "whom it is about"),
    ("aud", "who may accept it"),
    ("client_id", "the application it was issued to"),
    ("azp", "the application it was issued to"),
    ("scope", "what was granted"),
    ("exp", "valid until"),
    ("iat", "issued at"),
    ("nbf", "not valid before"),
    ("auth_time", "last proof of identity"),
    ("acr", "strength of that proof"),
    ("amr", "how identity was proven"),
    ("nonce", "binds it to this application's request"),
    ("at_hash", "binds the access token to it"),
    ("sid", "the provider's session"),
    ("grant_id", "the grant that refreshes it"),
    ("jti", "this very token"),
    ("mv", "epochs of person, organization and membership"),
    ("name", "full name"),
    ("given_name", ""),
    ("family_name", ""),
    ("preferred_username", "user name"),
    ("email", ""),
    ("email_verified", ""),
    ("phone_number", ""),
    ("phone_number_verified", ""),
    ("address", ""),
    ("updated_at", "profile last changed"),
];

const INSTANTS: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

/// One claim, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClaimRow {
    /// Its name.
    pub(super) name: String,
    /// Its value: text as it is, everything else as JSON.
    pub(super) value: String,
    /// What it means, or empty.
    pub(super) meaning: &'static str,
    /// An instant in words, or empty.
    pub(super) instant: String,
    /// Whether it is one of tenancy.
    pub(super) highlighted: bool,
}

/// One of the claims of tenancy, shown large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Highlight {
    /// The claim.
    pub(super) name: &'static str,
    /// What a reader calls it.
    pub(super) title: &'static str,
    /// Its value, if the token has it.
    pub(super) value: Option<String>,
}

/// Lays claims out.
pub(super) fn rows(claims: &Map<String, Value>, now: Timestamp) -> Vec<ClaimRow> {
    let place = |name: &str| MEANINGS.iter().position(|(known, _)| *known == name);
    let mut names: Vec<&String> = claims.keys().collect();
    names.sort_by_key(|name| (place(name).unwrap_or(usize::MAX), *name));
    names
        .into_iter()
        .filter_map(|name| Some((name, claims.get(name)?)))
        .map(|(name, value)| ClaimRow {
            name: name.clone(),
            value: text(value),
            meaning: place(name)
                .and_then(|place| MEANINGS.get(place))
                .map_or("", |(_, meaning)| *meaning),
            instant: instant(name, value, now),
            highlighted: TENANCY.iter().any(|(highlighted, _)| *highlighted == name),
        })
        .collect()
}

/// The claims of tenancy, present or not.
pub(super) fn highlights(claims: &Map<String, Value>) -> Vec<Highlight> {
    TENANCY
        .into_iter()
        .map(|(name, title)| Highlight {
            name,
            title,
            value: claims.get(name).map(text),
        })
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(_) | Value::Array(_) => {
            serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn instant(name: &str, value: &Value, now: Timestamp) -> String {
    let seconds = value.as_i64().filter(|_| INSTANTS.contains(&name));
    let Some(then) = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)) else {
        return String::new();
    };
    let distance = (then - now).num_seconds();
    let amount = match distance.unsigned_abs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    };
    let date = then.format("%Y-%m-%d %H:%M:%S UTC");
    if distance > 0 {
        format!("{date}, in {amount}")
    } else {
        format!("{date}, {amount} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn tenancy_comes_first_and_the_unknown_last() {
        let claims =
            claims(&json!({"zebra": 1, "sub": "ada", "org_id": "o", "apple": [1], "amr": ["pwd", "otp"]}));
        let rows = rows(&claims, DateTime::UNIX_EPOCH);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["org_id", "sub", "amr", "apple", "zebra"]);
        assert!(rows[0].highlighted && !rows[1].highlighted);
        assert_eq!(rows[2].value, "pwd, otp");
    }

    #[test]
    fn instants_are_dates() {
        let now = DateTime::from_timestamp(1_000_000_000, 0).unwrap();
        let said = |name, seconds: i64| instant(name, &json!(seconds), now);
        assert_eq!(said("exp", 1_000_000_900), "2001-09-09 02:01:40 UTC, in 15 min");
        assert_eq!(said("iat", 999_999_990), "2001-09-09 01:46:30 UTC, 10 s ago");
        assert_eq!(said("count", 1_000_000_900), "");
        assert_eq!(instant("exp", &json!("soon"), now), "");
    }

    #[test]
    fn a_missing_claim_of_tenancy_is_shown_as_missing() {
        let highlights = highlights(&claims(&json!({"role": "user", "tier": "beta"})));
        let values: Vec<Option<&str>> = highlights
            .iter()
            .map(|highlight| highlight.value.as_deref())
            .collect();
        assert_eq!(values, [None, None, Some("user"), Some("beta")]);
    }
}
