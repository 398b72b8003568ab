//! Owns the standard claims (OpenID Connect Core §5.1): typed, and their values by name. It does not know which of
//! them a client may see.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::clock::Timestamp;

/// Everything that the standard claims say of a person. Field names are those of the columns of `auth.users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// `email`.
    pub email: String,
    /// When it was proven; `email_verified`.
    pub email_verified_at: Option<Timestamp>,
    /// `preferred_username`.
    pub user_name: Option<String>,
    /// What a person says of themselves.
    #[serde(flatten)]
    pub details: ProfileDetails,
    /// When the telephone number was proven; `phone_number_verified`.
    pub phone_verified_at: Option<Timestamp>,
    /// `updated_at`.
    pub updated_at: Timestamp,
}

/// The standard claims that a person or an operator sets freely.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDetails {
    /// `name`; empty for none.
    pub name: String,
    /// `given_name`.
    pub given_name: Option<String>,
    /// `family_name`.
    pub family_name: Option<String>,
    /// `middle_name`.
    pub middle_name: Option<String>,
    /// `nickname`.
    pub nickname: Option<String>,
    /// `profile`: the address of a page.
    pub profile: Option<String>,
    /// `picture`: the address of an image.
    pub image: Option<String>,
    /// `website`: the address of a page.
    pub website: Option<String>,
    /// `gender`.
    pub gender: Option<String>,
    /// `birthdate`: `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    pub birthdate: Option<String>,
    /// `zoneinfo`: a name of the time zone database.
    pub zoneinfo: Option<String>,
    /// `locale`: a language tag (BCP 47).
    pub locale: Option<String>,
    /// `phone_number`: E.164.
    pub phone: Option<String>,
    /// `address.formatted`.
    pub address_formatted: Option<String>,
    /// `address.street_address`.
    pub address_street: Option<String>,
    /// `address.locality`.
    pub address_locality: Option<String>,
    /// `address.region`.
    pub address_region: Option<String>,
    /// `address.postal_code`.
    pub address_postal_code: Option<String>,
    /// `address.country`.
    pub address_country: Option<String>,
}

impl Profile {
    /// Reads a row of `auth.users` as `to_jsonb` writes it; other columns are passed over.
    #[must_use]
    pub fn from_row(row: Value) -> Option<Self> {
        serde_json::from_value(row).ok()
    }

    /// The values that the person has for the named claims.
    pub fn claims<'a>(&self, names: impl Iterator<Item = &'a str>) -> Map<String, Value> {
        names
            .filter_map(|name| self.claim(name).map(|value| (name.to_owned(), value)))
            .collect()
    }

    /// The value of a standard claim; `None` if the person has none or it is no standard claim. `sub` is not of the
    /// profile.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<Value> {
        let details = &self.details;
        match name {
            "name" => text(Some(details.name.as_str())),
            "given_name" => text(details.given_name.as_deref()),
            "family_name" => text(details.family_name.as_deref()),
            "middle_name" => text(details.middle_name.as_deref()),
            "nickname" => text(details.nickname.as_deref()),
            "preferred_username" => text(self.user_name.as_deref()),
            "profile" => text(details.profile.as_deref()),
            "picture" => text(details.image.as_deref()),
            "website" => text(details.website.as_deref()),
            "gender" => text(details.gender.as_deref()),
            "birthdate" => text(details.birthdate.as_deref()),
            "zoneinfo" => text(details.zoneinfo.as_deref()),
            "locale" => text(details.locale.as_deref()),
            "updated_at" => Some(Value::from(self.updated_at.timestamp())),
            "email" => text(Some(self.email.as_str())),
            "email_verified" => Some(Value::from(self.email_verified_at.is_some())),
            "phone_number" => text(details.phone.as_deref()),
            "phone_number_verified" => details
                .phone
                .as_ref()
                .map(|_| Value::from(self.phone_verified_at.is_some())),
            "address" => details.address(),
            _ => None,
        }
    }
}

impl ProfileDetails {
    /// The `address` claim (OpenID Connect Core §5.1.1).
    fn address(&self) -> Option<Value> {
        let members: Map<String, Value> = [
            ("formatted", &self.address_formatted),
            ("street_address", &self.address_street),
            ("locality", &self.address_locality),
            ("region", &self.address_region),
            ("postal_code", &self.address_postal_code),
            ("country", &self.address_country),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), text(value.as_deref())?)))
        .collect();
        (!members.is_empty()).then_some(Value::Object(members))
    }
}

/// A claim is omitted rather than empty (OpenID Connect Core §5.3.2).
fn text(value: Option<&str>) -> Option<Value> {
    value.filter(|value| !value.is_empty()).map(Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::claims;

    fn row() -> Value {
        json!({
            "id": "u", "email": "a@example.com", "email_canonical": "a@example.com",
            "email_verified_at": "2026-01-02T03:04:05.678901+00:00", "user_name": "a", "name": "A B",
            "given_name": "A", "family_name": "B", "middle_name": "C", "nickname": "D",
            "profile": "https://a.example", "image": "https://a.example/i", "website": "https://a.example/w",
            "gender": "x", "birthdate": "1990-01-02", "zoneinfo": "Europe/Berlin", "locale": "de",
            "phone": "+491", "phone_verified_at": null, "address_formatted": null, "address_street": "S 1",
            "address_locality": null, "address_region": "", "address_postal_code": "1", "address_country": "DE",
            "updated_at": "2026-01-02T03:04:05+00:00", "status": "active",
        })
    }

    #[test]
    fn every_claim_of_the_standard_scopes_is_known() {
        let profile = Profile::from_row(row()).unwrap();
        for name in ["profile", "email", "address", "phone"]
            .iter()
            .flat_map(|scope| claims::of_scope(scope))
        {
            assert!(profile.claim(name).is_some(), "{name}");
        }
        assert_eq!(profile.claim("updated_at"), Some(json!(1_767_323_045)));
        assert_eq!(profile.claim("email_verified"), Some(json!(true)));
        assert_eq!(profile.claim("phone_number_verified"), Some(json!(false)));
        assert_eq!(
            profile.claim("address"),
            Some(json!({"street_address": "S 1", "postal_code": "1", "country": "DE"}))
        );
        assert_eq!(profile.claim("status"), None);
    }

    #[test]
    fn what_a_person_has_not_is_omitted() {
        let mut profile = Profile::from_row(row()).unwrap();
        profile.details = ProfileDetails::default();
        for name in [
            "name",
            "given_name",
            "phone_number",
            "phone_number_verified",
            "address",
        ] {
            assert_eq!(profile.claim(name), None);
        }
    }
}
