//! Owns the claims that membership says: one row for each, with where it is said, what asks for it, and what a hook of an
//! operator's own may make of it. Scopes, discovery, outputs, hooks and audiences read this table.

use super::claims::{EPOCH, Output};
use super::scope::{GROUPS, MODULES, ORGANIZATIONS, ROLES};

/// A claim that the built-in hook says of a person's membership.
#[derive(Debug, Clone, Copy)]
pub struct TenancyClaim {
    /// Its name, as the built-in hook has it.
    pub name: &'static str,
    /// Where it is said.
    pub outputs: &'static [Output],
    /// What asks for it.
    pub said: Said,
    /// What a hook of an operator's own may say in its place.
    pub guard: Guard,
}

/// What asks for a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Nothing has to.
    Always,
    /// The scope of its name, which every installation serves, and which needs a person.
    ByScope,
    /// The installation: it is another name of `org_role`.
    AsAlias,
    /// Nobody: it stands there before any hook is asked, and none changes it.
    Locked,
}

/// What a hook may say in place of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Less than is true: the claim's values have an order of their own (`hook::membership`).
    Ranked,
    /// Something else only where an operator has freed it.
    Listed,
    /// The same where membership says it; a hook may have a claim of that name elsewhere.
    ListedWhereSaid,
    /// Anything; or nothing at all, where it is locked or an alias.
    None,
}

const EVERYWHERE: &[Output] = &Output::ALL;

/// Every claim of tenancy. `mv` is for whoever checks an access token; lists can be long.
pub const TENANCY: [TenancyClaim; 11] = [
    row("org_id", EVERYWHERE, Said::Always, Guard::Ranked),
    row("org_role", EVERYWHERE, Said::Always, Guard::Ranked),
    row("user_role", &[Output::AccessToken], Said::AsAlias, Guard::None),
    row("role", EVERYWHERE, Said::Always, Guard::Ranked),
    row("tier", EVERYWHERE, Said::Always, Guard::Ranked),
    row("plan", EVERYWHERE, Said::Always, Guard::Listed),
    row(ORGANIZATIONS, &[Output::Userinfo], Said::ByScope, Guard::Listed),
    row(
        MODULES,
        &[Output::AccessToken, Output::Userinfo],
        Said::ByScope,
        Guard::Listed,
    ),
    row(GROUPS, EVERYWHERE, Said::ByScope, Guard::ListedWhereSaid),
    row(ROLES, EVERYWHERE, Said::ByScope, Guard::ListedWhereSaid),
    row(EPOCH, &[Output::AccessToken], Said::Locked, Guard::None),
];

const fn row(name: &'static str, outputs: &'static [Output], said: Said, guard: Guard) -> TenancyClaim {
    TenancyClaim {
        name,
        outputs,
        said,
        guard,
    }
}

/// The claim of a name; none for one that is an operator's own.
#[must_use]
pub fn tenancy_claim(name: &str) -> Option<&'static TenancyClaim> {
    TENANCY.iter().find(|claim| claim.name == name)
}

/// The scopes that ask for a claim of their name.
pub fn scopes() -> impl Iterator<Item = &'static str> {
    let by_scope = TENANCY.iter().filter(|claim| claim.said == Said::ByScope);
    by_scope.map(|claim| claim.name)
}

impl TenancyClaim {
    /// Whether discovery names it.
    #[must_use]
    pub const fn is_published(&self) -> bool {
        matches!(self.said, Said::Always | Said::ByScope)
    }

    /// Whether an audience may want it under another name: it is said in the access token, and not locked.
    #[must_use]
    pub fn may_be_renamed(&self) -> bool {
        self.said != Said::Locked && self.outputs.contains(&Output::AccessToken)
    }
}
