//! Owns the comparison of what an answer says of a membership with what is true: lower is a hook's to say, higher or
//! elsewhere is not, unless its operator has freed exactly that claim. Pure.

use serde_json::{Map, Value};

use crate::protocol::claim_name::folded;
use crate::protocol::tenancy_claims::{Guard, tenancy_claim};

/// Platform roles that a hook may name without freeing, lowest first. Every other is higher.
const ROLES: [&str; 2] = ["user", "admin"];
/// Tiers, lowest first.
const TIERS: [&str; 5] = ["guest", "public", "beta", "alpha", "founder"];
/// Roles in an organization, lowest first; an organization's own have no rank.
const ORGANIZATION_ROLES: [&str; 4] = ["viewer", "member", "admin", "owner"];

/// A claim whose meaning is membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guarded {
    /// `role`.
    Role,
    /// `tier`.
    Tier,
    /// `org_id`.
    Organization,
    /// `org_role`, and `user_role` where it is its alias.
    OrganizationRole,
    /// What only membership says: it must be listed to be overwritten, and no policy raises it.
    Other,
}

/// Which guarded claim a name is, in whatever spelling. `alias` is whether `user_role` stands for `org_role`.
#[must_use]
pub(super) fn guarded(name: &str, alias: bool) -> Option<Guarded> {
    match folded(name).as_str() {
        "role" => Some(Guarded::Role),
        "tier" => Some(Guarded::Tier),
        "org_id" => Some(Guarded::Organization),
        "org_role" => Some(Guarded::OrganizationRole),
        "user_role" if alias => Some(Guarded::OrganizationRole),
        name => is_guarded(name, Guard::Listed).then_some(Guarded::Other),
    }
}

/// Which claim a name is that membership says by a scope: guarded where it is asked for, so that a hook of one's own may
/// have a claim of that name elsewhere.
#[must_use]
pub(super) fn guarded_by_scope(name: &str, facts: &Map<String, Value>) -> Option<Guarded> {
    let form = folded(name);
    (is_guarded(&form, Guard::ListedWhereSaid) && facts.contains_key(&form)).then_some(Guarded::Other)
}

fn is_guarded(name: &str, guard: Guard) -> bool {
    tenancy_claim(name).is_some_and(|claim| claim.guard == guard)
}

impl Guarded {
    /// The claim's own name.
    #[must_use]
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Tier => "tier",
            Self::Organization => "org_id",
            Self::OrganizationRole => "org_role",
            Self::Other => "",
        }
    }

    /// Whether a value says more than the facts.
    #[must_use]
    pub(super) fn raises(self, value: &Value, facts: &Map<String, Value>) -> bool {
        let fact = facts.get(self.name());
        if fact == Some(value) {
            return false;
        }
        let order: &[&str] = match self {
            Self::Role => &ROLES,
            Self::Tier => &TIERS,
            Self::OrganizationRole => &ORGANIZATION_ROLES,
            Self::Organization | Self::Other => return true,
        };
        let rank = |value: &Value| order.iter().position(|name| value.as_str() == Some(name));
        match (rank(value), fact.and_then(rank)) {
            (Some(said), Some(true_one)) => said > true_one,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::tenancy_claims::TENANCY;

    #[test]
    fn lower_is_no_raise_and_everything_else_is() {
        let facts = json!({"role": "admin", "tier": "beta", "org_id": "o", "org_role": "member"});
        let facts = facts.as_object().cloned().unwrap_or_default();
        for (name, lower, higher) in [
            (
                "role",
                vec!["user", "admin"],
                vec!["service", "owner", "", "Admin"],
            ),
            (
                "tier",
                vec!["guest", "public", "beta"],
                vec!["alpha", "founder", "gold", ""],
            ),
            ("org_id", vec!["o"], vec!["p", ""]),
            (
                "org_role",
                vec!["viewer", "member"],
                vec!["admin", "owner", "custom"],
            ),
            ("user_role", vec!["viewer"], vec!["owner"]),
        ] {
            let guarded = guarded(name, true).unwrap();
            for value in lower {
                assert!(!guarded.raises(&json!(value), &facts), "{name} {value}");
            }
            for value in higher {
                assert!(guarded.raises(&json!(value), &facts), "{name} {value}");
            }
            for value in [json!(null), json!(["user"]), json!({}), json!(1)] {
                assert!(guarded.raises(&value, &facts), "{name} {value}");
            }
        }
        // Without a membership there is nothing to be below.
        let nobody = Map::new();
        assert!(Guarded::OrganizationRole.raises(&json!("viewer"), &nobody));
        assert!(Guarded::Tier.raises(&json!("guest"), &nobody));
        assert_eq!(guarded("user_role", false), None);
        for claim in TENANCY {
            let known = guarded(claim.name, false).filter(|guarded| *guarded != Guarded::Other);
            assert_eq!(known.is_some(), claim.guard == Guard::Ranked, "{}", claim.name);
        }
    }
}
