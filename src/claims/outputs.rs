//! Owns what of a membership is said in which output: the same for every grant, by the table of tenancy claims.

use serde_json::{Map, Value};

pub use crate::protocol::claims::Output;
use crate::protocol::scope::Scope;
use crate::protocol::tenancy_claims::{Said, TENANCY, tenancy_claim};

/// Keeps what the table lets into an output, as far as somebody wants it: `user_role` where the installation is
/// configured so, others by the scope of their name. Claims that the table does not name are an operator's own: they go
/// into the access token. The membership epoch is not among them: see [`locked`].
#[must_use]
pub fn select(
    facts: &Map<String, Value>,
    output: Output,
    user_role_alias: bool,
    scope: &Scope,
) -> Map<String, Value> {
    let is_said = |name: &str| {
        let Some(claim) = tenancy_claim(name) else {
            return output == Output::AccessToken;
        };
        let is_wanted = match claim.said {
            Said::Always => true,
            Said::ByScope => scope.contains(claim.name),
            Said::AsAlias => user_role_alias,
            Said::Locked => false,
        };
        is_wanted && claim.outputs.contains(&output)
    };
    facts
        .iter()
        .filter(|(name, _)| is_said(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The facts that no hook sets, and that stand in the claim set before it is asked: the membership epoch.
pub fn locked(facts: &Map<String, Value>, output: Output) -> impl Iterator<Item = (String, Value)> {
    let locked = TENANCY
        .iter()
        .filter(move |claim| claim.said == Said::Locked && claim.outputs.contains(&output));
    locked.filter_map(|claim| {
        let fact = facts.get(claim.name)?;
        Some((claim.name.to_owned(), fact.clone()))
    })
}
