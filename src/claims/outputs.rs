//! Owns the table of claim × output: the same for every grant.

use serde_json::{Map, Value};

use crate::protocol::claims::EPOCH;
pub use crate::protocol::claims::Output;
use crate::protocol::scope::{GROUPS, MODULES, ORGANIZATIONS, ROLES};

const EVERYWHERE: &[Output] = &[Output::AccessToken, Output::IdToken, Output::Userinfo];

/// The claims of tenancy and where each is said. `mv` is for whoever checks an access token; lists can be long.
const TABLE: [(&str, &[Output]); 11] = [
    ("org_id", EVERYWHERE),
    ("org_role", EVERYWHERE),
    ("user_role", &[Output::AccessToken]),
    ("role", EVERYWHERE),
    ("tier", EVERYWHERE),
    ("plan", EVERYWHERE),
    (MODULES, &[Output::AccessToken, Output::Userinfo]),
    (GROUPS, EVERYWHERE),
    (ROLES, EVERYWHERE),
    (ORGANIZATIONS, &[Output::Userinfo]),
    (EPOCH, &[Output::AccessToken]),
];

/// Claims that are said by the scope of their name.
const BY_SCOPE: [&str; 3] = [MODULES, GROUPS, ROLES];

/// What is said only where somebody wants it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switches {
    /// `user_role` beside `org_role`, as the installation is configured.
    pub user_role_alias: bool,
    /// Which of the claims that are said by the scope of their name are asked for.
    pub by_scope: [bool; BY_SCOPE.len()],
}

impl Switches {
    /// What is wanted where the installation and the scopes say so.
    #[must_use]
    pub fn new(user_role_alias: bool, is_asked_for: impl Fn(&str) -> bool) -> Self {
        Self {
            user_role_alias,
            by_scope: BY_SCOPE.map(is_asked_for),
        }
    }
}

/// Keeps what the table lets into an output. Claims that the table does not name are an operator's own: they go into
/// the access token. The membership epoch is not among them: see [`locked`].
#[must_use]
pub fn select(facts: &Map<String, Value>, output: Output, switches: Switches) -> Map<String, Value> {
    let switched_on = |name: &str| match name {
        EPOCH => false,
        "user_role" => switches.user_role_alias,
        name => match BY_SCOPE.iter().position(|scope| *scope == name) {
            Some(index) => switches.by_scope.get(index) == Some(&true),
            None => true,
        },
    };
    facts
        .iter()
        .filter(|(name, _)| switched_on(name) && says(output, name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The facts that no hook sets, and that stand in the claim set before it is asked: the membership epoch.
#[must_use]
pub fn locked(facts: &Map<String, Value>, output: Output) -> Option<(String, Value)> {
    let epoch = facts.get(EPOCH).filter(|_| says(output, EPOCH))?;
    Some((EPOCH.to_owned(), epoch.clone()))
}

fn says(output: Output, name: &str) -> bool {
    match TABLE.iter().find(|(listed, _)| *listed == name) {
        Some((_, outputs)) => outputs.contains(&output),
        None => output == Output::AccessToken,
    }
}
